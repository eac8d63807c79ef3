-- What the marketplace takes of what its shops earn.

-- Once PUBLISHED a version's terms stay: what was sold under it keeps them. Another price is another version; when it ends,
-- and, before it is in force, that it never will be, is all that is still written to it. Which of those in force a line falls
-- under: domain::RuleFor.
CREATE TYPE commission_rule_state AS ENUM ('DRAFT', 'PROPOSED', 'PUBLISHED', 'WITHDRAWN');
CREATE TABLE commission_rule (
  id                uuid NOT NULL,
  version           integer NOT NULL CHECK (version > 0),
  state             commission_rule_state NOT NULL DEFAULT 'DRAFT',
  revision          bigint NOT NULL DEFAULT 1,  -- grows with every write to the rule, whichever version it is of
  name              text NOT NULL,
  seller_id         uuid,                 -- of one shop's lines; none: of all
  category_id       uuid,                 -- of products in it or below; none: of all
  currency          text CHECK (currency ~ '^[A-Z]{3}$'),  -- of the amounts below; none where there are none
  price_from_minor  bigint CHECK (price_from_minor > 0),   -- of one unit: that or more,
  price_below_minor bigint CHECK (price_below_minor > 0),  -- and less than that
  percentage_ppm    bigint NOT NULL CHECK (percentage_ppm BETWEEN 0 AND 1000000),
  fixed_minor       bigint NOT NULL DEFAULT 0 CHECK (fixed_minor >= 0),   -- of each unit, besides
  floor_minor       bigint NOT NULL DEFAULT 0 CHECK (floor_minor >= 0),   -- of a line: at least,
  cap_minor         bigint CHECK (cap_minor >= floor_minor),              -- and at most
  on_delivery       boolean NOT NULL DEFAULT false,  -- whether the percentage is taken of what delivery costs, too
  tax_ppm           bigint NOT NULL DEFAULT 0 CHECK (tax_ppm BETWEEN 0 AND 1000000),  -- on the fee, added to it
  valid_from        timestamptz,          -- since it was proposed or published
  valid_until       timestamptz,          -- what comes first: that it was ended, or that the next version begins
  end_at            timestamptz,          -- when an operator ended it
  proposed_by       uuid,                 -- the account; none: it came with the marketplace
  approved_by       uuid CHECK (approved_by <> proposed_by),
  terms_digest      text,                 -- of what may not change any more, since it is PUBLISHED
  created_at        timestamptz NOT NULL DEFAULT market_now(),
  updated_at        timestamptz NOT NULL DEFAULT market_now(),
  PRIMARY KEY (id, version),
  CHECK ((currency IS NOT NULL) = (price_from_minor IS NOT NULL OR price_below_minor IS NOT NULL OR fixed_minor > 0
                                   OR floor_minor > 0 OR cap_minor IS NOT NULL)),
  CHECK (price_from_minor < price_below_minor),
  CHECK (valid_from < valid_until),
  CHECK (state NOT IN ('PROPOSED', 'PUBLISHED') OR valid_from IS NOT NULL),
  CHECK (state <> 'PUBLISHED' OR terms_digest IS NOT NULL)
);
COMMENT ON TABLE commission_rule IS 'mutable';
-- One at a time is worked on.
CREATE UNIQUE INDEX commission_rule_open ON commission_rule (id) WHERE state IN ('DRAFT', 'PROPOSED');

CREATE FUNCTION commission_terms_digest(r commission_rule) RETURNS text LANGUAGE sql STABLE AS $$
  SELECT md5(jsonb_build_array(r.id, r.version, r.name, r.seller_id, r.category_id, r.currency, r.price_from_minor,
                               r.price_below_minor, r.percentage_ppm, r.fixed_minor, r.floor_minor, r.cap_minor, r.on_delivery,
                               r.tax_ppm, extract(epoch FROM r.valid_from), r.proposed_by, r.approved_by)::text)
$$;

CREATE FUNCTION commission_rule_keeps_its_terms() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'UPDATE' AND OLD.state IN ('PUBLISHED', 'WITHDRAWN') THEN
    IF (OLD.state = 'PUBLISHED' AND commission_terms_digest(NEW) <> OLD.terms_digest)
       OR NEW.terms_digest IS DISTINCT FROM OLD.terms_digest THEN
      RAISE EXCEPTION 'the terms of a published commission rule do not change' USING ERRCODE = 'check_violation';
    END IF;
    IF NEW.state <> OLD.state AND (OLD.state, NEW.state) <> ('PUBLISHED', 'WITHDRAWN') THEN
      RAISE EXCEPTION 'a commission rule that is % does not become %', OLD.state, NEW.state USING ERRCODE = 'check_violation';
    END IF;
    IF NEW.state <> OLD.state AND OLD.valid_from <= market_now() THEN
      RAISE EXCEPTION 'a commission rule that is in force is not withdrawn' USING ERRCODE = 'check_violation';
    END IF;
    IF OLD.state = 'PUBLISHED' AND OLD.valid_until < market_now() AND NEW.valid_until IS DISTINCT FROM OLD.valid_until THEN
      RAISE EXCEPTION 'a commission rule that is over stays so' USING ERRCODE = 'check_violation';
    END IF;
  ELSIF NEW.state = 'PUBLISHED' THEN
    NEW.terms_digest := commission_terms_digest(NEW);
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER commission_rule_keeps_its_terms BEFORE INSERT OR UPDATE ON commission_rule
  FOR EACH ROW EXECUTE FUNCTION commission_rule_keeps_its_terms();
CREATE TRIGGER commission_rule_stays BEFORE DELETE ON commission_rule FOR EACH ROW EXECUTE FUNCTION refuse_change();

-- From the first day a shop earns, and the marketplace with it.
INSERT INTO commission_rule (id, version, state, name, percentage_ppm, valid_from)
VALUES ('00000000-0000-7000-8000-000000000c01', 1, 'PUBLISHED', 'Everything', 100000, '2000-01-01T00:00:00Z');
