-- Orders, their parts by seller, what was bought, the append-only history, and the saga that places them.

-- Ends the transaction it is called in: how a pipelined batch refuses to go on when its first statement found nothing.
CREATE FUNCTION require(holds boolean) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  IF NOT holds THEN RAISE EXCEPTION 'a condition of this transaction does not hold' USING ERRCODE = 'MK001'; END IF;
END $$;

CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'table % is append-only', TG_TABLE_NAME;
END $$;

CREATE DOMAIN order_state AS text CHECK (VALUE IN
  ('PENDING_PAYMENT', 'PLACED', 'ACCEPTED', 'PARTIALLY_SHIPPED', 'SHIPPED', 'DELIVERED', 'COMPLETED', 'CANCELLED',
   'REJECTED', 'FAILED'));

-- The moves of a part, as services/order/domain/state.cpp has them, besides the beginning and steps that a living part takes
-- without becoming something else: some of its units were cancelled, say.
CREATE FUNCTION may_move(from_state text, to_state text) RETURNS boolean LANGUAGE sql IMMUTABLE AS $$
  SELECT CASE
    WHEN from_state IS NULL THEN to_state = 'PENDING_PAYMENT'
    WHEN from_state = to_state THEN to_state NOT IN ('CANCELLED', 'REJECTED', 'FAILED')
    ELSE from_state || '>' || to_state IN (
      'PENDING_PAYMENT>PLACED', 'PENDING_PAYMENT>FAILED', 'PLACED>ACCEPTED', 'PLACED>CANCELLED', 'PLACED>REJECTED',
      'ACCEPTED>PARTIALLY_SHIPPED', 'ACCEPTED>SHIPPED', 'ACCEPTED>CANCELLED', 'ACCEPTED>REJECTED',
      'PARTIALLY_SHIPPED>SHIPPED', 'SHIPPED>DELIVERED', 'DELIVERED>COMPLETED') END
$$;
CREATE FUNCTION refuse_move() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'a part does not move so' USING ERRCODE = 'MK054', TABLE = TG_TABLE_NAME;
END $$;

CREATE DOMAIN failure_reason AS text CHECK (VALUE IN
  ('', 'OUT_OF_STOCK', 'OFFER_UNAVAILABLE', 'PAYMENT_DECLINED', 'UNKNOWN_PAYMENT_METHOD', 'UNAVAILABLE',
   'CANCELLED_BY_BUYER', 'CANCELLED_BY_OPERATOR', 'PAYMENT_FAILED'));

CREATE TABLE orders (
  id                uuid PRIMARY KEY,
  operation_id      uuid NOT NULL UNIQUE,
  buyer_id          uuid NOT NULL,
  number            text NOT NULL,
  currency          text NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
  total_minor       bigint NOT NULL CHECK (total_minor >= 0),  -- 0: discounts took all of it off
  payment_method    text NOT NULL,               -- of its newest payment,
  payment_number    integer NOT NULL DEFAULT 1,  -- and which that is: the last one that may have been asked for
  pay_until         timestamptz,                 -- how long it may be paid with another method, once one was declined or lost, or waits to be confirmed
  accepted_terms    text CHECK (length(accepted_terms) BETWEEN 1 AND 50),  -- the version agreed to with it
  cart_id           uuid,                        -- that it was made of, and that what it buys is taken out of
  recipient         text NOT NULL,
  address_lines     text[] NOT NULL,
  city              text NOT NULL,
  region            text NOT NULL,
  postal_code       text NOT NULL,
  country_code      text NOT NULL,
  phone             text NOT NULL,
  payment_state     text NOT NULL DEFAULT 'CREATED'
    CHECK (payment_state IN ('CREATED', 'AUTHORIZED', 'CAPTURED', 'DECLINED', 'VOIDED', 'UNKNOWN', 'CAPTURE_FAILED',
                             'REQUIRES_ACTION')),
  action_url        text NOT NULL DEFAULT '',    -- where its buyer confirms the newest payment, with REQUIRES_ACTION
  authorized_minor  bigint NOT NULL DEFAULT 0 CHECK (authorized_minor BETWEEN 0 AND total_minor),
  captured_minor    bigint NOT NULL DEFAULT 0 CHECK (captured_minor BETWEEN 0 AND total_minor),
  refunded_minor    bigint NOT NULL DEFAULT 0 CHECK (refunded_minor BETWEEN 0 AND captured_minor),
  failure_reason    failure_reason NOT NULL DEFAULT '',
  failure_offers    uuid[] NOT NULL DEFAULT '{}',    -- of which too little was left,
  failure_left      bigint[] NOT NULL DEFAULT '{}',  -- and how much of each
  decline_code      text NOT NULL DEFAULT '',
  failed            boolean NOT NULL GENERATED ALWAYS AS (failure_reason <> '') STORED,
  version           bigint NOT NULL DEFAULT 1,
  created_at        timestamptz NOT NULL,
  updated_at        timestamptz NOT NULL,
  CHECK (cardinality(failure_offers) = cardinality(failure_left))
);
COMMENT ON TABLE orders IS 'mutable';
CREATE INDEX orders_of_buyer ON orders (buyer_id, failed, id DESC);  -- FAILED ones are a list of their own

