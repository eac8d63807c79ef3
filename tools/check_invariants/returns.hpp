// Rules X23 and X24, as checks.hpp has rules: what came back, and what goes back for it.
#pragma once
#include <string_view>

namespace market::invariants {

inline constexpr std::string_view kReturnedAsClosed = R"sql(
  SELECT l.id::text, format('%s are returned, %s in returns that are closed', l.returned, coalesce(closed.quantity, 0))
  FROM order_line l LEFT JOIN (
    SELECT n.line_id, sum(n.quantity) AS quantity FROM order_return_line n JOIN order_return r ON r.id = n.return_id
    WHERE r.state = 'CLOSED' GROUP BY n.line_id) AS closed ON closed.line_id = l.id
  WHERE l.returned <> coalesce(closed.quantity, 0))sql";

// Portions are rounded half up, as domain/price.cpp has them.
inline constexpr std::string_view kReturnsAreOfWhatWasSent = R"sql(
  SELECT l.id::text, format('%s are shipped, %s in returns', l.shipped, sum(n.quantity))
  FROM order_line l JOIN order_return_line n ON n.line_id = l.id JOIN order_return r ON r.id = n.return_id
  WHERE r.state <> 'REJECTED' GROUP BY l.id HAVING sum(n.quantity) > l.shipped
  UNION ALL
  SELECT r.id::text, format('line %s is not of part %s', n.line_id, r.seller_order_id)
  FROM order_return r JOIN order_return_line n ON n.return_id = r.id JOIN order_line l ON l.id = n.line_id
  WHERE l.seller_order_id <> r.seller_order_id
  UNION ALL
  SELECT r.id::text, format('%s goes back, delivery %s of that, its units cost %s', r.amount_minor, r.delivery_minor, cost.minor)
  FROM order_return r JOIN seller_order s ON s.id = r.seller_order_id JOIN LATERAL (
    SELECT sum(div(2 * l.total_minor::numeric * (n.gone_before + n.quantity) + l.quantity, 2 * l.quantity)
               - div(2 * l.total_minor::numeric * n.gone_before + l.quantity, 2 * l.quantity)) AS minor
    FROM order_return_line n JOIN order_line l ON l.id = n.line_id WHERE n.return_id = r.id) AS cost ON true
  WHERE r.state = 'CLOSED' AND (r.amount_minor IS DISTINCT FROM cost.minor + r.delivery_minor
                                OR r.delivery_minor NOT IN (0, s.delivery_total_minor))
  UNION ALL
  SELECT s.id::text, format('delivery of %s, %s of it went back; its units are all back: %s', s.delivery_total_minor, back.minor,
                            lines.all_gone)
  FROM seller_order s JOIN LATERAL (
    SELECT bool_and(cancelled + returned = quantity) AS all_gone, sum(cancelled) AS cancelled FROM order_line
    WHERE seller_order_id = s.id) AS lines ON true
  JOIN LATERAL (SELECT sum(delivery_minor) AS minor FROM order_return
                WHERE seller_order_id = s.id AND state = 'CLOSED') AS back ON back.minor IS NOT NULL
  WHERE (back.minor > 0 AND NOT lines.all_gone) OR back.minor > s.delivery_total_minor
     OR (lines.all_gone AND lines.cancelled = 0 AND back.minor <> s.delivery_total_minor))sql";

}  // namespace market::invariants
