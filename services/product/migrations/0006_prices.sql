CREATE EXTENSION IF NOT EXISTS btree_gist;

-- What a shop has said that its offer costs: in each currency one price without times, which applies whenever no other does, and prices
-- for a time. Written by set_prices alone, with the offer's row locked.
CREATE TABLE offer_price (
  offer_id   uuid NOT NULL REFERENCES offer,
  currency   text NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
  starts_at  timestamptz NOT NULL DEFAULT '-infinity',
  ends_at    timestamptz NOT NULL DEFAULT 'infinity',
  amount     bigint NOT NULL CHECK (amount BETWEEN 1 AND 99999999),
  compare_at bigint CHECK (compare_at <= 99999999),
  PRIMARY KEY (offer_id, currency, starts_at, ends_at),
  CONSTRAINT offer_price_times CHECK (starts_at < ends_at),
  CONSTRAINT offer_price_reduced CHECK (compare_at > amount),
  CONSTRAINT offer_price_once EXCLUDE USING gist (offer_id WITH =, currency WITH =, tstzrange(starts_at, ends_at) WITH &&)
    WHERE (starts_at > '-infinity' OR ends_at < 'infinity')
);
COMMENT ON TABLE offer_price IS 'mutable';

-- When which price applies, from the last change on: what reads look at, since one comparison of times finds the price of now. Those of
-- an offer and currency never overlap, and are all made at once (set_at). Whoever reads with an earlier clock, because it waited
-- for the change, sees what was set as it was then: that is why conditions say greatest(market_now(), set_at).
CREATE TABLE price_period (
  offer_id      uuid NOT NULL REFERENCES offer,
  currency      text NOT NULL,
  starts_at     timestamptz NOT NULL,
  ends_at       timestamptz NOT NULL,
  amount        bigint NOT NULL,
  compare_at    bigint,
  product_id    uuid NOT NULL,         -- the offer's, which never changes: lists by price walk along it
  set_at        timestamptz NOT NULL,
  since         timestamptz NOT NULL,  -- when this price began to apply without a break: maybe before set_at
  -- The least that the offer cost within the 30 days before `since`, where it is compared with more; null: it cost nothing then.
  lowest_before bigint,
  PRIMARY KEY (offer_id, currency, starts_at),
  CONSTRAINT price_period_times CHECK (since <= starts_at AND set_at <= starts_at AND starts_at < ends_at)
);
COMMENT ON TABLE price_period IS 'mutable';
CREATE INDEX price_period_by_amount ON price_period (currency, amount, product_id);
-- Moments at which a price changes by itself: the search index looks for those that have passed.
CREATE INDEX price_period_begins ON price_period (starts_at, offer_id) WHERE starts_at > set_at;
CREATE INDEX price_period_ends ON price_period (ends_at, offer_id) WHERE ends_at < 'infinity';

-- What applied until it was changed; what has applied since stands in price_period. Kept for good: a shop changes its prices now and then.
CREATE TABLE price_history (
  offer_id   uuid NOT NULL,
  currency   text NOT NULL,
  starts_at  timestamptz NOT NULL,
  ends_at    timestamptz NOT NULL,
  amount     bigint NOT NULL,
  compare_at bigint,
  since      timestamptz NOT NULL,
  PRIMARY KEY (offer_id, currency, starts_at),
  CONSTRAINT price_history_times CHECK (since <= starts_at AND starts_at < ends_at)
);
CREATE TRIGGER price_history_stays BEFORE UPDATE OR DELETE ON price_history
  FOR EACH ROW EXECUTE FUNCTION refuse_change('what something has cost it has cost');
CREATE TRIGGER price_history_not_emptied BEFORE TRUNCATE ON price_history
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change('what something has cost it has cost');

-- The least that the offer cost within the 30 days before that moment, as far as is known of what applied until then.
CREATE FUNCTION lowest_price_before(of_offer uuid, of_currency text, moment timestamptz) RETURNS bigint LANGUAGE plpgsql STABLE AS $$
BEGIN
  RETURN (SELECT min(amount) FROM (
    SELECT amount FROM price_history
    WHERE offer_id = of_offer AND currency = of_currency AND starts_at < moment AND ends_at > moment - interval '720 hours'
    UNION ALL
    SELECT amount FROM price_period
    WHERE offer_id = of_offer AND currency = of_currency AND starts_at < moment AND ends_at > moment - interval '720 hours') AS applied);
END
$$;

-- Puts what a shop says of one currency in the place of what it said before: the arrays have an entry for each price. What applied until
-- `moment` becomes history.
CREATE FUNCTION set_prices_in(of_offer uuid, of_currency text, moment timestamptz, starts timestamptz[], ends timestamptz[],
                              amounts bigint[], compared bigint[]) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  product uuid := (SELECT product_id FROM offer WHERE id = of_offer);
  period record;
  previous record;
  began timestamptz;