-- Which order has which number. In a table of its own, without a key to orders, so that numbers stay unique when orders are
-- partitioned by time. Ordered by its bytes, so that how a number begins is a range of them.
CREATE TABLE order_number (
  number    text COLLATE "C" PRIMARY KEY,
  order_id  uuid NOT NULL
);

CREATE TABLE seller_order (
  id               uuid PRIMARY KEY,
  order_id         uuid NOT NULL REFERENCES orders (id),
  position         integer NOT NULL,
  seller_id        uuid NOT NULL,
  number           text NOT NULL,
  state            order_state NOT NULL,
  total_minor      bigint NOT NULL,  -- of its lines and its delivery
  -- How it is sent and what that costs, as agreed: it never changes.
  delivery_method_id       uuid NOT NULL DEFAULT '00000000-0000-0000-0000-000000000000',  -- which is: the shop had none
  delivery_name            text NOT NULL DEFAULT '',
  delivery_days_from       bigint,
  delivery_days_to         bigint,
  delivery_pickup_place    text NOT NULL DEFAULT '',       -- '': it is sent
  delivery_minor           bigint NOT NULL DEFAULT 0,      -- before discounts
  delivery_discounts       jsonb NOT NULL DEFAULT '[]',    -- as in order_line
  delivery_discount_minor  bigint NOT NULL DEFAULT 0,      -- their sum
  delivery_tax_rate_ppm    bigint NOT NULL DEFAULT 0,
  delivery_tax_mode        text NOT NULL DEFAULT 'INCLUDED',
  delivery_tax_minor       bigint NOT NULL DEFAULT 0,
  delivery_tax_rate_id     uuid,                           -- which rate that is, in tax_rate;
  delivery_no_tax          text NOT NULL DEFAULT '',       -- without one, why
  delivery_total_minor     bigint NOT NULL DEFAULT 0,
  refunded_minor   bigint NOT NULL DEFAULT 0,
  version          bigint NOT NULL DEFAULT 1,
  created_at       timestamptz NOT NULL,
  updated_at       timestamptz NOT NULL,
  moved_at         timestamptz NOT NULL DEFAULT market_now(),  -- since when it is in its state
  CHECK (0 <= refunded_minor AND refunded_minor <= total_minor),
  CHECK (0 <= delivery_discount_minor AND 0 <= delivery_tax_minor AND delivery_total_minor <= total_minor
         AND delivery_total_minor = delivery_minor - delivery_discount_minor
             + CASE delivery_tax_mode WHEN 'ADDED' THEN delivery_tax_minor WHEN 'INCLUDED' THEN 0 END),
  UNIQUE (order_id, position),
  UNIQUE (seller_id, order_id)  -- a shop has one part of an order; its lists go by it, since ids of orders are ordered by time
);
COMMENT ON TABLE seller_order IS 'mutable';
CREATE TRIGGER seller_order_terms_stay
  BEFORE UPDATE OF id, order_id, position, seller_id, total_minor, delivery_method_id, delivery_name, delivery_days_from,
                   delivery_days_to, delivery_pickup_place, delivery_minor, delivery_discounts, delivery_discount_minor,
                   delivery_tax_rate_ppm, delivery_tax_mode, delivery_tax_minor, delivery_tax_rate_id, delivery_no_tax,
                   delivery_total_minor ON seller_order
  FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER seller_order_moves_as_it_may BEFORE UPDATE OF state ON seller_order
  FOR EACH ROW WHEN (OLD.state <> NEW.state AND NOT may_move(OLD.state, NEW.state)) EXECUTE FUNCTION refuse_move();
