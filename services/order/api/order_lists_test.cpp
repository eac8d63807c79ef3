// Lists of orders and what shops sold, as requests ask for them.
#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <vector>

#include "services/order/testing/operations.hpp"

namespace market::order {
namespace {

using testing::Call;
using testing::Of;
using testing::Operations;
using testing::ReasonOf;

std::string DayOf(const google::protobuf::Timestamp& time) {
  const std::chrono::year_month_day day(
      std::chrono::floor<std::chrono::days>(std::chrono::sys_seconds(std::chrono::seconds(time.seconds()))));
  const auto two = [](unsigned number) { return (number < 10 ? "-0" : "-") + std::to_string(number); };
  return std::to_string(static_cast<int>(day.year())) + two(static_cast<unsigned>(day.month())) +
         two(static_cast<unsigned>(day.day()));
}

// Which orders operators find.
Task<std::vector<std::string>> Found(Operations& o, api::order::ListOrdersRequest request) {
  Call by_operator(AccountId::New(), {.everything = true});
  std::vector<std::string> ids;
  for (const auto& order : (co_await o.api.ListOrders(by_operator.context, request)).orders())
    ids.push_back(order.id());
  co_return ids;
}

Task<> ExpectEmails(Operations& o) {
  const auto guest = AccountId::New();
  const auto first = co_await o.Placed(o.buyer, {o.anna});
  const auto second = co_await o.Placed(guest, {o.anna});
  o.auth.accounts["ada@example.com"] = o.buyer.ToString();
  o.auth.guests["ada@example.com"] = {guest.ToString(), AccountId::New().ToString()};
  api::order::ListOrdersRequest request;
  request.set_buyer_email("ada@example.com");
  using Ids = std::vector<std::string>;
  EXPECT_EQ(co_await Found(o, request), (Ids{second.id(), first.id()}));
  request.set_buyer_id(guest.ToString());
  EXPECT_EQ(co_await Found(o, request), Ids{second.id()}) << "both hold";
  request.set_buyer_id(AccountId::New().ToString());
  EXPECT_EQ(co_await Found(o, request), Ids());
  request.clear_buyer_id();
  request.set_buyer_email("bob@example.com");
  EXPECT_EQ(co_await Found(o, request), Ids());
}
TEST(OrderLists, OperatorsFindBuyersByEmail_GuestsToo) { testing::WithStore<Operations>(ExpectEmails); }

Task<> ExpectNumbers(Operations& o) {
  const auto order = co_await o.Placed(o.buyer, {o.anna, o.bob});
  co_await o.Placed(o.buyer, {o.anna});
  Call buyer(o.buyer);
  api::order::ListMyOrdersRequest mine;
  const auto found = [&](const std::string& number) -> Task<int> {
    mine.set_number(number);
    co_return (co_await o.api.ListMyOrders(buyer.context, mine)).orders_size();
  };
  EXPECT_EQ(co_await found(order.number()), 1);
  EXPECT_EQ(co_await found(order.seller_orders(1).number()), 1);
  EXPECT_EQ(co_await found(order.number() + "-3"), 0);
  EXPECT_EQ(co_await found(order.number().substr(0, 6)), 2);
  EXPECT_EQ(co_await found("nothing of the kind"), 0);
  Call bob(AccountId::New(), Of(o.bob));
  api::order::ListSellerOrdersRequest sold;
  sold.set_seller_id(o.bob.ToString());
  sold.set_number(order.number());
  const auto parts = co_await o.api.ListSellerOrders(bob.context, sold);
  EXPECT_EQ(parts.seller_orders_size(), 1);
  EXPECT_EQ(parts.seller_orders(0).id(), order.seller_orders(1).id());
  sold.set_number("zz");
  EXPECT_EQ((co_await o.api.ListSellerOrders(bob.context, sold)).seller_orders_size(), 0);
  *sold.mutable_create_time_from() = order.create_time();
  *sold.mutable_create_time_to() = order.create_time();
  EXPECT_EQ(co_await ReasonOf(o.api.ListSellerOrders(bob.context, sold)), "INVALID_ARGUMENT");
}
TEST(OrderLists, NumbersAreFoundByHowTheyBegin) { testing::WithStore<Operations>(ExpectNumbers); }

// In whichever order the states stand, it is the same list.
Task<> ExpectTokens(Operations& o) {
  for (int i = 0; i < 3; ++i) co_await o.Placed(o.buyer, {o.anna});
  Call buyer(o.buyer);
  api::order::ListMyOrdersRequest request;
  request.set_page_size(1);
  request.add_state(api::order::PLACED);
  request.add_state(api::order::FAILED);
  auto page = co_await o.api.ListMyOrders(buyer.context, request);
  request.set_page_token(page.next_page_token());
  request.set_state(0, api::order::FAILED);
  request.set_state(1, api::order::PLACED);
  page = co_await o.api.ListMyOrders(buyer.context, request);
  EXPECT_EQ(page.orders_size(), 1);
  request.set_number(page.orders(0).number());
  EXPECT_EQ(co_await ReasonOf(o.api.ListMyOrders(buyer.context, request)), "INVALID_PAGE_TOKEN");
  request.clear_number();
  *request.mutable_create_time_to() = page.orders(0).create_time();
  EXPECT_EQ(co_await ReasonOf(o.api.ListMyOrders(buyer.context, request)), "INVALID_PAGE_TOKEN");
}
TEST(OrderLists, ATokenBelongsToItsFilter) { testing::WithStore<Operations>(ExpectTokens); }

// The name of the shop is today's, the picture is the one that was bought.
Task<> ExpectNamesAndPictures(Operations& o) {
  auto& card = o.users.cards[o.anna.ToString()];
  card.set_display_name("Analytical Engines");
  o.users.Set(o.anna, api::user::Seller::ACTIVE);
  co_await o.directory.CatchUp();
  auto wish = o.Wish({o.anna, o.bob});
  auto& offer = o.stock.offers[wish.items(0).offer_id()];
  offer.set_picture("/pictures/9f/86/160.jpg");
  Call call(o.buyer);
  const auto placed = co_await o.api.PlaceOrder(call.context, wish);
  offer.set_picture("/pictures/aa/bb/160.jpg");
  api::order::GetOrderRequest look;
  look.set_order_id(placed.id());
  const auto read = co_await o.api.GetOrder(call.context, look);
  for (const auto& order : {placed, read}) {
    EXPECT_EQ(order.seller_orders(0).seller_name(), "Analytical Engines");
    EXPECT_FALSE(order.seller_orders(1).has_seller_name()) << "nobody knows it";
    EXPECT_EQ(order.seller_orders(0).lines(0).picture(), "/pictures/9f/86/160.jpg");
    EXPECT_FALSE(order.seller_orders(1).lines(0).has_picture());
  }
  const auto mine = co_await o.api.ListMyOrders(call.context, {});
  EXPECT_EQ(mine.orders(0).seller_orders(0).seller_name(), "Analytical Engines");
  EXPECT_EQ(mine.orders(0).seller_orders(0).lines(0).picture(), "/pictures/9f/86/160.jpg");
}
TEST(OrderLists, ShowNamesOfShopsAndPictures) { testing::WithStore<Operations>(ExpectNamesAndPictures); }

Task<> ExpectSeries(Operations& o) {
  const auto order = co_await o.Placed(o.buyer, {o.anna});
  const auto day = DayOf(order.create_time());
  Call anna(AccountId::New(), Of(o.anna));
  api::order::SalesSeriesRequest request;
  request.set_seller_id(o.anna.ToString());
  const auto usual = co_await o.api.SalesSeries(anna.context, request);
  EXPECT_EQ(usual.days_size(), 30);
  EXPECT_EQ(usual.days(29).date(), day) << "or it is another day by now";
  request.set_from(day);
  request.set_until(day);
  auto series = co_await o.api.SalesSeries(anna.context, request);
  EXPECT_EQ(series.days_size(), 1);
  EXPECT_EQ(series.days(0).date(), day);
  EXPECT_EQ(series.days(0).orders(), 1);
  EXPECT_EQ(series.days(0).units(), 1);
  EXPECT_EQ(series.days(0).gross().amount(), 1999);
  EXPECT_EQ(series.days(0).gross().currency(), "EUR") << "the market's";
  EXPECT_EQ(series.days(0).net().amount(), 1999);
  EXPECT_EQ(series.time_zone(), "UTC");
  request.set_currency("USD");
  series = co_await o.api.SalesSeries(anna.context, request);
  EXPECT_EQ(series.days(0).orders(), 0);
  EXPECT_EQ(series.days(0).gross().currency(), "USD");

  request.set_from("2024-01-01");
  request.set_until("2024-04-01");
  series = co_await o.api.SalesSeries(anna.context, request);
  EXPECT_EQ(series.days_size(), 92);
  EXPECT_EQ(series.days(59).date(), "2024-02-29");
  const auto refused = [&](const char* from, const char* until) {
    request.set_from(from);
    request.set_until(until);
    return ReasonOf(o.api.SalesSeries(anna.context, request));
  };
  EXPECT_EQ(co_await refused("2024-01-01", "2024-04-02"), "INVALID_ARGUMENT") << "93 days";
  EXPECT_EQ(co_await refused("2024-01-02", "2024-01-01"), "INVALID_ARGUMENT");
  EXPECT_EQ(co_await refused("2023-02-29", "2023-03-01"), "INVALID_ARGUMENT");
  request.set_currency("XXX");
  EXPECT_EQ(co_await refused("2024-01-01", "2024-01-01"), "INVALID_ARGUMENT");
}
TEST(OrderLists, SalesSeries_HasEveryDay) { testing::WithStore<Operations>(ExpectSeries); }

}  // namespace
}  // namespace market::order
