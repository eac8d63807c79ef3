// Lists of orders: what they find, in which order, and that an index answers each of them.
#include "services/order/storage/order_lists.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "services/order/storage/sales.hpp"
#include "services/order/testing/moving_store.hpp"

namespace market::order::storage {
namespace {

using domain::State;
using namespace std::chrono_literals;
using testing::AnOrder;
using ::testing::HasSubstr;
using testing::MovingStore;
using ::testing::Not;
using testing::Now;
using testing::Soon;
using testing::WithStore;

domain::NumberSought Number(const std::string& text) { return domain::NumberFrom(text).value(); }

Task<std::vector<domain::OrderId>> Found(MovingStore& store, Wanted wanted,
                                         std::optional<domain::OrderId> before = std::nullopt,
                                         std::int64_t limit = 10) {
  std::vector<domain::OrderId> ids;
  for (const auto& order : co_await store.orders.ListOfAll(Soon(), std::move(wanted), before, limit)) {
    ids.push_back(order.id);
  }
  co_return ids;
}

using Ids = std::vector<domain::OrderId>;

// One that FAILED, before it, is found as well.
Task<> ExpectFilters(MovingStore& store) {
  auto failed = AnOrder();
  const auto lease = co_await testing::Insert(store.checkouts, failed);
  co_await store.checkouts.Fail(
      Soon(), *lease, failed,
      {.reason = domain::FailureReason::kOutOfStock, .shortages = {}, .decline_code = {}}, {}, Now());
  const auto order = co_await store.Placed();
  const auto seller = order.parts[1].seller;
  const Ids only = {order.id};
  const Ids none;
  EXPECT_EQ(co_await Found(store, {.number = Number(order.number)}), only);
  EXPECT_EQ(co_await Found(store, {.buyers = {{order.buyer}}}), only);
  EXPECT_EQ(co_await Found(store, {.buyers = {{failed.buyer}}}), Ids{failed.id});
  EXPECT_EQ(co_await Found(store, {.buyers = {{AccountId::New()}}}), none);
  EXPECT_EQ(co_await Found(store, {.seller = seller}), only);
  EXPECT_EQ(co_await Found(store, {.seller = SellerId::New()}), none);
  EXPECT_EQ(co_await Found(store, {.states = {State::kPlaced}, .buyers = {{order.buyer}}, .seller = seller}),
            only);
  EXPECT_EQ(co_await Found(store, {.buyers = {{order.buyer}}, .seller = failed.parts[0].seller}), none);
  EXPECT_EQ(co_await Found(store, {.number = Number(order.number), .buyers = {{failed.buyer}}}), none);
  EXPECT_EQ(co_await Found(store, {.number = Number(failed.number), .states = {State::kFailed}}),
            Ids{failed.id});
  EXPECT_EQ(co_await Found(store, {.states = {State::kAccepted}, .seller = seller}), none);

  EXPECT_EQ(co_await Found(store, {.number = Number(order.parts[1].number)}), only);
  EXPECT_EQ(co_await Found(store, {.number = Number(order.number + "-3")}), none) << "it has two parts";
  EXPECT_EQ(co_await Found(store, {.number = Number(order.number.substr(0, 12)), .seller = seller}), only);
  EXPECT_EQ(co_await Found(store, {.number = Number(order.number.substr(0, 6)), .seller = seller}), only);
  EXPECT_EQ(co_await Found(store, {.buyers = {{failed.buyer, order.buyer, AccountId::New()}}}),
            (Ids{order.id, failed.id}));
  EXPECT_EQ(
      co_await Found(store, {.states = {State::kFailed, State::kPlaced}, .created_from = failed.created_at}),
      (Ids{order.id, failed.id}));
  EXPECT_EQ(co_await Found(store, {.states = {State::kFailed}, .created_from = failed.created_at}),
            Ids{failed.id});

  const auto made = order.created_at;
  const auto within = [&](std::optional<Time> from, std::optional<Time> to) {
    return Found(store, {.created_from = from, .created_to = to, .buyers = {{order.buyer}}});
  };
  EXPECT_EQ(co_await within(made, made + 1us), only) << "from then on, and before then";
  EXPECT_EQ(co_await within(std::nullopt, made), none);
  EXPECT_EQ(co_await within(made + 1us, std::nullopt), none);
  const Time year_1{std::chrono::seconds(-62'135'596'800)};
  const Time year_9999{std::chrono::seconds(253'402'300'799)};
  EXPECT_EQ(co_await within(year_1, year_9999), only);
  EXPECT_EQ(co_await within(year_1, year_1 + 1us), none);
  EXPECT_EQ(co_await within(year_9999, std::nullopt), none);
}
TEST(Orders, OfEverybody_AreFoundByWhatIsKnownOfThem) { WithStore<MovingStore>(ExpectFilters); }

TEST(Orders, OfEverybody_ArePagedNewestFirst) {
  WithStore<MovingStore>([](MovingStore& store) -> Task<> {
    const auto began = Now();
    Ids made;
    for (int i = 0; i < 3; ++i) made.insert(made.begin(), (co_await store.Placed()).id);
    const Wanted wanted{.created_from = began};
    EXPECT_EQ(co_await Found(store, wanted), made);
    const auto page = co_await Found(store, wanted, std::nullopt, 2);
    EXPECT_EQ(page, (Ids{made[0], made[1]}));
    EXPECT_EQ(co_await Found(store, wanted, page.back(), 2), Ids{made[2]});
    EXPECT_EQ(co_await Found(store, wanted, made[2], 2), Ids());
    const auto whole = co_await store.orders.ListOfAll(Soon(), wanted, std::nullopt, 1);
    EXPECT_EQ(whole.at(0).parts.size(), 2u);
    EXPECT_EQ(whole.at(0).parts[0].lines.at(0).title, "Engine \"mark 1\", brass {special}");
  });
}

Task<Ids> OfBuyer(MovingStore& store, AccountId buyer, Wanted wanted) {
  Ids ids;
  for (const auto& order : co_await store.orders.ListOfBuyer(Soon(), buyer, std::move(wanted), {}, 10))
    ids.push_back(order.id);
  co_return ids;
}
Task<Ids> OfSeller(MovingStore& store, SellerId seller, Wanted wanted,
                   std::optional<domain::OrderId> before = std::nullopt) {
  Ids ids;
  for (const auto& part : co_await store.orders.ListOfSeller(Soon(), seller, std::move(wanted), before, 2))
    ids.push_back(part.order);
  co_return ids;
}

// Three of one buyer at one shop: one FAILED, one ACCEPTED, one PLACED, in this order.
Task<> ExpectOwnLists(MovingStore& store) {
  std::vector<domain::Order> made;
  for (int i = 0; i < 3; ++i) {
    auto order = AnOrder();
    if (!made.empty()) order.buyer = made[0].buyer, order.parts[0].seller = made[0].parts[0].seller;
    if (made.empty()) {
      const auto lease = co_await testing::Insert(store.checkouts, order);
      co_await store.checkouts.Fail(
          Soon(), *lease, order,
          {.reason = domain::FailureReason::kOutOfStock, .shortages = {}, .decline_code = {}}, {}, Now());
    } else {
      order = co_await store.Placed(std::move(order));
    }
    made.push_back(std::move(order));
  }
  const auto buyer = made[0].buyer;
  const auto seller = made[0].parts[0].seller;
  for (const auto& part : made[1].parts) co_await store.Move(part, State::kAccepted, part.seller);
  const Ids both = {made[2].id, made[1].id};
  EXPECT_EQ(co_await OfBuyer(store, buyer, {}), both);
  EXPECT_EQ(co_await OfBuyer(store, buyer, {.states = {State::kAccepted, State::kPlaced}}), both);
  EXPECT_EQ(co_await OfBuyer(store, buyer, {.states = {State::kAccepted, State::kFailed}}),
            (Ids{made[1].id, made[0].id}));
  EXPECT_EQ(co_await OfBuyer(store, buyer, {.states = {State::kFailed}}), Ids{made[0].id});
  EXPECT_EQ(co_await OfBuyer(store, buyer, {.number = Number(made[1].parts[1].number)}), Ids{made[1].id});
  EXPECT_EQ(co_await OfBuyer(store, buyer, {.number = Number(made[1].number.substr(0, 4))}), both);
  EXPECT_EQ(co_await OfBuyer(store, buyer, {.created_from = made[2].created_at}), Ids{made[2].id});
  EXPECT_EQ(co_await OfBuyer(store, buyer, {.created_to = made[2].created_at}), Ids{made[1].id});

  EXPECT_EQ(co_await OfSeller(store, seller, {}), both);
  EXPECT_EQ(co_await OfSeller(store, seller, {}, made[2].id), Ids{made[1].id});
  EXPECT_EQ(co_await OfSeller(store, seller, {.states = {State::kAccepted, State::kPlaced}}), both);
  EXPECT_EQ(co_await OfSeller(store, seller, {.states = {State::kAccepted, State::kPlaced}}, made[2].id),
            Ids{made[1].id});
  EXPECT_EQ(co_await OfSeller(store, seller, {.states = {State::kPlaced}}), Ids{made[2].id});
  EXPECT_EQ(co_await OfSeller(store, seller, {.states = {State::kFailed, State::kPendingPayment}}), Ids())
      << "not the shop's business";
  EXPECT_EQ(co_await OfSeller(store, seller, {.number = Number(made[1].number)}), Ids{made[1].id});
  EXPECT_EQ(co_await OfSeller(store, seller, {.number = Number(made[1].parts[0].number)}), Ids{made[1].id});
  EXPECT_EQ(co_await OfSeller(store, seller, {.number = Number(made[1].parts[1].number)}), Ids())
      << "that part is another shop's";
  EXPECT_EQ(co_await OfSeller(store, seller, {.created_from = made[2].created_at}), Ids{made[2].id});
  EXPECT_EQ(co_await OfSeller(store, seller, {.created_to = made[2].created_at}), Ids{made[1].id});
}
TEST(Orders, OfABuyerAndOfAShop_AreFoundByWhatIsKnownOfThem) { WithStore<MovingStore>(ExpectOwnLists); }

// What a shop sold by day; the second part of each order is another shop's.
Task<> ExpectSales(MovingStore& store) {
  using std::chrono::days;
  using std::chrono::sys_days;
  const auto today = std::chrono::floor<days>(Now());
  const auto euro = Currency::Parse("EUR");
  const auto first = co_await store.Placed();
  const auto seller = first.parts[0].seller;
  const auto sold = [&](sys_days from, sys_days end) {
    return store.sales.Of(Soon(), seller, from, end, euro);
  };
  auto second = AnOrder();
  second.parts[0].seller = seller;
  second = co_await store.Placed(std::move(second));
  auto unpaid = AnOrder();
  unpaid.parts[0].seller = seller;
  co_await testing::Insert(store.checkouts, unpaid);

  auto series = co_await sold(today - days(1), today + days(2));
  // Midnight may have passed between the two.
  std::int64_t orders = 0;
  std::int64_t units = 0;
  std::int64_t gross = 0;
  for (const auto& day : series) orders += day.orders, units += day.units, gross += day.gross_minor;
  EXPECT_EQ(orders, 2) << "one is not paid";
  EXPECT_EQ(units, 4);
  EXPECT_EQ(gross, 4 * 1999);
  EXPECT_TRUE((co_await sold(today - days(3), today - days(1))).empty());
  EXPECT_TRUE(
      (co_await store.sales.Of(Soon(), seller, today - days(1), today + days(2), Currency::Parse("USD")))
          .empty());

  testing::Sql("UPDATE orders SET payment_state = 'VOIDED' WHERE id = '" + second.id.ToString() + "'");
  testing::Sql("UPDATE seller_order SET refunded_minor = 1000 WHERE id = '" + first.parts[0].id.ToString() +
               "'");
  series = co_await sold(today - days(1), today + days(2));
  EXPECT_EQ(series.size(), 1u);
  EXPECT_EQ(series.at(0).orders, 1) << "nobody was charged for the other one";
  EXPECT_EQ(series.at(0).day, std::chrono::floor<days>(first.created_at));
  EXPECT_EQ(series.at(0).gross_minor, 2 * 1999);
  EXPECT_EQ(series.at(0).refunded_minor, 1000);
}
TEST(Sales, CountWhatIsPaidByTheDayItWasPlaced) { WithStore<MovingStore>(ExpectSales); }

// 20,000 orders of 10 shops and 2,000 buyers, three in an hour.
void Fill(market::testing::TemporaryDatabase& database) {
  database.Execute(R"sql(
    CREATE TEMP TABLE made AS
    SELECT n, timestamptz '2026-01-01' + n * interval '20 minutes' AS at,
           CASE WHEN n % 50 = 0 THEN 'FAILED' WHEN n % 70 = 0 THEN 'PLACED' ELSE 'COMPLETED' END AS state
    FROM generate_series(1, 20000) AS n;
    ALTER TABLE made ADD id uuid, ADD number text;
    UPDATE made SET number = to_char(at, 'YYMMDD') || '-' || lpad(upper(to_hex(n)), 8, '0'),
      id = (lpad(to_hex((extract(epoch FROM at) * 1000)::bigint), 12, '0') || '7' || substr(md5('o' || n), 1, 3)
            || '8' || substr(md5('o' || n), 4, 15))::uuid;
    INSERT INTO orders (id, operation_id, buyer_id, number, currency, total_minor, payment_method, recipient,
                        address_lines, city, region, postal_code, country_code, phone, payment_state,
                        failure_reason, created_at, updated_at)
    SELECT id, gen_random_uuid(), md5('b' || n % 2000)::uuid, number, 'EUR', 100, 'pm', '', '{}', '', '', '', 'DE', '',
           'CAPTURED', CASE WHEN state = 'FAILED' THEN 'OUT_OF_STOCK' ELSE '' END, at, at FROM made;
    INSERT INTO order_number (number, order_id) SELECT number, id FROM made;
    INSERT INTO seller_order (id, order_id, position, seller_id, number, state, total_minor, created_at, updated_at)
    SELECT md5('p' || n)::uuid, id, 1, md5('s' || n % 10)::uuid, number || '-1', state, 100, at, at FROM made;
    INSERT INTO order_line (id, seller_order_id, position, offer_id, product_id, title, sku, options, quantity,
                            unit_price_minor, discounts, discount_minor, tax_rate_ppm, tax_mode, tax_minor, total_minor)
    SELECT md5('l' || n)::uuid, md5('p' || n)::uuid, 1, gen_random_uuid(), gen_random_uuid(), '', '', '{}', 1, 100, '[]', 0, 0,
           'INCLUDED', 0, 100 FROM made;
    ANALYZE orders; ANALYZE order_number; ANALYZE seller_order; ANALYZE order_line;)sql");
}

struct Plan {
  postgres::Statement statement;
  std::string index;
  std::string values;
};

std::string Bounds(int limit = 21) {
  return "'" + Uuid().ToString() + "', 'ffffffff-ffff-ffff-ffff-ffffffffffff', " + std::to_string(limit) +
         ", ";
}

std::vector<Plan> PlansOfAll() {
  const auto any = Bounds() + "NULL, NULL, NULL, NULL, ";
  return {{SearchFor({}), "orders_pkey", any + "NULL, NULL, NULL"},
          {SearchFor({.number = Number("260301-0")}), "order_number_pkey",
           Bounds() + "'260301-0', NULL, NULL, NULL, NULL, NULL, NULL"},
          {SearchFor({.states = {State::kPlaced}}), "seller_order_in_state", any + "'{PLACED}', NULL, NULL"},
          {SearchFor({.buyers = {{AccountId::New()}}}), "orders_of_buyer",
           any + "NULL, ARRAY[md5('b7')::uuid], NULL"},
          {SearchFor({.seller = SellerId::New()}), "seller_order_seller_id_order_id_key",
           any + "NULL, NULL, md5('s7')::uuid"},
          {SearchFor({.states = {State::kPlaced}, .seller = SellerId::New()}),
           "seller_order_seller_id_order_id_key", any + "'{PLACED}', NULL, md5('s7')::uuid"}};
}

std::vector<Plan> PlansOfOwn() {
  const auto any = Bounds() + "NULL, NULL, NULL, NULL, ";
  const auto sold = Bounds() + "NULL, NULL, NULL, ";
  const auto day = [](const char* date) { return std::string("timestamptz '") + date + "'"; };
  const auto since = "'019b7771-0000-0000-0000-000000000000', '019c0000-0000-0000-0000-000000000000', ";
  return {
      {kBuyerPage, "orders_of_buyer", any + "NULL, md5('b7')::uuid, '{f}'"},
      {kBuyerPage, "orders_of_buyer", any + "'{PLACED}', md5('b7')::uuid, '{f}'"},
      {kBuyerPage, "orders_of_buyer", any + "'{PLACED, FAILED}', md5('b7')::uuid, '{f, t}'"},
      {kBuyerPage, "orders_of_buyer", Bounds() + "'260301', NULL, NULL, NULL, NULL, md5('b7')::uuid, '{f}'"},
      {kBuyerPage, "orders_of_buyer",
       Bounds() + "NULL, NULL, " + day("2026-02-01") + ", " + day("2026-02-03") +
           ", NULL, md5('b7')::uuid, '{f}'"},
      {kSellerPage, "seller_order_seller_id_order_id_key", sold + "NULL, md5('s7')::uuid"},
      {kSellerPage, "seller_order_seller_id_order_id_key",
       Bounds() + "'260301', " + day("2026-02-01") + ", NULL, NULL, md5('s7')::uuid"},
      {kSellerPageInStates, "seller_order_of_seller_in_state",
       sold + "'{PLACED, ACCEPTED}', md5('s7')::uuid"},
      {SalesStatement(), "seller_order_seller_id_order_id_key",
       "md5('s7')::uuid, " + std::string(since) + day("2026-01-01") + ", " + day("2026-01-20") + ", 'EUR'"}};
}

// As a connection runs it that has been asked before, so with whichever plan PostgreSQL has settled on.
TEST(Orders, EachFilter_HasAnIndex_OverTwentyThousandOrders) {
  market::testing::TemporaryDatabase database(kMigrations);
  Fill(database);
  auto plans = PlansOfAll();
  for (auto& plan : PlansOfOwn()) plans.push_back(std::move(plan));
  for (const auto& [statement, index, values] : plans) {
    const auto run = "EXECUTE listed (" + values + "); ";
    std::string sql = "PREPARE listed AS " + std::string(statement.sql) + "; ";
    for (int times = 0; times < 6; ++times) sql += run;
    const auto plan = database.Execute(sql + "EXPLAIN (FORMAT JSON) " + run);
    EXPECT_THAT(plan, HasSubstr('"' + index + '"')) << statement.name << ' ' << values;
    EXPECT_THAT(plan, Not(HasSubstr("\"Seq Scan\""))) << statement.name << ' ' << values;
  }
}

}  // namespace
}  // namespace market::order::storage
