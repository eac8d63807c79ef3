-- Payments: one or more per order, each with its split by seller order, every attempt at the provider, and refunds.
-- The ledger. A word that a column may hold is a value of a type: reading it checks it, and no row is checked again.

-- Ends the transaction it is called in: how a pipelined batch refuses to go on when its first statement found nothing.
CREATE FUNCTION require(holds boolean) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  IF NOT holds THEN RAISE EXCEPTION 'a condition of this transaction does not hold' USING ERRCODE = 'MK001'; END IF;
END $$;

CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'table % is append-only', TG_TABLE_NAME;
END $$;

-- The smallest UUIDv7 of a moment: such ids are in the order of time, so a span of time is a range of ids.
CREATE FUNCTION first_id_at(moment timestamptz) RETURNS uuid LANGUAGE sql STABLE STRICT AS $$
  SELECT (lpad(to_hex(greatest(0, extract(epoch FROM moment) * 1000)::bigint), 12, '0') || repeat('0', 20))::uuid
$$;

CREATE TYPE payment_state AS ENUM
  ('CREATED', 'UNKNOWN', 'AUTHORIZED', 'CAPTURED', 'DECLINED', 'VOIDED', 'CAPTURE_FAILED', 'REQUIRES_ACTION');
CREATE TYPE provider_operation AS ENUM ('AUTHORIZE', 'CAPTURE', 'VOID', 'REFUND');
CREATE TYPE progress AS ENUM ('PENDING', 'SUCCEEDED', 'FAILED');

-- The one with the highest number is the order's payment. A row is written with what the provider has said, so the order
-- may have been charged without one: whoever asks again asks under the same key and hears the same.
-- `undone_at`: VOIDED before a hold at the provider was known, so that one may still turn up; it is looked for, and no late
-- authorisation is accepted. When no payment was known at all, neither are buyer, currency and amount.
-- `version` grows with every write; who read an older one may not write. `next_run_at` is set while an attempt is pending
-- or a hold may turn up: when to ask the provider about it.
CREATE TABLE payment (
  id                uuid PRIMARY KEY,
  order_id          uuid NOT NULL,
  number            integer NOT NULL,
  buyer_id          uuid,
  currency          text,
  amount_minor      bigint NOT NULL,
  authorized_minor  bigint NOT NULL,
  captured_minor    bigint NOT NULL DEFAULT 0,
  refunded_minor    bigint NOT NULL DEFAULT 0,
  payment_method    text NOT NULL,
  authorization_id  text NOT NULL,
  action_url        text NOT NULL DEFAULT '',  -- where its buyer confirms it, or did: for his eyes alone
  state             payment_state NOT NULL,
  decline_code      text NOT NULL,
  failure_code      text NOT NULL DEFAULT '',  -- why a capture was refused for good
  undone_at         timestamptz,
  version           bigint NOT NULL DEFAULT 1,
  next_run_at       timestamptz,
  asks              integer NOT NULL,
  failures          integer NOT NULL DEFAULT 0,  -- runs of the recovery that broke, since the last good one
  last_error        text NOT NULL DEFAULT '',
  parked_at         timestamptz,                 -- given up by the recovery: it waits for an operator
  -- W3C traceparent of the request that made it: who asks the provider later goes on with its trace.
  trace             text NOT NULL,
  created_at        timestamptz NOT NULL,
  updated_at        timestamptz NOT NULL,
  UNIQUE (order_id, number),
  CHECK (0 <= refunded_minor AND refunded_minor <= captured_minor AND captured_minor <= authorized_minor
         AND authorized_minor <= amount_minor),
  CHECK (undone_at IS NOT NULL OR (buyer_id IS NOT NULL AND currency IS NOT NULL))
) WITH (fillfactor = 80);  -- its captured version finds room on the same page
COMMENT ON TABLE payment IS 'mutable';
CREATE INDEX payment_of_buyer ON payment (buyer_id);  -- what is kept about a person
CREATE INDEX payment_unresolved ON payment (next_run_at) WHERE next_run_at IS NOT NULL;

CREATE TABLE payment_split (
  payment_id       uuid NOT NULL REFERENCES payment (id),
  position         integer NOT NULL,
  seller_order_id  uuid NOT NULL,
  seller_id        uuid NOT NULL,
  amount_minor     bigint NOT NULL CHECK (amount_minor >= 0),
  PRIMARY KEY (payment_id, position)
);
CREATE TRIGGER payment_split_is_frozen BEFORE UPDATE OR DELETE ON payment_split
  FOR EACH ROW EXECUTE FUNCTION refuse_change();

