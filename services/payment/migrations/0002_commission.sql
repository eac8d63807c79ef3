-- What the marketplace takes of what its shops earn.

-- Once PUBLISHED a rule's terms stay: what was sold under it keeps them. Another price is another version; that it ends is
-- all that is still written to it. Which of those in force a line falls under: domain::RuleFor.
CREATE TYPE commission_rule_state AS ENUM ('DRAFT', 'PROPOSED', 'PUBLISHED', 'WITHDRAWN');
CREATE TABLE commission_rule (
  id                uuid NOT NULL,
  version           integer NOT NULL CHECK (version > 0),
  state             commission_rule_state NOT NULL DEFAULT 'DRAFT',
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
  valid_from        timestamptz,          -- of one that is PUBLISHED
  valid_until       timestamptz,
  created_at        timestamptz NOT NULL DEFAULT market_now(),
  updated_at        timestamptz NOT NULL DEFAULT market_now(),
  PRIMARY KEY (id, version),
  CHECK ((currency IS NOT NULL) = (price_from_minor IS NOT NULL OR price_below_minor IS NOT NULL OR fixed_minor > 0
                                   OR floor_minor > 0 OR cap_minor IS NOT NULL)),
  CHECK (price_from_minor < price_below_minor),
  CHECK (valid_from < valid_until),
  CHECK (state <> 'PUBLISHED' OR valid_from IS NOT NULL)
);
COMMENT ON TABLE commission_rule IS 'mutable';
CREATE TRIGGER commission_rule_stays BEFORE DELETE ON commission_rule FOR EACH ROW EXECUTE FUNCTION refuse_change();

-- From the first day a shop earns, and the marketplace with it.
INSERT INTO commission_rule (id, version, state, name, percentage_ppm, valid_from)
VALUES ('00000000-0000-7000-8000-000000000c01', 1, 'PUBLISHED', 'Everything', 100000, '2000-01-01T00:00:00Z');