CREATE INDEX seller_order_of_seller_in_state ON seller_order (seller_id, state, order_id DESC);
CREATE INDEX seller_order_in_state ON seller_order (state, order_id DESC);
-- Those that move by themselves when nobody moves them.
CREATE INDEX seller_order_timed ON seller_order (state, moved_at) WHERE state IN ('PLACED', 'SHIPPED', 'DELIVERED');

-- A part whose time is over, while somebody moves it on, and what has kept it from moving. There is no row of the others.
CREATE TABLE part_timer (
  seller_order_id  uuid PRIMARY KEY REFERENCES seller_order (id),
  fence            bigint NOT NULL DEFAULT 1,
  lease_until      timestamptz NOT NULL,
  next_run_at      timestamptz NOT NULL DEFAULT market_now(),
  attempts         integer NOT NULL DEFAULT 0,
  failures         integer NOT NULL DEFAULT 0,
  last_error       text NOT NULL DEFAULT '',
  parked_at        timestamptz  -- given up: it waits for an operator
);
COMMENT ON TABLE part_timer IS 'mutable';

-- What was bought and at which price never changes; what becomes of the units does.
CREATE TABLE order_line (
  id                uuid PRIMARY KEY,
  seller_order_id   uuid NOT NULL REFERENCES seller_order (id),
  position          integer NOT NULL,
  offer_id          uuid NOT NULL,
  product_id        uuid NOT NULL,
  category_ids      uuid[] NOT NULL DEFAULT '{}',  -- of the product: its own, then those above, the nearest first
  title             text NOT NULL,
  picture           text,                     -- where a small one of the product was
  sku               text NOT NULL,
  options           jsonb NOT NULL,
  quantity          bigint NOT NULL,
  cancelled         bigint NOT NULL DEFAULT 0,
  shipped           bigint NOT NULL DEFAULT 0,
  returned          bigint NOT NULL DEFAULT 0,
  unit_price_minor  bigint NOT NULL,
  discounts         jsonb NOT NULL,           -- [{"source", "funder", "amountMinor"}]
  discount_minor    bigint NOT NULL,          -- their sum
  tax_rate_ppm      bigint NOT NULL,
  tax_mode          text NOT NULL,            -- ADDED to the price, or INCLUDED in it
  tax_minor         bigint NOT NULL,
  tax_rate_id       uuid,                     -- which rate that is, in tax_rate;
  no_tax            text NOT NULL DEFAULT '', -- without one, why
  total_minor       bigint NOT NULL,
  CHECK (quantity > 0 AND 0 <= cancelled AND 0 <= returned AND returned <= shipped AND cancelled + shipped <= quantity),
  CHECK (unit_price_minor > 0 AND 0 <= discount_minor AND 0 <= tax_minor
         AND total_minor = quantity * unit_price_minor - discount_minor + CASE tax_mode WHEN 'ADDED' THEN tax_minor WHEN 'INCLUDED' THEN 0 END),
  UNIQUE (seller_order_id, position)
);
COMMENT ON TABLE order_line IS 'mutable';
CREATE TRIGGER order_line_stays BEFORE DELETE ON order_line FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER order_line_terms_stay
  BEFORE UPDATE OF id, seller_order_id, position, offer_id, product_id, category_ids, title, picture, sku, options, quantity, unit_price_minor,
                   discounts, discount_minor, tax_rate_ppm, tax_mode, tax_minor, tax_rate_id, no_tax, total_minor ON order_line
  FOR EACH ROW EXECUTE FUNCTION refuse_change();

