// An order whose payment was declined, and its buyer.
#include <gtest/gtest.h>

#include "platform/runtime/both.hpp"
#include "services/order/testing/operations.hpp"

namespace market::order {
namespace {

using testing::Call;
using testing::Operations;
using testing::ReasonOf;
using testing::Sql;

struct Told {
  std::string reason;
  std::string order;
  std::string until;
  bool may_come_back = false;
};

template <class T>
Task<Told> ToldOf(Task<T> task) {
  Told told;
  try {
    co_await std::move(task);
  } catch (const Error& error) {
    told.reason = error.reason;
    told.may_come_back = error.retry_after.has_value();
    for (const auto& [name, value] : error.metadata) {
      if (name == "orderId") told.order = value;
      if (name == "payUntil") told.until = value;
    }
  }
  co_return told;
}

// The id of an order of `o.buyer` that waits for him.
Task<std::string> Declined(Operations& o) {
  Call call(o.buyer);
  co_return (co_await ToldOf(o.api.PlaceOrder(call.context, o.Wish({o.anna, o.bob}, "declined")))).order;
}

api::order::PayOrderRequest With(const std::string& order, std::string method) {
  api::order::PayOrderRequest request;
  request.set_order_id(order);
  request.set_payment_method(std::move(method));
  return request;
}

Task<api::order::Order> Look(Operations& o, const std::string& order) {
  Call call(o.buyer);
  api::order::GetOrderRequest request;
  request.set_order_id(order);
  co_return co_await o.api.GetOrder(call.context, request);
}

Task<> ExpectKept(Operations& o) {
  Call call(o.buyer);
  const auto wish = o.Wish({o.anna}, "declined");
  const auto told = co_await ToldOf(o.api.PlaceOrder(call.context, wish));
  EXPECT_EQ(told.reason, "PAYMENT_DECLINED");
  EXPECT_TRUE(call.key.answered) << "with the decline, in one transaction";
  EXPECT_EQ(o.stock.Available(), 99);
  const auto order = co_await Look(o, told.order);
  EXPECT_EQ(order.state(), api::order::PENDING_PAYMENT);
  EXPECT_EQ(order.payment().state(), "DECLINED");
  EXPECT_TRUE(order.has_pay_until());
  // Had the process died before it could answer, the next run would say the same; and so once it is over.
  for (const bool over : {false, true}) {
    if (over) {
      Sql("UPDATE checkout SET next_run_at = '-infinity' WHERE order_id = '" + told.order + "'");
      EXPECT_EQ(co_await ReasonOf([&]() -> Task<api::order::Order> {
                  Call late(o.buyer);
                  co_return co_await o.api.PayOrder(late.context, With(told.order, "visa"));
                }()),
                "ILLEGAL_TRANSITION");
    }
    Call again(o.buyer, {}, call.context.OperationId());
    again.key.fence = 2;
    const auto repeated = co_await ToldOf(o.api.PlaceOrder(again.context, wish));
    EXPECT_EQ(repeated.reason, told.reason);
    EXPECT_EQ(repeated.order, told.order);
    EXPECT_EQ(repeated.until, told.until);
  }
  EXPECT_EQ((co_await Look(o, told.order)).state(), api::order::FAILED) << "whoever took it undid it";
  EXPECT_FALSE((co_await Look(o, told.order)).has_pay_until());
  EXPECT_EQ(o.stock.Available(), 100);
}
TEST(OrderService_PlaceOrder, ADecline_KeepsTheOrderAndItsStock) {
  testing::WithStore<Operations>(ExpectKept);
}

Task<> ExpectPaidLater(Operations& o) {
  const auto id = co_await Declined(o);
  const auto until = (co_await Look(o, id)).pay_until();
  Call stranger(AccountId::New());
  EXPECT_EQ(co_await ReasonOf(o.api.PayOrder(stranger.context, With(id, "visa"))), "NOT_FOUND");
  EXPECT_FALSE(stranger.key.Claimed());
  Call unknown(o.buyer);
  EXPECT_EQ((co_await ToldOf(o.api.PayOrder(unknown.context, With(id, "nonesuch")))).reason,
            "UNKNOWN_PAYMENT_METHOD");
  Call second(o.buyer);
  const auto declined = co_await ToldOf(o.api.PayOrder(second.context, With(id, "declined")));
  EXPECT_EQ(declined.reason, "PAYMENT_DECLINED");
  EXPECT_EQ(declined.order, id);
  EXPECT_TRUE(second.key.answered);
  EXPECT_EQ((co_await Look(o, id)).pay_until().SerializeAsString(), until.SerializeAsString())
      << "not longer";

  Call third(o.buyer);
  const auto placed = co_await o.api.PayOrder(third.context, With(id, "visa"));
  EXPECT_EQ(placed.state(), api::order::PLACED);
  EXPECT_EQ(placed.payment().state(), "AUTHORIZED");
  EXPECT_FALSE(placed.has_pay_until());
  EXPECT_TRUE(third.key.answered);
  EXPECT_EQ(o.payments.orders[id].number(), 4);
  Call again(o.buyer, {}, third.context.OperationId());
  again.key.fence = 2;
  EXPECT_EQ((co_await o.api.PayOrder(again.context, With(id, "visa"))).SerializeAsString(),
            placed.SerializeAsString());
  Call fourth(o.buyer);
  const auto paid = co_await ToldOf(o.api.PayOrder(fourth.context, With(id, "visa")));
  EXPECT_EQ(paid.reason, "ILLEGAL_TRANSITION");
  EXPECT_FALSE(paid.may_come_back);
  EXPECT_EQ(o.stock.Available(), 99);
  EXPECT_EQ(o.payments.second_holds, 0);
}
TEST(OrderService_PayOrder, GoesOnWithAnotherMethod) { testing::WithStore<Operations>(ExpectPaidLater); }

Task<> ExpectUnanswered(Operations& o) {
  const auto id = co_await Declined(o);
  Call first(o.buyer);
  EXPECT_EQ((co_await o.api.PayOrder(first.context, With(id, "slow_yes"))).state(),
            api::order::PENDING_PAYMENT);
  EXPECT_FALSE(first.context.Settled());
  EXPECT_FALSE((co_await Look(o, id)).has_pay_until()) << "it is under way";
  Call other(o.buyer);
  const auto refused = co_await ToldOf(o.api.PayOrder(other.context, With(id, "visa")));
  EXPECT_EQ(refused.reason, "ILLEGAL_TRANSITION");
  EXPECT_TRUE(refused.may_come_back);
  EXPECT_FALSE(other.key.Claimed());
  for (int run = 0; run < 2; ++run) {
    Call again(o.buyer, {}, first.context.OperationId());
    again.key.fence = 2;
    const auto order = co_await o.api.PayOrder(again.context, With(id, "slow_yes"));
    if (run == 1) EXPECT_EQ(order.state(), api::order::PLACED);
  }
}
TEST(OrderService_PayOrder, WhileNothingIsDecided_StaysOpen) {
  testing::WithStore<Operations>(ExpectUnanswered);
}

// One pays; the other is told to come back, or that it is done.
Task<> ExpectOnePayment(Operations& o) {
  const auto id = co_await Declined(o);
  Call one(o.buyer);
  Call two(o.buyer);
  const auto both = co_await runtime::Both(ToldOf(o.api.PayOrder(one.context, With(id, "visa"))),
                                           ToldOf(o.api.PayOrder(two.context, With(id, "visa"))));
  EXPECT_NE(std::get<0>(both).reason.empty(), std::get<1>(both).reason.empty());
  EXPECT_EQ(std::get<0>(both).reason + std::get<1>(both).reason, "ILLEGAL_TRANSITION");
  EXPECT_EQ((co_await Look(o, id)).state(), api::order::PLACED);
  EXPECT_EQ(o.payments.orders[id].number(), 2);
  EXPECT_EQ(o.payments.second_holds, 0);
}
TEST(OrderService_PayOrder, TwoAtOnce_AreOnePayment) { testing::WithStore<Operations>(ExpectOnePayment); }

Task<> ExpectRefusedOnceCancelled(Operations& o) {
  const auto id = co_await Declined(o);
  Call call(o.buyer);
  api::order::CancelOrderRequest cancel;
  cancel.set_order_id(id);
  const auto failed = co_await o.api.CancelOrder(call.context, cancel);
  EXPECT_EQ(failed.state(), api::order::FAILED);
  EXPECT_EQ(failed.failure_reason(), "CANCELLED_BY_BUYER");
  EXPECT_EQ(o.stock.Available(), 100);
  Call paying(o.buyer);
  EXPECT_EQ((co_await ToldOf(o.api.PayOrder(paying.context, With(id, "visa")))).reason, "ILLEGAL_TRANSITION");
}
TEST(OrderService_PayOrder, OfACancelledOrder_IsRefused) {
  testing::WithStore<Operations>(ExpectRefusedOnceCancelled);
}

Task<> ExpectNotAdvanced(Operations& o) {
  const auto id = co_await Declined(o);
  Call by_operator(AccountId::New(), {.everything = true});
  api::order::AdvanceCheckoutRequest advance;
  advance.set_order_id(id);
  EXPECT_EQ((co_await o.api.AdvanceCheckout(by_operator.context, advance)).step(),
            api::order::Checkout::WAIT);
  EXPECT_EQ((co_await Look(o, id)).payment().state(), "DECLINED");
}
TEST(OrderService_AdvanceCheckout, LeavesWhatWaitsForItsBuyer) {
  testing::WithStore<Operations>(ExpectNotAdvanced);
}

}  // namespace
}  // namespace market::order
