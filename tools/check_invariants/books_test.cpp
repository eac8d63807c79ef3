// Payments, ledger and provider.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tools/check_invariants/testing/healthy.hpp"

namespace market::invariants {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::IsEmpty;

TEST(CrossCheck_Books, Strays_WhoseMoneyWentBack_AreWhatARestoreLeaves) {
  auto facts = Healthy();
  facts.payments["ghost"] = {.id = "stray", .amount_minor = 100, .standing = {.state = "VOIDED"}};
  facts.movements.push_back({"auth9", "capture", "order", "EUR", 500});
  facts.movements.push_back({"auth9", "refund", "", "EUR", 500});
  facts.holds["order"].push_back({"auth9", "captured", "EUR", "pm_card", 500, 500, 500});
  EXPECT_THAT(CrossCheck(facts), IsEmpty());
}

TEST(CrossCheck_Books, Ledger_ThatMissesACapture_IsNamedAgainstBothSides) {
  auto facts = Healthy();
  facts.ledger.clear();
  EXPECT_THAT(
      CrossCheck(facts),
      ElementsAre(Finds("X7", "payment", "payment", "capture in EUR: payment says 3000, ledger says 0"),
                  Finds("X8", "provider", "order", "capture in EUR: ledger says 0, provider says 3000")));
}

TEST(CrossCheck_Books, WhatWasDeliveredLongAgo_IsEarned) {
  auto facts = Healthy();
  facts.parts["part1"].earns = true;
  EXPECT_THAT(CrossCheck(facts), FindsOnly("X27", "order", "part1", "payment knows no such sale"));
  facts.sales["part1"] = {.state = "PLACED", .uncounted = {}};
  EXPECT_THAT(CrossCheck(facts), FindsOnly("X27", "order", "part1", "its sale is PLACED"));
  Sees(facts, kPaymentWaits);
  EXPECT_THAT(CrossCheck(facts), IsEmpty());
  Sees(facts, kAtRest);
  facts.sales["part1"] = {.state = "EARNED", .uncounted = {}};
  EXPECT_THAT(CrossCheck(facts), IsEmpty());
  facts.sales["part1"].uncounted = "refund1";
  EXPECT_THAT(CrossCheck(facts), FindsOnly("X27", "payment", "part1", "does not count refund refund1"));
}

TEST(CrossCheck_Books, Ledger_InAnotherCurrency_IsNamed) {
  auto facts = Healthy();
  facts.ledger["order"] = {{"capture in USD", 3000}};
  EXPECT_THAT(CrossCheck(facts),
              Contains(Finds("X7", "payment", "payment", "capture in USD: payment says 0")));
}

TEST(CrossCheck_Books, Provider_ThatRefundedMore_IsNamed) {
  auto facts = PartlyCancelled();
  facts.movements.back().amount_minor = 501;
  EXPECT_THAT(CrossCheck(facts),
              FindsOnly("X8", "provider", "order",
                        "refund of part part2/refund2 in EUR: ledger says 500, provider says 501"));
  Sees(facts, kPaymentWaits);
  EXPECT_THAT(CrossCheck(facts), IsEmpty());
}

TEST(CrossCheck_Books, Provider_ThatMovedMoneyNobodyKnows_IsNamed) {
  auto facts = Healthy();
  facts.movements.push_back({"auth9", "capture", "order", "EUR", 500});
  EXPECT_THAT(CrossCheck(facts), FindsOnly("X8", "provider", "auth9", "500 EUR are left"));
}

TEST(CrossCheck_Books, SecondHoldAtTheProvider_IsNamed) {
  for (auto facts : {Healthy(), Failed()}) {
    facts.holds["order"].push_back({"auth9", "authorized", "EUR", "pm_card", 3000, 0, 0});
    EXPECT_THAT(CrossCheck(facts),
                FindsOnly("X12", "provider", "auth9", "authorized over 3000 EUR for order order"));
    facts.holds["order"].back().status = "voided";
    EXPECT_THAT(CrossCheck(facts), IsEmpty());
  }
}

TEST(CrossCheck_Books, WhatWaitsToBeConfirmed_IsAPayment) {
  auto facts = Healthy();
  facts.holds["order"].push_back({"auth9", "requires_action", "EUR", "pm_card", 3000, 0, 0});
  EXPECT_THAT(CrossCheck(facts), FindsOnly("X40", "provider", "auth9", "and no payment names it"));
}

TEST(CrossCheck_Books, HoldThatDiffersFromItsPayment_IsNamed) {
  auto facts = PartlyCancelled();
  facts.holds["order"] = {{"auth", "authorized", "USD", "pm_other", 3001, 2999, 1}};
  for (const std::string what :
       {"status", "currency", "payment method", "amount", "what was captured", "what was refunded"}) {
    EXPECT_THAT(CrossCheck(facts), Contains(Finds("X12", "provider", "auth", what + " of payment payment")));
  }
  Sees(facts, kPaymentWaits);
  EXPECT_THAT(CrossCheck(facts), IsEmpty());
}

TEST(CrossCheck_Books, HoldThatTheProviderDoesNotKnow_IsNamed) {
  auto facts = Healthy();
  facts.holds.clear();
  EXPECT_THAT(CrossCheck(facts),
              FindsOnly("X12", "payment", "payment", "authorisation auth for order order"));
  Sees(facts, kPaymentWaits);
  EXPECT_THAT(CrossCheck(facts), IsEmpty());
}

TEST(CrossCheck_Books, HoldForNoOrder_IsNamed) {
  auto facts = Healthy();
  facts.holds["ghost"] = {{"auth9", "authorized", "EUR", "pm_card", 3000, 0, 0},
                          {"auth8", "declined", "EUR", "pm_card", 3000, 0, 0}};
  EXPECT_THAT(CrossCheck(facts), FindsOnly("X12", "provider", "auth9",
                                           "authorized over 3000 EUR for order ghost, which does not exist"));
  facts.pulses_after["ghost"] = kAtRest;  // it came meanwhile
  EXPECT_THAT(CrossCheck(facts), IsEmpty());
}

TEST(CheckPayouts, AreAtTheProviderOnceAndKnownHere) {
  auto facts = Healthy();
  facts.payouts["payout"] = {"PAID", "EUR", 500};
  const BankPayoutFact there{"po_1", "payout", "paid", "EUR", 500};
  facts.bank_payouts_before = facts.bank_payouts_after = {there};
  EXPECT_THAT(CrossCheck(facts), IsEmpty());

  auto spoiled = facts;
  spoiled.bank_payouts_after = {{"po_1", "payout", "paid", "EUR", 501}};
  EXPECT_THAT(CrossCheck(spoiled), FindsOnly("X34", "payout", "payout", "of that amount none"));
  spoiled.bank_payouts_after = {{"po_1", "payout", "failed", "EUR", 500}};
  EXPECT_THAT(CrossCheck(spoiled), FindsOnly("X34", "payout", "payout", "the provider has 0"));
  spoiled.bank_payouts_after = {there, there};
  EXPECT_THAT(CrossCheck(spoiled), FindsOnly("X34", "payout", "payout", "the provider has 2"));
  spoiled = facts;
  spoiled.bank_payouts_before.push_back({"po_2", "nobody", "pending", "EUR", 7});
  EXPECT_THAT(CrossCheck(spoiled), FindsOnly("X34", "provider", "nobody", "of no payout of ours"));
  spoiled = facts;
  spoiled.payouts["payout"].state = "SUBMITTED";
  spoiled.bank_payouts_after.clear();
  EXPECT_THAT(CrossCheck(spoiled), IsEmpty()) << "it may be on its way there";
}

}  // namespace
}  // namespace market::invariants
