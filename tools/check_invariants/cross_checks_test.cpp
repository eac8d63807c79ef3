#include "tools/check_invariants/cross_checks.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace market::invariants {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::Field;
using testing::HasSubstr;
using testing::IsEmpty;

// One captured order of two parts at two sellers, as everybody sees it when all is well.
Facts Healthy() {
  Facts facts;
  facts.orders["order"] = {3000, "CAPTURED"};
  facts.parts["part1"] = {"order", "PLACED", 1000, {{"offer1", 1}}};
  facts.parts["part2"] = {"order", "PLACED", 2000, {{"offer2", 2}}};
  facts.payments["order"] = {"payment", "CAPTURED", 3000, 3000, 0};
  facts.reservations[{"order", "offer1"}] = {"COMMITTED", 1};
  facts.reservations[{"order", "offer2"}] = {"COMMITTED", 2};
  facts.ledger["order"]["capture"] = 3000;
  facts.provider["order"]["capture"] = 3000;
  facts.accounts = {"owner"};
  facts.profiles["owner"] = true;
  facts.active_sellers = {{"seller", "owner"}};
  facts.memberships[{"seller", "owner"}] = true;
  return facts;
}

void Refund(Facts& facts, std::int64_t amount_minor) {
  facts.payments["order"].refunded_minor = amount_minor;
  facts.ledger["order"]["refund"] = amount_minor;
  facts.provider["order"]["refund"] = amount_minor;
}

// The second part cancelled after the capture, its money and units given back.
Facts PartlyCancelled() {
  auto facts = Healthy();
  facts.parts["part2"].state = "CANCELLED";
  facts.reservations[{"order", "offer2"}].state = "RELEASED";
  Refund(facts, 2000);
  return facts;
}

// Declined before anything moved.
Facts Failed() {
  auto facts = Healthy();
  for (auto& [id, part] : facts.parts) part.state = "FAILED";
  for (auto& [key, reservation] : facts.reservations) reservation.state = "RELEASED";
  facts.payments["order"] = {"payment", "DECLINED", 3000, 0, 0};
  facts.ledger.clear();
  facts.provider.clear();
  return facts;
}

auto Finds(const std::string& check, const std::string& database, const std::string& row,
           const std::string& detail) {
  return AllOf(Field(&Finding::check, check), Field(&Finding::database, database), Field(&Finding::row, row),
               Field(&Finding::detail, HasSubstr(detail)));
}

TEST(CrossCheck, HealthyFacts_FindNothing) { EXPECT_THAT(CrossCheck(Healthy()), IsEmpty()); }
TEST(CrossCheck, NoFacts_FindNothing) { EXPECT_THAT(CrossCheck({}), IsEmpty()); }
TEST(CrossCheck, PartlyCancelled_FindsNothing) { EXPECT_THAT(CrossCheck(PartlyCancelled()), IsEmpty()); }
TEST(CrossCheck, FailedOrder_FindsNothing) { EXPECT_THAT(CrossCheck(Failed()), IsEmpty()); }

TEST(CrossCheck, FailedOrder_NeverCharged_FindsNothing) {
  auto facts = Failed();
  facts.payments.clear();
  facts.reservations.clear();
  EXPECT_THAT(CrossCheck(facts), IsEmpty());
}

TEST(CrossCheck, PendingOrder_WithWhateverSoFar_FindsNothing) {
  auto facts = Healthy();
  for (auto& [id, part] : facts.parts) part.state = "PENDING_PAYMENT";
  facts.payments["order"] = {"payment", "UNKNOWN", 3000, 0, 0};
  facts.reservations.erase({"order", "offer2"});
  facts.ledger.clear();
  facts.provider.clear();
  EXPECT_THAT(CrossCheck(facts), IsEmpty());
}

TEST(CrossCheck, LivingOrder_WithoutPayment_IsNamed) {
  auto facts = Healthy();
  facts.payments.clear();
  facts.ledger.clear();
  facts.provider.clear();
  EXPECT_THAT(CrossCheck(facts), ElementsAre(Finds("X1", "order", "order", "without a payment")));
}

TEST(CrossCheck, LivingOrder_WithVoidedPayment_IsNamed) {
  auto facts = Healthy();
  facts.payments["order"] = {"payment", "VOIDED", 3000, 0, 0};
  facts.ledger.clear();
  facts.provider.clear();
  EXPECT_THAT(CrossCheck(facts), ElementsAre(Finds("X1", "order", "order", "VOIDED")));
}

TEST(CrossCheck, DeadOrder_StillAuthorized_IsNamed) {
  auto facts = Failed();
  facts.payments["order"].state = "AUTHORIZED";
  EXPECT_THAT(CrossCheck(facts),
              ElementsAre(Finds("X2", "payment", "payment", "authorised for a dead order")));
}

