// Rules X21 and X22, as checks.hpp has rules: what was sent, in which parcels.
#pragma once
#include <string_view>

namespace market::invariants {

inline constexpr std::string_view kShippedInParcels = R"sql(
  SELECT l.id::text, format('%s are shipped, %s are in parcels of its part, %s in others', l.shipped,
                            coalesce(sum(u.quantity) FILTER (WHERE p.seller_order_id = l.seller_order_id), 0),
                            coalesce(sum(u.quantity) FILTER (WHERE p.seller_order_id <> l.seller_order_id), 0))
  FROM order_line l LEFT JOIN parcel_line u ON u.line_id = l.id LEFT JOIN parcel p ON p.id = u.parcel_id
  GROUP BY l.id
  HAVING l.shipped <> coalesce(sum(u.quantity) FILTER (WHERE p.seller_order_id = l.seller_order_id), 0)
      OR coalesce(bool_or(p.seller_order_id <> l.seller_order_id), false)
  UNION ALL
  SELECT p.id::text, format('an empty parcel of part %s', p.seller_order_id) FROM parcel p
  WHERE NOT EXISTS (SELECT FROM parcel_line u WHERE u.parcel_id = p.id))sql";

// A part that is PARTIALLY_SHIPPED has sent some of it and some is left; one that is SHIPPED has nothing left, and a parcel
// under way; one that has arrived has all its parcels there; every other has none. Of what units are sent in which state O15
// tells the rest.
inline constexpr std::string_view kPartsAsTheirParcels = R"sql(
  SELECT s.id::text, format('%s with %s parcels, %s of them under way, %s units sent and %s left', s.state, parcels.count,
                            parcels.under_way, units.sent, units.remaining)
  FROM seller_order s
  JOIN LATERAL (SELECT count(*) AS count, count(*) FILTER (WHERE p.delivered_at IS NULL) AS under_way
                FROM parcel p WHERE p.seller_order_id = s.id) AS parcels ON true
  JOIN LATERAL (SELECT coalesce(sum(l.shipped), 0) AS sent, coalesce(sum(l.quantity - l.cancelled - l.shipped), 0) AS remaining
                FROM order_line l WHERE l.seller_order_id = s.id) AS units ON true
  WHERE NOT CASE WHEN s.state = 'PARTIALLY_SHIPPED' THEN parcels.count > 0 AND units.sent > 0 AND units.remaining > 0
                 WHEN s.state = 'SHIPPED' THEN parcels.under_way > 0 AND units.remaining = 0
                 WHEN s.state IN ('DELIVERED', 'COMPLETED') THEN parcels.count > 0 AND parcels.under_way = 0
                 ELSE parcels.count = 0 END)sql";

}  // namespace market::invariants
