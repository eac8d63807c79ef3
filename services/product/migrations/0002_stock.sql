-- Locks are taken in one order everywhere: reservation_order, reservation by (offer_id, order_id), stock by
-- offer_id.

CREATE TABLE stock (
  offer_id   uuid PRIMARY KEY REFERENCES offer,
  on_hand    bigint NOT NULL,
  reserved   bigint NOT NULL DEFAULT 0,
  version    bigint NOT NULL DEFAULT 1,
  -- The one guard against overselling: what does not fit fails here, and its whole transaction with it.
  CONSTRAINT stock_reserved_within_on_hand CHECK (0 <= reserved AND reserved <= on_hand),
  CONSTRAINT stock_on_hand_limit CHECK (on_hand <= 1000000000000)
) WITH (fillfactor = 50);  -- room for heap-only updates: a popular offer's row changes all the time
COMMENT ON TABLE stock IS 'mutable';

-- Append-only: on_hand is the sum of an offer's movements.
CREATE TABLE stock_movement (
  id           uuid PRIMARY KEY,
  offer_id     uuid NOT NULL REFERENCES offer,
  kind         text NOT NULL CHECK (kind IN ('INITIAL', 'ADJUSTMENT', 'SHIPMENT')),
  delta        bigint NOT NULL CHECK (delta <> 0),
  reason       text NOT NULL CHECK (char_length(reason) <= 200),
  account_id   uuid,  -- who adjusted
  operation_id uuid,  -- of an adjustment: a second run of it finds the first one's row
  order_id     uuid,  -- of a shipment
  created_at   timestamptz NOT NULL DEFAULT market_now(),
  CONSTRAINT stock_movement_operation UNIQUE (operation_id),
  CONSTRAINT stock_movement_order UNIQUE (order_id, offer_id),
  CONSTRAINT stock_movement_cause CHECK ((kind = 'ADJUSTMENT') = (operation_id IS NOT NULL)
                                         AND (kind = 'SHIPMENT') = (order_id IS NOT NULL))
);
CREATE INDEX stock_movement_of_offer ON stock_movement (offer_id, id DESC);
CREATE TRIGGER stock_movement_stays BEFORE UPDATE OR DELETE ON stock_movement
  FOR EACH ROW EXECUTE FUNCTION refuse_change('movements are only added');
CREATE TRIGGER stock_movement_not_emptied BEFORE TRUNCATE ON stock_movement
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change('movements are only added');

-- One row per order that ever asked: it makes reserving idempotent, and a release final even when it overtakes
-- its reservation.
CREATE TABLE reservation_order (
  order_id   uuid PRIMARY KEY,
  state      text NOT NULL CHECK (state IN ('OPEN', 'RELEASED')),
  created_at timestamptz NOT NULL DEFAULT market_now(),
  updated_at timestamptz NOT NULL DEFAULT market_now()
);
COMMENT ON TABLE reservation_order IS 'mutable';
CREATE TRIGGER reservation_order_ends_once BEFORE UPDATE ON reservation_order
  FOR EACH ROW WHEN (OLD.state = 'RELEASED' AND NEW.state <> 'RELEASED')
  EXECUTE FUNCTION refuse_change('a released order stays released');

CREATE TABLE reservation (
  order_id   uuid NOT NULL REFERENCES reservation_order,
  -- No foreign key: it would put a share lock of every buyer on the same offer row. Only existing offers get
  -- in, and offers are never deleted.
  offer_id   uuid NOT NULL,
  quantity   bigint NOT NULL CHECK (quantity > 0),
  state      text NOT NULL CHECK (state IN ('HELD', 'COMMITTED', 'CONSUMED', 'RELEASED', 'EXPIRED')),
  expires_at timestamptz,
  created_at timestamptz NOT NULL DEFAULT market_now(),
  updated_at timestamptz NOT NULL DEFAULT market_now(),
  PRIMARY KEY (order_id, offer_id),
  CONSTRAINT reservation_expiry CHECK ((state = 'HELD') = (expires_at IS NOT NULL))
);
COMMENT ON TABLE reservation IS 'mutable';
CREATE INDEX reservation_due ON reservation (expires_at) WHERE state = 'HELD';
CREATE INDEX reservation_due_of_offer ON reservation (offer_id, expires_at) WHERE state = 'HELD';
CREATE TRIGGER reservation_ends_once BEFORE UPDATE ON reservation
  FOR EACH ROW WHEN (OLD.state IN ('CONSUMED', 'RELEASED') AND NEW.state <> OLD.state)
  EXECUTE FUNCTION refuse_change('it has ended');
CREATE TRIGGER reservation_terms_stay BEFORE UPDATE ON reservation
  FOR EACH ROW
  WHEN (NEW.quantity <> OLD.quantity OR NEW.offer_id <> OLD.offer_id OR NEW.order_id <> OLD.order_id)
  EXECUTE FUNCTION refuse_change('what was reserved never changes');
CREATE TRIGGER reservation_stays BEFORE DELETE ON reservation
  FOR EACH ROW EXECUTE FUNCTION refuse_change('reservations end, they are not deleted');
