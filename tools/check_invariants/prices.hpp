// Rule S14, as checks.hpp has rules: which price applies when, worked out again from what shops have said.
#pragma once
#include <string_view>

namespace market::invariants {

inline constexpr std::string_view kPricesAsSaid = R"sql(
  WITH at AS (SELECT offer_id, currency, max(set_at) AS set_at FROM price_period GROUP BY 1, 2),
  timed AS (
    SELECT p.offer_id, p.currency, greatest(p.starts_at, at.set_at) AS starts_at, p.ends_at, p.amount, p.compare_at
    FROM offer_price p JOIN at USING (offer_id, currency)
    WHERE p.ends_at > at.set_at AND (p.starts_at > '-infinity' OR p.ends_at < 'infinity')),
  covered AS (SELECT offer_id, currency, range_agg(tstzrange(starts_at, ends_at)) AS times FROM timed GROUP BY 1, 2),
  said AS (
    SELECT * FROM timed
    UNION ALL
    SELECT p.offer_id, p.currency, lower(gap), upper(gap), p.amount, p.compare_at
    FROM offer_price p JOIN at USING (offer_id, currency) LEFT JOIN covered USING (offer_id, currency)
    CROSS JOIN LATERAL unnest(tstzmultirange(tstzrange(at.set_at, 'infinity')) - coalesce(covered.times, '{}')) AS gap
    WHERE p.starts_at = '-infinity' AND p.ends_at = 'infinity'),
  applied AS (
    SELECT offer_id, currency, starts_at, ends_at FROM price_history
    UNION ALL SELECT offer_id, currency, starts_at, ends_at FROM price_period)
  SELECT o.id::text, 'no price' FROM offer o
  WHERE NOT EXISTS (SELECT FROM offer_price p WHERE p.offer_id = o.id AND p.currency = o.own_currency
                    AND p.starts_at = '-infinity' AND p.ends_at = 'infinity')
  UNION ALL
  SELECT coalesce(p.offer_id, s.offer_id)::text,
         format('from %s: %s %s compared with %s, said %s compared with %s', coalesce(p.starts_at, s.starts_at),
                coalesce(p.amount::text, 'nothing'), coalesce(p.currency, s.currency), coalesce(p.compare_at::text, 'nothing'),
                coalesce(s.amount::text, 'nothing'), coalesce(s.compare_at::text, 'nothing'))
  FROM price_period p FULL JOIN said s USING (offer_id, currency, starts_at)
  WHERE (p.ends_at, p.amount, p.compare_at) IS DISTINCT FROM (s.ends_at, s.amount, s.compare_at)
  UNION ALL
  SELECT p.offer_id::text, format('said of %s, and nothing applies', p.currency)
  FROM offer_price p LEFT JOIN at USING (offer_id, currency) WHERE at.set_at IS NULL AND p.ends_at = 'infinity'
  UNION ALL
  SELECT offer_id::text, format('in %s until %s and from %s', currency, ends_at, next) FROM (
    SELECT offer_id, currency, ends_at, lead(starts_at) OVER (PARTITION BY offer_id, currency ORDER BY starts_at) AS next
    FROM applied) AS pair WHERE next < ends_at
  UNION ALL
  SELECT offer_id::text, format('from %s the lowest before is %s, was %s', since, coalesce(lowest_before::text, 'nothing'),
                                coalesce(lowest_price_before(offer_id, currency, since)::text, 'nothing'))
  FROM price_period
  WHERE lowest_before IS DISTINCT FROM
        CASE WHEN compare_at IS NOT NULL THEN lowest_price_before(offer_id, currency, since) END
  UNION ALL
  SELECT p.offer_id::text, format('of product %s, the offer is of %s', p.product_id, o.product_id)
  FROM price_period p JOIN offer o ON o.id = p.offer_id WHERE o.product_id <> p.product_id)sql";

}  // namespace market::invariants
