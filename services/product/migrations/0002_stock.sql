-- Locks are taken in one order everywhere: reservation_order, its reservations, stock by id.

-- Where units lie unless an act names another place.
CREATE FUNCTION default_location() RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN 'MAIN';

-- The units of an offer that lie in one place; those of a popular offer may be spread over shards, so that its
-- buyers do not queue for one row. What an offer has is the sum of its rows.
CREATE TABLE stock (
  id         uuid PRIMARY KEY,
  offer_id   uuid NOT NULL REFERENCES offer,
  location   text NOT NULL DEFAULT default_location(),
  shard      integer NOT NULL DEFAULT 0,
  on_hand    bigint NOT NULL,
  reserved   bigint NOT NULL DEFAULT 0,
  low_at     bigint,                          -- the offer's threshold, the same in all its rows; null: none
  is_low     boolean NOT NULL DEFAULT false,  -- whether its shop was told so, of all its rows
  version    bigint NOT NULL DEFAULT 1,
  CONSTRAINT stock_place UNIQUE (offer_id, location, shard),
  -- The one guard against overselling: what does not fit fails here, and its whole transaction with it. One CHECK, since
  -- each is read anew by every statement that writes the table.
  CONSTRAINT stock_within_bounds CHECK (0 <= reserved AND reserved <= on_hand AND on_hand <= 1000000000000)
) WITH (fillfactor = 50);  -- room for heap-only updates: a popular offer's row changes all the time
COMMENT ON TABLE stock IS 'mutable';
CREATE TRIGGER stock_stays BEFORE DELETE ON stock
  FOR EACH ROW EXECUTE FUNCTION refuse_change('movements and reservations name it');

-- Offers of which somebody should look whether they are low: whoever moves units of an offer with a threshold asks for that in the same
-- transaction, so that none is missed, and waits for nobody. No key on the offer: it would make movers of one offer wait for each other.
CREATE TABLE low_stock_look (
  id        bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  offer_id  uuid NOT NULL
);
COMMENT ON TABLE low_stock_look IS 'mutable';

-- That a row of stock became empty or stopped being so: what the search index (every process its own) knows of stock. The condition costs
-- an update that turns nothing no call. Read as the log of events is, in the order of transactions; forgotten after an hour.
CREATE TABLE stock_turn (
  xid      xid8 NOT NULL DEFAULT pg_current_xact_id(),
  id       bigint GENERATED ALWAYS AS IDENTITY,
  offer_id uuid NOT NULL,
  at       timestamptz NOT NULL DEFAULT market_now(),
  PRIMARY KEY (xid, id)
);
COMMENT ON TABLE stock_turn IS 'mutable';
CREATE INDEX stock_turn_oldest ON stock_turn (at);

CREATE FUNCTION note_stock_turn() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO stock_turn (offer_id) VALUES (NEW.offer_id);
  RETURN NULL;
END
$$;
CREATE TRIGGER stock_turns AFTER UPDATE OF on_hand, reserved ON stock FOR EACH ROW
  WHEN ((OLD.on_hand > OLD.reserved) <> (NEW.on_hand > NEW.reserved)) EXECUTE FUNCTION note_stock_turn();

