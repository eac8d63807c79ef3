-- Payments: one per order, with its split by seller order, every attempt at the provider, and refunds. The ledger.

-- Ends the transaction it is called in: how a pipelined batch refuses to go on when its first statement found nothing.
CREATE FUNCTION require(holds boolean) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  IF NOT holds THEN RAISE EXCEPTION 'a condition of this transaction does not hold' USING ERRCODE = 'MK001'; END IF;
END $$;

CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'table % is append-only', TG_TABLE_NAME;
END $$;

-- A payment of amount 0 is a tombstone: its order was undone before it was ever charged, and never will be.
-- `version` grows with every write; who read an older one may not write. `lease_until`: one driver at a time talks to
-- the provider about a payment. `next_run_at` is set while an attempt is pending: when to ask the provider about it.
CREATE TABLE payment (
  id                uuid PRIMARY KEY,
  order_id          uuid NOT NULL UNIQUE,
  buyer_id          uuid,
  currency          text CHECK (currency ~ '^[A-Z]{3}$'),
  amount_minor      bigint NOT NULL CHECK (amount_minor >= 0),
  authorized_minor  bigint NOT NULL DEFAULT 0 CHECK (authorized_minor BETWEEN 0 AND amount_minor),
  captured_minor    bigint NOT NULL DEFAULT 0 CHECK (captured_minor BETWEEN 0 AND authorized_minor),
  refunded_minor    bigint NOT NULL DEFAULT 0 CHECK (refunded_minor BETWEEN 0 AND captured_minor),
  payment_method    text NOT NULL,
  authorization_id  text NOT NULL DEFAULT '',
  state             text NOT NULL
    CHECK (state IN ('CREATED', 'AUTHORIZED', 'CAPTURED', 'DECLINED', 'VOIDED', 'UNKNOWN')),
  decline_code      text NOT NULL DEFAULT '',
  version           bigint NOT NULL DEFAULT 1,
  lease_until       timestamptz NOT NULL DEFAULT '-infinity',
  next_run_at       timestamptz,
  asks              integer NOT NULL DEFAULT 0,
  failures          integer NOT NULL DEFAULT 0,  -- runs of the recovery that broke, since the last good one
  last_error        text NOT NULL DEFAULT '',
  parked_at         timestamptz,                 -- given up by the recovery: it waits for an operator
  -- W3C traceparent of the request that made it: who asks the provider later goes on with its trace.
  trace             text NOT NULL DEFAULT '',
  created_at        timestamptz NOT NULL,
  updated_at        timestamptz NOT NULL,
  CHECK ((amount_minor = 0) = (currency IS NULL)),
  CHECK ((amount_minor = 0) = (buyer_id IS NULL)),
  CHECK (amount_minor > 0 OR state = 'VOIDED'),
  CHECK ((state = 'CAPTURED') = (captured_minor > 0)),
  CHECK (state <> 'AUTHORIZED' OR authorization_id <> '')
);
COMMENT ON TABLE payment IS 'mutable';
CREATE INDEX payment_unresolved ON payment (next_run_at) WHERE next_run_at IS NOT NULL;

CREATE TABLE payment_split (
  payment_id       uuid NOT NULL REFERENCES payment (id),
  position         integer NOT NULL,
  seller_order_id  uuid NOT NULL UNIQUE,
  seller_id        uuid NOT NULL,
  amount_minor     bigint NOT NULL CHECK (amount_minor > 0),
  PRIMARY KEY (payment_id, position)
);
CREATE TRIGGER payment_split_is_frozen BEFORE UPDATE OR DELETE ON payment_split
  FOR EACH ROW EXECUTE FUNCTION refuse_change();

