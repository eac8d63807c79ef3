-- Disputes: what buyers' banks take back of charges, a row for each seller order's part of it.
CREATE TYPE dispute_state AS ENUM ('OPEN', 'EVIDENCE', 'WON', 'LOST');

-- `of_sale_minor`: what of it was left of the part; `lines` to `reserve_minor`: what of that was taken of what, to give it back so. `next_run_at`
-- is set until it has ended: when to ask the provider about it.
CREATE TABLE dispute (
  id               uuid PRIMARY KEY,
  provider_id      text NOT NULL,  -- the parts of a charge share it
  payment_id       uuid NOT NULL REFERENCES payment (id),
  order_id         uuid NOT NULL,
  seller_order_id  uuid NOT NULL REFERENCES sale (seller_order_id),
  seller_id        uuid NOT NULL,
  currency         text NOT NULL,
  amount_minor     bigint NOT NULL CHECK (amount_minor > 0),
  of_sale_minor    bigint NOT NULL CHECK (of_sale_minor BETWEEN 0 AND amount_minor),
  state            dispute_state NOT NULL DEFAULT 'OPEN',
  reason           text NOT NULL,
  evidence_due     timestamptz NOT NULL,
  evidence         text NOT NULL DEFAULT '',  -- what its shop says; '': nothing
  carrier          text NOT NULL DEFAULT '',
  tracking_number  text NOT NULL DEFAULT '',
  submitted_at     timestamptz,               -- the bank has it
  refusal_code     text NOT NULL DEFAULT '',  -- why the provider does not take it
  ended_at         timestamptz,
  lines            uuid[] NOT NULL,
  line_amounts     bigint[] NOT NULL,
  delivery_minor   bigint NOT NULL,
  reserve_minor    bigint NOT NULL,
  version          bigint NOT NULL DEFAULT 1,
  next_run_at      timestamptz DEFAULT market_now(),
  asks             integer NOT NULL DEFAULT 0,
  failures         integer NOT NULL DEFAULT 0,
  last_error       text NOT NULL DEFAULT '',
  parked_at        timestamptz,
  trace            text NOT NULL,
  created_at       timestamptz NOT NULL DEFAULT market_now(),
  updated_at       timestamptz NOT NULL DEFAULT market_now(),
  UNIQUE (provider_id, seller_order_id),
  CHECK ((state IN ('WON', 'LOST')) = (ended_at IS NOT NULL) AND (state IN ('WON', 'LOST')) = (next_run_at IS NULL)),
  CHECK (cardinality(lines) = cardinality(line_amounts))
);
COMMENT ON TABLE dispute IS 'mutable';
CREATE INDEX dispute_of_payment ON dispute (payment_id);
CREATE INDEX dispute_of_seller ON dispute (seller_id, id);
CREATE INDEX dispute_open ON dispute (next_run_at) WHERE next_run_at IS NOT NULL;
CREATE INDEX dispute_parked ON dispute (id) WHERE parked_at IS NOT NULL;
CREATE TRIGGER dispute_terms_stay
  BEFORE UPDATE OF id, provider_id, payment_id, order_id, seller_order_id, seller_id, currency, amount_minor, of_sale_minor, lines, line_amounts,
                   delivery_minor, reserve_minor ON dispute
  FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER dispute_stays BEFORE DELETE ON dispute FOR EACH ROW EXECUTE FUNCTION refuse_change();
