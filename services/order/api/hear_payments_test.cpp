#include <gtest/gtest.h>

#include "marketplace/payment/v1/events.pb.h"
#include "platform/events/event.hpp"
#include "services/order/testing/operations.hpp"

namespace market::order {
namespace {

using testing::Call;
using testing::Operations;

marketplace::type::v1::DeliverRequest Telling(const api::order::Order& order, std::int64_t part_minor,
                                              std::int64_t whole_minor) {
  marketplace::payment::v1::PaymentRefunded what;
  what.set_order_id(order.id());
  what.set_seller_order_id(order.seller_orders(0).id());
  what.set_refund_id(Uuid::FromName(order.id() + std::to_string(part_minor)).ToString());
  what.mutable_amount()->set_amount(part_minor);
  what.mutable_captured()->set_amount(order.total().amount());
  what.mutable_refunded()->set_amount(whole_minor);
  what.mutable_seller_order_refunded()->set_amount(part_minor);
  const auto event = events::Of(what, {.aggregate = "payment/1"});
  marketplace::type::v1::DeliverRequest request;
  request.set_subscriber("order");
  request.mutable_event()->set_type(event.type);
  request.mutable_event()->set_version(event.version);
  request.mutable_event()->set_payload(event.payload);
  return request;
}

Task<api::order::Order> Look(Operations& o, const api::order::Order& order) {
  Call call(o.buyer);
  api::order::GetOrderRequest request;
  request.set_order_id(order.id());
  co_return co_await o.api.GetOrder(call.context, request);
}

Task<> ExpectHeard(Operations& o) {
  const auto order = co_await o.Placed(o.buyer, {o.anna, o.bob});
  Call call(AccountId::New());
  // Even before the capture is written down here.
  co_await o.api.Deliver(call.context, Telling(order, 300, 300));
  auto seen = co_await Look(o, order);
  EXPECT_EQ(seen.payment().state(), "CAPTURED");
  EXPECT_EQ(seen.payment().captured().amount(), order.total().amount());
  EXPECT_EQ(seen.payment().refunded().amount(), 300);
  EXPECT_EQ(seen.net().amount(), order.total().amount() - 300);
  EXPECT_EQ(seen.seller_orders(0).refunded().amount(), 300);
  EXPECT_EQ(seen.seller_orders(0).net().amount(), 1999 - 300);
  EXPECT_EQ(seen.seller_orders(1).refunded().amount(), 0);
  EXPECT_NE(seen.etag(), order.etag());

  // Later, again, and an older one after it.
  co_await o.api.Deliver(call.context, Telling(order, 500, 700));
  const auto etag = (co_await Look(o, order)).etag();
  co_await o.api.Deliver(call.context, Telling(order, 500, 700));
  co_await o.api.Deliver(call.context, Telling(order, 300, 300));
  seen = co_await Look(o, order);
  EXPECT_EQ(seen.payment().refunded().amount(), 700);
  EXPECT_EQ(seen.seller_orders(0).refunded().amount(), 500);
  EXPECT_EQ(seen.etag(), etag);
}
TEST(OrderService_Deliver, Refunds_OnlyGrow) { testing::WithStore<Operations>(ExpectHeard); }

// An answer to a command that is older than what was told meanwhile.
Task<> ExpectNoWayBack(Operations& o) {
  const auto order = co_await o.Placed(o.buyer, {o.anna});
  const auto id = domain::OrderId::From(order.id());
  Call call(AccountId::New());
  co_await o.api.Deliver(call.context, Telling(order, 700, 700));
  outbox::Message command{.id = Uuid::NewV7(), .topic = "order.payment", .attempt = 1};
  co_await o.transitions.SetPayment(
      testing::Soon(), id,
      {.state = domain::PaymentState::kCaptured,
       .authorized_minor = 1999,
       .captured_minor = 1999,
       .refunded_minor = 300,
       .refunds = {{domain::SellerOrderId::From(order.seller_orders(0).id()), 300}}},
      command);
  const auto seen = co_await Look(o, order);
  EXPECT_EQ(seen.payment().refunded().amount(), 700);
  EXPECT_EQ(seen.seller_orders(0).refunded().amount(), 700);
}
TEST(OrderService_Deliver, AnOlderAnswer_TakesNothingBack) {
  testing::WithStore<Operations>(ExpectNoWayBack);
}

Task<> ExpectStrangers(Operations& o) {
  api::order::Order nobodys;
  nobodys.set_id(Uuid::NewV7().ToString());
  nobodys.add_seller_orders()->set_id(Uuid::NewV7().ToString());
  Call call(AccountId::New());
  co_await o.api.Deliver(call.context, Telling(nobodys, 1, 1));
  auto other = Telling(nobodys, 1, 1);
  other.mutable_event()->set_type("payment.PaymentCaptured");
  EXPECT_EQ(co_await testing::ReasonOf(o.api.Deliver(call.context, other)), "INVALID_ARGUMENT");
}
TEST(OrderService_Deliver, OfAnOrderThatIsNotHere_ChangesNothing) {
  testing::WithStore<Operations>(ExpectStrangers);
}

}  // namespace
}  // namespace market::order
