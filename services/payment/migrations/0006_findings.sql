-- Reconciliation: the provider's list as we have heard it, what differs from it, and what operators made of that.

-- A copy of the provider's list, as of its last word. Rows stay: a charge may be refunded after years.
CREATE TABLE provider_charge (
  authorization_id  text PRIMARY KEY,
  order_id          uuid,             -- none: it names no order of ours
  currency          text NOT NULL,
  captured_minor    bigint NOT NULL,
  refunded_minor    bigint NOT NULL,
  changed_at        timestamptz NOT NULL DEFAULT market_now()  -- when we heard of it
);
COMMENT ON TABLE provider_charge IS 'mutable';
CREATE INDEX provider_charge_of_order ON provider_charge (order_id);
CREATE INDEX provider_charge_changed ON provider_charge (changed_at);
CREATE TABLE provider_refund (
  authorization_id  text NOT NULL,
  reference         text NOT NULL,    -- domain::ReferenceOf, or somebody else's
  amount_minor      bigint NOT NULL,
  PRIMARY KEY (authorization_id, reference)
);
COMMENT ON TABLE provider_refund IS 'mutable';

-- How far each part of it is. `next_run_at` is its lease as well: who takes a row moves it on.
CREATE TABLE reconciliation (
  part         text PRIMARY KEY CHECK (part IN ('provider', 'payments', 'balance', 'disputes')),
  position     timestamptz NOT NULL DEFAULT market_now(),
  next_run_at  timestamptz NOT NULL DEFAULT market_now()
);
COMMENT ON TABLE reconciliation IS 'mutable';
INSERT INTO reconciliation (part) VALUES ('provider'), ('payments'), ('balance'), ('disputes');

CREATE TYPE finding_kind AS ENUM
  ('CHARGE_UNKNOWN', 'CHARGE_MISSING', 'CHARGE_DIFFERS', 'REFUND_UNKNOWN', 'REFUND_MISSING', 'REFUND_DIFFERS', 'LEDGER_DIFFERS',
   'LEDGER_UNBALANCED');
CREATE TYPE finding_state AS ENUM ('OPEN', 'RESOLVED');

-- What an operator made of a finding; one that comes back with another amount may be resolved again.
CREATE TABLE finding_resolution (
  id               uuid PRIMARY KEY,  -- the cause of its entry
  finding_id       uuid NOT NULL,
  account_id       uuid NOT NULL,
  note             text NOT NULL,
  entry_id         uuid,              -- none: nothing was booked
  debit_account    ledger_account,
  debit_owner_id   uuid,
  credit_account   ledger_account,
  credit_owner_id  uuid,
  currency         text,
  amount_minor     bigint CHECK (amount_minor > 0),
  created_at       timestamptz NOT NULL DEFAULT market_now(),
  CHECK (num_nulls(entry_id, debit_account, credit_account, currency, amount_minor) IN (0, 5))
);
CREATE TRIGGER finding_resolution_is_append_only BEFORE UPDATE OR DELETE ON finding_resolution
  FOR EACH ROW EXECUTE FUNCTION refuse_change();

CREATE TABLE finding (
  id             uuid PRIMARY KEY,
  kind           finding_kind NOT NULL,
  subject        text NOT NULL,       -- payment/<id>, refund/<reference>, charge/<authorization>, currency/<code>
  state          finding_state NOT NULL DEFAULT 'OPEN',
  payment_id     uuid,
  order_id       uuid,
  currency       text NOT NULL,
  amount_minor   bigint NOT NULL,     -- how much more the other side has
  first_seen     timestamptz NOT NULL DEFAULT market_now(),
  last_seen      timestamptz NOT NULL DEFAULT market_now(),
  reason         text CHECK (reason IN ('cleared', 'resolved')),
  resolution_id  uuid REFERENCES finding_resolution (id),
  resolved_at    timestamptz,
  UNIQUE (kind, subject),
  CHECK ((state = 'RESOLVED') = (reason IS NOT NULL AND resolved_at IS NOT NULL)),
  CHECK ((reason = 'resolved') = (resolution_id IS NOT NULL))
);
COMMENT ON TABLE finding IS 'mutable';
CREATE INDEX finding_open ON finding (last_seen) WHERE state = 'OPEN';