TEST(CrossCheck, DeadOrder_KeepingTheMoney_IsNamed) {
  auto facts = PartlyCancelled();
  facts.parts["part1"].state = "CANCELLED";
  facts.reservations[{"order", "offer1"}].state = "RELEASED";
  EXPECT_THAT(CrossCheck(facts),
              ElementsAre(Finds("X2", "payment", "payment", "captured 3000 and refunded 2000"),
                          Finds("X4", "payment", "payment", "refunded 2000, cancelled parts cost 3000")));
}

TEST(CrossCheck, Payment_OfAnotherAmountThanTheOrder_IsNamed) {
  auto facts = Healthy();
  facts.orders["order"].total_minor = 3001;
  EXPECT_THAT(CrossCheck(facts), ElementsAre(Finds("X3", "payment", "payment", "3001")));
}

TEST(CrossCheck, CancelledPart_NotRefunded_IsNamed) {
  auto facts = PartlyCancelled();
  Refund(facts, 0);
  EXPECT_THAT(CrossCheck(facts), ElementsAre(Finds("X4", "payment", "payment", "refunded 0")));
}

TEST(CrossCheck, Units_OfALivingPart_MustBeCommitted) {
  for (const std::string state : {"HELD", "RELEASED", "EXPIRED", "CONSUMED"}) {
    auto facts = Healthy();
    facts.reservations[{"order", "offer1"}].state = state;
    EXPECT_THAT(CrossCheck(facts), ElementsAre(Finds("X5", "product", "order/offer1", state))) << state;
  }
}

TEST(CrossCheck, Units_ThatAreMissing_AreNamed) {
  auto facts = Healthy();
  facts.reservations.erase({"order", "offer2"});
  EXPECT_THAT(CrossCheck(facts), ElementsAre(Finds("X5", "product", "order/offer2", "missing")));
}

TEST(CrossCheck, Units_OfAnotherQuantity_AreNamed) {
  auto facts = Healthy();
  facts.reservations[{"order", "offer2"}].quantity = 3;
  EXPECT_THAT(CrossCheck(facts), ElementsAre(Finds("X5", "product", "order/offer2", "reserved 3, bought 2")));
}

TEST(CrossCheck, Units_OfADeadPart_MustBeGivenBack) {
  auto facts = PartlyCancelled();
  facts.reservations[{"order", "offer2"}].state = "COMMITTED";
  EXPECT_THAT(CrossCheck(facts), ElementsAre(Finds("X5", "product", "order/offer2", "CANCELLED")));
}

TEST(CrossCheck, Units_OfAShippedPart_MustBeConsumed) {
  for (const std::string state : {"SHIPPED", "DELIVERED", "COMPLETED"}) {
    auto facts = Healthy();
    facts.parts["part1"].state = state;
    EXPECT_THAT(CrossCheck(facts), ElementsAre(Finds("X5", "product", "order/offer1", state))) << state;
    facts.reservations[{"order", "offer1"}].state = "CONSUMED";
    EXPECT_THAT(CrossCheck(facts), IsEmpty()) << state;
  }
}

TEST(CrossCheck, Strays_HeldForNoOrder_AreNamed) {
  auto facts = Healthy();
  facts.reservations[{"ghost", "offer1"}] = {"HELD", 1};
  facts.reservations[{"gone", "offer1"}] = {"RELEASED", 1};
  facts.payments["ghost"] = {"stray", "DECLINED", 100, 0, 0};
  EXPECT_THAT(CrossCheck(facts), ElementsAre(Finds("X6", "product", "ghost/offer1", "HELD"),
                                             Finds("X6", "payment", "stray", "for no order ghost")));
}

TEST(CrossCheck, Ledger_ThatMissesACapture_IsNamedAgainstBothSides) {
  auto facts = Healthy();
  facts.ledger.clear();
  EXPECT_THAT(CrossCheck(facts),
              ElementsAre(Finds("X7", "payment", "order", "capture: payment 3000, ledger 0"),
                          Finds("X8", "provider", "order", "capture: ledger 0, provider 3000")));
}

TEST(CrossCheck, Provider_ThatRefundedMore_IsNamed) {
  auto facts = PartlyCancelled();
  facts.provider["order"]["refund"] = 2001;
  EXPECT_THAT(CrossCheck(facts),
              ElementsAre(Finds("X8", "provider", "order", "refund: ledger 2000, provider 2001")));
}

TEST(CrossCheck, Provider_ThatMovedMoneyNobodyKnows_IsNamed) {
  auto facts = Healthy();
  facts.provider["auth_unknown"]["capture"] = 500;
  EXPECT_THAT(CrossCheck(facts), ElementsAre(Finds("X8", "provider", "auth_unknown", "provider 500")));
}

TEST(CrossCheck, People_WithoutProfileOrMembership_AreNamed) {
  auto facts = Healthy();
  facts.profiles.clear();
  facts.memberships.clear();
  EXPECT_THAT(CrossCheck(facts), ElementsAre(Finds("X9", "user", "owner", "without a profile"),
                                             Finds("X9", "auth", "seller", "no member")));
}

}  // namespace
}  // namespace market::invariants
