// An order whose buyer has to confirm its payment at his bank.
#include <gtest/gtest.h>

#include "marketplace/payment/v1/events.pb.h"
#include "platform/events/event.hpp"
#include "services/order/testing/operations.hpp"

namespace market::order {
namespace {

using Payment = api::payment::Payment;
using testing::Call;
using testing::Operations;
using testing::ReasonOf;
using testing::Soon;
using testing::Sql;

// That the payment of that number does not wait any more.
Task<> TellEnded(Operations& o, const std::string& order, int number) {
  marketplace::payment::v1::PaymentActionEnded what;
  what.set_order_id(order);
  what.set_number(number);
  const auto event = events::Of(what, {.aggregate = "payment/1"});
  marketplace::type::v1::DeliverRequest request;
  request.set_subscriber("order");
  request.mutable_event()->set_type(event.type);
  request.mutable_event()->set_version(event.version);
  request.mutable_event()->set_payload(event.payload);
  Call call(AccountId::New());
  co_await o.api.Deliver(call.context, request);
}

Task<api::order::Order> LookAs(Operations& o, const std::string& order, AccountId who, bool everything) {
  rpc::Reach reach;
  reach.everything = everything;
  Call call(who, reach);
  api::order::GetOrderRequest request;
  request.set_order_id(order);
  co_return co_await o.api.GetOrder(call.context, request);
}

Task<api::order::Order> PayWith(Operations& o, const std::string& order, std::string method) {
  Call call(o.buyer);
  api::order::PayOrderRequest request;
  request.set_order_id(order);
  request.set_payment_method(std::move(method));
  co_return co_await o.api.PayOrder(call.context, request);
}

std::string StepOf(const std::string& order) {
  return Sql("SELECT step FROM checkout WHERE order_id = '" + order + "'");
}

// What the recovery worker does.
Task<> Recover(Operations& o, const std::string& order) {
  const auto id = domain::OrderId::From(order);
  auto lease = co_await o.checkouts.Take(Soon(), id);
  if (!lease) co_return;
  auto found = co_await o.orders.Find(Soon(), id, storage::Scope::Everything());
  Call call(o.buyer);
  co_await o.checkout.Advance(call.context, *lease, *found);
}

Task<> ExpectConfirmed(Operations& o) {
  Call call(o.buyer);
  const auto placed = co_await o.api.PlaceOrder(call.context, o.Wish({o.anna, o.bob}, "asks"));
  const auto& id = placed.id();
  EXPECT_EQ(placed.state(), api::order::PENDING_PAYMENT);
  EXPECT_EQ(placed.payment().state(), "REQUIRES_ACTION");
  EXPECT_EQ(placed.next_action().url(), "https://bank.test/" + id);
  EXPECT_TRUE(placed.has_pay_until());
  EXPECT_FALSE(call.key.answered) << "202 is no last word";
  EXPECT_EQ(o.stock.Available(), 99) << "held";
  EXPECT_EQ(StepOf(id), "WAIT");

  const auto seen = co_await LookAs(o, id, o.buyer, false);
  EXPECT_EQ(seen.next_action().url(), placed.next_action().url());
  EXPECT_EQ(seen.pay_until().seconds(), placed.pay_until().seconds());
  EXPECT_FALSE((co_await LookAs(o, id, AccountId::New(), true)).has_next_action())
      << "it is its buyer's alone";
  EXPECT_EQ(co_await ReasonOf(LookAs(o, id, AccountId::New(), false)), "NOT_FOUND");

  o.payments.Confirm(id, Payment::AUTHORIZED);
  co_await TellEnded(o, id, 2);
  EXPECT_EQ(StepOf(id), "WAIT") << "of another payment";
  co_await TellEnded(o, id, 1);
  EXPECT_EQ(StepOf(id), "FORWARD");
  EXPECT_EQ(co_await ReasonOf(PayWith(o, id, "visa")), "ILLEGAL_TRANSITION");
  co_await Recover(o, id);
  co_await TellEnded(o, id, 1);
  const auto after = co_await LookAs(o, id, o.buyer, false);
  EXPECT_EQ(after.state(), api::order::PLACED);
  EXPECT_FALSE(after.has_next_action());
  EXPECT_FALSE(after.has_pay_until());
  EXPECT_EQ(o.payments.second_holds, 0);
}
TEST(OrderService_Confirm, PlacesIt) { testing::WithStore<Operations>(ExpectConfirmed); }

Task<> ExpectPaidOtherwise(Operations& o) {
  Call call(o.buyer);
  const auto placed = co_await o.api.PlaceOrder(call.context, o.Wish({o.anna}, "asks"));
  const auto& id = placed.id();
  o.payments.Confirm(id, Payment::DECLINED);
  co_await TellEnded(o, id, 1);
  co_await Recover(o, id);
  const auto declined = co_await LookAs(o, id, o.buyer, false);
  EXPECT_EQ(declined.state(), api::order::PENDING_PAYMENT);
  EXPECT_EQ(declined.payment().state(), "DECLINED");
  EXPECT_FALSE(declined.has_next_action());
  EXPECT_EQ(declined.pay_until().seconds(), placed.pay_until().seconds()) << "not longer";

  // Another one that asks, and then, without waiting for it, one that does not.
  EXPECT_TRUE((co_await PayWith(o, id, "asks")).has_next_action());
  const auto paid = co_await PayWith(o, id, "visa");
  EXPECT_EQ(paid.state(), api::order::PLACED);
  EXPECT_FALSE(paid.has_next_action());
  EXPECT_EQ(o.payments.orders.at(id).number(), 3);
  co_await TellEnded(o, id, 2);
  EXPECT_EQ(StepOf(id), "DONE");
}
TEST(OrderService_Confirm, InVain_LeavesOtherMethods) { testing::WithStore<Operations>(ExpectPaidOtherwise); }

Task<> ExpectAbandoned(Operations& o) {
  Call call(o.buyer);
  const auto id = (co_await o.api.PlaceOrder(call.context, o.Wish({o.anna}, "asks"))).id();
  Sql("UPDATE checkout SET next_run_at = '-infinity' WHERE order_id = '" + id + "'");
  // Too late: whoever takes it now undoes it.
  o.payments.Confirm(id, Payment::AUTHORIZED);
  co_await TellEnded(o, id, 1);
  EXPECT_EQ(StepOf(id), "WAIT");
  co_await Recover(o, id);
  const auto ended = co_await LookAs(o, id, o.buyer, false);
  EXPECT_EQ(ended.state(), api::order::FAILED);
  EXPECT_EQ(ended.failure_reason(), "PAYMENT_DECLINED");
  EXPECT_EQ(ended.payment().state(), "VOIDED");
  EXPECT_FALSE(ended.has_next_action());
  EXPECT_EQ(o.stock.Available(), 100);
}
TEST(OrderService_Confirm, TooLate_EndsIt) { testing::WithStore<Operations>(ExpectAbandoned); }

// It was confirmed while somebody drove the checkout who had asked before: that one must not put it to sleep.
Task<> ExpectWoken(Operations& o) {
  auto order = testing::AnOrder();
  const auto lease = (co_await testing::Insert(o.checkouts, order)).value();
  const auto id = order.id.ToString();
  co_await TellEnded(o, id, 1);
  bool lost = false;
  try {
    co_await o.checkouts.WaitForAction(Soon(), lease, order, "https://bank.test/1", o.clock.Now());
  } catch (const storage::LostLease&) {
    lost = true;
  }
  EXPECT_TRUE(lost);
  EXPECT_EQ(StepOf(id), "FORWARD");
  const auto next = co_await o.checkouts.Take(Soon(), order.id);
  EXPECT_TRUE(next.has_value()) << "and it is due at once";
  EXPECT_FALSE(next->overdue);
}
TEST(OrderService_Confirm, BeforeItsDriverKnows_IsNotMissed) { testing::WithStore<Operations>(ExpectWoken); }

}  // namespace
}  // namespace market::order
