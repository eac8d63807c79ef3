// Rules O2, X17 and X18, as checks.hpp has rules: what sending a part costs, and at which rates all of it is taxed.
#pragma once
#include <string_view>

namespace market::invariants {

inline constexpr std::string_view kPartCostsItsLinesAndDelivery = R"sql(
  SELECT s.id::text, format('total %s, lines %s, delivery %s', s.total_minor, coalesce(sum(l.total_minor), 0),
                            s.delivery_total_minor)
  FROM seller_order s LEFT JOIN order_line l ON l.seller_order_id = s.id
  GROUP BY s.id HAVING s.total_minor <> coalesce(sum(l.total_minor), 0) + s.delivery_total_minor)sql";

inline constexpr std::string_view kDeliveryAdds = R"sql(
  SELECT id::text, format('%s - %s (its discounts: %s), tax %s %s: total %s', delivery_minor, delivery_discount_minor, given,
                          delivery_tax_minor, delivery_tax_mode, delivery_total_minor)
  FROM (SELECT *, CASE delivery_discounts WHEN '[]' THEN 0 ELSE (
                    SELECT coalesce(sum(amount::numeric), 0)
                    FROM jsonb_path_query(delivery_discounts, '$[*].amountMinor ? (@.type() == "number")') AS amount)
                  END AS given
        FROM seller_order) AS part
  WHERE delivery_discount_minor <> given
     OR delivery_total_minor IS DISTINCT FROM delivery_minor - delivery_discount_minor
          + CASE delivery_tax_mode WHEN 'ADDED' THEN delivery_tax_minor WHEN 'INCLUDED' THEN 0 END)sql";

inline constexpr std::string_view kTaxesAreOfTheirRates = R"sql(
  SELECT id::text, format('%s ppm %s of %s: %s', delivery_tax_rate_ppm, delivery_tax_mode, net, delivery_tax_minor)
  FROM (SELECT *, delivery_minor - delivery_discount_minor AS net,
               1000000::numeric + CASE delivery_tax_mode WHEN 'INCLUDED' THEN delivery_tax_rate_ppm ELSE 0 END AS whole
        FROM seller_order WHERE delivery_tax_rate_ppm <> 0 OR delivery_tax_minor <> 0) AS taxed
  WHERE delivery_tax_minor <> div(2 * net * delivery_tax_rate_ppm::numeric + whole, 2 * whole)
  UNION ALL
  SELECT t.id::text, format('%s ppm by rate %s (%s), without for "%s"', t.ppm, coalesce(t.rate::text, 'none'),
                            coalesce(r.rate_ppm::text, 'not on record'), t.reason)
  FROM (SELECT id, tax_rate_ppm AS ppm, tax_rate_id AS rate, no_tax AS reason FROM order_line
        UNION ALL
        SELECT id, delivery_tax_rate_ppm, delivery_tax_rate_id, delivery_no_tax FROM seller_order) AS t
  LEFT JOIN tax_rate r ON r.id = t.rate
  WHERE CASE WHEN t.rate IS NULL THEN t.ppm <> 0 ELSE r.rate_ppm IS DISTINCT FROM t.ppm OR t.reason <> '' END)sql";

}  // namespace market::invariants