-- Append-only: on_hand is the sum of a row's movements, and what a line has released, consumed and restocked is the sum of its own.
-- Once per cause and line (or stock row, where there is no line), so that what is repeated changes nothing.
-- Nothing here or below has a foreign key to stock: it would put a share lock of everybody on a popular row, and stock stays.
CREATE TABLE stock_movement (
  id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  kind        text NOT NULL,
  stock_id    uuid NOT NULL,
  offer_id    uuid NOT NULL,
  on_hand     bigint NOT NULL,  -- added to
  reserved    bigint NOT NULL,  -- added to
  cause_id    uuid NOT NULL,    -- the offer that was made, the operation that adjusted, what cancelled, shipped or came back
  order_id    uuid,
  line_id     uuid,
  reason      text NOT NULL DEFAULT '',
  account_id  uuid,             -- who adjusted
  created_at  timestamptz NOT NULL DEFAULT market_now(),
  CONSTRAINT stock_movement_cause UNIQUE NULLS NOT DISTINCT (cause_id, stock_id, line_id),
  CONSTRAINT stock_movement_kind CHECK (
    (line_id IS NULL) = (order_id IS NULL) AND char_length(reason) <= 200 AND
    CASE kind WHEN 'INITIAL' THEN line_id IS NULL AND on_hand > 0 AND reserved = 0
              WHEN 'ADJUSTMENT' THEN line_id IS NULL AND on_hand <> 0 AND reserved = 0
              WHEN 'RELEASE' THEN line_id IS NOT NULL AND on_hand = 0 AND reserved < 0
              WHEN 'SHIPMENT' THEN line_id IS NOT NULL AND on_hand < 0 AND reserved = on_hand
              WHEN 'RETURN' THEN line_id IS NOT NULL AND on_hand > 0 AND reserved = 0
              ELSE false END)
);
CREATE INDEX stock_movement_of_offer ON stock_movement (offer_id, id DESC);
CREATE TRIGGER stock_movement_stays BEFORE UPDATE OR DELETE ON stock_movement
  FOR EACH ROW EXECUTE FUNCTION refuse_change('movements are only added');
CREATE TRIGGER stock_movement_not_emptied BEFORE TRUNCATE ON stock_movement
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change('movements are only added');

-- One row per order that ever asked or gave back: it makes reserving idempotent. An order that gave back before it asked
-- has no lines, and gets none any more. Who changes an order's reservations locks its row, and changes nothing in it.
CREATE TABLE reservation_order (
  order_id    uuid PRIMARY KEY,
  created_at  timestamptz NOT NULL DEFAULT market_now()
);
COMMENT ON TABLE reservation_order IS 'mutable';  -- FOR UPDATE asks for that right
CREATE TRIGGER reservation_order_stays BEFORE UPDATE OR DELETE ON reservation_order
  FOR EACH ROW EXECUTE FUNCTION refuse_change('who has asked has asked');

-- What became of the units of one line: each is held, sold, given back or shipped. No hold expires: who asked for it ends it.
CREATE TABLE reservation (
  order_id   uuid NOT NULL,  -- its row comes first, in the same statement
  line_id    uuid NOT NULL,
  stock_id   uuid NOT NULL,
  offer_id   uuid NOT NULL,
  quantity   bigint NOT NULL,
  held       bigint NOT NULL,
  committed  bigint NOT NULL DEFAULT 0,
  released   bigint NOT NULL DEFAULT 0,
  consumed   bigint NOT NULL DEFAULT 0,
  restocked  bigint NOT NULL DEFAULT 0,  -- of what was consumed: it came back, and is for sale again
  PRIMARY KEY (order_id, line_id),
  CONSTRAINT reservation_adds_up CHECK (
    quantity > 0 AND held >= 0 AND committed >= 0 AND released >= 0 AND consumed >= 0
    AND held + committed + released + consumed = quantity AND restocked BETWEEN 0 AND consumed)
) WITH (fillfactor = 70);  -- room for the heap-only update that follows each hold
COMMENT ON TABLE reservation IS 'mutable';
-- Triggers that name columns cost statements which do not set them nothing.
CREATE TRIGGER reservation_terms_stay
  BEFORE UPDATE OF order_id, line_id, stock_id, offer_id, quantity ON reservation
  FOR EACH ROW EXECUTE FUNCTION refuse_change('what was reserved never changes');
CREATE TRIGGER reservation_ends_once BEFORE UPDATE OF released, consumed, restocked ON reservation
  FOR EACH ROW WHEN (NEW.released < OLD.released OR NEW.consumed < OLD.consumed OR NEW.restocked < OLD.restocked)
  EXECUTE FUNCTION refuse_change('it has ended');
CREATE TRIGGER reservation_stays BEFORE DELETE ON reservation
  FOR EACH ROW EXECUTE FUNCTION refuse_change('reservations end, they are not deleted');

