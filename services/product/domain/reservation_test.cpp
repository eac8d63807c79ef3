#include "services/product/domain/reservation.hpp"

#include <gtest/gtest.h>

namespace market::product::domain {
namespace {

OfferId Offer(std::uint8_t number) { return OfferId(Uuid({number})); }
LineId Id(std::uint8_t number) { return LineId(Uuid({number})); }

TEST(NamesTwice_Lines, AreToldByTheirIds) {
  const Line lines[] = {{Id(1), Offer(1), 1}, {Id(2), Offer(1), 1}, {Id(1), Offer(2), 2}};
  EXPECT_FALSE(NamesTwice(std::span(lines).first(2)));
  EXPECT_TRUE(NamesTwice(lines));
  const Units units[] = {{Id(1), 1}, {Id(2), 1}, {Id(2), 2}};
  EXPECT_FALSE(NamesTwice(std::span(units).first(2)));
  EXPECT_TRUE(NamesTwice(units));
}

TEST(JudgeRepeat_TheSameLines_AreTheSameInAnyOrder, WhateverIsLeftOfThem) {
  const Line asked[] = {{Id(1), Offer(1), 5}, {Id(2), Offer(1), 7}};
  const ReservedLine found[] = {{asked[1], 7}, {asked[0], 4}};
  EXPECT_EQ(JudgeRepeat(found, asked), Repeat::kSame);
}

TEST(JudgeRepeat_AnotherLine, IsOther) {
  const ReservedLine found[] = {{{Id(1), Offer(1), 5}, 0}};
  for (const auto& line : {Line{Id(2), Offer(1), 5}, Line{Id(1), Offer(2), 5}, Line{Id(1), Offer(1), 6}}) {
    EXPECT_EQ(JudgeRepeat(found, std::span(&line, 1)), Repeat::kOther);
  }
  const Line more[] = {found[0].line, {Id(2), Offer(2), 1}};
  EXPECT_EQ(JudgeRepeat(found, more), Repeat::kOther);
  EXPECT_EQ(JudgeRepeat(found, {}), Repeat::kOther);
}

TEST(JudgeRepeat_NothingLeft, IsGoneWhateverIsAsked) {
  const Line asked[] = {{Id(1), Offer(1), 5}};
  const ReservedLine released[] = {{asked[0], 5}, {{Id(2), Offer(2), 1}, 1}};
  EXPECT_EQ(JudgeRepeat(released, asked), Repeat::kGone);
  EXPECT_EQ(JudgeRepeat({}, asked), Repeat::kGone);
}

TEST(FindMissing_LinesOfOneOffer_CountTogether, AndEachOfferIsNamedOnce) {
  const Line asked[] = {
      {Id(1), Offer(1), 3}, {Id(2), Offer(2), 3}, {Id(3), Offer(1), 3}, {Id(4), Offer(3), 1}};
  const OfferedUnits offered[] = {{Offer(1), true, 5}, {Offer(2), true, 3}, {Offer(3), false, 0}};
  const auto missing = FindMissing(asked, offered);
  EXPECT_EQ(missing.shortages, (std::vector<Shortage>{{Offer(1), 5}}));
  EXPECT_EQ(missing.not_for_sale, std::vector<OfferId>{Offer(3)});
}

TEST(FindMissing_Enough, IsNothing) {
  const Line asked[] = {{Id(1), Offer(1), 3}};
  const OfferedUnits offered[] = {{Offer(1), true, 3}};
  const auto missing = FindMissing(asked, offered);
  EXPECT_TRUE(missing.shortages.empty());
  EXPECT_TRUE(missing.not_for_sale.empty());
}

}  // namespace
}  // namespace market::product::domain
