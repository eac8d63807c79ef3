// Rules X19 and X20, as checks.hpp has rules: coupons and the orders that they are used with.
#pragma once
#include <string_view>

namespace market::invariants {

inline constexpr std::string_view kCouponsAsUsed = R"sql(
  SELECT c.id::text, format('redeemed %s, used with %s orders', c.redeemed, count(r.order_id))
  FROM coupon c LEFT JOIN coupon_redemption r ON r.coupon_id = c.id AND r.state = 'LIVE'
  GROUP BY c.id HAVING c.redeemed <> count(r.order_id)
  UNION ALL
  SELECT r.order_id::text, format('coupon %s took %s, the discounts of the order have %s of it', r.code, r.amount_minor,
                                  coalesce(given.minor, 0))
  FROM coupon_redemption r LEFT JOIN LATERAL (
    SELECT sum((discount ->> 'amountMinor')::numeric) AS minor
    FROM seller_order s CROSS JOIN LATERAL (
      SELECT discounts FROM order_line WHERE seller_order_id = s.id UNION ALL SELECT s.delivery_discounts) AS part
    CROSS JOIN LATERAL jsonb_path_query(part.discounts, '$[*]') AS discount
    WHERE s.order_id = r.order_id AND discount ->> 'source' = 'coupon/' || r.code) AS given ON true
  WHERE r.amount_minor <> coalesce(given.minor, 0)
  UNION ALL
  SELECT s.order_id::text, format('%s has a discount of %s, which the order is not made with', part.what, discount ->> 'source')
  FROM seller_order s CROSS JOIN LATERAL (
    SELECT 'line ' || id AS what, discounts FROM order_line WHERE seller_order_id = s.id
    UNION ALL SELECT 'the delivery of ' || s.id, s.delivery_discounts) AS part
  CROSS JOIN LATERAL jsonb_path_query(part.discounts, '$[*] ? (@.source starts with "coupon/")') AS discount
  WHERE NOT EXISTS (SELECT FROM coupon_redemption r
                    WHERE r.order_id = s.order_id AND 'coupon/' || r.code = discount ->> 'source')
  UNION ALL
  SELECT r.order_id::text, format('coupon %s is %s', r.code, r.state) FROM coupon_redemption r
  WHERE (r.state = 'LIVE') <> EXISTS (SELECT FROM seller_order s WHERE s.order_id = r.order_id
                                      AND s.state NOT IN ('CANCELLED', 'REJECTED', 'FAILED'))
  UNION ALL
  SELECT r.order_id::text, format('coupon %s is used by %s, the order is of %s', r.code, r.buyer_id, o.buyer_id)
  FROM coupon_redemption r JOIN orders o ON o.id = r.order_id WHERE r.buyer_id <> o.buyer_id)sql";

inline constexpr std::string_view kCouponsWithinLimits = R"sql(
  SELECT id::text, format('used with %s orders of %s', redeemed, total_limit) FROM coupon WHERE redeemed > total_limit
  UNION ALL
  SELECT c.id::text, format('%s has used it with %s orders of %s', r.buyer_id, count(*), c.limit_per_buyer)
  FROM coupon c JOIN coupon_redemption r ON r.coupon_id = c.id AND r.state = 'LIVE'
  GROUP BY c.id, r.buyer_id HAVING count(*) > c.limit_per_buyer)sql";

}  // namespace market::invariants