-- Each unit of work is one function: one statement and one commit for who calls it, and plans that stay. Stock comes last in
-- each, so that a popular row is locked for no longer than the commit.

-- Which stock row serves a line of so many units; none when the offer is not for sale. All that knows of places and shards.
CREATE FUNCTION stock_for(wanted uuid, units bigint) RETURNS uuid LANGUAGE plpgsql STABLE AS $$
BEGIN
  RETURN (SELECT s.id
          FROM offer o JOIN product p ON p.id = o.product_id JOIN stock s ON s.offer_id = o.id
          WHERE o.id = wanted AND o.state = 'ACTIVE' AND p.state = 'PUBLISHED'
          ORDER BY s.on_hand - s.reserved >= units DESC, s.on_hand - s.reserved DESC, s.id LIMIT 1);
END
$$;

-- Holds the units of all lines or of none. Fails on reservation_order_pkey when the order is known, on a null stock_id when an
-- offer is not for sale, on stock_within_bounds when there are too few.
CREATE FUNCTION reserve_units(of_order uuid, lines uuid[], offers uuid[], quantities bigint[]) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
  taken record;
  moved uuid;
  looks boolean;
BEGIN
  INSERT INTO reservation_order (order_id) VALUES (of_order);
  FOR taken IN
    WITH line AS (
      INSERT INTO reservation (order_id, line_id, stock_id, offer_id, quantity, held)
      SELECT of_order, wanted.line, stock_for(wanted.offer, wanted.units), wanted.offer, wanted.units, wanted.units
      FROM unnest(lines, offers, quantities) AS wanted (line, offer, units)
      RETURNING stock_id, quantity)
    SELECT stock_id, sum(quantity)::bigint AS units FROM line GROUP BY stock_id ORDER BY stock_id
  LOOP
    UPDATE stock SET reserved = reserved + taken.units, version = version + 1 WHERE id = taken.stock_id
    RETURNING offer_id, on_hand - reserved <= low_at AND NOT is_low INTO moved, looks;
    IF looks THEN
      INSERT INTO low_stock_look (offer_id) VALUES (moved);
    END IF;
  END LOOP;
END
$$;

-- The same for many orders of one line each, all of one offer, none twice: one update of its stock row, one commit, so that buyers of
-- a popular offer do not queue for its lock. Of each: RESERVED; KNOWN; SHORT, which says nothing for sure, since it was looked at without a
-- lock. Fails on stock_within_bounds when others were faster, and has held nothing then.
CREATE FUNCTION reserve_for_each(orders uuid[], lines uuid[], wanted uuid, quantities bigint[]) RETURNS text[]
LANGUAGE plpgsql AS $$
DECLARE
  place uuid := stock_for(wanted, 1);
  free bigint := (SELECT on_hand - reserved FROM stock WHERE id = place);
  outcomes text[] := '{}';
  held uuid[];
  units bigint;
  looks boolean;
BEGIN
  FOR i IN 1 .. cardinality(orders) LOOP
    IF quantities[i] <= free THEN
      free := free - quantities[i];
      outcomes := outcomes || 'KNOWN'::text;
    ELSE
      outcomes := outcomes || 'SHORT'::text;
    END IF;
  END LOOP;
  WITH fitting AS (
    SELECT asked.order_id, line_id, quantity
    FROM unnest(orders, lines, quantities, outcomes) AS asked (order_id, line_id, quantity, outcome)
    WHERE outcome = 'KNOWN'),
  fresh AS (
    INSERT INTO reservation_order (order_id) SELECT order_id FROM fitting ORDER BY order_id
    ON CONFLICT DO NOTHING RETURNING order_id),
  line AS (
    INSERT INTO reservation (order_id, line_id, stock_id, offer_id, quantity, held)
    SELECT order_id, line_id, place, wanted, quantity, quantity FROM fitting JOIN fresh USING (order_id)
    RETURNING order_id, quantity)
  SELECT array_agg(order_id), sum(quantity)::bigint FROM line INTO held, units;
  IF units > 0 THEN
    UPDATE stock SET reserved = reserved + units, version = version + 1 WHERE id = place
    RETURNING on_hand - reserved <= low_at AND NOT is_low INTO looks;
    IF looks THEN
      INSERT INTO low_stock_look (offer_id) VALUES (wanted);
    END IF;
  END IF;
  RETURN (SELECT array_agg(CASE WHEN order_id = ANY (held) THEN 'RESERVED' ELSE outcome END ORDER BY at)
          FROM unnest(orders, outcomes) WITH ORDINALITY AS told (order_id, outcome, at));
