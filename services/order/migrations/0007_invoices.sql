-- Invoices and credit notes: what the books and the taxes of a shop rest on, frozen as it was issued.

-- The last number of a shop's documents of one kind in a year. Its row is locked by whoever issues the next one, in the
-- transaction that inserts it: so there is no gap, whoever dies when.
CREATE TABLE invoice_counter (
  seller_id  uuid NOT NULL,
  kind       text NOT NULL CHECK (kind IN ('INVOICE', 'CREDIT_NOTE')),
  year       integer NOT NULL,
  last       bigint NOT NULL CHECK (last > 0),
  PRIMARY KEY (seller_id, kind, year)
);
COMMENT ON TABLE invoice_counter IS 'mutable';

-- What went back of a part, refund by refund, as payment has told it.
CREATE TABLE part_refund (
  refund_id        uuid PRIMARY KEY,
  seller_order_id  uuid NOT NULL REFERENCES seller_order (id),
  amount_minor     bigint NOT NULL CHECK (amount_minor > 0),
  heard            bigint NOT NULL GENERATED ALWAYS AS IDENTITY,
  heard_at         timestamptz NOT NULL DEFAULT market_now()
);
CREATE INDEX part_refund_of_part ON part_refund (seller_order_id, heard);
CREATE TRIGGER part_refund_is_append_only BEFORE UPDATE OR DELETE ON part_refund
  FOR EACH ROW EXECUTE FUNCTION refuse_change();

-- A document; `content` is all that stands on it and is not here.
CREATE TABLE invoice (
  id               uuid PRIMARY KEY,
  kind             text NOT NULL CHECK (kind IN ('INVOICE', 'CREDIT_NOTE')),
  seller_id        uuid NOT NULL,
  year             integer NOT NULL,
  position         bigint NOT NULL CHECK (position > 0),  -- among the shop's of its kind in its year
  number           text NOT NULL,
  order_id         uuid NOT NULL REFERENCES orders (id),
  seller_order_id  uuid NOT NULL REFERENCES seller_order (id),
  buyer_id         uuid NOT NULL,                         -- the order's
  refund_id        uuid UNIQUE REFERENCES part_refund (refund_id),
  corrects         uuid REFERENCES invoice (id),          -- of a credit note the invoice of its part
  currency         text NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
  net_minor        bigint NOT NULL CHECK (net_minor >= 0),
  tax_minor        bigint NOT NULL CHECK (tax_minor >= 0),
  total_minor      bigint NOT NULL,
  content          jsonb NOT NULL,
  issued_at        timestamptz NOT NULL,
  CHECK (total_minor = net_minor + tax_minor),
  CHECK ((kind = 'CREDIT_NOTE') = (refund_id IS NOT NULL) AND (kind = 'CREDIT_NOTE') = (corrects IS NOT NULL)),
  CHECK (kind = 'INVOICE' OR total_minor > 0),
  UNIQUE (seller_id, kind, year, position),
  UNIQUE (seller_id, number)
);
CREATE UNIQUE INDEX invoice_once ON invoice (seller_order_id) WHERE kind = 'INVOICE';
CREATE INDEX invoice_of_part ON invoice (seller_order_id, id);
CREATE INDEX invoice_of_seller ON invoice (seller_id, issued_at, id);
CREATE INDEX invoice_of_buyer ON invoice (buyer_id);
CREATE TRIGGER invoice_is_frozen BEFORE UPDATE OR DELETE ON invoice FOR EACH ROW EXECUTE FUNCTION refuse_change();

-- The next number of the shop in the year of the transaction, by UTC.
CREATE FUNCTION next_invoice(seller uuid, of_kind text) RETURNS TABLE (year integer, "position" bigint, number text)
LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
  this_year integer := extract(year FROM market_now() AT TIME ZONE 'UTC')::integer;
  next bigint;
BEGIN
  INSERT INTO invoice_counter AS c (seller_id, kind, year, last) VALUES (seller, of_kind, this_year, 1)
  ON CONFLICT (seller_id, kind, year) DO UPDATE SET last = c.last + 1
  RETURNING c.last INTO next;
  RETURN QUERY SELECT this_year, next,
    CASE of_kind WHEN 'CREDIT_NOTE' THEN 'CN-' ELSE '' END || this_year || '-' || lpad(next::text, greatest(6, length(next::text)), '0');
END $$;
