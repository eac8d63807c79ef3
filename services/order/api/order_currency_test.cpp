#include <gtest/gtest.h>

#include "services/order/testing/operations.hpp"

namespace market::order {
namespace {

using testing::Call;
using testing::Operations;
using testing::ReasonOf;

Task<> ExpectOneCurrency(Operations& o) {
  Call call(o.buyer);
  auto request = o.Wish({o.anna, o.anna});
  request.set_currency("USD");
  api::order::QuoteOrderRequest quote;
  *quote.mutable_items() = request.items();
  quote.set_currency("USD");
  const auto price_in_dollars = [&](int item) {
    o.stock.offers[request.items(item).offer_id()].mutable_price()->set_currency("USD");
  };
  price_in_dollars(0);
  EXPECT_EQ(co_await ReasonOf(o.api.PlaceOrder(call.context, request)), "NO_PRICE_IN_CURRENCY");
  EXPECT_EQ(co_await ReasonOf(o.api.QuoteOrder(call.context, quote)), "NO_PRICE_IN_CURRENCY");
  price_in_dollars(1);
  EXPECT_EQ((co_await o.api.QuoteOrder(call.context, quote)).total().currency(), "USD");
  quote.clear_currency();
  EXPECT_EQ(co_await ReasonOf(o.api.QuoteOrder(call.context, quote)), "NO_PRICE_IN_CURRENCY")
      << "the market's first one is meant";
  const auto order = co_await o.api.PlaceOrder(call.context, request);
  EXPECT_EQ(order.total().currency(), "USD");
  EXPECT_EQ(order.payment().captured().currency(), "USD");
}
TEST(OrderService_Currency, IsOneForAllOfIt) { testing::WithStore<Operations>(ExpectOneCurrency); }

}  // namespace
}  // namespace market::order
