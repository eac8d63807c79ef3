#include "services/order/domain/cancellation.hpp"

#include <gtest/gtest.h>

#include <array>
#include <random>

#include "platform/core/error.hpp"

namespace market::order::domain {
namespace {

LineNow ALineOf(const SellerOrderId& part, std::int64_t quantity, std::int64_t total_minor) {
  return {.part = part,
          .line = LineId::New(),
          .offer = OfferId::New(),
          .quantity = quantity,
          .total_minor = total_minor};
}

TEST(Cancellation, APortion_IsRoundedHalfUpAndDoesNotDependOnTheSteps) {
  const auto part = SellerOrderId::New();
  auto line = ALineOf(part, 3, 100);
  const auto other = ALineOf(part, 1, 7);
  std::vector<std::int64_t> back;
  for (int i = 0; i < 3; ++i) {
    const std::array lines = {line, other};
    back.push_back(CutUnits(part, lines, std::array{Units{line.line, 1}}).cost_minor.value());
    ++line.cancelled;
  }
  EXPECT_EQ(back, (std::vector<std::int64_t>{33, 34, 33}));
  line.cancelled = 0;
  const std::array lines = {line, other};
  EXPECT_EQ(CutUnits(part, lines, std::array{Units{line.line, 2}}).cost_minor, 67);
  EXPECT_EQ(CutUnits(part, lines, std::array{Units{line.line, 3}}).cost_minor, 100);
}

// Whatever the lines cost, and in whatever steps: all of it is back in the end, and never more on the way.
TEST(Cancellation, AllSteps_AddUpToTheLine) {
  std::minstd_rand random(1);
  for (int round = 0; round < 2'000; ++round) {
    const auto part = SellerOrderId::New();
    const auto quantity = static_cast<std::int64_t>(random() % 999 + 1);
    auto line = ALineOf(part, quantity, static_cast<std::int64_t>(random() % 99'999'999) * quantity / 7);
    const auto stays = ALineOf(part, 1, 1);
    std::int64_t back = 0;
    while (line.Left() > 0) {
      const auto units = static_cast<std::int64_t>(random()) % line.Left() + 1;
      const std::array lines = {line, stays};
      const auto cut = CutUnits(part, lines, std::array{Units{line.line, units}});
      ASSERT_FALSE(cut.EndsPart());
      ASSERT_GE(*cut.cost_minor, 0);
      back += *cut.cost_minor;
      line.cancelled += units;
      ASSERT_LE(back, line.total_minor);
    }
    ASSERT_EQ(back, line.total_minor);
  }
}

TEST(Cancellation, TheLastUnit_EndsThePart) {
  const auto part = SellerOrderId::New();
  const auto elsewhere = ALineOf(SellerOrderId::New(), 2, 2);
  auto first = ALineOf(part, 2, 50);
  auto second = ALineOf(part, 1, 20);
  const std::array before = {first, elsewhere, second};
  const std::array both = {Units{second.line, 1}, Units{first.line, 2}};
  EXPECT_TRUE(CutUnits(part, before, both).EndsPart());
  EXPECT_EQ(CutUnits(part, before, both).units.size(), 2u);
  EXPECT_EQ(CutUnits(part, before, std::array{both[1]}).cost_minor, 50);
  EXPECT_TRUE(CutAll(part, before).EndsPart());
  first.cancelled = 2;
  const std::array after = {first, elsewhere, second};
  EXPECT_TRUE(CutUnits(part, after, std::array{both[0]}).EndsPart());
  EXPECT_EQ(CutAll(part, after).units, (std::vector<Units>{{second.line, 1}}));
}

// Of what was sent in part the delivery is earned: what is left of the lines goes back, and no more.
TEST(Cancellation, AllThatIsLeftOfWhatWasSentInPart_CostsItsLines) {
  const auto part = SellerOrderId::New();
  auto sent = ALineOf(part, 3, 100);
  sent.cancelled = 1;
  sent.shipped = 1;
  const std::array lines = {sent, ALineOf(part, 2, 50)};
  const auto cut = CutAll(part, lines);
  EXPECT_FALSE(cut.EndsPart());
  EXPECT_EQ(cut.cost_minor, 34 + 50);
  EXPECT_EQ(cut.units.size(), 2u);
}

// What was sent is not cancelled, and keeps the part from being so.
TEST(Cancellation, UnitsThatAreSent_AreNotLeft) {
  const auto part = SellerOrderId::New();
  auto line = ALineOf(part, 5, 500);
  line.shipped = 2;
  line.cancelled = 1;
  const std::array lines = {line};
  EXPECT_EQ(CutUnits(part, lines, std::array{Units{line.line, 2}}).cost_minor, 200);
  EXPECT_THROW(CutUnits(part, lines, std::array{Units{line.line, 3}}), Error);
}

TEST(Cancellation, MoreThanIsLeft_NamesTheLineWhatWasWantedAndWhatIsLeft) {
  const auto part = SellerOrderId::New();
  auto first = ALineOf(part, 3, 30);
  const auto second = ALineOf(part, 1, 1);
  first.cancelled = 2;
  const std::array lines = {first, second};
  const std::array wanted = {Units{second.line, 1}, Units{first.line, 2}};
  try {
    CutUnits(part, lines, wanted);
    ADD_FAILURE() << "not refused";
  } catch (const Error& error) {
    EXPECT_EQ(error.reason, "ILLEGAL_TRANSITION");
    EXPECT_EQ(error.fields.size(), 1u);
    EXPECT_EQ(error.fields.at(0).field, "lines[1].quantity");
    EXPECT_EQ(error.fields.at(0).detail, "1 of the line are left, not 2");
    EXPECT_EQ(error.metadata.at(0).second, R"([{"field":"lines[1].quantity","offerId":")" +
                                               first.offer.ToString() + R"(","lineId":")" +
                                               first.line.ToString() + R"(","requested":2,"available":1}])");
  }
}

