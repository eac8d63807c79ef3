// The statements of the lists of orders, apart from what runs them, so that a test can ask PostgreSQL how it answers each.
#pragma once
#include <vector>

#include "services/order/storage/orders.hpp"
#include "services/order/storage/rows.hpp"

namespace market::order::storage {

// What holds of the order o. Parameters of all lists: $1 and $2 bounds of ids, $3 how many, $4 how the number of the order begins,
// $5 that of a part, $6 and $7 since and until when it was made, $8 states.
inline constexpr auto kWantedOfOrder =
    R"sql(o.id >= $1 AND o.id < $2 AND ($4::text IS NULL OR o.number ^@ $4)
  AND ($5::text IS NULL OR EXISTS (SELECT FROM seller_order n WHERE n.order_id = o.id AND n.number ^@ $5))
  AND ($6::timestamptz IS NULL OR o.created_at >= $6) AND ($7::timestamptz IS NULL OR o.created_at < $7)
  AND ($8::text[] IS NULL OR )sql" +
    kStateOfOrder + " = ANY ($8))";

// $9 whose, $10 whether FAILED, and not. A look at the index for each of the two, since only so it comes in order.
inline constexpr auto kPageOfBuyer =
    R"sql((SELECT mine.id FROM unnest($10::boolean[]) AS f (failed) CROSS JOIN LATERAL (
  SELECT o.id FROM orders o WHERE o.buyer_id = $9 AND o.failed = f.failed AND )sql" +
    kWantedOfOrder + " ORDER BY o.id DESC LIMIT $3) AS mine ORDER BY mine.id DESC LIMIT $3)";
inline constexpr postgres::ComposedStatement kBuyerPage{
    "order.page",
    "SELECT " + kOrder + " FROM orders o WHERE o.id IN " + kPageOfBuyer + " ORDER BY o.id DESC"};

// What holds of the part s of the shop $8. A part that waits for its payment is not its business yet.
inline constexpr postgres::Sql kWantedOfShop{
    R"sql(s.seller_id = $8 AND s.order_id >= $1 AND s.order_id < $2 AND ($4::text IS NULL OR s.number ^@ $4)
  AND ($5::timestamptz IS NULL OR s.created_at >= $5) AND ($6::timestamptz IS NULL OR s.created_at < $6))sql"};
inline constexpr auto kPageOfSeller = "(SELECT s.id FROM seller_order s WHERE " + kWantedOfShop + R"sql(
  AND s.state NOT IN ('PENDING_PAYMENT', 'FAILED') AND $7::text[] IS NULL ORDER BY s.order_id DESC LIMIT $3))sql";
inline constexpr auto kPageInStates =
    R"sql((SELECT sold.id FROM unnest($7::text[]) AS w (state) CROSS JOIN LATERAL (
  SELECT s.id, s.order_id FROM seller_order s WHERE s.state = w.state AND )sql" +
    kWantedOfShop + " ORDER BY s.order_id DESC LIMIT $3) AS sold ORDER BY sold.order_id DESC LIMIT $3)";
inline constexpr postgres::ComposedStatement kSellerPage{
    "seller_order.page", "SELECT " + kPartWithAddress +
                             " FROM seller_order s JOIN orders o ON o.id = s.order_id WHERE s.id IN " +
                             kPageOfSeller + " ORDER BY s.order_id DESC"};
inline constexpr postgres::ComposedStatement kSellerPageInStates{
    "seller_order.page_in_states",
    "SELECT " + kPartWithAddress + " FROM seller_order s JOIN orders o ON o.id = s.order_id WHERE s.id IN " +
        kPageInStates + " ORDER BY s.order_id DESC"};

// Finds the ids of a page of everybody's, by what narrows it most. The parameters besides: $9 whose, $10 of which shop.
postgres::Statement SearchFor(const Wanted& wanted);

}  // namespace market::order::storage
