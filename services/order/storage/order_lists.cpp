#include "services/order/storage/order_lists.hpp"

#include <algorithm>
#include <string>
#include <utility>

#include "services/order/storage/ids_at.hpp"

namespace market::order::storage {
namespace {

using postgres::Batch;
using postgres::ComposedStatement;
using postgres::Sql;

constexpr ComposedStatement kBuyerPageParts{
    "order.page_parts", "SELECT " + kPart +
                            " FROM seller_order s JOIN orders o ON o.id = s.order_id WHERE s.order_id IN " +
                            kPageOfBuyer + " ORDER BY s.position"};
constexpr ComposedStatement kBuyerPageLines{
    "order.page_lines",
    "SELECT " + kLine +
        " FROM order_line l JOIN seller_order s ON s.id = l.seller_order_id WHERE s.order_id IN " +
        kPageOfBuyer + " ORDER BY s.position, l.position"};

constexpr ComposedStatement kSellerPageLines{
    "seller_order.page_lines", "SELECT " + kLine + " FROM order_line l WHERE l.seller_order_id IN " +
                                   kPageOfSeller + " ORDER BY l.position"};
constexpr ComposedStatement kSellerPageInStatesLines{"seller_order.page_in_states_lines",
                                                     "SELECT " + kLine +
                                                         " FROM order_line l WHERE l.seller_order_id IN " +
                                                         kPageInStates + " ORDER BY l.position"};

// A page of everybody's is found by what narrows it most, so that each has its index; its ids are read then.
struct FoundOrder {
  domain::OrderId id;
};
constexpr Columns kFoundOrder{Column{"found.id", &FoundOrder::id}};
constexpr auto kAndWanted = kWantedOfOrder +
                            R"sql( AND ($9::uuid[] IS NULL OR o.buyer_id = ANY ($9))
  AND ($10::uuid IS NULL OR EXISTS (SELECT FROM seller_order t WHERE t.order_id = o.id AND t.seller_id = $10)))sql";
constexpr auto kFoundIds = "SELECT " + kFoundOrder + " FROM ";
constexpr Sql kNewestFirst{" AS found ORDER BY found.id DESC LIMIT $3"};
constexpr Sql kNewestOrders{" ORDER BY o.id DESC LIMIT $3)"};

constexpr ComposedStatement kAll{
    "order.all", kFoundIds + "(SELECT o.id FROM orders o WHERE " + kAndWanted + kNewestOrders + kNewestFirst};
// '~' is behind every sign of a number.
constexpr ComposedStatement kAllByNumber{
    "order.all_by_number", kFoundIds +
                               "(SELECT o.id FROM order_number d JOIN orders o ON o.id = d.order_id"
                               " WHERE d.number >= $4 AND d.number < $4 || '~' AND " +
                               kAndWanted + kNewestOrders + kNewestFirst};
constexpr ComposedStatement kAllByBuyer{"order.all_by_buyer", kFoundIds + R"sql(
  unnest($9::uuid[]) AS b (buyer) CROSS JOIN (VALUES (false), (true)) AS f (failed) CROSS JOIN LATERAL (
  SELECT o.id FROM orders o WHERE o.buyer_id = b.buyer AND o.failed = f.failed AND )sql" +
                                                                  kAndWanted + kNewestOrders + kNewestFirst};
constexpr ComposedStatement kAllBySeller{"order.all_by_seller", kFoundIds + R"sql((
  SELECT o.id FROM seller_order p JOIN orders o ON o.id = p.order_id
  WHERE p.seller_id = $10 AND p.order_id >= $1 AND p.order_id < $2 AND )sql" +
                                                                    kAndWanted + R"sql(
  ORDER BY p.order_id DESC LIMIT $3))sql" + kNewestFirst};
// An order in a state has a part in that state; of several it is found by the first one.
constexpr ComposedStatement kAllInStates{"order.all_in_states", kFoundIds + R"sql(
  unnest($8::text[]) AS w (state) CROSS JOIN LATERAL (
  SELECT o.id FROM seller_order p JOIN orders o ON o.id = p.order_id
  WHERE p.state = w.state AND p.order_id >= $1 AND p.order_id < $2
    AND NOT EXISTS (SELECT FROM seller_order e
                    WHERE e.order_id = p.order_id AND e.state = p.state AND e.position < p.position)
    AND w.state = )sql" + kStateOfOrder + " AND " + kAndWanted + R"sql(
  ORDER BY p.order_id DESC LIMIT $3))sql" + kNewestFirst};

constexpr ComposedStatement kByIds{"order.by_ids", "SELECT " + kOrder +
                                                       " FROM orders o WHERE o.id = ANY ($1::uuid[])"
                                                       " ORDER BY o.id DESC"};
constexpr ComposedStatement kPartsByIds{"order.parts_by_ids",
                                        "SELECT " + kPart +
                                            " FROM seller_order s JOIN orders o ON o.id = s.order_id"
                                            " WHERE s.order_id = ANY ($1::uuid[]) ORDER BY s.position"};
