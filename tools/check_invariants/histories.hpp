// Rules O4 and O21, as checks.hpp has rules: which way parts go, and by whom.
#pragma once
#include <string_view>

namespace market::invariants {

inline constexpr std::string_view kHistoryOfParts = R"sql(
  WITH step AS (
    SELECT order_id, seller_order_id, sequence, from_state, to_state, cardinality(lines) > 0 AS cancels, parcel_id, address_changed,
           lag(to_state) OVER (PARTITION BY seller_order_id ORDER BY sequence) AS before,
           lead(sequence) OVER (PARTITION BY seller_order_id ORDER BY sequence) IS NULL AS last
    FROM order_event)
  SELECT s.id::text, format('%s to %s after %s, told of order %s; the part is %s, of order %s', step.from_state,
                            step.to_state, step.before, step.order_id, s.state, s.order_id)
  FROM seller_order s LEFT JOIN step ON step.seller_order_id = s.id
  WHERE step.sequence IS NULL
     OR step.order_id <> s.order_id
     OR step.from_state IS DISTINCT FROM step.before
     OR (step.last AND step.to_state <> s.state)
     OR (coalesce(step.from_state, '') || '>' || step.to_state
         || CASE WHEN step.from_state <> step.to_state THEN ''
                 WHEN step.cancels THEN ' some units' WHEN step.parcel_id IS NOT NULL THEN ' a parcel'
                 WHEN step.address_changed THEN ' the address' ELSE '' END) NOT IN (
          '>PENDING_PAYMENT', 'PENDING_PAYMENT>PLACED', 'PENDING_PAYMENT>FAILED', 'PLACED>ACCEPTED',
          'PLACED>PLACED some units', 'ACCEPTED>ACCEPTED some units', 'PARTIALLY_SHIPPED>PARTIALLY_SHIPPED some units',
          'PARTIALLY_SHIPPED>PARTIALLY_SHIPPED a parcel', 'SHIPPED>SHIPPED a parcel',
          'PENDING_PAYMENT>PENDING_PAYMENT the address', 'PLACED>PLACED the address', 'ACCEPTED>ACCEPTED the address',
          'PLACED>CANCELLED', 'PLACED>REJECTED', 'ACCEPTED>PARTIALLY_SHIPPED', 'PARTIALLY_SHIPPED>SHIPPED', 'ACCEPTED>SHIPPED', 'ACCEPTED>CANCELLED', 'ACCEPTED>REJECTED',
          'SHIPPED>DELIVERED', 'DELIVERED>COMPLETED'))sql";

inline constexpr std::string_view kWhoMovesParts = R"sql(
  SELECT seller_order_id::text, format('%s to %s by %s', from_state, to_state, actor) FROM order_event
  WHERE from_state IS DISTINCT FROM to_state AND actor <> ALL (CASE to_state
                        WHEN 'PENDING_PAYMENT' THEN '{buyer}' WHEN 'PLACED' THEN '{system}' WHEN 'ACCEPTED' THEN '{seller}'
                        WHEN 'REJECTED' THEN '{seller,system}' WHEN 'PARTIALLY_SHIPPED' THEN '{seller}'
                        WHEN 'SHIPPED' THEN CASE from_state WHEN 'ACCEPTED' THEN '{seller}' ELSE '{seller,buyer,operator,system}' END
                        WHEN 'DELIVERED' THEN '{seller,buyer,operator,system}' WHEN 'COMPLETED' THEN '{buyer,system}' END::text[]))sql";

}  // namespace market::invariants
