#include "services/order/storage/orders.hpp"

#include <algorithm>
#include <unordered_map>

#include "services/order/storage/rows.hpp"

namespace market::order::storage {
namespace {

using postgres::Batch;
using postgres::Result;
using postgres::Statement;

// The same three statements in three selections: one order, one operation, a page of a buyer's.
constexpr Statement kFind{"order.find", "SELECT " MARKET_ORDER_COLUMNS
                                        " FROM orders WHERE id = $1 AND ($2::uuid IS NULL OR buyer_id = $2)"};
constexpr Statement kFindParts{"order.find_parts", "SELECT " MARKET_PART_COLUMNS
                                                   " FROM seller_order s JOIN orders o ON o.id = s.order_id"
                                                   " WHERE s.order_id = $1 ORDER BY s.position"};
constexpr Statement kFindLines{"order.find_lines",
                               "SELECT " MARKET_LINE_COLUMNS
                               " FROM order_line l JOIN seller_order s ON s.id = l.seller_order_id"
                               " WHERE s.order_id = $1 ORDER BY s.position, l.position"};

#define MARKET_OF_OPERATION "(SELECT id FROM orders WHERE operation_id = $1)"
constexpr Statement kByOperation{"order.by_operation",
                                 "SELECT " MARKET_ORDER_COLUMNS " FROM orders WHERE operation_id = $1"};
constexpr Statement kPartsByOperation{
    "order.parts_by_operation",
    "SELECT " MARKET_PART_COLUMNS
    " FROM seller_order s JOIN orders o ON o.id = s.order_id WHERE s.order_id = " MARKET_OF_OPERATION
    " ORDER BY s.position"};
constexpr Statement kLinesByOperation{"order.lines_by_operation",
                                      "SELECT " MARKET_LINE_COLUMNS
                                      " FROM order_line l JOIN seller_order s ON s.id = l.seller_order_id"
                                      " WHERE s.order_id = " MARKET_OF_OPERATION
                                      " ORDER BY s.position, l.position"};
#undef MARKET_OF_OPERATION

#define MARKET_PAGE_OF_BUYER \
  "(SELECT id FROM orders WHERE buyer_id = $1 AND ($2::uuid IS NULL OR id < $2) ORDER BY id DESC LIMIT $3)"
constexpr Statement kPage{"order.page", "SELECT " MARKET_ORDER_COLUMNS
                                        " FROM orders WHERE id IN " MARKET_PAGE_OF_BUYER " ORDER BY id DESC"};
constexpr Statement kPageParts{
    "order.page_parts",
    "SELECT " MARKET_PART_COLUMNS
    " FROM seller_order s JOIN orders o ON o.id = s.order_id WHERE s.order_id IN " MARKET_PAGE_OF_BUYER
    " ORDER BY s.position"};
constexpr Statement kPageLines{"order.page_lines",
                               "SELECT " MARKET_LINE_COLUMNS
                               " FROM order_line l JOIN seller_order s ON s.id = l.seller_order_id WHERE "
                               "s.order_id IN " MARKET_PAGE_OF_BUYER " ORDER BY s.position, l.position"};
#undef MARKET_PAGE_OF_BUYER

#define MARKET_PART_WITH_ADDRESS \
  MARKET_PART_COLUMNS            \
  ", o.recipient, o.address_lines, o.city, o.region, o.postal_code, o.country_code, o.phone"
constexpr Statement kFindPart{"seller_order.find",
                              "SELECT " MARKET_PART_WITH_ADDRESS
                              " FROM seller_order s JOIN orders o ON o.id = s.order_id"
                              " WHERE s.id = $1 AND ($2::uuid[] IS NULL OR s.seller_id = ANY ($2))"};
constexpr Statement kFindPartLines{"seller_order.find_lines",
                                   "SELECT " MARKET_LINE_COLUMNS
                                   " FROM order_line l WHERE l.seller_order_id = $1 ORDER BY l.position"};

// A part that waits for its payment is not the seller's business yet.
#define MARKET_PAGE_OF_SELLER                                                                           \
  "(SELECT id FROM seller_order WHERE seller_id = $1 AND ($2::text IS NULL OR state = $2)"              \
  " AND state NOT IN ('PENDING_PAYMENT', 'FAILED') AND ($3::uuid IS NULL OR id < $3) ORDER BY id DESC " \
  "LIMIT $4)"
constexpr Statement kSellerPage{
    "seller_order.page",
    "SELECT " MARKET_PART_WITH_ADDRESS
    " FROM seller_order s JOIN orders o ON o.id = s.order_id WHERE s.id IN " MARKET_PAGE_OF_SELLER
    " ORDER BY s.id DESC"};
constexpr Statement kSellerPageLines{"seller_order.page_lines",
                                     "SELECT " MARKET_LINE_COLUMNS
                                     " FROM order_line l WHERE l.seller_order_id IN " MARKET_PAGE_OF_SELLER
                                     " ORDER BY l.position"};
#undef MARKET_PAGE_OF_SELLER
#undef MARKET_PART_WITH_ADDRESS

constexpr Statement kHistory{"order.history", R"sql(
  SELECT e.at, e.seller_order_id, e.from_state, e.to_state, e.actor, e.reason
  FROM order_event e JOIN seller_order s ON s.id = e.seller_order_id JOIN orders o ON o.id = e.order_id
  WHERE e.order_id = $1 AND (($2::uuid IS NULL AND $3::uuid[] IS NULL) OR o.buyer_id = $2 OR s.seller_id = ANY ($3))
  ORDER BY e.sequence)sql"};

void AddLines(std::vector<domain::SellerOrder>& parts, const Result& lines) {
  std::unordered_map<domain::SellerOrderId, domain::SellerOrder*> by_id;
  for (auto& part : parts) by_id.emplace(part.id, &part);
  for (const auto row : lines) {
    const auto found = by_id.find(row.GetId<domain::SellerOrderId>(0));
    if (found == by_id.end()) continue;
    found->second->lines.push_back(ReadLine(row, found->second->total.currency));
  }
}

std::vector<domain::SellerOrder> ReadPartsWithAddress(const Result& rows) {
  std::vector<domain::SellerOrder> parts;
  for (const auto row : rows) {
    auto part = ReadPart(row);
    part.address = {.recipient = std::string(row.Text(12)),
                    .lines = row.TextArray(13),
                    .city = std::string(row.Text(14)),
                    .region = std::string(row.Text(15)),
                    .postal_code = std::string(row.Text(16)),
                    .country_code = std::string(row.Text(17)),
                    .phone = std::string(row.Text(18))};
    parts.push_back(std::move(part));
  }
  return parts;
}

std::optional<std::string_view> NameOf(const std::optional<domain::State>& state) {
  return state ? std::optional(domain::Name(*state)) : std::nullopt;
}

}  // namespace

Task<std::vector<domain::Order>> Orders::ReadWhole(Work work, Batch batch) {
  const auto results = co_await database_.Read(work, std::move(batch));
  std::vector<domain::SellerOrder> parts;
  for (const auto row : results[1]) parts.push_back(ReadPart(row));
  AddLines(parts, results[2]);

  std::vector<domain::Order> orders;
  for (const auto row : results[0]) {
    auto order = ReadOrder(row);
    for (auto& part : parts) {
      if (part.order == order.id) order.parts.push_back(std::move(part));
    }
    // The statements of a read are not one snapshot: an order that was inserted between them comes without
    // parts and is treated as not there yet.
    if (!order.parts.empty()) orders.push_back(std::move(order));
  }
  co_return orders;
}

Task<std::optional<domain::Order>> Orders::Find(Work work, domain::OrderId id, Scope scope) {
  Batch batch("order.find");
  batch.Add(kFind, id, scope.BuyerId()).Add(kFindParts, id).Add(kFindLines, id);
  auto orders = co_await ReadWhole(work, std::move(batch));
  co_return orders.empty() ? std::nullopt : std::optional(std::move(orders.front()));
}

Task<std::optional<domain::Order>> Orders::FindByOperation(Work work, Uuid operation_id) {
  Batch batch("order.by_operation");
  batch.Add(kByOperation, operation_id)
      .Add(kPartsByOperation, operation_id)
      .Add(kLinesByOperation, operation_id);
  auto orders = co_await ReadWhole(work, std::move(batch));
  co_return orders.empty() ? std::nullopt : std::optional(std::move(orders.front()));
}

Task<std::vector<domain::Order>> Orders::ListOfBuyer(Work work, AccountId buyer,
                                                     std::optional<domain::OrderId> before,
                                                     std::int64_t limit) {
  Batch batch("order.page");
  batch.Add(kPage, buyer, before, limit)
      .Add(kPageParts, buyer, before, limit)
      .Add(kPageLines, buyer, before, limit);
  co_return co_await ReadWhole(work, std::move(batch));
}

Task<std::optional<domain::SellerOrder>> Orders::FindPart(Work work, domain::SellerOrderId id, Scope scope) {
  Batch batch("seller_order.find");
  batch.Add(kFindPart, id, scope.SellerIds()).Add(kFindPartLines, id);
  const auto results = co_await database_.Read(work, std::move(batch));
  auto parts = ReadPartsWithAddress(results[0]);
  AddLines(parts, results[1]);
  co_return parts.empty() ? std::nullopt : std::optional(std::move(parts.front()));
}

Task<std::vector<domain::SellerOrder>> Orders::ListOfSeller(Work work, SellerId seller,
                                                            std::optional<domain::State> state,
                                                            std::optional<domain::SellerOrderId> before,
                                                            std::int64_t limit) {
  Batch batch("seller_order.page");
  batch.Add(kSellerPage, seller, NameOf(state), before, limit)
      .Add(kSellerPageLines, seller, NameOf(state), before, limit);
  const auto results = co_await database_.Read(work, std::move(batch));
  auto parts = ReadPartsWithAddress(results[0]);
  AddLines(parts, results[1]);
  co_return parts;
}

Task<std::optional<std::vector<domain::Event>>> Orders::History(Work work, domain::OrderId id, Scope scope) {
  const auto rows = co_await database_.Read(work, kHistory, id, scope.BuyerId(), scope.SellerIds());
  if (rows.empty()) co_return std::nullopt;
  std::vector<domain::Event> events;
  for (const auto row : rows) {
    events.push_back({.at = row.GetTime(0),
                      .part = row.GetId<domain::SellerOrderId>(1),
                      .from = std::string(row.OptionalText(2).value_or("")),
                      .to = std::string(row.Text(3)),
                      .actor = std::string(row.Text(4)),
                      .reason = std::string(row.Text(5))});
  }
  co_return events;
}

}  // namespace market::order::storage