constexpr ComposedStatement kLinesByIds{
    "order.lines_by_ids", "SELECT " + kLine +
                              " FROM order_line l JOIN seller_order s ON s.id = l.seller_order_id"
                              " WHERE s.order_id = ANY ($1::uuid[]) ORDER BY s.position, l.position"};

// What a list asks for, as its statements take it.
struct Sought {
  Sought(const Wanted& wanted, std::optional<domain::OrderId> before) {
    const auto narrow = [this](std::optional<Time> from, std::optional<Time> until) {
      if (from) first = std::max(first, FirstIdAt(*from - kIdsApart));
      if (until) end = std::min(end, FirstIdAt(*until + kIdsApart));
    };
    narrow(wanted.created_from, wanted.created_to);
    if (before) end = std::min(end, *before);
    if (!wanted.states.empty()) states = wanted.states;
    if (!wanted.number) return;
    narrow(wanted.number->from, wanted.number->until);
    number = wanted.number->order;
    part_number = wanted.number->part;
  }

  domain::OrderId first;
  domain::OrderId end = LastId();
  std::optional<std::string> number;
  std::optional<std::string> part_number;
  std::optional<std::vector<domain::State>> states;
};

bool IsOfShop(domain::State state) {
  return state != domain::State::kPendingPayment && state != domain::State::kFailed;
}

// Which of the two lists of a buyer hold orders in these states.
std::vector<bool> FailedOrNot(const std::vector<domain::State>& states) {
  const bool failed = std::ranges::find(states, domain::State::kFailed) != states.end();
  if (!failed) return {false};
  return states.size() == 1 ? std::vector<bool>{true} : std::vector<bool>{false, true};
}

}  // namespace

postgres::Statement SearchFor(const Wanted& wanted) {
  if (wanted.number && wanted.number->NamesFew()) return kAllByNumber;
  if (wanted.buyers) return kAllByBuyer;
  if (wanted.seller) return kAllBySeller;
  if (!wanted.states.empty()) return kAllInStates;
  return kAll;
}

Task<std::vector<domain::Order>> Orders::ListOfBuyer(Work work, AccountId buyer, Wanted wanted,
                                                     std::optional<domain::OrderId> before,
                                                     std::int64_t limit) {
  const Sought sought(wanted, before);
  const auto failed = FailedOrNot(wanted.states);
  Batch batch("order.page");
  for (const postgres::Statement& statement :
       {postgres::Statement(kBuyerPage), postgres::Statement(kBuyerPageParts),
        postgres::Statement(kBuyerPageLines)}) {
    batch.Add(statement, sought.first, sought.end, limit, sought.number, sought.part_number,
              wanted.created_from, wanted.created_to, sought.states, buyer, failed);
  }
  const auto results = co_await database_.List(work, std::move(batch));
  co_return ReadWhole(results[0], results[1], results[2]);
}

Task<std::vector<domain::Order>> Orders::ListOfAll(Work work, Wanted wanted,
                                                   std::optional<domain::OrderId> before,
                                                   std::int64_t limit) {
  const Sought sought(wanted, before);
  const auto found = co_await database_.List(work, SearchFor(wanted), sought.first, sought.end, limit,
                                             sought.number, sought.part_number, wanted.created_from,
                                             wanted.created_to, sought.states, wanted.buyers, wanted.seller);
  std::vector<domain::OrderId> ids;
  for (const auto& [id] : kFoundOrder.ReadAll(found)) ids.push_back(id);
  if (ids.empty()) co_return std::vector<domain::Order>();
  Batch batch("order.by_ids");
  batch.Add(kByIds, ids).Add(kPartsByIds, ids).Add(kLinesByIds, ids);
  const auto results = co_await database_.List(work, std::move(batch));
  co_return ReadWhole(results[0], results[1], results[2]);
}

Task<std::vector<domain::SellerOrder>> Orders::ListOfSeller(Work work, SellerId seller, Wanted wanted,
                                                            std::optional<domain::OrderId> before,
                                                            std::int64_t limit) {
  const bool any = wanted.states.empty();
  std::erase_if(wanted.states, [](domain::State state) { return !IsOfShop(state); });
  if (!any && wanted.states.empty()) co_return std::vector<domain::SellerOrder>();
  const Sought sought(wanted, before);
  // A shop has one part of an order, so the longer of the two says it.
  const auto& number = sought.part_number ? sought.part_number : sought.number;
  Batch batch(any ? "seller_order.page" : "seller_order.page_in_states");
  const auto ask = [&](const postgres::Statement& statement) {
    batch.Add(statement, sought.first, sought.end, limit, number, wanted.created_from, wanted.created_to,
              sought.states, seller);
  };
  ask(any ? postgres::Statement(kSellerPage) : postgres::Statement(kSellerPageInStates));
  ask(any ? postgres::Statement(kSellerPageLines) : postgres::Statement(kSellerPageInStatesLines));
  const auto results = co_await database_.List(work, std::move(batch));
  auto parts = kPartWithAddress.ReadAll(results[0]);
  AddLines(parts, results[1]);
  co_return parts;
}

}  // namespace market::order::storage