-- What differs of these payments and of these charges of the provider, whatever their age; `changed_at` is when the younger of
-- both sides changed.
CREATE FUNCTION payment_differences(payments uuid[], charges text[])
  RETURNS TABLE (kind finding_kind, subject text, payment_id uuid, order_id uuid, currency text, amount_minor bigint,
                 changed_at timestamptz) LANGUAGE sql STABLE AS $$
  WITH p AS (
    SELECT * FROM payment WHERE id = ANY (payments)
    UNION SELECT payment.* FROM provider_charge c JOIN payment ON payment.order_id = c.order_id
          WHERE c.authorization_id = ANY (charges)),
  c AS (
    SELECT * FROM provider_charge WHERE authorization_id = ANY (charges)
    UNION SELECT provider_charge.* FROM p JOIN provider_charge ON provider_charge.order_id = p.order_id),
  both_sides AS (
    SELECT p.*, c.authorization_id AS found, c.captured_minor AS there, c.currency AS currency_there,
           greatest(p.updated_at, c.changed_at) AS both_changed_at
    FROM p LEFT JOIN c ON c.order_id = p.order_id AND c.authorization_id = p.authorization_id),
  refunds AS (
    SELECT coalesce(ours.payment_id, theirs.payment_id) AS payment_id, reference, ours.amount_minor AS here,
           theirs.amount_minor AS there
    FROM (SELECT b.id AS payment_id, r.seller_order_id || '/' || r.id AS reference, r.amount_minor
          FROM both_sides b JOIN refund r ON r.payment_id = b.id
          WHERE b.found IS NOT NULL AND r.state = 'SUCCEEDED' AND r.amount_minor > 0) AS ours
    FULL JOIN (SELECT b.id AS payment_id, r.reference, r.amount_minor
               FROM both_sides b JOIN provider_refund r ON r.authorization_id = b.found) AS theirs USING (payment_id, reference))
  SELECT 'CHARGE_UNKNOWN'::finding_kind, 'charge/' || c.authorization_id, NULL::uuid, c.order_id, c.currency,
         c.captured_minor - c.refunded_minor, c.changed_at
  FROM c WHERE c.captured_minor > c.refunded_minor
    AND NOT EXISTS (SELECT FROM payment o WHERE o.order_id = c.order_id AND o.authorization_id = c.authorization_id)
  UNION ALL
  SELECT 'CHARGE_MISSING', 'payment/' || b.id, b.id, b.order_id, b.currency, -b.captured_minor, b.updated_at
  FROM both_sides b WHERE b.captured_minor > 0 AND b.found IS NULL
  UNION ALL
  SELECT 'CHARGE_DIFFERS', 'payment/' || b.id, b.id, b.order_id, coalesce(b.currency, b.currency_there), b.there - b.captured_minor,
         b.both_changed_at
  FROM both_sides b WHERE b.found IS NOT NULL AND greatest(b.there, b.captured_minor) > 0
    AND (b.there <> b.captured_minor OR b.currency_there IS DISTINCT FROM b.currency)
  UNION ALL
  SELECT CASE WHEN r.here IS NULL THEN 'REFUND_UNKNOWN' WHEN r.there IS NULL THEN 'REFUND_MISSING' ELSE 'REFUND_DIFFERS'
         END::finding_kind, 'refund/' || r.reference, b.id, b.order_id, b.currency, coalesce(r.there, 0) - coalesce(r.here, 0),
         b.both_changed_at
  FROM refunds r JOIN both_sides b ON b.id = r.payment_id WHERE r.here IS DISTINCT FROM r.there
  UNION ALL
  SELECT 'LEDGER_DIFFERS', 'payment/' || p.id, p.id, p.order_id, p.currency,
         l.captured - l.refunded - (p.captured_minor - p.refunded_minor), p.updated_at
  FROM p CROSS JOIN LATERAL (
    SELECT coalesce(sum(o.amount_minor) FILTER (WHERE e.cause = 'CAPTURE'), 0)::bigint AS captured,
           coalesce(-sum(o.amount_minor) FILTER (WHERE e.cause = 'REFUND'), 0)::bigint AS refunded
    FROM ledger_entry e JOIN ledger_posting o ON o.entry_id = e.id
    WHERE e.payment_id = p.id AND o.account = 'psp_clearing') AS l
  WHERE (l.captured, l.refunded) <> (p.captured_minor, p.refunded_minor)
$$;
