#include "services/product/domain/reservation.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <stdexcept>
#include <utility>

namespace market::product::domain {
namespace {

constexpr LineState kAll[] = {LineState::kHeld, LineState::kCommitted, LineState::kConsumed,
                              LineState::kReleased, LineState::kExpired};

OfferId Offer(std::uint8_t number) { return OfferId(Uuid({number})); }

using Move = Change::StockMove;

TEST(Reservation_EveryPairOfStates, MovesOnlyAlongTheArrows) {
  const std::pair<LineState, LineState> arrows[] = {
      {LineState::kHeld, LineState::kCommitted},     {LineState::kHeld, LineState::kReleased},
      {LineState::kHeld, LineState::kExpired},       {LineState::kCommitted, LineState::kConsumed},
      {LineState::kCommitted, LineState::kReleased}, {LineState::kExpired, LineState::kCommitted},
      {LineState::kExpired, LineState::kReleased}};
  for (const auto from : kAll) {
    for (const auto to : kAll) {
      const bool arrow = std::ranges::find(arrows, std::pair(from, to)) != std::end(arrows);
      EXPECT_EQ(MayBecome(from, to), arrow) << Name(from) << " -> " << Name(to);
    }
  }
}

TEST(Reservation_StateNames, RoundTrip) {
  for (const auto state : kAll) EXPECT_EQ(kLineStates.Find(Name(state)), state);
  for (const auto state : {ReservationState::kOpen, ReservationState::kReleased}) {
    EXPECT_EQ(kReservationStates.Find(Name(state)), state);
  }
  LineState line{};
  ReservationState whole{};
  EXPECT_THROW(FromText("LOST", line), std::invalid_argument);
  EXPECT_THROW(FromText("HELD", whole), std::invalid_argument);
}

TEST(AfterRelease_Whole_IsReleasedOnceNothingHoldsUnits, AndForEver) {
  using enum ReservationState;
  const std::vector<OfferId> all;
  for (const auto state : kAll) {
    const ReservedLine lines[] = {{Offer(1), 5, LineState::kHeld}, {Offer(2), 7, state}};
    EXPECT_EQ(AfterRelease(kOpen, lines, all), kReleased);
    const OfferId first[] = {Offer(1)};
    EXPECT_EQ(AfterRelease(kOpen, lines, first), HoldsUnits(state) ? kOpen : kReleased) << Name(state);
    EXPECT_EQ(AfterRelease(kReleased, lines, first), kReleased) << Name(state);
    const OfferId other[] = {Offer(3)};
    EXPECT_EQ(AfterRelease(kOpen, lines, other), kOpen);
  }
  EXPECT_EQ(AfterRelease(kOpen, {}, all), kReleased);
}

TEST(SumByOffer_RepeatedOffers, SumsAndSorts) {
  const Line lines[] = {{Offer(3), 1}, {Offer(1), 2}, {Offer(3), 4}};
  EXPECT_EQ(SumByOffer(lines), (std::vector<Line>{{Offer(1), 2}, {Offer(3), 5}}));
}

TEST(Commit_EachState, TakesUnitsOnlyForExpiredLines) {
  for (const auto state : kAll) {
    const ReservedLine lines[] = {{Offer(1), 5, state}, {Offer(2), 1, LineState::kCommitted}};
    const auto change = Commit(lines);
    ASSERT_TRUE(change) << Name(state);
    const bool moves = state == LineState::kHeld || state == LineState::kExpired;
    EXPECT_EQ(change->lines.size(), moves ? 1u : 0u) << Name(state);
    const auto stock =
        state == LineState::kExpired ? std::vector<Move>{{Offer(1), 0, 5}} : std::vector<Move>{};
    EXPECT_EQ(change->stock, stock) << Name(state);
  }
}

TEST(Commit_NothingLeft, IsGone) {
  const ReservedLine released[] = {{Offer(1), 5, LineState::kReleased}};
  EXPECT_FALSE(Commit(released));
  EXPECT_FALSE(Commit({}));
}

TEST(Release_EachState, GivesBackWhatIsSetAside) {
  for (const auto state : kAll) {
    const ReservedLine lines[] = {{Offer(1), 5, state}};
    const auto change = Release(lines, {});
    const bool ended = state == LineState::kConsumed || state == LineState::kReleased;
    EXPECT_EQ(change.lines.size(), ended ? 0u : 1u) << Name(state);
    const auto stock = HoldsUnits(state) ? std::vector<Move>{{Offer(1), 0, -5}} : std::vector<Move>{};
    EXPECT_EQ(change.stock, stock) << Name(state);
  }
}

TEST(Release_SomeOffers, LeavesTheOthers) {
  const ReservedLine lines[] = {{Offer(1), 5, LineState::kCommitted}, {Offer(2), 7, LineState::kCommitted}};
  const OfferId offers[] = {Offer(2), Offer(9)};
  EXPECT_EQ(Release(lines, offers).stock, (std::vector<Move>{{Offer(2), 0, -7}}));
}

TEST(Consume_EachState, OnlyFromCommitted) {
  const OfferId offers[] = {Offer(1)};
  for (const auto state : kAll) {
    const ReservedLine lines[] = {{Offer(1), 5, state}, {Offer(2), 1, LineState::kHeld}};
    const auto change = Consume(lines, offers);
    if (state == LineState::kCommitted) {
      ASSERT_TRUE(change);
      EXPECT_EQ(change->stock, (std::vector<Move>{{Offer(1), -5, -5}}));
    } else if (state == LineState::kConsumed) {
      ASSERT_TRUE(change);
      EXPECT_TRUE(change->lines.empty());
    } else {
      EXPECT_FALSE(change) << Name(state);
    }
  }
}

TEST(Consume_UnknownOffer, IsGone) {
  const ReservedLine lines[] = {{Offer(1), 5, LineState::kCommitted}};
  const OfferId offers[] = {Offer(1), Offer(2)};
  EXPECT_FALSE(Consume(lines, offers));
}

}  // namespace
}  // namespace market::product::domain