END
$$;

-- What is held is sold from now on. False when nothing of the order is held, sold or shipped any more.
CREATE FUNCTION commit_units(of_order uuid) RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
  PERFORM FROM reservation_order WHERE order_id = of_order FOR UPDATE;
  UPDATE reservation SET committed = committed + held, held = 0 WHERE order_id = of_order AND held > 0;
  IF FOUND THEN
    RETURN true;
  END IF;
  RETURN EXISTS (SELECT FROM reservation WHERE order_id = of_order AND released < quantity);
END
$$;

-- Gives back what the named lines have left, so many at most; what all lines have left, without names. An order that never
-- asked is barred from doing so: against a reservation under way this waits for that one's end.
CREATE FUNCTION release_units(of_order uuid, cause uuid, lines uuid[], quantities bigint[]) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
  freed record;
  moved uuid;
  looks boolean;
BEGIN
  INSERT INTO reservation_order (order_id) VALUES (of_order) ON CONFLICT DO NOTHING;
  PERFORM FROM reservation_order WHERE order_id = of_order FOR UPDATE;
  FOR freed IN
    WITH moved AS (
      INSERT INTO stock_movement (kind, stock_id, offer_id, on_hand, reserved, cause_id, order_id, line_id)
      -- least() passes over the null of a line without a name.
      SELECT 'RELEASE', stock_id, offer_id, 0,
             -least(held + committed, quantities[array_position(lines, line_id)]), cause, of_order, line_id
      FROM reservation
      WHERE order_id = of_order AND held + committed > 0 AND (lines = '{}' OR line_id = ANY (lines))
      ON CONFLICT DO NOTHING
      RETURNING line_id, -reserved AS units),
    line AS (
      UPDATE reservation r
      SET held = greatest(held - moved.units, 0), committed = committed - greatest(moved.units - held, 0),
          released = released + moved.units
      FROM moved WHERE r.order_id = of_order AND r.line_id = moved.line_id
      RETURNING stock_id, moved.units)
    SELECT stock_id, sum(units)::bigint AS units FROM line GROUP BY stock_id ORDER BY stock_id
  LOOP
    UPDATE stock SET reserved = reserved - freed.units, version = version + 1 WHERE id = freed.stock_id
    RETURNING offer_id, is_low INTO moved, looks;
    IF looks THEN
      INSERT INTO low_stock_look (offer_id) VALUES (moved);
    END IF;
  END LOOP;
END
$$;

-- Takes units that are sold out of the stock, those of all lines or of none. Fails on a null stock_id when the order has no
-- such line, on reservation_adds_up when too few of it are sold.
CREATE FUNCTION consume_units(of_order uuid, cause uuid, lines uuid[], quantities bigint[]) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
  shipped record;
BEGIN
  PERFORM FROM reservation_order WHERE order_id = of_order FOR UPDATE;
  FOR shipped IN
    WITH moved AS (
      INSERT INTO stock_movement (kind, stock_id, offer_id, on_hand, reserved, cause_id, order_id, line_id)
      SELECT 'SHIPMENT', r.stock_id, r.offer_id, -named.units, -named.units, cause, of_order, named.line
      FROM unnest(lines, quantities) AS named (line, units)
      LEFT JOIN reservation r ON r.order_id = of_order AND r.line_id = named.line
      ON CONFLICT DO NOTHING
      RETURNING line_id, -reserved AS units),
    line AS (
      UPDATE reservation r SET committed = committed - moved.units, consumed = consumed + moved.units
      FROM moved WHERE r.order_id = of_order AND r.line_id = moved.line_id
      RETURNING stock_id, moved.units)
    SELECT stock_id, sum(units)::bigint AS units FROM line GROUP BY stock_id ORDER BY stock_id
  LOOP
    UPDATE stock SET on_hand = on_hand - shipped.units, reserved = reserved - shipped.units, version = version + 1
    WHERE id = shipped.stock_id;
  END LOOP;
