#include "services/order/storage/orders.hpp"

#include "services/order/storage/rows.hpp"

namespace market::order::storage {
namespace {

using postgres::Batch;
using postgres::ComposedStatement;
using postgres::Sql;

// A whole order is three statements: by its id in rows.cpp; by its operation here; pages of them in order_lists.cpp.
constexpr Sql kOfOperation{"(SELECT id FROM orders WHERE operation_id = $1)"};
constexpr ComposedStatement kByOperation{"order.by_operation",
                                         "SELECT " + kOrder + " FROM orders o WHERE o.operation_id = $1"};
constexpr ComposedStatement kPartsByOperation{
    "order.parts_by_operation",
    "SELECT " + kPart + " FROM seller_order s JOIN orders o ON o.id = s.order_id WHERE s.order_id = " +
        kOfOperation + " ORDER BY s.position"};
constexpr ComposedStatement kLinesByOperation{
    "order.lines_by_operation",
    "SELECT " + kLine +
        " FROM order_line l JOIN seller_order s ON s.id = l.seller_order_id WHERE s.order_id = " +
        kOfOperation + " ORDER BY s.position, l.position"};

constexpr Columns kStanding{Column{"NOT EXISTS (SELECT FROM seller_order s WHERE s.order_id = o.id"
                                   " AND s.state NOT IN ('CANCELLED', 'REJECTED', 'FAILED'))",
                                   &Standing::dead},
                            Column{"o.payment_state", &Standing::payment},
                            Column{"o.payment_number", &Standing::payment_number}};
constexpr ComposedStatement kStands{"order.stands", "SELECT " + kStanding + " FROM orders o WHERE o.id = $1"};

constexpr Columns kCount{Column{"state", &StateCount::state}, Column{"count(*)", &StateCount::count}};
constexpr auto kByState = " GROUP BY state ORDER BY array_position(" + kStatesInOrder + ", state::text)";
constexpr ComposedStatement kCountOfBuyer{
    "order.count_of_buyer", "SELECT " + kCount + " FROM (SELECT (" + kStatesInOrder +
                                ")[min(array_position(" + kStatesInOrder + R"sql(, s.state::text))] AS state
    FROM (SELECT id FROM orders WHERE buyer_id = $1 ORDER BY id DESC LIMIT 100000) AS o
    JOIN seller_order s ON s.order_id = o.id GROUP BY o.id) AS whole)sql" +
                                kByState};
constexpr ComposedStatement kCountOfSeller{"seller_order.count_of_seller", "SELECT " + kCount + R"sql(
  FROM (SELECT state FROM seller_order WHERE seller_id = $1 AND state NOT IN ('PENDING_PAYMENT', 'FAILED')
        ORDER BY order_id DESC LIMIT 100000) AS part)sql" + kByState};

constexpr ComposedStatement kFindPart{
    "seller_order.find", "SELECT " + kPartWithAddress +
                             " FROM seller_order s JOIN orders o ON o.id = s.order_id"
                             " WHERE s.id = $1 AND ($2::uuid[] IS NULL OR s.seller_id = ANY ($2))"};

constexpr Columns kParties{Column{"o.buyer_id", &Parties::buyer}, Column{"s.seller_id", &Parties::seller},
                           Column{"s.number", &Parties::number}};
constexpr ComposedStatement kPartiesOf{"seller_order.parties", "SELECT " + kParties + R"sql(
FROM seller_order s JOIN orders o ON o.id = s.order_id
WHERE s.id = $1 AND s.state NOT IN ('PENDING_PAYMENT', 'FAILED'))sql"};

// It arrives with its parcel.
constexpr Columns kReviewable{
    Column{"l.product_id", &ReviewableLine::product}, Column{"l.offer_id", &ReviewableLine::offer},
    Column{"s.seller_id", &ReviewableLine::seller}, Column{"s.order_id", &ReviewableLine::order},
    Column{R"sql((SELECT min(p.delivered_at) FROM parcel p JOIN parcel_line u ON u.parcel_id = p.id
      WHERE p.seller_order_id = s.id AND u.line_id = l.id AND l.shipped > 0))sql",
           &ReviewableLine::delivered_at}};
constexpr ComposedStatement kFindReviewable{"order_line.reviewable", "SELECT " + kReviewable + R"sql(
FROM order_line l JOIN seller_order s ON s.id = l.seller_order_id JOIN orders o ON o.id = s.order_id
WHERE l.id = $1 AND o.buyer_id = $2)sql"};

