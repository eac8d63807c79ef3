// Several payments of an order, several refunds of a part, and payments that came to nothing.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tools/check_invariants/cross_checks.hpp"

namespace market::invariants {
namespace {

using testing::AllOf;
using testing::Contains;
using testing::ElementsAre;
using testing::Field;
using testing::HasSubstr;
using testing::IsEmpty;

// An order of one part at rest, and its payment, over 1000.
Facts With(const std::string& part_state, PaymentFact payment, std::vector<HoldFact> holds) {
  Facts facts;
  facts.orders["order"] = {"buyer", "EUR", "pm_card", 1000, payment.standing};
  facts.parts["part"] = {"order", "seller", part_state, 1000, {}, payment.standing.refunded_minor};
  facts.pulses_before["order"] = facts.pulses_after["order"] = {.version = 4};
  facts.auth_before.accounts = facts.auth_after.accounts = {"buyer"};
  facts.profiles = {"buyer"};
  facts.sellers["seller"] = {};
  facts.holds["order"] = std::move(holds);
  facts.payments["order"] = std::move(payment);
  return facts;
}

PaymentFact APayment(const std::string& authorization, const Standing& standing) {
  PaymentFact payment;
  payment.id = "payment";
  payment.buyer = "buyer";
  payment.currency = "EUR";
  payment.method = "pm_card";
  payment.authorization = authorization;
  payment.amount_minor = 1000;
  payment.standing = standing;
  payment.splits["part"] = {"seller", 1000};
  return payment;
}

HoldFact AHold(const std::string& authorization, const std::string& status, std::int64_t captured = 0,
               std::int64_t refunded = 0) {
  return {authorization, status, "EUR", "pm_card", 1000, captured, refunded};
}

// Captured, and given back in two refunds.
Facts GivenBack() {
  auto payment = APayment("auth", {"CAPTURED", 1000, 1000, 1000});
  payment.refunds = {{"refund1", {"part", "SUCCEEDED", 999}}, {"refund2", {"part", "SUCCEEDED", 1}}};
  auto facts = With("CANCELLED", std::move(payment), {AHold("auth", "captured", 1000, 1000)});
  facts.movements = {{"auth", "capture", "order", "EUR", 1000},
                     {"auth", "refund", "part/refund1", "EUR", 999},
                     {"auth", "refund", "part/refund2", "EUR", 1}};
  facts.ledger["order"] = {{"capture in EUR", 1000},
                           {"refund of part part/refund1 in EUR", 999},
                           {"refund of part part/refund2 in EUR", 1}};
  return facts;
}

auto FindsOf(const std::string& check, const std::string& row, const std::string& detail) {
  return AllOf(Field(&Finding::check, check), Field(&Finding::row, row),
               Field(&Finding::detail, HasSubstr(detail)));
}

// Captured, one of three units cancelled, and what else is said.
Facts PartlyGivenBack(std::int64_t by_order, std::int64_t by_operator) {
  const auto back = by_order + by_operator;
  auto payment = APayment("auth", {"CAPTURED", 1000, 1000, back});
  payment.refunds = {{"refund1", {"part", "SUCCEEDED", by_order}},
                     {"refund2", {"part", "SUCCEEDED", by_operator, true}}};
  auto facts = With("PLACED", std::move(payment), {AHold("auth", "captured", 1000, back)});
  facts.parts["part"].lines["line"] = {"offer", "product", 3, 1, 0, 1000};
  facts.reservations[{"order", "line"}] = {"offer", 3, {.committed = 2}, "product", "seller"};
  facts.movements = {{"auth", "capture", "order", "EUR", 1000},
                     {"auth", "refund", "part/refund1", "EUR", by_order},
                     {"auth", "refund", "part/refund2", "EUR", by_operator}};
  facts.ledger["order"] = {{"capture in EUR", 1000},
                           {"refund of part part/refund1 in EUR", by_order},
                           {"refund of part part/refund2 in EUR", by_operator}};
  return facts;
}

TEST(CrossCheck_Payments, OfCancelledUnitsThePortionIsGivenBack_AndWhatOperatorsGive) {
  EXPECT_THAT(CrossCheck(PartlyGivenBack(333, 0)), IsEmpty());
  EXPECT_THAT(CrossCheck(PartlyGivenBack(333, 500)), IsEmpty());
  EXPECT_THAT(CrossCheck(PartlyGivenBack(100, 900)), IsEmpty()) << "no more was left for the units";
  EXPECT_THAT(CrossCheck(PartlyGivenBack(334, 0)),
              ElementsAre(FindsOf("X4", "payment", "334 of it was given back, 333 are due")));
  EXPECT_THAT(CrossCheck(PartlyGivenBack(332, 500)),
              ElementsAre(FindsOf("X4", "payment", "832 of it was given back, 833 are due")));
}

TEST(CrossCheck_Payments, OfReturnedUnitsThePortionIsGivenBack_AndTheDeliveryThatGoesWithThem) {
  const auto returned = [](std::int64_t units, std::int64_t delivery, std::int64_t back) {
    auto facts = PartlyGivenBack(back, 0);
    facts.parts["part"].state = "DELIVERED";
    facts.parts["part"].lines["line"] = {"offer", "product", 3, 1, 2, 900, units};
    facts.parts["part"].delivery_back_minor = delivery;
    facts.reservations[{"order", "line"}].left = {.consumed = 2};
    return facts;
  };
  EXPECT_THAT(CrossCheck(returned(1, 0, 600)), IsEmpty());
  EXPECT_THAT(CrossCheck(returned(2, 100, 1000)), IsEmpty());
  EXPECT_THAT(CrossCheck(returned(1, 0, 300)),
              ElementsAre(FindsOf("X4", "payment", "300 of it was given back, 600 are due")));
  EXPECT_THAT(CrossCheck(returned(2, 100, 900)),
              ElementsAre(FindsOf("X4", "payment", "900 of it was given back, 1000 are due")));
}

TEST(CrossCheck_Payments, WhatOrderHasStillToHearOf_IsUnderWay) {
  auto facts = PartlyGivenBack(333, 500);
  facts.orders["order"].payment.refunded_minor = 333;
  EXPECT_THAT(CrossCheck(facts), ElementsAre(FindsOf("X11", "order", "refunded 333")));
  EXPECT_EQ(CountUnderWay(facts), 0u);
  facts.payments["order"].tells = true;
  EXPECT_THAT(CrossCheck(facts), IsEmpty());
  EXPECT_EQ(CountUnderWay(facts), 1u);
}

TEST(CrossCheck_Payments, SeveralRefundsOfAPart_AreItsPriceTogether) {
  EXPECT_THAT(CrossCheck(GivenBack()), IsEmpty());
  auto facts = GivenBack();
  facts.payments["order"].refunds["refund3"] = {"part", "PENDING", 1};
  EXPECT_THAT(CrossCheck(facts), ElementsAre(FindsOf("X4", "payment", "refund3 for part part is PENDING")));
  facts.payments["order"].refunds["refund3"].state = "FAILED";
  EXPECT_THAT(CrossCheck(facts), IsEmpty()) << "it was refused for good";
}

TEST(CrossCheck_Payments, ARefundOfAnotherPartOrId_IsNamed) {
  for (const std::string other : {"part/refund9", "part9/refund2"}) {
    auto facts = GivenBack();
    facts.movements.back().reference = other;
    EXPECT_THAT(CrossCheck(facts), Contains(FindsOf("X8", "order", "refund of part " + other + " in EUR")));
  }
}

TEST(CrossCheck_Payments, EarlierOnes_AreComparedWithTheirHolds) {
  auto facts = GivenBack();
  auto first = APayment("auth0", {"VOIDED", 0, 0, 0});
  first.id = "first";
  facts.earlier["order"] = {first};
  facts.holds["order"].push_back(AHold("auth0", "voided"));
  EXPECT_THAT(CrossCheck(facts), IsEmpty());
  facts.holds["order"].back().status = "authorized";
  EXPECT_THAT(CrossCheck(facts), ElementsAre(FindsOf("X12", "auth0", "status of payment first")));
  facts.holds["order"].pop_back();
  EXPECT_THAT(CrossCheck(facts), ElementsAre(FindsOf("X12", "first", "authorisation auth0")));
}

TEST(CrossCheck_Payments, EarlierOnes_AreAboutTheSameOrder) {
  auto facts = GivenBack();
  auto first = APayment("", {"DECLINED", 0, 0, 0});
  first.id = "first";
  first.method = "pm_other";
  facts.earlier["order"] = {first};
  EXPECT_THAT(CrossCheck(facts), IsEmpty()) << "it was tried with another method";
  facts.earlier["order"].front().buyer = "stranger";
  facts.earlier["order"].front().currency = "USD";
  facts.earlier["order"].front().amount_minor = 1001;
  EXPECT_THAT(CrossCheck(facts),
              ElementsAre(FindsOf("X3", "first", "buyer"), FindsOf("X3", "first", "currency"),
                          FindsOf("X3", "first", "order says 1000, payment says 1001")));
}

TEST(CrossCheck_Payments, TheHoldOfAnUndoneOrder_MustBeGivenUp) {
  PaymentFact undone;
  undone.id = "payment";
  undone.authorization = "auth";
  undone.standing.state = "VOIDED";
  auto facts = With("FAILED", undone, {AHold("auth", "voided")});
  EXPECT_THAT(CrossCheck(facts), IsEmpty());
  facts.holds["order"].front().status = "authorized";
  EXPECT_THAT(CrossCheck(facts), ElementsAre(FindsOf("X12", "auth", "payment says voided")));
}

// While it waits to be paid again, and no longer.
TEST(CrossCheck_Payments, ACaptureThatWasRefusedForGood_HoldsNothing) {
  const auto payment = APayment("auth", {"CAPTURE_FAILED", 1000, 0, 0});
  const auto waiting = [&](const std::string& state, const std::string& status) {
    auto facts = With(state, payment, {AHold("auth", status)});
    for (auto* pulses : {&facts.pulses_before, &facts.pulses_after}) (*pulses)["order"].buyer_waits = true;
    return facts;
  };
  for (const std::string status : {"authorized", "voided"}) {
    EXPECT_THAT(CrossCheck(waiting("ACCEPTED", status)), IsEmpty());
    EXPECT_THAT(CrossCheck(With("ACCEPTED", payment, {AHold("auth", status)})),
                ElementsAre(FindsOf("X1", "order", "is CAPTURE_FAILED")));
    EXPECT_THAT(CrossCheck(waiting("SHIPPED", status)),
                Contains(FindsOf("X1", "order", "part part is SHIPPED without money")));
    EXPECT_THAT(CrossCheck(With("CANCELLED", payment, {AHold("auth", status)})),
                ElementsAre(FindsOf("X2", "payment", "no message will void it")));
  }
  EXPECT_THAT(CrossCheck(With("CANCELLED", payment, {AHold("auth", "captured")})),
              Contains(FindsOf("X12", "auth", "status of payment payment")));
}

// A decline keeps the order, as long as it waits for its buyer.
TEST(CrossCheck_Payments, ADecline_KeepsWhatWaits) {
  auto facts = With("PENDING_PAYMENT", APayment("", {"DECLINED", 0, 0, 0}), {});
  EXPECT_THAT(CrossCheck(facts), ElementsAre(FindsOf("X1", "order", "is DECLINED")));
  for (auto* pulses : {&facts.pulses_before, &facts.pulses_after}) (*pulses)["order"].buyer_waits = true;
  EXPECT_THAT(CrossCheck(facts), IsEmpty());
  EXPECT_EQ(CountUnderWay(facts), 0u);
}

}  // namespace
}  // namespace market::invariants
