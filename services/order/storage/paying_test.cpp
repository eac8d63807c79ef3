// Checkouts that wait for their buyer.
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include "services/order/messages.hpp"
#include "services/order/storage/checkouts.hpp"
#include "services/order/storage/returns.hpp"
#include "services/order/testing/moving_store.hpp"

namespace market::order::storage {
namespace {

using domain::FailureReason;
using domain::State;
using namespace std::chrono_literals;
using testing::AnOrder;
using testing::MovingStore;
using testing::Now;
using testing::OfCheckout;
using testing::Soon;
using testing::Sql;
using testing::Store;
using testing::ToldOf;
using testing::WithStore;

const domain::Failure kDeclined{
    .reason = FailureReason::kPaymentDeclined, .shortages = {}, .decline_code = "no"};

Task<domain::Order> AWaitingOrder(Store& store) {
  auto order = AnOrder();
  const auto lease = (co_await testing::Insert(store.checkouts, order)).value();
  co_await store.checkouts.Wait(Soon(), lease, order, kDeclined, Now());
  co_return order;
}

Task<std::optional<Lease>> Pay(Store& store, const domain::Order& order, Uuid operation = Uuid::NewV7()) {
  auto key = testing::KeyOf(order);
  co_return co_await store.checkouts.Pay(Soon(), order.id, order.buyer, "pm_other", operation, key, Now());
}

Task<std::string> RefusalToPay(Store& store, const domain::Order& order) {
  try {
    co_await Pay(store, order);
  } catch (const Error& error) {
    co_return error.reason + ": " + error.message;
  }
  co_return "";
}

void SetWaiting(const domain::Order& order, const std::string& columns) {
  Sql("UPDATE checkout SET " + columns + " WHERE order_id = '" + order.id.ToString() + "'");
}

TEST(CheckoutWaits, ForItsBuyerAndNobodyElse) {
  WithStore([](Store& store) -> Task<> {
    const auto before = co_await store.checkouts.CountOpen(Soon());
    const auto order = co_await AWaitingOrder(store);
    EXPECT_EQ(ToldOf(order), "order.OrderPaymentNeeded 2");
    const auto read = co_await store.Read(order);
    EXPECT_EQ(read.version, order.version);
    EXPECT_EQ(read.pay_until, order.pay_until);
    EXPECT_EQ(read.payment, order.payment);
    EXPECT_TRUE(read.WaitsForBuyer());
    EXPECT_EQ(read.Decline(), kDeclined);

    EXPECT_EQ(co_await store.checkouts.Take(Soon(), order.id), std::nullopt);
    const auto due = co_await store.checkouts.TakeDue(Soon(), 1000);
    EXPECT_TRUE(std::ranges::none_of(due, [&](const Due& one) { return one.order == order.id; }));
    const auto stuck = co_await store.checkouts.ListStuck(Soon(), std::nullopt, 1000);
    EXPECT_TRUE(std::ranges::none_of(stuck, [&](const auto& one) { return one.order == order.id; }));
    const auto open = co_await store.checkouts.CountOpen(Soon());
    EXPECT_EQ(open.wait, before.wait + 1);
    EXPECT_EQ(open.undo, before.undo);
  });
}

TEST(CheckoutWaits, UntilItsTimeIsOver) {
  WithStore([](Store& store) -> Task<> {
    for (const bool by_worker : {false, true}) {
      const auto order = co_await AWaitingOrder(store);
      SetWaiting(order, "next_run_at = '-infinity'");
      EXPECT_EQ(co_await RefusalToPay(store, order),
                "ILLEGAL_TRANSITION: the time to pay this order is over");
      std::optional<Lease> lease;
      if (by_worker) {
        // Who was refused holds the row until the server has heard of it, and a worker passes over what is held.
        for (int looks = 0; !lease && looks < 1000; ++looks) {
          for (const auto& due : co_await store.checkouts.TakeDue(Soon(), 1000)) {
            if (due.order == order.id) lease = co_await store.checkouts.Read(Soon(), due);
          }
        }
      } else {
        lease = co_await store.checkouts.Take(Soon(), order.id);
      }
      EXPECT_EQ(lease.value().step, Step::kUndo) << "to take it is to decide it";
      EXPECT_EQ(lease->undo, kDeclined);
      EXPECT_EQ(co_await RefusalToPay(store, order),
                "ILLEGAL_TRANSITION: the time to pay this order is over");
    }
  });
}

TEST(CheckoutPaid, GoesForwardWithANumberOfItsOwn) {
  WithStore([](Store& store) -> Task<> {
    const auto order = co_await AWaitingOrder(store);
    const auto operation = Uuid::NewV7();
    const auto lease = (co_await Pay(store, order, operation)).value();
    EXPECT_EQ(lease.step, Step::kForward);
    EXPECT_EQ(lease.fence, 2);
    EXPECT_FALSE(lease.overdue);
    EXPECT_EQ(lease.attempts, 0u);
    auto paying = co_await store.Read(order);
    EXPECT_EQ(paying.payment_number, 2);
    EXPECT_EQ(paying.payment_method, "pm_other");
    EXPECT_EQ(paying.payment.state, domain::PaymentState::kCreated);
    EXPECT_FALSE(paying.WaitsForBuyer());
    EXPECT_EQ(co_await Pay(store, order, operation), std::nullopt) << "the same request";
    EXPECT_TRUE((co_await RefusalToPay(store, order)).contains("under way"));

    co_await store.checkouts.Wait(Soon(), lease, paying, kDeclined, Now() + 5min);
    EXPECT_EQ(paying.pay_until, order.pay_until);
    const auto third = (co_await Pay(store, order)).value();
    paying = co_await store.Read(order);
    co_await store.checkouts.Place(Soon(), third, paying, {.state = domain::PaymentState::kAuthorized},
                                   Now());
    EXPECT_EQ(co_await RefusalToPay(store, order), "ILLEGAL_TRANSITION: the order is paid already");
    EXPECT_EQ((co_await store.Read(order)).payment_number, 3);
  });
}

TEST(CheckoutPaid, NotTooOften) {
  WithStore([](Store& store) -> Task<> {
    storage::Checkouts checkouts(store.database, {.payments_of_order = 1});
    const auto order = co_await AWaitingOrder(store);
    auto key = testing::KeyOf(order);
    std::string reason;
    try {
      co_await checkouts.Pay(Soon(), order.id, order.buyer, "pm_other", Uuid::NewV7(), key, Now());
    } catch (const Error& error) {
      reason = error.reason;
    }
    EXPECT_EQ(reason, "LIMIT_REACHED");
    EXPECT_FALSE(key.Claimed());
    EXPECT_EQ(OfCheckout(order, "step"), "WAIT");
  });
}

TEST(CheckoutCancelled, WhileItWaits) {
  WithStore([](Store& store) -> Task<> {
    const auto order = co_await AWaitingOrder(store);
    const domain::Failure why{
        .reason = FailureReason::kCancelledByBuyer, .shortages = {}, .decline_code = {}};
    EXPECT_TRUE(
        co_await store.checkouts.Cancel(Soon(), order.id, Scope::Buyer(order.buyer), why, std::nullopt));
    EXPECT_EQ(co_await RefusalToPay(store, order), "ILLEGAL_TRANSITION: the order was cancelled");
    EXPECT_EQ((co_await store.Read(order)).pay_until, std::nullopt);
    EXPECT_EQ((co_await store.checkouts.Take(Soon(), order.id)).value().undo, why);
  });
}

// A placed order whose money was lost.
Task<domain::Order> ALostOrder(MovingStore& store) {
  const auto order = co_await store.Placed();
  co_await store.checkouts.Lost(Soon(), order.id, 1, order.total.minor,
                                {.id = Uuid::NewV7(), .topic = std::string(kPaymentTopic)});
  co_return co_await store.Read(order);
}

TEST(CheckoutLost, ASecuredOrder_IsCapturedAndWhatEndedGivenBack) {
  WithStore<MovingStore>([](MovingStore& store) -> Task<> {
    const auto order = co_await ALostOrder(store);
    EXPECT_EQ(order.CurrentState(), State::kPlaced);
    EXPECT_TRUE(order.WaitsForBuyer());
    EXPECT_EQ(ToldOf(order), "order.OrderPlaced 2, order.OrderPaymentNeeded 3");
    co_await store.Cancel(order, order.buyer, Uuid::NewV7(), {order.parts[1].id});
    const auto lease = (co_await Pay(store, order)).value();
    co_await store.checkouts.Secure(Soon(), lease, {.state = domain::PaymentState::kAuthorized});
    EXPECT_EQ(OfCheckout(order, "step"), "DONE");
    const auto commands = co_await store.PaymentCommands(order.id);
    EXPECT_EQ(commands.size(), 4u) << "the capture that failed, the refund that will be void, and these two";
    EXPECT_TRUE(commands.at(2).has_capture());
    EXPECT_EQ(commands.at(3).refund().seller_order_id(), order.parts[1].id.ToString());
    EXPECT_FALSE((co_await store.Read(order)).WaitsForBuyer());
    bool lost = false;
    try {
      co_await store.checkouts.Secure(Soon(), lease, {.state = domain::PaymentState::kAuthorized});
    } catch (const LostLease&) {
      lost = true;
    }
    EXPECT_TRUE(lost);
  });
}

TEST(CheckoutLost, AnUnpaidOrder_EndsButForWhatWasSent) {
  WithStore<MovingStore>([](MovingStore& store) -> Task<> {
    const auto placed = co_await store.Placed();
    const auto& sent = placed.parts[0];
    for (const auto to : {State::kAccepted, State::kShipped}) co_await store.Move(sent, to, sent.seller);
    co_await store.checkouts.Lost(Soon(), placed.id, 1, placed.total.minor,
                                  {.id = Uuid::NewV7(), .topic = std::string(kPaymentTopic)});
    SetWaiting(placed, "next_run_at = '-infinity'");
    const auto lease = (co_await store.checkouts.Take(Soon(), placed.id)).value();
    EXPECT_EQ(lease.undo.reason, FailureReason::kPaymentFailed);
    EXPECT_EQ(
        co_await store.checkouts.EndUnpaid(Soon(), lease, {.state = domain::PaymentState::kVoided}, Now()),
        1u);
    const auto order = co_await store.Read(placed);
    EXPECT_EQ(order.parts[0].state, State::kShipped);
    EXPECT_EQ(order.parts[1].state, State::kCancelled);
    EXPECT_EQ(order.parts[1].lines[0].cancelled, order.parts[1].lines[0].quantity);
    const auto history =
        (co_await store.orders.History(Soon(), order.id, Scope::Everything(), 0, 100)).value();
    EXPECT_EQ(history.back().actor, domain::ActorRole::kSystem);
    EXPECT_EQ(history.back().reason, "the payment failed");
    EXPECT_EQ((co_await store.StockCommands(order.id)).back().release().lines_size(), 1);
    EXPECT_EQ(OfCheckout(order, "step"), "DONE");
    EXPECT_EQ(co_await RefusalToPay(store, order), "ILLEGAL_TRANSITION: the time to pay this order is over");
  });
}

// What came back while there was no money is paid with the rest, and goes back after it.
Task<> ExpectGivenBackOncePaid(MovingStore& store, std::int64_t units, std::optional<std::int64_t> amount) {
  const auto order = co_await store.Placed();
  const auto& part = order.parts[0];
  for (const auto to : {State::kAccepted, State::kShipped}) co_await store.Move(part, to, part.seller);
  co_await store.checkouts.Lost(Soon(), order.id, 1, order.total.minor,
                                {.id = Uuid::NewV7(), .topic = std::string(kPaymentTopic)});
  Returns returns(store.database, 24h);
  const auto coming = co_await returns.Request(Soon(),
                                               {.id = domain::ReturnId::New(),
                                                .order = order.id,
                                                .part = part.id,
                                                .units = {{part.lines[0].id, units}}},
                                               order.buyer, Now());
  for (const auto to : {domain::ReturnState::kApproved, domain::ReturnState::kClosed})
    co_await returns.Move(Soon(), coming.id, Scope::Everything(), {.to = to}, Uuid::NewV7(), "", Now());
  const auto lease = (co_await Pay(store, order)).value();
  co_await store.checkouts.Secure(Soon(), lease, {.state = domain::PaymentState::kAuthorized});
  const auto refund = (co_await store.PaymentCommands(order.id)).back().refund();
  EXPECT_EQ(refund.seller_order_id(), part.id.ToString());
  EXPECT_EQ(refund.has_amount(), amount.has_value());
  EXPECT_EQ(refund.amount().amount(), amount.value_or(0));
}
TEST(CheckoutLost, WhatCameBack_GoesBackOnceItIsPaid) {
  WithStore<MovingStore>([](MovingStore& store) -> Task<> {
    co_await ExpectGivenBackOncePaid(store, 1, 1999);
    co_await ExpectGivenBackOncePaid(store, 2, std::nullopt);  // all that is left
  });
}

}  // namespace
}  // namespace market::order::storage
