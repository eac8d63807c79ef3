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
