-- Payouts: where the money of shops goes, what was sent there, and whose turn it is.

-- A shop's account: at a bank, or at the payment provider. What is known of the number without the key are its country and its end.
CREATE TABLE payout_account (
  seller_id         uuid PRIMARY KEY,
  holder            text NOT NULL,
  iban_sealed       text NOT NULL,  -- platform/crypto/sealed.hpp, about the seller; '' without a bank account
  iban_last4        text NOT NULL,
  country           text NOT NULL,
  bic               text NOT NULL,
  provider_account  text NOT NULL,
  changed_at        timestamptz NOT NULL,
  held_until        timestamptz NOT NULL,  -- nothing is paid out before that
  version           bigint NOT NULL DEFAULT 1,
  CHECK ((iban_sealed = '') <> (provider_account = '')),
  CHECK ((iban_sealed = '') = (iban_last4 = '') AND (iban_sealed = '') = (country = '') AND (iban_sealed = '') = (holder = ''))
);
COMMENT ON TABLE payout_account IS 'mutable';

CREATE TYPE payout_state AS ENUM ('DUE', 'SUBMITTED', 'PAID', 'FAILED', 'RETURNED');

-- Where it goes is as the account was then. `version` grows with every write; who read an older one may not write.
CREATE TABLE payout (
  id                uuid PRIMARY KEY,
  seller_id         uuid NOT NULL,
  currency          text NOT NULL,
  amount_minor      bigint NOT NULL CHECK (amount_minor > 0),
  line_count        bigint NOT NULL CHECK (line_count > 0),
  state             payout_state NOT NULL DEFAULT 'DUE',
  on_demand         boolean NOT NULL,
  holder            text NOT NULL,
  iban_sealed       text NOT NULL,
  iban_last4        text NOT NULL,
  country           text NOT NULL,
  bic               text NOT NULL,
  provider_account  text NOT NULL,
  port              text NOT NULL,              -- by which way it goes: sandbox, sepa
  entry_id          uuid NOT NULL UNIQUE,       -- its first entry in the ledger
  batch_id          uuid,                       -- of the file that it goes with, where it goes in one
  attempt           integer NOT NULL DEFAULT 1, -- part of the key that it is sent under
  sent_at           timestamptz,                -- since when the other side may have that attempt
  provider_id       text NOT NULL DEFAULT '',   -- what the other side calls it
  failure_code      text NOT NULL DEFAULT '',
  paid_at           timestamptz,
  version           bigint NOT NULL DEFAULT 1,
  next_run_at       timestamptz,                -- when to send it, or to ask what became of it
  asks              integer NOT NULL DEFAULT 0, -- questions without news
  failures          integer NOT NULL DEFAULT 0,
  last_error        text NOT NULL DEFAULT '',
  parked_at         timestamptz,
  trace             text NOT NULL,
  created_at        timestamptz NOT NULL DEFAULT market_now(),
  updated_at        timestamptz NOT NULL DEFAULT market_now(),
  CHECK ((state IN ('FAILED', 'RETURNED')) = (failure_code <> '')),
  CHECK (state <> 'PAID' OR paid_at IS NOT NULL)
);
COMMENT ON TABLE payout IS 'mutable';
CREATE INDEX payout_of_seller ON payout (seller_id, id);
CREATE INDEX payout_open ON payout (next_run_at) WHERE next_run_at IS NOT NULL;
CREATE INDEX payout_parked ON payout (id) WHERE parked_at IS NOT NULL;
CREATE INDEX payout_of_batch ON payout (batch_id) WHERE batch_id IS NOT NULL;

-- Which postings of what a shop is due a payout pays. A posting is paid by one payout for ever: what comes back of a payout that
-- failed is a posting of its own, which the next one pays.
CREATE TABLE payout_line (
  payout_id  uuid NOT NULL,
  entry_id   uuid NOT NULL,
  position   integer NOT NULL,
  PRIMARY KEY (entry_id, position)
);
CREATE INDEX payout_line_of_payout ON payout_line (payout_id, entry_id, position);
CREATE TRIGGER payout_line_is_append_only BEFORE UPDATE OR DELETE ON payout_line
  FOR EACH ROW EXECUTE FUNCTION refuse_change();

-- Whoever pays out of what a shop is due in a currency holds this row; the worker takes it when its day has come.
CREATE TABLE payout_turn (
  seller_id    uuid NOT NULL,
  currency     text NOT NULL,
  planned      boolean NOT NULL DEFAULT false,  -- `next_run_at` is a day of payouts, not only when to look which is the next
  next_run_at  timestamptz NOT NULL DEFAULT market_now(),
  version      bigint NOT NULL DEFAULT 1,
  failures     integer NOT NULL DEFAULT 0,
  last_error   text NOT NULL DEFAULT '',
  parked_at    timestamptz,
  PRIMARY KEY (seller_id, currency)
);
COMMENT ON TABLE payout_turn IS 'mutable';
CREATE INDEX payout_turn_due ON payout_turn (next_run_at) WHERE parked_at IS NULL;
CREATE INDEX payout_turn_parked ON payout_turn (seller_id) WHERE parked_at IS NOT NULL;

-- What a shop is due, whoever books it.
CREATE INDEX ledger_posting_available ON ledger_posting (owner_id, currency) INCLUDE (entry_id, position, amount_minor)
  WHERE account = 'seller_available';
-- What its statements are made of.
CREATE INDEX ledger_posting_of_seller ON ledger_posting (owner_id, entry_id) WHERE owner_id IS NOT NULL;
CREATE FUNCTION open_payout_turn() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO payout_turn (seller_id, currency) VALUES (NEW.owner_id, NEW.currency) ON CONFLICT DO NOTHING;
  RETURN NULL;
END $$;
CREATE TRIGGER ledger_posting_opens_turn AFTER INSERT ON ledger_posting
  FOR EACH ROW WHEN (NEW.account = 'seller_available') EXECUTE FUNCTION open_payout_turn();