CREATE TABLE order_event (
  sequence         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  order_id         uuid NOT NULL REFERENCES orders (id),
  seller_order_id  uuid NOT NULL REFERENCES seller_order (id),
  at               timestamptz NOT NULL DEFAULT market_now(),
  from_state       order_state,
  to_state         order_state NOT NULL,
  actor            text NOT NULL CHECK (actor IN ('buyer', 'seller', 'operator', 'system')),
  actor_id         uuid,
  reason           text NOT NULL DEFAULT '',
  operation_id     uuid,
  lines            uuid[],   -- which units were cancelled with it
  quantities       bigint[], -- and how many of each
  parcel_id        uuid,     -- that was sent or delivered with it
  address_changed  boolean NOT NULL DEFAULT false  -- it goes elsewhere since
);
CREATE INDEX order_event_of_order ON order_event (order_id, sequence);
CREATE INDEX order_event_of_operation ON order_event (operation_id) WHERE operation_id IS NOT NULL;
CREATE TRIGGER order_event_tells_what_may_be BEFORE INSERT ON order_event
  FOR EACH ROW WHEN (NOT may_move(NEW.from_state, NEW.to_state)) EXECUTE FUNCTION refuse_move();
-- But for what a person wrote, once its buyer is forgotten.
CREATE TRIGGER order_event_is_append_only BEFORE UPDATE ON order_event
  FOR EACH ROW WHEN (NEW.reason <> '' OR to_jsonb(NEW) - 'reason' IS DISTINCT FROM to_jsonb(OLD) - 'reason')
  EXECUTE FUNCTION refuse_change();
CREATE TRIGGER order_event_stays BEFORE DELETE ON order_event FOR EACH ROW EXECUTE FUNCTION refuse_change();

-- Takes what people wrote out of the history of a buyer's orders; gives how often. The service's role may not change the
-- history itself, so this runs as who owns it.
CREATE FUNCTION erase_words_of_buyer(buyer uuid) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
DECLARE
  erased bigint;
BEGIN
  UPDATE order_event SET reason = ''
  WHERE reason <> '' AND actor <> 'system' AND order_id IN (SELECT id FROM orders WHERE buyer_id = buyer);
  GET DIAGNOSTICS erased = ROW_COUNT;
  RETURN erased;
END $$;

-- The saga of placing an order: which way it goes, who drives it now, when it is due again. With WAIT nobody drives it: its
-- payment was declined or lost, and its buyer may pay until next_run_at; whoever takes it from then on undoes it.
CREATE TABLE checkout (
  order_id           uuid PRIMARY KEY REFERENCES orders (id),
  buyer_id           uuid NOT NULL,  -- the order's
  step               text NOT NULL CHECK (step IN ('FORWARD', 'UNDO', 'DONE', 'WAIT')),
  undo_reason        failure_reason NOT NULL DEFAULT '',  -- what its order fails of, as in orders; with WAIT unless it is paid
  undo_offers        uuid[] NOT NULL DEFAULT '{}',
  undo_left          bigint[] NOT NULL DEFAULT '{}',
  undo_decline_code  text NOT NULL DEFAULT '',
  undo_note          text NOT NULL DEFAULT '',            -- of a cancellation what a person wrote
  fence              bigint NOT NULL DEFAULT 1,
  lease_until        timestamptz NOT NULL,
  next_run_at        timestamptz NOT NULL DEFAULT market_now(),
  deadline_at        timestamptz NOT NULL,
  attempts           integer NOT NULL DEFAULT 0,  -- runs that did not finish it
  failures           integer NOT NULL DEFAULT 0,  -- how many of the last ones broke
  last_error         text NOT NULL DEFAULT '',
  parked_at          timestamptz,                 -- given up: it waits for an operator
  trace              text NOT NULL DEFAULT '',
  pay_operation_id   uuid,                        -- which request began the newest payment, of all but the first
  CHECK ((step IN ('UNDO', 'WAIT')) <= (undo_reason <> ''))
);
COMMENT ON TABLE checkout IS 'mutable';
CREATE INDEX checkout_due ON checkout (next_run_at) WHERE step <> 'DONE';
CREATE INDEX checkout_open_of_buyer ON checkout (buyer_id) WHERE step <> 'DONE';

-- The buyer, if he has fewer than `most` checkouts open; else ends the transaction. One that opens another meanwhile
-- waits: an account's checkouts begin one after the other, or all at once would pass.
CREATE FUNCTION buyer_with_room(buyer uuid, most integer) RETURNS uuid LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_advisory_xact_lock(hashtextextended(buyer::text, 0));
  IF (SELECT count(*) FROM checkout WHERE buyer_id = buyer AND step <> 'DONE') >= most THEN
    RAISE EXCEPTION 'the buyer has % open checkouts', most USING ERRCODE = 'MK002';
  END IF;
  RETURN buyer;
END $$;
