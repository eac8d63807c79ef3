#include "services/order/storage/cart_orders.hpp"

namespace market::order::storage {
namespace {

using postgres::Statement;

constexpr Statement kClaim{"cart.claim", R"sql(
  UPDATE orders SET cart_id = claim_cart($2, $3, $1) WHERE id = $1)sql"};
// Before the statement that takes out, which then sees all that others have done to the items.
constexpr Statement kLock{"cart.lock", "SELECT id FROM cart WHERE id = $1 FOR UPDATE"};
// The choices were for that order.
constexpr Statement kBought{"cart.bought", R"sql(
  WITH emptied AS (
    UPDATE cart SET order_id = NULL, delivery_sellers = '{}', delivery_methods = '{}', coupon_codes = '{}',
                    version = version + 1, updated_at = market_now()
    WHERE id = $1 AND order_id = $2 RETURNING id),
  bought AS (
    SELECT l.offer_id, sum(l.quantity)::bigint AS quantity
    FROM order_line l JOIN seller_order s ON s.id = l.seller_order_id
    WHERE s.order_id = $2 GROUP BY l.offer_id),
  lessened AS (
    UPDATE cart_item i SET quantity = i.quantity - b.quantity
    FROM bought b, emptied e WHERE i.cart_id = e.id AND i.offer_id = b.offer_id AND i.quantity > b.quantity)
  DELETE FROM cart_item i USING bought b, emptied e
  WHERE i.cart_id = e.id AND i.offer_id = b.offer_id AND i.quantity <= b.quantity)sql"};
constexpr Statement kRelease{"cart.release", R"sql(
  UPDATE cart SET order_id = NULL, version = version + 1, updated_at = market_now()
  WHERE id = $1 AND order_id = $2)sql"};

}  // namespace

void AppendCartClaim(postgres::Batch& batch, const domain::Order& order) {
  if (order.cart) batch.Add(kClaim, order.id, *order.cart, order.cart_version);
}

bool IsCartMoved(const postgres::SqlError& error) { return error.Is("MK014"); }

void AppendCartBought(postgres::Batch& batch, const domain::Order& order) {
  if (order.cart) batch.Add(kLock, *order.cart).Add(kBought, *order.cart, order.id);
}

void AppendCartReleased(postgres::Batch& batch, const domain::Order& order) {
  if (order.cart) batch.Add(kRelease, *order.cart, order.id);
}

}  // namespace market::order::storage