-- PENDING: the provider may have done it. A refund is written so before it is sent, all else when no answer came.
CREATE TABLE payment_attempt (
  payment_id    uuid NOT NULL REFERENCES payment (id),
  operation     provider_operation NOT NULL,
  number        integer NOT NULL,
  refund_id     uuid,
  provider_key  uuid NOT NULL,  -- made of order, payment number, operation, number, refund: domain::ProviderKey
  state         progress NOT NULL,
  code          text NOT NULL,
  created_at    timestamptz NOT NULL,
  PRIMARY KEY (payment_id, operation, number),
  CHECK ((operation = 'REFUND') = (refund_id IS NOT NULL))
);
COMMENT ON TABLE payment_attempt IS 'mutable';
CREATE UNIQUE INDEX payment_attempt_pending ON payment_attempt (payment_id) WHERE state = 'PENDING';

-- PENDING: promised, and not yet with the buyer. FAILED: the provider refused it for good.
CREATE TABLE refund (
  id               uuid PRIMARY KEY,
  payment_id       uuid NOT NULL REFERENCES payment (id),
  seller_order_id  uuid NOT NULL,
  amount_minor     bigint NOT NULL CHECK (amount_minor >= 0),
  state            progress NOT NULL,
  reason           text NOT NULL,
  created_at       timestamptz NOT NULL,
  updated_at       timestamptz NOT NULL,
  account_id       uuid,  -- the operator who gave it back; null: the order did
  -- Units that are the buyer's no more, and what they cost, where that was said; how a refund is shared among lines: 0003.
  lines            uuid[] NOT NULL DEFAULT '{}',
  line_units       bigint[] NOT NULL DEFAULT '{}',
  line_amounts     bigint[] NOT NULL DEFAULT '{}',
  CHECK (cardinality(lines) = cardinality(line_units) AND cardinality(lines) = cardinality(line_amounts))
);
COMMENT ON TABLE refund IS 'mutable';
CREATE INDEX refund_of_payment ON refund (payment_id);

-- The double-entry ledger. Debits are positive, credits negative; every entry sums to 0. Rows are never changed: a
-- correction is a new entry.
CREATE TYPE ledger_cause AS ENUM ('CAPTURE', 'REFUND', 'EARNING', 'RELEASE', 'CLAWBACK', 'RESERVE_RELEASE', 'PAYOUT', 'PAYOUT_PAID',
                                  'PAYOUT_FAILED', 'PAYOUT_RETURNED', 'ADJUSTMENT', 'FINE', 'GOODWILL', 'DISPUTE_OPENED', 'DISPUTE_WON', 'DISPUTE_LOST');
CREATE TYPE ledger_account AS ENUM
  ('psp_clearing', 'order_escrow', 'seller_pending', 'seller_available', 'seller_reserve', 'payout_clearing',
   'commission_revenue', 'commission_tax', 'provider_fees', 'coupon_funding', 'disputes', 'goodwill');

CREATE TABLE ledger_entry (
  id          uuid PRIMARY KEY,
  cause       ledger_cause NOT NULL,
  cause_id    uuid NOT NULL,  -- of CAPTURE the payment, of REFUND and CLAWBACK the refund, of PAYOUT… the payout, of DISPUTE… the dispute, of ADJUSTMENT the resolution of a finding, of FINE and GOODWILL what an operator booked, else the seller order
  payment_id  uuid,
  created_at  timestamptz NOT NULL,
  seller_order_id uuid,       -- that it is about, where it is about one
  UNIQUE (cause, cause_id)
);
CREATE INDEX ledger_entry_of_payment ON ledger_entry (payment_id);
CREATE INDEX ledger_entry_of_sale ON ledger_entry (seller_order_id) WHERE seller_order_id IS NOT NULL;

-- An account is a kind and who owns it: a seller, or with null the marketplace.
CREATE TABLE ledger_posting (
  entry_id      uuid NOT NULL,
  position      integer NOT NULL,
  account       ledger_account NOT NULL,
  owner_id      uuid,
  currency      text NOT NULL,
  amount_minor  bigint NOT NULL CHECK (amount_minor <> 0),
  PRIMARY KEY (entry_id, position)
);
CREATE INDEX ledger_posting_of_owner ON ledger_posting (owner_id, entry_id) WHERE owner_id IS NOT NULL;