std::string ReasonOfLines(std::span<const LineNow> lines, std::span<const Units> wanted) {
  try {
    RequireLines(lines, wanted);
  } catch (const Error& error) {
    return error.reason;
  }
  return "";
}
TEST(Cancellation, ALine_IsNamedOnceAndIsOneOfThese) {
  const auto part = SellerOrderId::New();
  const std::array lines = {ALineOf(part, 3, 30)};
  EXPECT_EQ(ReasonOfLines(lines, std::array{Units{lines[0].line, 1}}), "");
  EXPECT_EQ(ReasonOfLines(lines, std::array{Units{lines[0].line, 1}, Units{lines[0].line, 1}}),
            "INVALID_ARGUMENT");
  EXPECT_EQ(ReasonOfLines(lines, std::array{Units{LineId::New(), 1}}), "NOT_FOUND");
}

TEST(Cancellation, WhatGoesBack_IsToldByLine) {
  const auto part = SellerOrderId::New();
  auto line = ALineOf(part, 3, 100);
  const auto other = ALineOf(part, 2, 10);
  const auto alien = ALineOf(SellerOrderId::New(), 9, 9);
  line.cancelled = 1;
  const std::array lines = {line, other, alien};
  EXPECT_EQ(GoneOf(part, lines), (std::vector<UnitsBack>{{line.line, 1, 33}}));
  EXPECT_EQ(BackOf(lines, std::array{Units{line.line, 2}, Units{other.line, 1}}),
            (std::vector<UnitsBack>{{line.line, 2, 67}, {other.line, 1, 5}}));
}

// The rest of what was sent in part: its units and no more, since its delivery is earned.
TEST(Cancellation, OfWhatWasSentInPart_OnlyTheUnitsGoBack) {
  const auto part = SellerOrderId::New();
  auto line = ALineOf(part, 3, 100);
  auto other = ALineOf(part, 2, 10);
  line.shipped = 1;
  for (const bool all : {true, false}) {
    const std::array lines = {line, other};
    const auto cut = all ? CutAll(part, lines)
                         : CutUnits(part, lines, std::array{Units{line.line, 2}, Units{other.line, 2}});
    EXPECT_FALSE(cut.EndsPart());
    EXPECT_EQ(cut.cost_minor, 67 + 10);
    EXPECT_TRUE(LeavesNothing(cut, lines));
  }
  const std::array lines = {line, other};
  EXPECT_FALSE(LeavesNothing(CutUnits(part, lines, std::array{Units{line.line, 2}}), lines));
  const auto alien = ALineOf(SellerOrderId::New(), 9, 9);
  EXPECT_TRUE(LeavesNothing(CutAll(part, lines), std::array{line, other, alien})) << "another part's";
  EXPECT_THROW(CutUnits(part, lines, std::array{Units{line.line, 3}}), Error) << "one of them is gone";
}

}  // namespace
}  // namespace market::order::domain
