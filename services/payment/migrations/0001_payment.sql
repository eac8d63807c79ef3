-- Payments: one per order, with its split by seller order, every attempt at the provider, and refunds.

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
