// An order and its payment: terms, splits, states, amounts, copies.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tools/check_invariants/testing/healthy.hpp"

namespace market::invariants {
namespace {

using testing::Conditional;
using testing::Contains;
using testing::Each;
using testing::ElementsAre;
using testing::Field;
using testing::IsEmpty;
using testing::Not;

TEST(CrossCheck, WhatIsWell_FindsNothing) {
  EXPECT_THAT(CrossCheck({}), IsEmpty());
  EXPECT_THAT(CrossCheck(Healthy()), IsEmpty());
  EXPECT_THAT(CrossCheck(PartlyCancelled()), IsEmpty());
  EXPECT_THAT(CrossCheck(Failed()), IsEmpty());
}

TEST(CrossCheck, FailedOrder_NeverCharged_FindsNothing) {
  auto facts = Failed();
  facts.payments.clear();
  facts.holds["order"].clear();
  facts.reservations.clear();
  facts.orders["order"].payment = {.state = "CREATED"};
  EXPECT_THAT(CrossCheck(facts), IsEmpty());
}

TEST(CrossCheck, FailedOrder_UndoneBeforeItsPaymentWasKnown_FindsNothing) {
  auto facts = Failed();
  facts.holds["order"].clear();
  facts.payments["order"] = {.id = "payment"};
  Stands(facts, {"VOIDED", 0, 0, 0});
  EXPECT_THAT(CrossCheck(facts), IsEmpty());
}

TEST(CrossCheck, OrderUnderWay_WithWhateverSoFar_FindsNothing) {
  auto facts = Authorized();
  Sees(facts, kCheckoutRuns);
  for (auto& [id, part] : facts.parts) part.state = "PENDING_PAYMENT";
  facts.payments["order"].standing = {"UNKNOWN", 0, 0, 0};
  facts.reservations[{"order", "line1"}].left = {.held = 1};
  facts.reservations.erase({"order", "line2"});
  EXPECT_THAT(CrossCheck(facts), IsEmpty());
  EXPECT_EQ(CountUnderWay(facts), 1u);
}

TEST(CrossCheck, OrderThatMovedWhileItsPeersWereRead_FindsNothing) {
  auto facts = Authorized();
  facts.reservations[{"order", "line1"}].left = {.consumed = 1};
  EXPECT_THAT(CrossCheck(facts), Contains(Field(&Finding::check, "X1")));
  EXPECT_THAT(CrossCheck(facts), Contains(Field(&Finding::check, "X5")));
  facts.pulses_before["order"].version = 3;
  EXPECT_THAT(CrossCheck(facts), IsEmpty());
}

// Placed after the orders were read, before the peers were.
TEST(CrossCheck, OrderThatCameMeanwhile_FindsNothing) {
  auto facts = Healthy();
  facts.orders.clear();
  facts.parts.clear();
  facts.pulses_before.clear();
  EXPECT_THAT(CrossCheck(facts), IsEmpty());
  EXPECT_EQ(CountUnderWay(facts), 1u);
}

TEST(CrossCheck, Terms_AreComparedEvenUnderWay) {
  for (const auto* sees : {&kAtRest, &kPaymentWaits, &kCheckoutRuns}) {
    auto facts = Authorized();
    Sees(facts, *sees);
    facts.orders["order"].buyer = "owner1";
    facts.orders["order"].currency = "USD";
    facts.orders["order"].total_minor = 3001;
    facts.orders["order"].method = "pm_other";
    for (const std::string what : {"buyer of order order: order says owner1, payment says buyer",
                                   "currency of order order: order says USD, payment says EUR",
                                   "total of order order: order says 3001, payment says 3000"}) {
      EXPECT_THAT(CrossCheck(facts), Contains(Finds("X3", "payment", "payment", what)));
    }
    // Another method is written down before it is tried.
    const bool at_rest = sees == &kAtRest;
    const auto method = Finds("X3", "payment", "payment",
                              "payment method of order order: order says pm_other, payment says pm_card");
    EXPECT_THAT(CrossCheck(facts), Conditional(at_rest, Contains(method), Not(Contains(method))));
  }
}

TEST(CrossCheck, Splits_ThatAreSwapped_AreNamed) {
  auto facts = Healthy();
  auto& splits = facts.payments["order"].splits;
  std::swap(splits["part1"].seller, splits["part2"].seller);
  EXPECT_THAT(CrossCheck(facts),
              ElementsAre(Finds("X10", "payment", "payment",
                                "seller of part part1: order says seller1, split says seller2"),
                          Finds("X10", "payment", "payment",
                                "seller of part part2: order says seller2, split says seller1")));
}

TEST(CrossCheck, Splits_ThatAreShifted_AreNamed) {
  auto facts = Healthy();
  facts.payments["order"].splits["part1"].amount_minor = 1001;
  facts.payments["order"].splits["part2"].amount_minor = 1999;
  EXPECT_THAT(
      CrossCheck(facts),
      ElementsAre(
          Finds("X10", "payment", "payment", "total of part part1: order says 1000, split says 1001"),
          Finds("X10", "payment", "payment", "total of part part2: order says 2000, split says 1999")));
}

TEST(CrossCheck, Split_OfAnotherPart_IsNamed) {
  auto facts = Healthy();
  auto& splits = facts.payments["order"].splits;
  auto split = splits.extract("part2");
  split.key() = "part9";
  splits.insert(std::move(split));
  EXPECT_THAT(CrossCheck(facts), ElementsAre(Finds("X10", "payment", "payment", "no split for part part2"),
                                             Finds("X10", "payment", "payment", "a split for part part9")));
}

TEST(CrossCheck, LivingOrder_WithoutPayment_IsNamed) {
  auto facts = Healthy();
  facts.payments.clear();
  facts.ledger.clear();
  facts.movements.clear();
  facts.holds["order"].clear();
  facts.orders["order"].payment = {.state = "CREATED"};
  EXPECT_THAT(CrossCheck(facts), FindsOnly("X1", "order", "order", "without a payment"));
}

TEST(CrossCheck, LivingOrder_WhosePaymentCameToNothing_IsNamed) {
  auto facts = Authorized();
  Stands(facts, {"VOIDED", 0, 0, 0});
  facts.holds["order"].front().status = "voided";
  EXPECT_THAT(CrossCheck(facts), FindsOnly("X1", "order", "order", "payment is VOIDED"));
}

TEST(CrossCheck, Capture_ThatNoMessageWillBringAbout_IsNamed) {
  auto facts = Authorized();
  facts.parts["part1"].state = "DELIVERED";
  facts.parts["part1"].lines["line1"].shipped = 1;
  facts.reservations[{"order", "line1"}].left = {.consumed = 1};
  EXPECT_THAT(CrossCheck(facts),
              FindsOnly("X1", "order", "order", "payment is AUTHORIZED, and no message will capture it"));
  Sees(facts, kPaymentWaits);
  EXPECT_THAT(CrossCheck(facts), IsEmpty());
  Sees(facts, kStockWaits);
  EXPECT_THAT(CrossCheck(facts), FindsOnly("X1", "order", "order", "no message will capture it"));
}

TEST(CrossCheck, Void_ThatNoMessageWillBringAbout_IsNamed) {
  for (const std::string state : {"CREATED", "UNKNOWN", "AUTHORIZED"}) {
    auto facts = Failed();
    Stands(facts, {state, 0, 0, 0});
    EXPECT_THAT(CrossCheck(facts), FindsOnly("X2", "payment", "payment", state)) << state;
    Sees(facts, kPaymentWaits);
    EXPECT_THAT(CrossCheck(facts), IsEmpty()) << state;
  }
}

TEST(CrossCheck, CancelledPart_NotRefunded_IsNamed) {
  for (const std::string state : {"PENDING", "FAILED"}) {
    auto facts = PartlyCancelled();
    facts.payments["order"].refunds["refund1"].state = state;
    EXPECT_THAT(CrossCheck(facts),
                Contains(Finds("X4", "payment", "payment",
                               "part2 is CANCELLED and cost 2000; 500 of it was given back")));
    Sees(facts, kPaymentWaits);
    EXPECT_THAT(CrossCheck(facts), Each(Field(&Finding::check, "X7"))) << "refunded_minor still counts it";
  }
}

TEST(CrossCheck, Refund_OfAnotherAmount_IsNamed) {
  auto facts = PartlyCancelled();
  facts.payments["order"].refunds["refund1"].amount_minor = 1499;
  EXPECT_THAT(CrossCheck(facts), Contains(Finds("X4", "payment", "payment", "1999 of it was given back")));
}

TEST(CrossCheck, Refund_OfAnotherPart_IsNamed) {
  for (const std::string other : {"part1", "part9"}) {
    auto facts = PartlyCancelled();
    facts.payments["order"].refunds["refund2"].part = other;
    EXPECT_THAT(CrossCheck(facts), Contains(Finds("X4", "payment", "payment", "1500 of it was given back")));
    EXPECT_THAT(CrossCheck(facts), Contains(Finds("X4", "payment", "payment", other)));
  }
}

TEST(CrossCheck, OrderWhoseCopyOfThePaymentDiffers_IsNamed) {
  for (const Standing& other :
       {Standing{"AUTHORIZED", 3000, 3000, 2000}, Standing{"CAPTURED", 2999, 3000, 2000},
        Standing{"CAPTURED", 3000, 2999, 2000}, Standing{"CAPTURED", 3000, 3000, 0}}) {
    auto facts = PartlyCancelled();
    facts.orders["order"].payment = other;
    EXPECT_THAT(CrossCheck(facts),
                FindsOnly("X11", "order", "order", "its payment payment: order says " + other.state));
    Sees(facts, kPaymentWaits);
    EXPECT_THAT(CrossCheck(facts), IsEmpty());
  }
}

TEST(CrossCheck, PartWhoseCopyOfItsRefundsDiffers_IsNamed) {
  auto facts = PartlyCancelled();
  facts.parts["part2"].refunded_minor = 1999;
  EXPECT_THAT(
      CrossCheck(facts),
      FindsOnly("X11", "order", "order", "what went back of part part2: order says 1999, payment says 2000"));
  Sees(facts, kPaymentWaits);
  EXPECT_THAT(CrossCheck(facts), IsEmpty());
}

// Units and money move only after it was placed, which is a step of its own.
TEST(CrossCheck, OrderThatWaitsForItsPayment_HasNothingSoldOrCharged) {
  auto facts = Authorized();
  Sees(facts, kCheckoutRuns);
  for (auto& [id, part] : facts.parts) part.state = "PENDING_PAYMENT";
  for (auto& [key, reservation] : facts.reservations) reservation.left = {.held = reservation.quantity};
  EXPECT_THAT(CrossCheck(facts), IsEmpty());
  for (const Units& left : {Units{.committed = 1}, Units{.consumed = 1}}) {
    facts.reservations[{"order", "line1"}].left = left;
    EXPECT_THAT(CrossCheck(facts),
                FindsOnly("X14", "product", "order/line1", "order order waits for its payment"));
  }
  facts.pulses_after["order"].version = 2;
  EXPECT_THAT(CrossCheck(facts), IsEmpty()) << "it was placed meanwhile";

  facts = Healthy();
  Sees(facts, kCheckoutRuns);
  for (auto& [id, part] : facts.parts) part.state = "PENDING_PAYMENT";
  facts.reservations.clear();
  EXPECT_THAT(CrossCheck(facts),
              FindsOnly("X14", "payment", "payment", "it is CAPTURED, and its order order waits"));
}

}  // namespace
}  // namespace market::invariants
