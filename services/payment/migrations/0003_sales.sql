-- What shops earn. A sale is one seller order, with the terms under which the marketplace takes its commission of each line;
-- how much of it is whose by now: domain/settlement.hpp.

CREATE TYPE sale_state AS ENUM ('PLACED', 'EARNED', 'RELEASED');

-- `next_run_at` is set while something is to be booked: it was delivered, completed or refunded, or its reserve is over.
-- `version` grows with every write.
CREATE TABLE sale (
  seller_order_id              uuid PRIMARY KEY,
  order_id                     uuid NOT NULL,
  seller_id                    uuid NOT NULL,
  number                       text NOT NULL,
  currency                     text NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
  delivery_minor               bigint NOT NULL CHECK (delivery_minor >= 0),         -- what the buyer pays for it
  delivery_funded_minor        bigint NOT NULL CHECK (delivery_funded_minor >= 0),  -- what the marketplace bears of its discounts
  delivery_refunded_minor      bigint NOT NULL DEFAULT 0,
  delivery_funded_left_minor   bigint NOT NULL,
  state                        sale_state NOT NULL DEFAULT 'PLACED',
  reserve_minor                bigint NOT NULL DEFAULT 0 CHECK (reserve_minor >= 0),  -- that is kept back by now
  reserve_until                timestamptz,
  disputes                     integer NOT NULL DEFAULT 0 CHECK (disputes >= 0),  -- that are open: nothing is released meanwhile
  placed_at                    timestamptz NOT NULL,
  delivered_at                 timestamptz,  -- as order tells it
  completed_at                 timestamptz,
  earned_at                    timestamptz,
  released_at                  timestamptz,
  version                      bigint NOT NULL DEFAULT 1,
  next_run_at                  timestamptz,
  failures                     integer NOT NULL DEFAULT 0,
  last_error                   text NOT NULL DEFAULT '',
  parked_at                    timestamptz,  -- given up by the worker: it waits for an operator
  trace                        text NOT NULL,
  updated_at                   timestamptz NOT NULL DEFAULT market_now(),
  CHECK (0 <= delivery_refunded_minor AND delivery_refunded_minor <= delivery_minor),
  CHECK (0 <= delivery_funded_left_minor AND delivery_funded_left_minor <= delivery_funded_minor),
  CHECK ((state = 'PLACED') = (earned_at IS NULL) AND (state = 'RELEASED') = (released_at IS NOT NULL)),
  CHECK (reserve_minor = 0 OR reserve_until IS NOT NULL)
) WITH (fillfactor = 80);
COMMENT ON TABLE sale IS 'mutable';
CREATE INDEX sale_of_seller ON sale (seller_id, seller_order_id);
CREATE INDEX sale_due ON sale (next_run_at) WHERE next_run_at IS NOT NULL;
CREATE TRIGGER sale_terms_stay
  BEFORE UPDATE OF seller_order_id, order_id, seller_id, number, currency, delivery_minor, delivery_funded_minor, placed_at ON sale
  FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER sale_stays BEFORE DELETE ON sale FOR EACH ROW EXECUTE FUNCTION refuse_change();

-- What was sold and the terms that it keeps never change; what becomes of it does.
CREATE TABLE sale_line (
  line_id                uuid PRIMARY KEY,
  seller_order_id        uuid NOT NULL REFERENCES sale (seller_order_id),
  position               integer NOT NULL,
  product_id             uuid NOT NULL,
  category_ids           uuid[] NOT NULL,  -- the product's own, then those above, the nearest first
  quantity               bigint NOT NULL CHECK (quantity > 0),
  unit_price_minor       bigint NOT NULL CHECK (unit_price_minor >= 0),
  paid_minor             bigint NOT NULL CHECK (paid_minor >= 0),    -- what the buyer pays for it, with its tax
  tax_minor              bigint NOT NULL CHECK (tax_minor >= 0),     -- of that
  funded_minor           bigint NOT NULL CHECK (funded_minor >= 0),  -- what the marketplace bears of its discounts
  rule_id                uuid,     -- without one nothing is taken
  rule_version           integer,
  percentage_ppm         bigint NOT NULL,
  fixed_minor            bigint NOT NULL,
  floor_minor            bigint NOT NULL,
  cap_minor              bigint,
  on_delivery            boolean NOT NULL,
  commission_tax_ppm     bigint NOT NULL,
  refunded_minor         bigint NOT NULL DEFAULT 0,
  gone                   bigint NOT NULL DEFAULT 0,  -- units that refunds have named
  funded_left_minor      bigint NOT NULL,
  commission_minor       bigint NOT NULL CHECK (commission_minor >= 0),  -- of what is left
  commission_tax_minor   bigint NOT NULL CHECK (commission_tax_minor >= 0),
  UNIQUE (seller_order_id, position),
  CHECK ((rule_id IS NULL) = (rule_version IS NULL)),
  CHECK (0 <= refunded_minor AND refunded_minor <= paid_minor AND 0 <= gone AND gone <= quantity),
  CHECK (0 <= funded_left_minor AND funded_left_minor <= funded_minor)
);
COMMENT ON TABLE sale_line IS 'mutable';
CREATE TRIGGER sale_line_terms_stay
  BEFORE UPDATE OF line_id, seller_order_id, position, product_id, category_ids, quantity, unit_price_minor, paid_minor, tax_minor,
                   funded_minor, rule_id, rule_version, percentage_ppm, fixed_minor, floor_minor, cap_minor, on_delivery,
                   commission_tax_ppm ON sale_line
  FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER sale_line_stays BEFORE DELETE ON sale_line FOR EACH ROW EXECUTE FUNCTION refuse_change();

-- The refunds that its numbers count, each once.
CREATE TABLE sale_refund (
  refund_id        uuid PRIMARY KEY,
  seller_order_id  uuid NOT NULL REFERENCES sale (seller_order_id),
  at               timestamptz NOT NULL DEFAULT market_now()
);
CREATE INDEX sale_refund_of_sale ON sale_refund (seller_order_id);
CREATE TRIGGER sale_refund_is_append_only BEFORE UPDATE OR DELETE ON sale_refund
  FOR EACH ROW EXECUTE FUNCTION refuse_change();