END
$$;

-- Puts units that were shipped and came back into the stock that they were taken out of, those of all lines or of none. Fails on a
-- null stock_id when the order has no such line, on reservation_adds_up when fewer of it were shipped and are not back.
CREATE FUNCTION restock_units(of_order uuid, cause uuid, lines uuid[], quantities bigint[]) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
  came record;
  moved uuid;
  looks boolean;
BEGIN
  PERFORM FROM reservation_order WHERE order_id = of_order FOR UPDATE;
  FOR came IN
    WITH moved AS (
      INSERT INTO stock_movement (kind, stock_id, offer_id, on_hand, reserved, cause_id, order_id, line_id)
      SELECT 'RETURN', r.stock_id, r.offer_id, named.units, 0, cause, of_order, named.line
      FROM unnest(lines, quantities) AS named (line, units)
      LEFT JOIN reservation r ON r.order_id = of_order AND r.line_id = named.line
      ON CONFLICT DO NOTHING
      RETURNING line_id, on_hand AS units),
    line AS (
      UPDATE reservation r SET restocked = restocked + moved.units
      FROM moved WHERE r.order_id = of_order AND r.line_id = moved.line_id
      RETURNING stock_id, moved.units)
    SELECT stock_id, sum(units)::bigint AS units FROM line GROUP BY stock_id ORDER BY stock_id
  LOOP
    UPDATE stock SET on_hand = on_hand + came.units, version = version + 1 WHERE id = came.stock_id
    RETURNING offer_id, is_low INTO moved, looks;
    IF looks THEN
      INSERT INTO low_stock_look (offer_id) VALUES (moved);
    END IF;
  END LOOP;
END
$$;

-- Takes up at most so many looks, and gives the offers that have become low since they were last looked at: what can be bought of them
-- is at the threshold or below. An offer that is not for sale is never low. Two at once never give the same.
CREATE FUNCTION take_low_stock(most bigint)
RETURNS TABLE (offer uuid, product uuid, seller uuid, sku text, available bigint, threshold bigint, stock_version bigint)
LANGUAGE plpgsql AS $$
DECLARE
  looked uuid[];
  one record;
BEGIN
  WITH taken AS (
    DELETE FROM low_stock_look WHERE id IN (SELECT l.id FROM low_stock_look l ORDER BY l.id LIMIT most FOR UPDATE SKIP LOCKED)
    RETURNING low_stock_look.offer_id)
  SELECT array_agg(DISTINCT taken.offer_id) INTO looked FROM taken;
  PERFORM FROM stock WHERE offer_id = ANY (looked) ORDER BY id FOR UPDATE;
  FOR one IN
    SELECT o.id, o.product_id, o.seller_id, o.sku, s.units, s.low_at, s.was_low,
           coalesce(o.state = 'ACTIVE' AND s.units <= s.low_at, false) AS is_low
    FROM offer o JOIN LATERAL (
      SELECT sum(on_hand - reserved)::bigint AS units, max(low_at) AS low_at, bool_or(stock.is_low) AS was_low
      FROM stock WHERE offer_id = o.id) s ON true
    WHERE o.id = ANY (looked)
  LOOP
    UPDATE stock SET is_low = one.is_low, version = version + 1
    WHERE offer_id = one.id AND is_low <> one.is_low;
    IF one.is_low AND NOT one.was_low THEN
      RETURN QUERY SELECT one.id, one.product_id, one.seller_id, one.sku, one.units, one.low_at,
                          (SELECT max(version) FROM stock WHERE offer_id = one.id);
    END IF;
  END LOOP;
END
$$;
