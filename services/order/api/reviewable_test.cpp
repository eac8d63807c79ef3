#include <gtest/gtest.h>

#include "services/order/testing/operations.hpp"

namespace market::order {
namespace {

using testing::Call;
using testing::Of;
using testing::Operations;
using testing::ReasonOf;
using testing::Soon;

Task<> ExpectReviewable(Operations& o) {
  const auto order = co_await o.Placed(o.buyer, {o.anna, o.bob});
  const auto& part = order.seller_orders(0);
  CallContext product(Soon());
  api::order::CheckReviewableRequest request;
  request.set_line_id(part.lines(0).id());
  request.set_account_id(o.buyer.ToString());
  const auto check = [&] { return o.api.CheckReviewable(product, request); };
  EXPECT_EQ(co_await ReasonOf(check()), "NOT_REVIEWABLE");
  api::order::AcceptSellerOrderRequest accept;
  accept.set_seller_order_id(part.id());
  Call accepting(AccountId::New(), Of(o.anna));
  co_await o.api.AcceptSellerOrder(accepting.context, accept);
  api::order::ShipSellerOrderRequest ship;
  ship.set_seller_order_id(part.id());
  ship.set_carrier("Royal Mail");
  Call shipping(AccountId::New(), Of(o.anna));
  co_await o.api.ShipSellerOrder(shipping.context, ship);
  EXPECT_EQ(co_await ReasonOf(check()), "NOT_REVIEWABLE") << "it is under way";
  api::order::DeliverSellerOrderRequest deliver;
  deliver.set_seller_order_id(part.id());
  Call delivering(AccountId::New(), Of(o.anna));
  co_await o.api.DeliverSellerOrder(delivering.context, deliver);
  const auto line = co_await check();
  EXPECT_EQ(line.product_id(), part.lines(0).product_id());
  EXPECT_EQ(line.offer_id(), part.lines(0).offer_id());
  EXPECT_EQ(line.seller_id(), o.anna.ToString());
  EXPECT_EQ(line.order_id(), order.id());
  EXPECT_GT(line.delivered_time().seconds(), order.create_time().seconds() - 1);

  testing::Sql("UPDATE order_line SET shipped = 0, cancelled = quantity WHERE id = '" + request.line_id() +
               "'");
  EXPECT_EQ(co_await ReasonOf(check()), "NOT_REVIEWABLE") << "it is the other lines that arrived";
  request.set_line_id(order.seller_orders(1).lines(0).id());
  EXPECT_EQ(co_await ReasonOf(check()), "NOT_REVIEWABLE") << "of the other shop";
  request.set_account_id(AccountId::New().ToString());
  EXPECT_EQ(co_await ReasonOf(check()), "NOT_FOUND") << "somebody else bought it";
  request.set_line_id(Uuid::NewV7().ToString());
  EXPECT_EQ(co_await ReasonOf(check()), "NOT_FOUND");
}
TEST(OrderService, ALineIsReviewable_OnceItArrived) { testing::WithStore<Operations>(ExpectReviewable); }

}  // namespace
}  // namespace market::order
