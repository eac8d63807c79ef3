-- What the marketplace bills its shops for, and what its operators book on their accounts by hand.

-- The commission and its tax of an entry of the ledger, by the rate of that tax: the ledger knows the sums alone.
CREATE TABLE commission_charge (
  entry_id   uuid NOT NULL REFERENCES ledger_entry (id),
  rate_ppm   bigint NOT NULL CHECK (rate_ppm >= 0),
  seller_id  uuid NOT NULL,
  currency   text NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
  net_minor  bigint NOT NULL,  -- what was charged; negative: taken back
  tax_minor  bigint NOT NULL,
  booked_at  timestamptz NOT NULL,  -- the entry's
  PRIMARY KEY (entry_id, rate_ppm)
);
CREATE INDEX commission_charge_of_seller ON commission_charge (seller_id, currency, booked_at);
CREATE TRIGGER commission_charge_is_append_only BEFORE UPDATE OR DELETE ON commission_charge
  FOR EACH ROW EXECUTE FUNCTION refuse_change();

-- The last number of the marketplace's documents of one kind in a year. Its row is locked by whoever issues the next one, in the
-- transaction that inserts it: so there is no gap, whoever dies when.
CREATE TABLE commission_invoice_counter (
  kind  text NOT NULL CHECK (kind IN ('INVOICE', 'CREDIT_NOTE')),
  year  integer NOT NULL,
  last  bigint NOT NULL CHECK (last > 0),
  PRIMARY KEY (kind, year)
);
COMMENT ON TABLE commission_invoice_counter IS 'mutable';

-- A document; `content` is all that stands on it and is not here. Amounts of a credit note are negative.
CREATE TABLE commission_invoice (
  id           uuid PRIMARY KEY,
  kind         text NOT NULL CHECK (kind IN ('INVOICE', 'CREDIT_NOTE')),
  year         integer NOT NULL,
  position     bigint NOT NULL CHECK (position > 0),  -- among those of its kind in its year
  number       text NOT NULL UNIQUE,
  seller_id    uuid NOT NULL,
  currency     text NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
  month        text NOT NULL CHECK (month ~ '^[0-9]{4}-[0-9]{2}$'),
  net_minor    bigint NOT NULL,
  tax_minor    bigint NOT NULL,
  total_minor  bigint NOT NULL,
  content      jsonb NOT NULL,
  issued_at    timestamptz NOT NULL,
  CHECK (total_minor = net_minor + tax_minor AND (total_minor < 0) = (kind = 'CREDIT_NOTE')),
  UNIQUE (kind, year, position),
  UNIQUE (seller_id, month, currency)
);
CREATE INDEX commission_invoice_of_seller ON commission_invoice (seller_id, id);
CREATE TRIGGER commission_invoice_is_frozen BEFORE UPDATE OR DELETE ON commission_invoice
  FOR EACH ROW EXECUTE FUNCTION refuse_change();

-- The months (UTC) in which a shop was charged commission, and what bills each: nothing as long as it is not over.
CREATE TABLE commission_month (
  seller_id   uuid NOT NULL,
  currency    text NOT NULL,
  month       text NOT NULL CHECK (month ~ '^[0-9]{4}-[0-9]{2}$'),
  invoice_id  uuid REFERENCES commission_invoice (id) DEFERRABLE INITIALLY DEFERRED,
  PRIMARY KEY (seller_id, currency, month)
);
COMMENT ON TABLE commission_month IS 'mutable';
CREATE INDEX commission_month_to_bill ON commission_month (month, seller_id, currency) WHERE invoice_id IS NULL;

-- The next number in the year of the transaction, by UTC.
CREATE FUNCTION next_commission_invoice(of_kind text) RETURNS TABLE (year integer, "position" bigint, number text)
LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
  this_year integer := extract(year FROM market_now() AT TIME ZONE 'UTC')::integer;
  next bigint;
BEGIN
  INSERT INTO commission_invoice_counter AS c (kind, year, last) VALUES (of_kind, this_year, 1)
  ON CONFLICT (kind, year) DO UPDATE SET last = c.last + 1
  RETURNING c.last INTO next;
  RETURN QUERY SELECT this_year, next,
    CASE of_kind WHEN 'CREDIT_NOTE' THEN 'MC-' ELSE 'M-' END || this_year || '-' || lpad(next::text, greatest(6, length(next::text)), '0');
END $$;

-- Fines and goodwill: who booked what, and why. The entry of the ledger has the same cause, of this id.
CREATE TABLE operator_entry (
  id            uuid PRIMARY KEY,
  seller_id     uuid NOT NULL,
  cause         ledger_cause NOT NULL CHECK (cause IN ('FINE', 'GOODWILL')),
  currency      text NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
  amount_minor  bigint NOT NULL CHECK (amount_minor > 0),
  reason        text NOT NULL,
  account_id    uuid NOT NULL,  -- the operator
  entry_id      uuid NOT NULL UNIQUE REFERENCES ledger_entry (id),
  created_at    timestamptz NOT NULL DEFAULT market_now()
);
CREATE TRIGGER operator_entry_is_append_only BEFORE UPDATE OR DELETE ON operator_entry
  FOR EACH ROW EXECUTE FUNCTION refuse_change();
