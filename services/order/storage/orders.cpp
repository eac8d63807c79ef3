#include "services/order/storage/orders.hpp"

#include "services/order/storage/rows.hpp"

namespace market::order::storage {
namespace {

using postgres::Batch;
using postgres::ComposedStatement;
using postgres::Sql;

// A whole order is three statements: by its id in rows.cpp; by its operation, and a page of a buyer's, here.
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
                            Column{"o.payment_state", &Standing::payment}};
constexpr ComposedStatement kStands{"order.stands", "SELECT " + kStanding + " FROM orders o WHERE o.id = $1"};

// The state of an order is the first one of its parts, in this order (domain::OrderState).
constexpr Sql kPageOfBuyer{R"sql((
  SELECT id FROM orders b WHERE buyer_id = $1 AND failed = $2 AND ($4::uuid IS NULL OR id < $4)
    AND ($3::text IS NULL OR $3 = (
      SELECT state FROM seller_order WHERE order_id = b.id
      ORDER BY array_position('{PENDING_PAYMENT, PLACED, ACCEPTED, SHIPPED, DELIVERED, COMPLETED, CANCELLED,
                                REJECTED, FAILED}'::text[], state::text)
      LIMIT 1))
  ORDER BY id DESC LIMIT $5))sql"};
constexpr ComposedStatement kPage{"order.page", "SELECT " + kOrder + " FROM orders o WHERE o.id IN " +
                                                    kPageOfBuyer + " ORDER BY o.id DESC"};
constexpr ComposedStatement kPageParts{
    "order.page_parts", "SELECT " + kPart +
                            " FROM seller_order s JOIN orders o ON o.id = s.order_id WHERE s.order_id IN " +
                            kPageOfBuyer + " ORDER BY s.position"};
constexpr ComposedStatement kPageLines{
    "order.page_lines",
    "SELECT " + kLine +
        " FROM order_line l JOIN seller_order s ON s.id = l.seller_order_id WHERE s.order_id IN " +
        kPageOfBuyer + " ORDER BY s.position, l.position"};

constexpr ComposedStatement kFindPart{
    "seller_order.find", "SELECT " + kPartWithAddress +
                             " FROM seller_order s JOIN orders o ON o.id = s.order_id"
                             " WHERE s.id = $1 AND ($2::uuid[] IS NULL OR s.seller_id = ANY ($2))"};

// A part that waits for its payment is not the seller's business yet.
constexpr Sql kPageOfSeller{R"sql((
  SELECT id FROM seller_order
  WHERE seller_id = $1 AND ($2::text IS NULL OR state = $2) AND state NOT IN ('PENDING_PAYMENT', 'FAILED')
    AND ($3::uuid IS NULL OR id < $3)
  ORDER BY id DESC LIMIT $4))sql"};
constexpr ComposedStatement kSellerPage{
    "seller_order.page", "SELECT " + kPartWithAddress +
                             " FROM seller_order s JOIN orders o ON o.id = s.order_id WHERE s.id IN " +
                             kPageOfSeller + " ORDER BY s.id DESC"};
constexpr ComposedStatement kSellerPageLines{
    "seller_order.page_lines", "SELECT " + kLine + " FROM order_line l WHERE l.seller_order_id IN " +
                                   kPageOfSeller + " ORDER BY l.position"};

constexpr Columns kEvent{
    Column{"e.at", &domain::Event::at},           Column{"e.seller_order_id", &domain::Event::part},
    Column{"e.from_state", &domain::Event::from}, Column{"e.to_state", &domain::Event::to},
    Column{"e.actor", &domain::Event::actor},     Column{"e.reason", &domain::Event::reason}};
constexpr ComposedStatement kHistory{"order.history", "SELECT " + kEvent + R"sql(
  FROM order_event e JOIN seller_order s ON s.id = e.seller_order_id JOIN orders o ON o.id = e.order_id
  WHERE e.order_id = $1 AND (($2::uuid IS NULL AND $3::uuid[] IS NULL) OR o.buyer_id = $2 OR s.seller_id = ANY ($3))
  ORDER BY e.sequence)sql"};

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

Task<std::vector<domain::Order>> Orders::ListOfBuyer(Work work, AccountId buyer,
                                                     std::optional<domain::State> state,
                                                     std::optional<domain::OrderId> before,
                                                     std::int64_t limit) {
  const bool failed = state == domain::State::kFailed;
  if (failed) state.reset();  // the column says it
  Batch batch("order.page");
  batch.Add(kPage, buyer, failed, state, before, limit)
      .Add(kPageParts, buyer, failed, state, before, limit)
      .Add(kPageLines, buyer, failed, state, before, limit);
  co_return ReadOrders(co_await database_.List(work, std::move(batch)));
}

Task<std::optional<domain::SellerOrder>> Orders::FindPart(Work work, domain::SellerOrderId id, Scope scope) {
  Batch batch("seller_order.find");
  batch.Add(kFindPart, id, scope.SellerIds()).Add(kLinesOfPart, id);
  const auto results = co_await database_.Read(work, std::move(batch));
  auto parts = kPartWithAddress.ReadAll(results[0]);
  AddLines(parts, results[1]);
  co_return parts.empty() ? std::nullopt : std::optional(std::move(parts.front()));
}

Task<std::vector<domain::SellerOrder>> Orders::ListOfSeller(Work work, SellerId seller,
                                                            std::optional<domain::State> state,
                                                            std::optional<domain::SellerOrderId> before,
                                                            std::int64_t limit) {
  Batch batch("seller_order.page");
  batch.Add(kSellerPage, seller, state, before, limit).Add(kSellerPageLines, seller, state, before, limit);
  const auto results = co_await database_.List(work, std::move(batch));
  auto parts = kPartWithAddress.ReadAll(results[0]);
  AddLines(parts, results[1]);
  co_return parts;
}

Task<std::optional<std::vector<domain::Event>>> Orders::History(Work work, domain::OrderId id, Scope scope) {
  const auto rows = co_await database_.List(work, kHistory, id, scope.BuyerId(), scope.SellerIds());
  if (rows.empty()) co_return std::nullopt;
  co_return kEvent.ReadAll(rows);
}

}  // namespace market::order::storage
