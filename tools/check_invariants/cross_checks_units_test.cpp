// Units: where they are due, and of a line of which some are cancelled and some shipped.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tools/check_invariants/testing/healthy.hpp"

namespace market::invariants {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST(CrossCheck_Units, Units_OfALivingPart_MustBeCommitted) {
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

TEST(CrossCheck_Units, Units_ThatAreMissing_AreNamed) {
  auto facts = Healthy();
  facts.reservations.erase({"order", "line2"});
  EXPECT_THAT(CrossCheck(facts),
              FindsOnly("X5", "product", "order/line2", "of its 2 units are 0 held, 0 committed"));
}

TEST(CrossCheck_Units, Units_OfAnotherQuantity_AreNamedEvenUnderWay) {
  auto facts = Healthy();
  Sees(facts, kStockWaits);
  facts.reservations[{"order", "line2"}].quantity = 3;
  EXPECT_THAT(CrossCheck(facts),
              FindsOnly("X5", "product", "order/line2", "order says 2, reservation says 3"));
}

TEST(CrossCheck_Units, Units_OfADeadPart_MustBeGivenBack) {
  auto facts = PartlyCancelled();
  facts.reservations[{"order", "line2"}].left = {.committed = 2};
  EXPECT_THAT(CrossCheck(facts), FindsOnly("X5", "product", "order/line2", "CANCELLED"));
}

TEST(CrossCheck_Units, Units_OfAShippedPart_MustBeConsumed) {
  for (const std::string state : {"SHIPPED", "DELIVERED", "COMPLETED"}) {
    auto facts = Healthy();
    facts.parts["part1"].state = state;
    facts.parts["part1"].lines["line1"].shipped = 1;
    EXPECT_THAT(CrossCheck(facts), FindsOnly("X5", "product", "order/line1", state)) << state;
    facts.reservations[{"order", "line1"}].left = {.consumed = 1};
    EXPECT_THAT(CrossCheck(facts), IsEmpty()) << state;
  }
}

TEST(CrossCheck_Units, Units_ThatNobodyBought_AreNamed) {
  auto facts = Healthy();
  facts.reservations[{"order", "line9"}] = {"offer1", 1, {.committed = 1}, "product1", "seller1"};
  EXPECT_THAT(CrossCheck(facts), FindsOnly("X6", "product", "order/line9", "order order, which did not buy"));
}

TEST(CrossCheck_Units, Units_OfAnotherSellerOrProduct_AreNamed) {
  auto facts = Healthy();
  facts.reservations[{"order", "line1"}].seller = "seller2";
  facts.reservations[{"order", "line2"}].product = "product9";
  EXPECT_THAT(
      CrossCheck(facts),
      ElementsAre(Finds("X13", "product", "order/line1", "order says seller1, offer says seller2"),
                  Finds("X13", "product", "order/line2", "order says product2, offer says product9")));
}

TEST(CrossCheck_Units, Strays_HeldForNoOrder_AreNamed) {
  auto facts = Healthy();
  facts.reservations[{"ghost", "line1"}] = {"offer1", 1, {.held = 1}, "product1", "seller1"};
  facts.reservations[{"gone", "line1"}] = {"offer1", 1, {}, "product1", "seller1"};
  facts.payments["ghost"] = {
      .id = "stray", .buyer = "buyer", .amount_minor = 100, .standing = {.state = "AUTHORIZED"}};
  EXPECT_THAT(CrossCheck(facts), ElementsAre(Finds("X6", "product", "ghost/line1",
                                                   "1 held, 0 committed, 0 consumed for order ghost"),
                                             Finds("X6", "payment", "stray", "for order ghost")));
}

// An order of one line of three units, all committed; of its money nothing is known.
Facts ThreeUnits() {
  Facts facts;
  facts.orders["order"] = {};
  facts.parts["part"] = {"order", "seller", "PLACED", 3000, {{"line", {"offer", "product", 3}}}};
  facts.reservations[{"order", "line"}] = {"offer", 3, {.committed = 3}, "product", "seller"};
  facts.pulses_before["order"] = facts.pulses_after["order"] = {.version = 4};
  return facts;
}

// What is said of its units: the checks, and where.
std::string SaidOfUnits(const Facts& facts) {
  std::string said;
  for (const auto& finding : CrossCheck(facts)) {
    if (finding.database == "product")
      said += finding.check + " " + finding.row + ": " + finding.detail + "\n";
  }
  return said;
}

TEST(CrossCheck_UnitsOfALine, AreWhereTheyAreDue) {
  auto facts = ThreeUnits();
  auto& line = facts.parts["part"].lines["line"];
  auto& left = facts.reservations[{"order", "line"}].left;
  EXPECT_EQ(SaidOfUnits(facts), "");
  line.cancelled = 1;
  EXPECT_EQ(SaidOfUnits(facts),
            "X5 order/line: part part is PLACED, of its 3 units are 0 held, 3 committed, 0 consumed, and no "
            "message will change them\n");
  left = {.committed = 2};
  EXPECT_EQ(SaidOfUnits(facts), "");
  line.shipped = 1;
  EXPECT_THAT(SaidOfUnits(facts), ::testing::HasSubstr("2 committed, 0 consumed"));
  left = {.committed = 1, .consumed = 1};
  EXPECT_EQ(SaidOfUnits(facts), "");
  left = {.held = 1, .consumed = 1};
  EXPECT_THAT(SaidOfUnits(facts), ::testing::HasSubstr("1 held, 0 committed, 1 consumed"));
}

TEST(CrossCheck_UnitsOfALine, AreRestockedAsReturnsSay) {
  auto facts = ThreeUnits();
  facts.parts["part"].state = "DELIVERED";
  auto& line = facts.parts["part"].lines["line"];
  line.shipped = 3;
  line.returned = 2;
  line.restocked = 1;
  auto& left = facts.reservations[{"order", "line"}].left;
  left = {.consumed = 3};
  EXPECT_THAT(SaidOfUnits(facts), ::testing::HasSubstr("0 held, 0 committed, 3 consumed, and no message"));
  left.restocked = 1;
  EXPECT_EQ(SaidOfUnits(facts), "");
  left.restocked = 2;
  EXPECT_THAT(SaidOfUnits(facts), ::testing::HasSubstr("3 consumed, 2 restocked"));
}

TEST(CrossCheck_UnitsOfALine, AreHeldWhileTheirOrderWaits) {
  auto facts = ThreeUnits();
  facts.parts["part"].state = "PENDING_PAYMENT";
  EXPECT_THAT(SaidOfUnits(facts), ::testing::HasSubstr("0 held, 3 committed"));
  facts.reservations[{"order", "line"}].left = {.held = 3};
  EXPECT_EQ(SaidOfUnits(facts), "");
}

TEST(CrossCheck_UnitsOfAnotherOffer, AreNamed) {
  auto facts = ThreeUnits();
  facts.reservations[{"order", "line"}].offer = "other";
  EXPECT_EQ(SaidOfUnits(facts),
            "X6 order/line: offer in part part: order says offer, reservation says other\n");
}

}  // namespace
}  // namespace market::invariants
