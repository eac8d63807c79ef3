-- How shops send what they sell, and how it is taxed where it goes.

-- A method that is archived stays: orders name it.
CREATE TABLE delivery_method (
  id                uuid PRIMARY KEY,
  seller_id         uuid NOT NULL,
  name              text NOT NULL,
  countries         text[] NOT NULL,  -- none: everywhere
  basis             text NOT NULL CHECK (basis IN ('ORDER_VALUE', 'WEIGHT')),
  prices            jsonb NOT NULL,   -- [{"currency", "bands": [[from, amountMinor]], "freeFromMinor"}]
  max_weight_grams  bigint CHECK (max_weight_grams > 0),
  days_from         bigint NOT NULL,
  days_to           bigint NOT NULL,
  pickup_place      text NOT NULL,    -- '': it is sent
  archived          boolean NOT NULL DEFAULT false,
  version           bigint NOT NULL DEFAULT 1,
  created_at        timestamptz NOT NULL DEFAULT market_now(),
  updated_at        timestamptz NOT NULL DEFAULT market_now(),
  CHECK (0 <= days_from AND days_from <= days_to),
  CHECK (name <> '' AND jsonb_array_length(prices) > 0)
);
COMMENT ON TABLE delivery_method IS 'mutable';
CREATE INDEX delivery_method_of_seller ON delivery_method (seller_id) WHERE NOT archived;

-- What a rate says never changes, since orders name it; only its end does.
CREATE TABLE tax_rate (
  id            uuid PRIMARY KEY,
  country_code  text NOT NULL CHECK (country_code ~ '^[A-Z]{2}$'),
  region        text NOT NULL DEFAULT '',  -- '': all of the country
  tax_class     text NOT NULL CHECK (tax_class ~ '^[a-z0-9_-]{1,40}$'),
  rate_ppm      bigint NOT NULL CHECK (rate_ppm BETWEEN 0 AND 1000000),
  valid_from    timestamptz,
  valid_until   timestamptz,
  source        text NOT NULL CHECK (source <> ''),
  version       bigint NOT NULL DEFAULT 1,
  created_at    timestamptz NOT NULL DEFAULT market_now(),
  CHECK (valid_until > valid_from)
);
COMMENT ON TABLE tax_rate IS 'mutable';
CREATE UNIQUE INDEX tax_rate_once ON tax_rate (country_code, lower(region), tax_class, coalesce(valid_from, '-infinity'));
CREATE TRIGGER tax_rate_stays BEFORE DELETE ON tax_rate FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER tax_rate_terms_stay
  BEFORE UPDATE OF id, country_code, region, tax_class, rate_ppm, valid_from, source ON tax_rate
  FOR EACH ROW EXECUTE FUNCTION refuse_change();

-- The rates of value added tax of the member states of the European Union, in parts per million. Source: European Commission,
-- Taxes in Europe Database (https://ec.europa.eu/taxation_customs/tedb), as of 2026-03-27. `reduced` is the higher and
-- `second_reduced` the lower of the two reduced rates that article 98(1) of Directive 2006/112/EC allows, `super_reduced` is
-- below 5 % (article 98(2), articles 110 and 114), `parking` as in article 118. They hold since ever, as far as the market is
-- concerned: a rate that began later takes their place. Of regions with rates of their own only those of Portugal are here;
-- operators add others. Territories that are not of the Union's VAT area (article 6: the Canary Islands, Åland, …) have none.
INSERT INTO tax_rate (id, country_code, region, tax_class, rate_ppm, source)
SELECT md5('tax_rate/' || country_code || '/' || region || '/' || tax_class)::uuid, country_code, region, tax_class, rate_ppm, 'European Commission, Taxes in Europe Database, 2026-03-27'
FROM (VALUES
  ('AT', '', 'standard', 200000), ('AT', '', 'reduced', 130000), ('AT', '', 'second_reduced', 100000),
  ('BE', '', 'standard', 210000), ('BE', '', 'reduced', 120000), ('BE', '', 'second_reduced', 60000),
  ('BE', '', 'parking', 120000),
  ('BG', '', 'standard', 200000), ('BG', '', 'reduced', 90000),
  ('CY', '', 'standard', 190000), ('CY', '', 'reduced', 90000), ('CY', '', 'second_reduced', 50000),
  ('CY', '', 'super_reduced', 30000),
  ('CZ', '', 'standard', 210000), ('CZ', '', 'reduced', 120000),
  ('DE', '', 'standard', 190000), ('DE', '', 'reduced', 70000),
  ('DK', '', 'standard', 250000),
  ('EE', '', 'standard', 240000), ('EE', '', 'reduced', 130000), ('EE', '', 'second_reduced', 90000),
  ('ES', '', 'standard', 210000), ('ES', '', 'reduced', 100000), ('ES', '', 'super_reduced', 40000),
  ('FI', '', 'standard', 255000), ('FI', '', 'reduced', 135000), ('FI', '', 'second_reduced', 100000),
  ('FR', '', 'standard', 200000), ('FR', '', 'reduced', 100000), ('FR', '', 'second_reduced', 55000),
  ('FR', '', 'super_reduced', 21000),
  ('GR', '', 'standard', 240000), ('GR', '', 'reduced', 130000), ('GR', '', 'second_reduced', 60000),
  ('HR', '', 'standard', 250000), ('HR', '', 'reduced', 130000), ('HR', '', 'second_reduced', 50000),
  ('HU', '', 'standard', 270000), ('HU', '', 'reduced', 180000), ('HU', '', 'second_reduced', 50000),
  ('IE', '', 'standard', 230000), ('IE', '', 'reduced', 135000), ('IE', '', 'second_reduced', 90000),
  ('IT', '', 'standard', 220000), ('IT', '', 'reduced', 100000), ('IT', '', 'second_reduced', 50000),
  ('IT', '', 'super_reduced', 40000),
  ('LT', '', 'standard', 210000), ('LT', '', 'reduced', 120000), ('LT', '', 'second_reduced', 50000),
  ('LU', '', 'standard', 170000), ('LU', '', 'reduced', 140000), ('LU', '', 'second_reduced', 80000),
  ('LU', '', 'super_reduced', 30000), ('LU', '', 'parking', 140000),
  ('LV', '', 'standard', 210000), ('LV', '', 'reduced', 120000), ('LV', '', 'second_reduced', 50000),
  ('MT', '', 'standard', 180000), ('MT', '', 'reduced', 70000), ('MT', '', 'second_reduced', 50000),
  ('MT', '', 'parking', 120000),
  ('NL', '', 'standard', 210000), ('NL', '', 'reduced', 90000),
  ('PL', '', 'standard', 230000), ('PL', '', 'reduced', 80000), ('PL', '', 'second_reduced', 50000),
  ('PT', '', 'standard', 230000), ('PT', '', 'reduced', 130000), ('PT', '', 'second_reduced', 60000),
  ('PT', '', 'parking', 130000), ('PT', 'Açores', 'standard', 160000), ('PT', 'Madeira', 'standard', 220000),
  ('RO', '', 'standard', 210000), ('RO', '', 'reduced', 110000),
  ('SE', '', 'standard', 250000), ('SE', '', 'reduced', 120000), ('SE', '', 'second_reduced', 60000),
  ('SI', '', 'standard', 220000), ('SI', '', 'reduced', 95000), ('SI', '', 'second_reduced', 50000),
  ('SK', '', 'standard', 230000), ('SK', '', 'reduced', 190000), ('SK', '', 'second_reduced', 50000)
) AS r (country_code, region, tax_class, rate_ppm);
