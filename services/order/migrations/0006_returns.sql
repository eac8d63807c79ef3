-- What buyers send back, what became of it, and the pictures that they show of it.

CREATE DOMAIN return_state AS text CHECK (VALUE IN ('REQUESTED', 'APPROVED', 'IN_TRANSIT', 'RECEIVED', 'CLOSED', 'REJECTED'));

CREATE TABLE order_return (
  id               uuid PRIMARY KEY,  -- the operation's that requested it
  order_id         uuid NOT NULL REFERENCES orders (id),
  seller_order_id  uuid NOT NULL REFERENCES seller_order (id),
  position         integer NOT NULL,  -- among those of its part
  seller_id        uuid NOT NULL,     -- the part's
  buyer_id         uuid NOT NULL,     -- the order's
  number           text NOT NULL,
  state            return_state NOT NULL DEFAULT 'REQUESTED',
  reason           text NOT NULL CHECK (reason IN ('WITHDRAWAL', 'DAMAGED', 'NOT_AS_DESCRIBED', 'WRONG_ITEM', 'OTHER')),
  text             text NOT NULL,
  pictures         text[] NOT NULL CHECK (cardinality(pictures) <= 4),  -- each as platform/conversions/kept_picture.hpp says
  carrier          text NOT NULL DEFAULT '',
  tracking_number  text NOT NULL DEFAULT '',
  amount_minor     bigint CHECK (amount_minor >= 0),  -- what goes back, as its last step found it; none of a rejected one
  delivery_minor   bigint NOT NULL DEFAULT 0 CHECK (delivery_minor BETWEEN 0 AND coalesce(amount_minor, 0)),  -- what of that is delivery
  rejected_reason  text NOT NULL DEFAULT '',
  version          bigint NOT NULL DEFAULT 1,
  created_at       timestamptz NOT NULL,
  updated_at       timestamptz NOT NULL,
  moved_at         timestamptz NOT NULL DEFAULT market_now(),  -- since when it is in its state
  CHECK ((state = 'REJECTED') = (amount_minor IS NULL)),
  UNIQUE (seller_order_id, position)
);
COMMENT ON TABLE order_return IS 'mutable';
CREATE INDEX order_return_of_buyer ON order_return (buyer_id, id DESC);
CREATE INDEX order_return_of_seller ON order_return (seller_id, id DESC);
CREATE INDEX order_return_of_order ON order_return (order_id, id DESC);
CREATE INDEX order_return_open ON order_return (seller_order_id) WHERE state IN ('REQUESTED', 'APPROVED', 'IN_TRANSIT', 'RECEIVED');
-- Those that move by themselves when nobody moves them.
CREATE INDEX order_return_timed ON order_return (state, moved_at) WHERE state IN ('REQUESTED', 'APPROVED', 'RECEIVED');
CREATE TRIGGER order_return_stays BEFORE DELETE ON order_return FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER order_return_terms_stay
  BEFORE UPDATE OF id, order_id, seller_order_id, position, seller_id, buyer_id, number, reason, created_at ON order_return
  FOR EACH ROW EXECUTE FUNCTION refuse_change();

-- As domain/return.cpp has them.
CREATE FUNCTION may_return_move(before text, after text) RETURNS boolean LANGUAGE sql IMMUTABLE
RETURN (before, after) IN (
  ('REQUESTED', 'APPROVED'), ('REQUESTED', 'REJECTED'), ('APPROVED', 'IN_TRANSIT'), ('APPROVED', 'RECEIVED'), ('APPROVED', 'CLOSED'),
  ('APPROVED', 'REJECTED'), ('IN_TRANSIT', 'RECEIVED'), ('IN_TRANSIT', 'CLOSED'), ('RECEIVED', 'CLOSED'), ('RECEIVED', 'REJECTED'));
CREATE FUNCTION refuse_return_move() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'a return that is % can''t become %', CASE TG_OP WHEN 'UPDATE' THEN OLD.state::text ELSE 'not there' END, NEW.state;
END $$;
CREATE TRIGGER order_return_begins BEFORE INSERT ON order_return
  FOR EACH ROW WHEN (NEW.state <> 'REQUESTED') EXECUTE FUNCTION refuse_return_move();
CREATE TRIGGER order_return_moves BEFORE UPDATE OF state ON order_return
  FOR EACH ROW WHEN (OLD.state <> NEW.state AND NOT may_return_move(OLD.state, NEW.state)) EXECUTE FUNCTION refuse_return_move();

CREATE TABLE order_return_line (
  return_id    uuid NOT NULL REFERENCES order_return (id),
  line_id      uuid NOT NULL REFERENCES order_line (id),
  quantity     bigint NOT NULL CHECK (quantity > 0),
  gone_before  bigint,  -- units of the line that were cancelled or returned when these were: what these cost follows from it
  restocked    bigint NOT NULL DEFAULT 0,
  PRIMARY KEY (return_id, line_id),
  CHECK (restocked BETWEEN 0 AND quantity)
);
COMMENT ON TABLE order_return_line IS 'mutable';
CREATE INDEX order_return_line_of_line ON order_return_line (line_id);
CREATE TRIGGER order_return_line_stays BEFORE DELETE ON order_return_line FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER order_return_line_terms_stay BEFORE UPDATE OF return_id, line_id, quantity ON order_return_line
  FOR EACH ROW EXECUTE FUNCTION refuse_change();

-- Its history, and which operations moved it: none does so twice.
CREATE TABLE order_return_step (
  sequence      bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  return_id     uuid NOT NULL REFERENCES order_return (id),
  state         return_state NOT NULL,
  at            timestamptz NOT NULL,
  actor         text NOT NULL CHECK (actor IN ('buyer', 'seller', 'operator', 'system')),
  actor_id      uuid,
  operation_id  uuid NOT NULL,
  UNIQUE (return_id, operation_id)
);
CREATE TRIGGER order_return_step_is_append_only BEFORE UPDATE OR DELETE ON order_return_step
  FOR EACH ROW EXECUTE FUNCTION refuse_change();

-- A return whose time is over, while somebody moves it on, as part_timer has it.
CREATE TABLE return_timer (
  return_id    uuid PRIMARY KEY REFERENCES order_return (id),
  fence        bigint NOT NULL DEFAULT 1,
  lease_until  timestamptz NOT NULL,
  next_run_at  timestamptz NOT NULL DEFAULT market_now(),
  attempts     integer NOT NULL DEFAULT 0,
  failures     integer NOT NULL DEFAULT 0,
  last_error   text NOT NULL DEFAULT '',
  parked_at    timestamptz  -- given up: it waits for an operator
);
COMMENT ON TABLE return_timer IS 'mutable';
