// Units of a line of which some are cancelled and some shipped.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tools/check_invariants/cross_checks.hpp"

namespace market::invariants {
namespace {

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
