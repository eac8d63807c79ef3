-- Privileged acts: what an operator, a member of a shop or an API key did, written in the transaction that did it.
CREATE TABLE audit_event (
  id          uuid        PRIMARY KEY,
  at          timestamptz NOT NULL DEFAULT market_now(),
  account_id  uuid,                              -- who; null: somebody at the machine, whom `actor` names
  actor       text        NOT NULL CHECK (actor <> ''),
  api_key_id  uuid,                              -- the account's, that was used
  permission  text        NOT NULL,              -- by what right: "orders.cancel"; '' at the machine
  method      text        NOT NULL CHECK (method <> ''),
  target_type text        NOT NULL CHECK (target_type <> ''),
  target_id   text        NOT NULL CHECK (target_id <> ''),
  seller_id   uuid,                              -- whose shop it concerns, if that is one
  reason      text        NOT NULL,
  address     text        NOT NULL,              -- from where; '' at the machine
  request_id  text        NOT NULL,
  trace_id    text        NOT NULL,
  before      jsonb       NOT NULL,
  after       jsonb       NOT NULL
);
CREATE INDEX audit_event_of_actor ON audit_event (account_id, at);
CREATE INDEX audit_event_of_target ON audit_event (target_type, target_id, at);

-- The chain: each digest covers the one before it and one event. What was sealed can't be changed, taken out or
-- put in between without all later digests changing, and those were told to the log.
CREATE TABLE audit_seal (
  position  bigint      PRIMARY KEY CHECK (position > 0),
  event_id  uuid        NOT NULL UNIQUE REFERENCES audit_event,
  digest    bytea       NOT NULL CHECK (octet_length(digest) = 32),
  sealed_at timestamptz NOT NULL DEFAULT market_now()
);
COMMENT ON TABLE audit_seal IS 'read-only: audit_seal_committed adds to it';

-- What is not sealed yet. Only committed acts are seen here, so the order of the chain is one in which they were there,
-- and no act ever waits for another one.
CREATE TABLE audit_unsealed (
  event_id uuid PRIMARY KEY REFERENCES audit_event
);

CREATE FUNCTION audit_digest(previous bytea, event audit_event) RETURNS bytea LANGUAGE sql STABLE AS $$
  SELECT sha256(previous || convert_to(jsonb_build_array(
    event.id, (extract(epoch FROM event.at) * 1000000)::bigint, event.account_id, event.actor, event.api_key_id,
    event.permission, event.method, event.target_type, event.target_id, event.seller_id, event.reason, event.address, event.request_id, event.trace_id, event.before, event.after)::text, 'UTF8'))
$$;

-- Puts what is committed at the end of the chain and gives its head; nothing while another replica does so. A program
-- may add to the chain by this alone.
CREATE FUNCTION audit_seal_committed(most integer) RETURNS TABLE (sealed integer, "position" bigint, digest text)
LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
DECLARE
  head audit_seal;
  event audit_event;
  made integer := 0;
BEGIN
  IF NOT pg_try_advisory_xact_lock(hashtext('audit_seal')) THEN RETURN; END IF;
  SELECT s.* INTO head FROM audit_seal s ORDER BY s.position DESC LIMIT 1;
  FOR event IN
    SELECT e.* FROM audit_unsealed u JOIN audit_event e ON e.id = u.event_id ORDER BY e.at, e.id LIMIT most
  LOOP
    INSERT INTO audit_seal AS s (position, event_id, digest)
      VALUES (coalesce(head.position, 0) + 1, event.id, audit_digest(coalesce(head.digest, ''), event))
      RETURNING s.* INTO head;
    DELETE FROM audit_unsealed u WHERE u.event_id = event.id;
    made := made + 1;
  END LOOP;
  RETURN QUERY SELECT made, coalesce(head.position, 0), coalesce(encode(head.digest, 'hex'), '');
END
$$;

-- Who keeps the list of the acts of all services hears of every one from the first on.
INSERT INTO event_subscription (subscriber, xid, seq) VALUES ('auth', '0', 0);
