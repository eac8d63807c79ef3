-- What happened in this service, kept for a while: rows are written by the transactions that did it and never change.
--
-- The order is (xid, seq). A row is for readers once every transaction older than its own has ended
-- (xid < pg_snapshot_xmin): nothing that is read is ever followed by something that belongs before it.
CREATE TABLE event (
  xid               xid8        NOT NULL DEFAULT pg_current_xact_id(),
  seq               bigint      GENERATED ALWAYS AS IDENTITY,  -- within one transaction: the order of appending
  id                uuid        NOT NULL,
  type              text        NOT NULL CHECK (type ~ '^[a-z]+[.][A-Za-z]+$'),  -- 'user.SellerApproved'
  version           integer     NOT NULL,                      -- of the payload's message
  aggregate         text        NOT NULL CHECK (aggregate LIKE '_%/_%'),  -- 'seller/<id>'
  aggregate_version bigint      NOT NULL,
  seller_id         uuid,
  buyer_id          uuid,
  at                timestamptz NOT NULL DEFAULT market_now(),
  trace             text        NOT NULL,
  payload           bytea       NOT NULL,
  PRIMARY KEY (xid, seq)
);

-- One row. A cursor of another incarnation, or before what is forgotten, has expired.
CREATE TABLE event_log (
  one           boolean PRIMARY KEY DEFAULT true CHECK (one),
  incarnation   uuid    NOT NULL DEFAULT gen_random_uuid(),
  forgotten_xid xid8    NOT NULL DEFAULT '0',
  forgotten_seq bigint  NOT NULL DEFAULT 0
);
INSERT INTO event_log DEFAULT VALUES;

-- The last event that was handed on to each subscriber: all after it are still to come.
CREATE TABLE event_subscription (
  subscriber text   PRIMARY KEY,
  xid        xid8   NOT NULL,
  seq        bigint NOT NULL
);
COMMENT ON TABLE event_subscription IS 'mutable';

-- The events of other services that this one has acted upon.
CREATE TABLE event_inbox (
  subscriber text        NOT NULL,
  event_id   uuid        NOT NULL,
  at         timestamptz NOT NULL DEFAULT market_now(),
  PRIMARY KEY (subscriber, event_id)
);
COMMENT ON TABLE event_inbox IS 'mutable';
CREATE INDEX event_inbox_age ON event_inbox (at);

-- Deletes the oldest events, at most `most` and none younger than `kept` or still to be handed on to a subscriber; gives
-- how many. The service's role may not delete events itself, so this runs as who owns the table.
CREATE FUNCTION forget_events(kept interval, most integer) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
DECLARE
  until record;
  gone  bigint;
BEGIN
  PERFORM FROM event_log FOR UPDATE SKIP LOCKED;
  IF NOT FOUND THEN
    RETURN 0;
  END IF;
  SELECT oldest.xid, oldest.seq INTO until
  FROM (SELECT first.xid, first.seq, bool_and(first.at < market_now() - kept) OVER (ORDER BY first.xid, first.seq) AS old
        FROM (SELECT e.xid, e.seq, e.at FROM event e WHERE e.xid < pg_snapshot_xmin(pg_current_snapshot())
              ORDER BY e.xid, e.seq LIMIT most) AS first) AS oldest
  WHERE oldest.old
    AND NOT EXISTS (SELECT FROM event_subscription s WHERE (s.xid, s.seq) < (oldest.xid, oldest.seq))
  ORDER BY oldest.xid DESC, oldest.seq DESC LIMIT 1;
  IF NOT FOUND THEN
    RETURN 0;
  END IF;
  DELETE FROM event WHERE (xid, seq) <= (until.xid, until.seq);
  GET DIAGNOSTICS gone = ROW_COUNT;
  UPDATE event_log SET forgotten_xid = until.xid, forgotten_seq = until.seq;
  RETURN gone;
END $$;

-- A dump that was restored brings the xids of another cluster: positions that the transactions of this one have not
-- reached. They become 0, which keeps the order of appending; feeds start anew, and subscribers may hear again of what
-- was written at the same time as the last event they were handed. True: it was so.
CREATE FUNCTION settle_events() RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
DECLARE
  newest xid8 := pg_snapshot_xmax(pg_current_snapshot());
BEGIN
  IF NOT EXISTS (SELECT FROM event WHERE xid >= newest)
     AND NOT EXISTS (SELECT FROM event_subscription WHERE xid > newest)
     AND NOT EXISTS (SELECT FROM event_log WHERE forgotten_xid > newest) THEN
    RETURN false;
  END IF;
  UPDATE event_log SET incarnation = gen_random_uuid(), forgotten_xid = '0', forgotten_seq = 0;
  UPDATE event_subscription s SET xid = '0', seq = coalesce(
    (SELECT min(e.seq) - 1 FROM event e WHERE (e.xid, e.seq) > (s.xid, s.seq)), (SELECT max(e.seq) FROM event e), 0);
  UPDATE event SET xid = '0';
  RETURN true;
END $$;
