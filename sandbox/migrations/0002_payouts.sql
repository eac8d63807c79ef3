-- Money that was sent to bank accounts, each under its idempotency key.
CREATE TABLE bank_payout (
  sequence         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  id               uuid NOT NULL UNIQUE,
  idempotency_key  text NOT NULL UNIQUE,
  reference        text NOT NULL,
  destination      text NOT NULL,
  holder           text NOT NULL,
  currency         text NOT NULL,
  amount_minor     bigint NOT NULL CHECK (amount_minor > 0),
  status           text NOT NULL DEFAULT 'pending' CHECK (status IN ('pending', 'paid', 'failed', 'returned')),
  failure_code     text NOT NULL DEFAULT '',
  created_at       timestamptz NOT NULL DEFAULT market_now()
);
COMMENT ON TABLE bank_payout IS 'mutable';