-- What every account comes to, without a sum of the whole ledger: the balances, and what is not folded into them yet. A posting
-- adds a row and changes none, so that captures do not wait for each other at the accounts that all of them touch; a worker folds.
-- Neither is anything but sums of ledger_posting (ADR 59).
CREATE TABLE ledger_balance (
  account       ledger_account NOT NULL,
  owner_id      uuid,
  currency      text NOT NULL,
  amount_minor  bigint NOT NULL,
  UNIQUE NULLS NOT DISTINCT (account, owner_id, currency)
);
CREATE INDEX ledger_balance_of_owner ON ledger_balance (owner_id) WHERE owner_id IS NOT NULL;
CREATE TABLE ledger_delta (
  id            bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  account       ledger_account NOT NULL,
  owner_id      uuid,
  currency      text NOT NULL,
  amount_minor  bigint NOT NULL
);

-- Folds at most so many; gives how many. The service's role may not change balances itself, so this runs as who owns them.
-- Whoever folds at the same time takes others; balances are written in one order, so that nobody waits in a circle.
CREATE FUNCTION fold_ledger(most bigint) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
DECLARE
  folded bigint;
BEGIN
  WITH taken AS (
    DELETE FROM ledger_delta WHERE id IN (SELECT id FROM ledger_delta ORDER BY id LIMIT most FOR UPDATE SKIP LOCKED)
    RETURNING account, owner_id, currency, amount_minor),
  written AS (
    INSERT INTO ledger_balance AS b (account, owner_id, currency, amount_minor)
    SELECT account, owner_id, currency, sum(amount_minor) FROM taken
    GROUP BY account, owner_id, currency ORDER BY account, owner_id, currency
    ON CONFLICT (account, owner_id, currency) DO UPDATE SET amount_minor = b.amount_minor + excluded.amount_minor)
  SELECT count(*) INTO folded FROM taken;
  RETURN folded;
END $$;

-- When the statement ends: an entry and its postings are one statement. One look at all its rows, whatever their number.
CREATE FUNCTION ledger_entries_balance() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT FROM new_entries e
             WHERE (SELECT count(*) FROM ledger_posting p WHERE p.entry_id = e.id) < 2) THEN
    RAISE EXCEPTION 'a ledger entry has less than two postings' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NULL;
END $$;
CREATE FUNCTION ledger_postings_balance() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT FROM ledger_posting WHERE entry_id IN (SELECT entry_id FROM new_postings)
             GROUP BY entry_id, currency HAVING sum(amount_minor) <> 0) THEN
    RAISE EXCEPTION 'a ledger entry does not balance' USING ERRCODE = 'check_violation';
  END IF;
  IF EXISTS (SELECT FROM new_postings p WHERE NOT EXISTS (SELECT FROM ledger_entry e WHERE e.id = p.entry_id)) THEN
    RAISE EXCEPTION 'a ledger posting has no entry' USING ERRCODE = 'check_violation';
  END IF;
  INSERT INTO ledger_delta (account, owner_id, currency, amount_minor)
  SELECT account, owner_id, currency, sum(amount_minor) FROM new_postings GROUP BY account, owner_id, currency;
  RETURN NULL;
END $$;
CREATE TRIGGER ledger_entry_balances AFTER INSERT ON ledger_entry REFERENCING NEW TABLE AS new_entries
  FOR EACH STATEMENT EXECUTE FUNCTION ledger_entries_balance();
CREATE TRIGGER ledger_posting_balances AFTER INSERT ON ledger_posting REFERENCING NEW TABLE AS new_postings
  FOR EACH STATEMENT EXECUTE FUNCTION ledger_postings_balance();

CREATE TRIGGER ledger_entry_is_append_only BEFORE UPDATE OR DELETE ON ledger_entry
  FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER ledger_posting_is_append_only BEFORE UPDATE OR DELETE ON ledger_posting
  FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER ledger_entry_is_never_emptied BEFORE TRUNCATE ON ledger_entry EXECUTE FUNCTION refuse_change();
CREATE TRIGGER ledger_posting_is_never_emptied BEFORE TRUNCATE ON ledger_posting EXECUTE FUNCTION refuse_change();