BEGIN
  INSERT INTO price_history (offer_id, currency, starts_at, ends_at, amount, compare_at, since)
  SELECT p.offer_id, p.currency, p.starts_at, least(p.ends_at, moment), p.amount, p.compare_at, p.since
  FROM price_period p WHERE p.offer_id = of_offer AND p.currency = of_currency AND p.starts_at < moment;
  DELETE FROM price_period p WHERE p.offer_id = of_offer AND p.currency = of_currency;
  DELETE FROM offer_price p WHERE p.offer_id = of_offer AND p.currency = of_currency;
  INSERT INTO offer_price (offer_id, currency, starts_at, ends_at, amount, compare_at)
  SELECT of_offer, of_currency, said.* FROM unnest(starts, ends, amounts, compared) AS said;

  SELECT h.ends_at, h.amount, h.compare_at, h.since INTO previous
  FROM price_history h WHERE h.offer_id = of_offer AND h.currency = of_currency AND h.ends_at = moment;
  FOR period IN
    WITH timed AS (
      SELECT greatest(p.starts_at, moment) AS starts_at, p.ends_at, p.amount, p.compare_at FROM offer_price p
      WHERE p.offer_id = of_offer AND p.currency = of_currency AND p.ends_at > moment
        AND (p.starts_at > '-infinity' OR p.ends_at < 'infinity'))
    SELECT timed.* FROM timed
    UNION ALL
    SELECT lower(gap), upper(gap), p.amount, p.compare_at
    FROM offer_price p, unnest(tstzmultirange(tstzrange(moment, 'infinity'))
      - coalesce((SELECT range_agg(tstzrange(timed.starts_at, timed.ends_at)) FROM timed), '{}'::tstzmultirange)) AS gap
    WHERE p.offer_id = of_offer AND p.currency = of_currency AND p.starts_at = '-infinity' AND p.ends_at = 'infinity'
    ORDER BY 1
  LOOP
    began := CASE WHEN previous.ends_at = period.starts_at AND previous.amount = period.amount
                       AND previous.compare_at IS NOT DISTINCT FROM period.compare_at
                  THEN previous.since ELSE period.starts_at END;
    INSERT INTO price_period (offer_id, currency, starts_at, ends_at, amount, compare_at, product_id, set_at, since, lowest_before)
    VALUES (of_offer, of_currency, period.starts_at, period.ends_at, period.amount, period.compare_at, product, moment, began,
            CASE WHEN period.compare_at IS NOT NULL THEN lowest_price_before(of_offer, of_currency, began) END);
    SELECT period.ends_at, period.amount, period.compare_at, began AS since INTO previous;
  END LOOP;
END
$$;

-- Makes these all prices of an offer whose row the caller has locked, or made: one entry for each price in each array, times that are
-- null have no end. Currencies in which nothing changes keep what they have. Fails on offer_price_once, offer_price_times and
-- offer_price_reduced.
CREATE FUNCTION set_prices(of_offer uuid, currencies text[], starts timestamptz[], ends timestamptz[], amounts bigint[], compared bigint[])
RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  -- Who has waited for the offer has an earlier clock than who was there before, and comes after it all the same.
  moment timestamptz := greatest(market_now(), (SELECT max(set_at) FROM price_period WHERE offer_id = of_offer),
                                 (SELECT max(ends_at) FROM price_history WHERE offer_id = of_offer));
  changed text;
BEGIN
  FOR changed IN
    WITH said AS (
      SELECT s.currency, coalesce(s.starts_at, '-infinity') AS starts_at, coalesce(s.ends_at, 'infinity') AS ends_at, s.amount, s.compare_at
      FROM unnest(currencies, starts, ends, amounts, compared) AS s (currency, starts_at, ends_at, amount, compare_at)),
    kept AS (
      SELECT p.currency, p.starts_at, p.ends_at, p.amount, p.compare_at FROM offer_price p WHERE p.offer_id = of_offer)
    SELECT currency FROM (TABLE said EXCEPT TABLE kept) AS added
    UNION
    SELECT currency FROM (TABLE kept EXCEPT TABLE said) AS gone
  LOOP
    PERFORM set_prices_in(of_offer, changed, moment, array_agg(coalesce(s.starts_at, '-infinity')),
                          array_agg(coalesce(s.ends_at, 'infinity')), array_agg(s.amount), array_agg(s.compare_at))
    FROM unnest(currencies, starts, ends, amounts, compared) AS s (currency, starts_at, ends_at, amount, compare_at)
    WHERE s.currency = changed;
  END LOOP;
END
$$;
