#include "tools/check_invariants/cross_checks.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace market::invariants {
namespace {

using testing::AllOf;
using testing::Contains;
using testing::Each;
using testing::ElementsAre;
using testing::Field;
using testing::HasSubstr;
using testing::IsEmpty;

const Pulse kAtRest{.version = 4};
const Pulse kPaymentWaits{.version = 4, .payment_waits = true};
const Pulse kStockWaits{.version = 4, .stock_waits = true};
const Pulse kCheckoutRuns{.version = 1, .checkout_runs = true};

void Sees(Facts& facts, const Pulse& pulse) {
  facts.pulses_before["order"] = facts.pulses_after["order"] = pulse;
}

// The payment, and the order's copy of it.
void Stands(Facts& facts, const Standing& standing) {
  facts.payments["order"].standing = facts.orders["order"].payment = standing;
}

// One captured order of two parts at two sellers, as everybody sees it when all is well.
Facts Healthy() {
  Facts facts;
  facts.orders["order"] = {"buyer", "EUR", "pm_card", 3000, {}};
  facts.parts["part1"] = {"order", "seller1", "PLACED", 1000, {{"line1", {"offer1", "product1", 1}}}};
  facts.parts["part2"] = {"order", "seller2", "PLACED", 2000, {{"line2", {"offer2", "product2", 2}}}};
  Sees(facts, kAtRest);
  facts.movements = {{"auth", "capture", "order", "EUR", 3000}};
  facts.payments["order"] = {.id = "payment",
                             .buyer = "buyer",
                             .currency = "EUR",
                             .method = "pm_card",
                             .authorization = "auth",
                             .amount_minor = 3000,
                             .standing = {},
                             .splits = {{"part1", {"seller1", 1000}}, {"part2", {"seller2", 2000}}},
                             .refunds = {}};
  Stands(facts, {"CAPTURED", 3000, 3000, 0});
  facts.ledger["order"]["capture in EUR"] = 3000;
  facts.reservations[{"order", "line1"}] = {"offer1", 1, {.committed = 1}, "product1", "seller1"};
  facts.reservations[{"order", "line2"}] = {"offer2", 2, {.committed = 2}, "product2", "seller2"};
  facts.catalogue_sellers = {"seller1", "seller2"};
  facts.auth_before = {.accounts = {"buyer", "owner1", "owner2"},
                       .without_message = {"buyer", "owner1", "owner2"},
                       .owners = {{"seller1", "owner1"}, {"seller2", "owner2"}}};
  facts.auth_after = facts.auth_before;
  facts.profiles = {"buyer", "owner1", "owner2"};
  facts.sellers = {{"seller1", {"owner1", "ACTIVE"}}, {"seller2", {"owner2", "SUSPENDED"}}};
  facts.holds["order"] = {{"auth", "captured", "EUR", "pm_card", 3000, 3000, 0}};
  return facts;
}

// Authorised only: as between the placing of an order and its capture.
Facts Authorized() {
  auto facts = Healthy();
  Stands(facts, {"AUTHORIZED", 3000, 0, 0});
  facts.movements.clear();
  facts.ledger.clear();
  facts.holds["order"] = {{"auth", "authorized", "EUR", "pm_card", 3000, 0, 0}};
  return facts;
}

// The second part cancelled after the capture, its money and units given back.
Facts PartlyCancelled() {
  auto facts = Healthy();
  facts.parts["part2"].state = "CANCELLED";
  facts.parts["part2"].lines["line2"].cancelled = 2;
  facts.reservations[{"order", "line2"}].left = {};
  Stands(facts, {"CAPTURED", 3000, 3000, 2000});
  facts.payments["order"].refunds["refund1"] = {"part2", "SUCCEEDED", 1500};
  facts.payments["order"].refunds["refund2"] = {"part2", "SUCCEEDED", 500};
  facts.ledger["order"]["refund of part part2/refund1 in EUR"] = 1500;
  facts.ledger["order"]["refund of part part2/refund2 in EUR"] = 500;
  facts.movements.push_back({"auth", "refund", "part2/refund1", "EUR", 1500});
  facts.movements.push_back({"auth", "refund", "part2/refund2", "EUR", 500});
  facts.holds["order"].front().refunded_minor = 2000;
  return facts;
}

// Declined before anything moved.
Facts Failed() {
  auto facts = Authorized();
  for (auto& [id, part] : facts.parts) part.state = "FAILED";
  for (auto& [key, reservation] : facts.reservations) reservation.left = {};
  facts.payments["order"].authorization = "";
  Stands(facts, {"DECLINED", 0, 0, 0});
  facts.holds["order"].front().status = "declined";
  return facts;
}

auto Finds(const std::string& check, const std::string& database, const std::string& row,
           const std::string& detail) {
  return AllOf(Field(&Finding::check, check), Field(&Finding::database, database), Field(&Finding::row, row),
               Field(&Finding::detail, HasSubstr(detail)));
}
auto FindsOnly(const std::string& check, const std::string& database, const std::string& row,
               const std::string& detail) {
  return ElementsAre(Finds(check, database, row, detail));
}

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
  for (const auto& pulse : {kAtRest, kPaymentWaits, kCheckoutRuns}) {
    auto facts = Authorized();
    Sees(facts, pulse);
    facts.orders["order"].buyer = "owner1";
    facts.orders["order"].currency = "USD";
    facts.orders["order"].total_minor = 3001;
    facts.orders["order"].method = "pm_other";
    for (const std::string what :
         {"buyer of order order: order says owner1, payment says buyer",
          "currency of order order: order says USD, payment says EUR",
          "total of order order: order says 3001, payment says 3000",
          "payment method of order order: order says pm_other, payment says pm_card"}) {
      EXPECT_THAT(CrossCheck(facts), Contains(Finds("X3", "payment", "payment", what)));
    }
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

TEST(CrossCheck, Units_OfALivingPart_MustBeCommitted) {
  const std::pair<Units, std::string> elsewhere[] = {{{.held = 2}, "2 held, 0 committed, 0 consumed"},
                                                     {{.committed = 1}, "0 held, 1 committed, 0 consumed"},
                                                     {{.committed = 1, .consumed = 1}, "1 consumed"},
                                                     {{}, "0 held, 0 committed, 0 consumed"}};
  for (const auto& [left, told] : elsewhere) {
    auto facts = Healthy();
    facts.reservations[{"order", "line2"}].left = left;
    EXPECT_THAT(CrossCheck(facts), FindsOnly("X5", "product", "order/line2", told));
    Sees(facts, kStockWaits);
    EXPECT_THAT(CrossCheck(facts), IsEmpty()) << told;
    Sees(facts, kPaymentWaits);
    EXPECT_THAT(CrossCheck(facts), FindsOnly("X5", "product", "order/line2", told));
  }
}

TEST(CrossCheck, Units_ThatAreMissing_AreNamed) {
  auto facts = Healthy();
  facts.reservations.erase({"order", "line2"});
  EXPECT_THAT(CrossCheck(facts),
              FindsOnly("X5", "product", "order/line2", "of its 2 units are 0 held, 0 committed"));
}

TEST(CrossCheck, Units_OfAnotherQuantity_AreNamedEvenUnderWay) {
  auto facts = Healthy();
  Sees(facts, kStockWaits);
  facts.reservations[{"order", "line2"}].quantity = 3;
  EXPECT_THAT(CrossCheck(facts),
              FindsOnly("X5", "product", "order/line2", "order says 2, reservation says 3"));
}

TEST(CrossCheck, Units_OfADeadPart_MustBeGivenBack) {
  auto facts = PartlyCancelled();
  facts.reservations[{"order", "line2"}].left = {.committed = 2};
  EXPECT_THAT(CrossCheck(facts), FindsOnly("X5", "product", "order/line2", "CANCELLED"));
}

TEST(CrossCheck, Units_OfAShippedPart_MustBeConsumed) {
  for (const std::string state : {"SHIPPED", "DELIVERED", "COMPLETED"}) {
    auto facts = Healthy();
    facts.parts["part1"].state = state;
    facts.parts["part1"].lines["line1"].shipped = 1;
    EXPECT_THAT(CrossCheck(facts), FindsOnly("X5", "product", "order/line1", state)) << state;
    facts.reservations[{"order", "line1"}].left = {.consumed = 1};
    EXPECT_THAT(CrossCheck(facts), IsEmpty()) << state;
  }
}

TEST(CrossCheck, Units_ThatNobodyBought_AreNamed) {
  auto facts = Healthy();
  facts.reservations[{"order", "line9"}] = {"offer1", 1, {.committed = 1}, "product1", "seller1"};
  EXPECT_THAT(CrossCheck(facts), FindsOnly("X6", "product", "order/line9", "order order, which did not buy"));
}

TEST(CrossCheck, Units_OfAnotherSellerOrProduct_AreNamed) {
  auto facts = Healthy();
  facts.reservations[{"order", "line1"}].seller = "seller2";
  facts.reservations[{"order", "line2"}].product = "product9";
  EXPECT_THAT(
      CrossCheck(facts),
      ElementsAre(Finds("X13", "product", "order/line1", "order says seller1, offer says seller2"),
                  Finds("X13", "product", "order/line2", "order says product2, offer says product9")));
}

TEST(CrossCheck, Strays_HeldForNoOrder_AreNamed) {
  auto facts = Healthy();
  facts.reservations[{"ghost", "line1"}] = {"offer1", 1, {.held = 1}, "product1", "seller1"};
  facts.reservations[{"gone", "line1"}] = {"offer1", 1, {}, "product1", "seller1"};
  facts.payments["ghost"] = {
      .id = "stray", .buyer = "buyer", .amount_minor = 100, .standing = {.state = "AUTHORIZED"}};
  EXPECT_THAT(CrossCheck(facts), ElementsAre(Finds("X6", "product", "ghost/line1",
                                                   "1 held, 0 committed, 0 consumed for order ghost"),
                                             Finds("X6", "payment", "stray", "for order ghost")));
}

TEST(CrossCheck, Strays_WhoseMoneyWentBack_AreWhatARestoreLeaves) {
  auto facts = Healthy();
  facts.payments["ghost"] = {.id = "stray", .amount_minor = 100, .standing = {.state = "VOIDED"}};
  facts.movements.push_back({"auth9", "capture", "order", "EUR", 500});
  facts.movements.push_back({"auth9", "refund", "", "EUR", 500});
  facts.holds["order"].push_back({"auth9", "captured", "EUR", "pm_card", 500, 500, 500});
  EXPECT_THAT(CrossCheck(facts), IsEmpty());
}

TEST(CrossCheck, Ledger_ThatMissesACapture_IsNamedAgainstBothSides) {
  auto facts = Healthy();
  facts.ledger.clear();
  EXPECT_THAT(
      CrossCheck(facts),
      ElementsAre(Finds("X7", "payment", "payment", "capture in EUR: payment says 3000, ledger says 0"),
                  Finds("X8", "provider", "order", "capture in EUR: ledger says 0, provider says 3000")));
}

TEST(CrossCheck, Ledger_InAnotherCurrency_IsNamed) {
  auto facts = Healthy();
  facts.ledger["order"] = {{"capture in USD", 3000}};
  EXPECT_THAT(CrossCheck(facts),
              Contains(Finds("X7", "payment", "payment", "capture in USD: payment says 0")));
}

TEST(CrossCheck, Provider_ThatRefundedMore_IsNamed) {
  auto facts = PartlyCancelled();
  facts.movements.back().amount_minor = 501;
  EXPECT_THAT(CrossCheck(facts),
              FindsOnly("X8", "provider", "order",
                        "refund of part part2/refund2 in EUR: ledger says 500, provider says 501"));
  Sees(facts, kPaymentWaits);
  EXPECT_THAT(CrossCheck(facts), IsEmpty());
}

TEST(CrossCheck, Provider_ThatMovedMoneyNobodyKnows_IsNamed) {
  auto facts = Healthy();
  facts.movements.push_back({"auth9", "capture", "order", "EUR", 500});
  EXPECT_THAT(CrossCheck(facts), FindsOnly("X8", "provider", "auth9", "500 EUR are left"));
}

TEST(CrossCheck, SecondHoldAtTheProvider_IsNamed) {
  for (auto facts : {Healthy(), Failed()}) {
    facts.holds["order"].push_back({"auth9", "authorized", "EUR", "pm_card", 3000, 0, 0});
    EXPECT_THAT(CrossCheck(facts),
                FindsOnly("X12", "provider", "auth9", "authorized over 3000 EUR for order order"));
    facts.holds["order"].back().status = "voided";
    EXPECT_THAT(CrossCheck(facts), IsEmpty());
  }
}

TEST(CrossCheck, HoldThatDiffersFromItsPayment_IsNamed) {
  auto facts = PartlyCancelled();
  facts.holds["order"] = {{"auth", "authorized", "USD", "pm_other", 3001, 2999, 1}};
  for (const std::string what :
       {"status", "currency", "payment method", "amount", "what was captured", "what was refunded"}) {
    EXPECT_THAT(CrossCheck(facts), Contains(Finds("X12", "provider", "auth", what + " of payment payment")));
  }
  Sees(facts, kPaymentWaits);
  EXPECT_THAT(CrossCheck(facts), IsEmpty());
}

TEST(CrossCheck, HoldThatTheProviderDoesNotKnow_IsNamed) {
  auto facts = Healthy();
  facts.holds.clear();
  EXPECT_THAT(CrossCheck(facts),
              FindsOnly("X12", "payment", "payment", "authorisation auth for order order"));
  Sees(facts, kPaymentWaits);
  EXPECT_THAT(CrossCheck(facts), IsEmpty());
}

TEST(CrossCheck, HoldForNoOrder_IsNamed) {
  auto facts = Healthy();
  facts.holds["ghost"] = {{"auth9", "authorized", "EUR", "pm_card", 3000, 0, 0},
                          {"auth8", "declined", "EUR", "pm_card", 3000, 0, 0}};
  EXPECT_THAT(CrossCheck(facts), FindsOnly("X12", "provider", "auth9",
                                           "authorized over 3000 EUR for order ghost, which does not exist"));
  facts.pulses_after["ghost"] = kAtRest;  // it came meanwhile
  EXPECT_THAT(CrossCheck(facts), IsEmpty());
}

TEST(CrossCheck, AccountAndProfile_WithoutTheOther_AreNamed) {
  auto facts = Healthy();
  facts.profiles.erase("buyer");
  facts.profiles.insert("stranger");
  EXPECT_THAT(CrossCheck(facts), ElementsAre(Finds("X9", "user", "buyer", "without a profile"),
                                             Finds("X9", "user", "stranger", "without an account")));
  facts.profiles.erase("stranger");
  facts.auth_before.without_message.erase("buyer");
  EXPECT_THAT(CrossCheck(facts), IsEmpty()) << "a message will make it";
}

TEST(CrossCheck, SellerWithoutItsOwnersMembership_IsNamed) {
  auto facts = Healthy();
  facts.auth_before.owners.erase({"seller1", "owner1"});
  EXPECT_THAT(CrossCheck(facts), IsEmpty()) << "it came meanwhile";
  facts.auth_after.owners.erase({"seller1", "owner1"});
  EXPECT_THAT(CrossCheck(facts), FindsOnly("X9", "auth", "seller1", "its owner owner1 is no member"));
  facts.sellers["seller1"].waits = true;
  EXPECT_THAT(CrossCheck(facts), IsEmpty()) << "a message will make it";
}

TEST(CrossCheck, StrangerAsOwner_IsNamed) {
  auto facts = Healthy();
  facts.auth_before.owners.insert({"seller1", "buyer"});
  EXPECT_THAT(CrossCheck(facts), FindsOnly("X9", "auth", "seller1",
                                           "account buyer is a member as owner, the seller is owner1's"));

  facts = Healthy();
  facts.sellers["seller1"].owner = "buyer";
  EXPECT_THAT(CrossCheck(facts), ElementsAre(Finds("X9", "auth", "seller1", "its owner buyer is no member"),
                                             Finds("X9", "auth", "seller1", "the seller is buyer's")));
}

TEST(CrossCheck, OwnerOfASellerThatIsNotApproved_IsNamed) {
  auto facts = Healthy();
  facts.sellers["seller1"].state = "PENDING";
  EXPECT_THAT(CrossCheck(facts), FindsOnly("X9", "auth", "seller1", "before the seller was approved"));
}

TEST(CrossCheck, PeopleWhoDoNotExist_AreNamed) {
  auto facts = Healthy();
  facts.sellers.erase("seller1");
  facts.auth_after.accounts.erase("buyer");
  facts.profiles.erase("buyer");
  facts.auth_before.without_message.erase("buyer");
  EXPECT_THAT(CrossCheck(facts),
              ElementsAre(Finds("X13", "order", "order", "its buyer buyer is no account"),
                          Finds("X9", "auth", "seller1", "account owner1 owns a seller that does not exist"),
                          Finds("X13", "product", "seller1", "products of a seller that does not exist"),
                          Finds("X13", "order", "part1", "its seller seller1 does not exist")));
}

}  // namespace
}  // namespace market::invariants