constexpr Columns kEvent{Column{"e.at", &domain::Event::at},
                         Column{"e.seller_order_id", &domain::Event::part},
                         Column{"e.from_state", &domain::Event::from},
                         Column{"e.to_state", &domain::Event::to},
                         Column{"e.actor", &domain::Event::actor},
                         Column{"e.reason", &domain::Event::reason},
                         Column{"e.lines", &domain::Event::cancelled, &domain::Units::line},
                         Column{"e.quantities", &domain::Event::cancelled, &domain::Units::quantity},
                         Column{"e.parcel_id", &domain::Event::parcel},
                         Column{"e.address_changed", &domain::Event::address_changed}};
constexpr ComposedStatement kHistory{"order.history", "SELECT " + kEvent + R"sql(
  FROM order_event e JOIN seller_order s ON s.id = e.seller_order_id JOIN orders o ON o.id = e.order_id
  WHERE e.order_id = $1 AND (($2::uuid IS NULL AND $3::uuid[] IS NULL) OR o.buyer_id = $2 OR s.seller_id = ANY ($3))
  ORDER BY e.sequence OFFSET $4 LIMIT $5)sql"};

std::vector<domain::Order> ReadOrders(const std::vector<postgres::Result>& results) {
  return ReadWhole(results[0], results[1], results[2]);
}

}  // namespace

Task<std::optional<domain::Order>> Orders::Find(Work work, domain::OrderId id, Scope scope) {
  Batch batch("order.find");
  AddWhole(batch, id, scope.BuyerId());
  auto orders = ReadOrders(co_await database_.Read(work, std::move(batch)));
  co_return orders.empty() ? std::nullopt : std::optional(std::move(orders.front()));
}

Task<std::optional<Standing>> Orders::Stands(Work work, domain::OrderId id) {
  co_return kStanding.ReadAtMostOne(co_await database_.Read(work, kStands, id));
}

Task<std::optional<domain::Order>> Orders::FindByOperation(Work work, Uuid operation_id) {
  Batch batch("order.by_operation");
  batch.Add(kByOperation, operation_id)
      .Add(kPartsByOperation, operation_id)
      .Add(kLinesByOperation, operation_id);
  auto orders = ReadOrders(co_await database_.Read(work, std::move(batch)));
  co_return orders.empty() ? std::nullopt : std::optional(std::move(orders.front()));
}

Task<std::vector<StateCount>> Orders::CountOfBuyer(Work work, AccountId buyer) {
  co_return kCount.ReadAll(co_await database_.List(work, kCountOfBuyer, buyer));
}

Task<std::vector<StateCount>> Orders::CountOfSeller(Work work, SellerId seller) {
  co_return kCount.ReadAll(co_await database_.List(work, kCountOfSeller, seller));
}

Task<std::optional<Parties>> Orders::PartiesOf(Work work, domain::SellerOrderId id) {
  co_return kParties.ReadAtMostOne(co_await database_.Read(work, kPartiesOf, id));
}

Task<std::optional<ReviewableLine>> Orders::FindReviewable(Work work, domain::LineId id, AccountId buyer) {
  co_return kReviewable.ReadAtMostOne(co_await database_.Read(work, kFindReviewable, id, buyer));
}

Task<std::optional<domain::SellerOrder>> Orders::FindPart(Work work, domain::SellerOrderId id, Scope scope) {
  Batch batch("seller_order.find");
  batch.Add(kFindPart, id, scope.SellerIds()).Add(kLinesOfPart, id);
  const auto results = co_await database_.Read(work, std::move(batch));
  auto parts = kPartWithAddress.ReadAll(results[0]);
  AddLines(parts, results[1]);
  co_return parts.empty() ? std::nullopt : std::optional(std::move(parts.front()));
}

Task<std::optional<std::vector<domain::Event>>> Orders::History(Work work, domain::OrderId id, Scope scope,
                                                                std::int64_t skipped, std::int64_t limit) {
  const auto rows =
      co_await database_.List(work, kHistory, id, scope.BuyerId(), scope.SellerIds(), skipped, limit);
  if (rows.empty()) co_return std::nullopt;
  co_return kEvent.ReadAll(rows);
}

}  // namespace market::order::storage