-- Written before the provider is called; its result after. PENDING: the provider may have done it.
CREATE TABLE payment_attempt (
  payment_id       uuid NOT NULL REFERENCES payment (id),
  operation        text NOT NULL CHECK (operation IN ('AUTHORIZE', 'CAPTURE', 'VOID', 'REFUND')),
  number           integer NOT NULL CHECK (number > 0),
  seller_order_id  uuid REFERENCES payment_split (seller_order_id),
  provider_key     text NOT NULL UNIQUE,
  state            text NOT NULL DEFAULT 'PENDING' CHECK (state IN ('PENDING', 'SUCCEEDED', 'FAILED')),
  code             text NOT NULL DEFAULT '',
  created_at       timestamptz NOT NULL,
  PRIMARY KEY (payment_id, operation, number),
  CHECK ((operation = 'REFUND') = (seller_order_id IS NOT NULL))
);
COMMENT ON TABLE payment_attempt IS 'mutable';
CREATE UNIQUE INDEX payment_attempt_pending ON payment_attempt (payment_id) WHERE state = 'PENDING';
-- What was done once is done: a second charge, capture or void of one payment is refused here too.
CREATE UNIQUE INDEX payment_attempt_done ON payment_attempt (payment_id, operation)
  WHERE state = 'SUCCEEDED' AND operation <> 'REFUND';

CREATE TABLE refund (
  seller_order_id  uuid PRIMARY KEY REFERENCES payment_split (seller_order_id),
  payment_id       uuid NOT NULL REFERENCES payment (id),
  amount_minor     bigint NOT NULL CHECK (amount_minor > 0),
  state            text NOT NULL CHECK (state IN ('PENDING', 'SUCCEEDED', 'FAILED')),
  reason           text NOT NULL DEFAULT '',
  created_at       timestamptz NOT NULL,
  updated_at       timestamptz NOT NULL
);
COMMENT ON TABLE refund IS 'mutable';
CREATE INDEX refund_of_payment ON refund (payment_id);

-- The double-entry ledger. Debits are positive, credits negative; every entry sums to 0. Rows are never changed: a
-- correction is a new entry.
CREATE TABLE ledger_entry (
  id          uuid PRIMARY KEY,
  kind        text NOT NULL CHECK (kind IN ('capture', 'refund')),
  source_id   uuid NOT NULL,   -- of a capture the payment, of a refund the seller order
  payment_id  uuid NOT NULL REFERENCES payment (id),
  created_at  timestamptz NOT NULL,
  UNIQUE (kind, source_id)
);
CREATE INDEX ledger_entry_of_payment ON ledger_entry (payment_id);

CREATE TABLE ledger_posting (
  entry_id      uuid NOT NULL REFERENCES ledger_entry (id),
  account       text NOT NULL CHECK (account IN ('psp_clearing', 'order_escrow')),
  currency      text NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
  amount_minor  bigint NOT NULL CHECK (amount_minor <> 0),
  PRIMARY KEY (entry_id, account, currency)
);
-- What the trial balance sums.
CREATE INDEX ledger_posting_by_account ON ledger_posting (account, currency) INCLUDE (amount_minor);

CREATE FUNCTION require_balance(entry uuid) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  IF (SELECT count(*) < 2 FROM ledger_posting WHERE entry_id = entry)
     OR EXISTS (SELECT 1 FROM ledger_posting WHERE entry_id = entry GROUP BY currency HAVING sum(amount_minor) <> 0) THEN
    RAISE EXCEPTION 'ledger entry % does not balance', entry USING ERRCODE = 'check_violation';
  END IF;
END $$;
CREATE FUNCTION ledger_entry_balances() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM require_balance(NEW.id);
  RETURN NULL;
END $$;
CREATE FUNCTION ledger_posting_balances() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM require_balance(NEW.entry_id);
  RETURN NULL;
END $$;
-- At COMMIT, when all postings of the entry are there.
CREATE CONSTRAINT TRIGGER ledger_entry_balances AFTER INSERT ON ledger_entry
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION ledger_entry_balances();
CREATE CONSTRAINT TRIGGER ledger_posting_balances AFTER INSERT ON ledger_posting
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION ledger_posting_balances();

CREATE TRIGGER ledger_entry_is_append_only BEFORE UPDATE OR DELETE ON ledger_entry
  FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER ledger_posting_is_append_only BEFORE UPDATE OR DELETE ON ledger_posting
  FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER ledger_entry_is_never_emptied BEFORE TRUNCATE ON ledger_entry EXECUTE FUNCTION refuse_change();
CREATE TRIGGER ledger_posting_is_never_emptied BEFORE TRUNCATE ON ledger_posting EXECUTE FUNCTION refuse_change();
