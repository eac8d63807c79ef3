#include "services/payment/domain/payout.hpp"

#include <gtest/gtest.h>

#include <array>
#include <map>

#include "platform/core/error.hpp"

namespace market::payment::domain {
namespace {

using Standing = PayoutNews::Standing;
using std::chrono::sys_days;
using namespace std::chrono_literals;

constexpr std::array kAllStates = {PayoutState::kDue, PayoutState::kSubmitted, PayoutState::kPaid,
                                   PayoutState::kFailed, PayoutState::kReturned};
constexpr std::array kAllStandings = {Standing::kUnderWay, Standing::kPaid, Standing::kFailed,
                                      Standing::kReturned};

Payout APayout(PayoutState state = PayoutState::kDue) {
  Payout payout;
  payout.id = PayoutId::New();
  payout.seller = SellerId::New();
  payout.amount = {1500, Currency::Parse("EUR")};
  payout.state = state;
  return payout;
}

TEST(Payout, WhatIsTold_IsReachedByLegalMovesAlone) {
  for (const auto from : kAllStates) {
    for (const auto told : kAllStandings) {
      auto payout = APayout(from);
      int moves = 0;
      while (const auto next = NextState(payout.state, told)) {
        ASSERT_LT(++moves, 4);
        payout = Moved(payout, *next, {.standing = told, .code = "no"}, Time(1s));
      }
      const bool ended = from == PayoutState::kFailed || from == PayoutState::kReturned;
      if (ended || told == Standing::kUnderWay) continue;
      EXPECT_EQ(payout.state == PayoutState::kPaid, told == Standing::kPaid) << Name(from);
    }
  }
}

TEST(Payout, OneThatIsPaidAndThenFails_HasComeBack) {
  EXPECT_EQ(NextState(PayoutState::kPaid, Standing::kFailed), PayoutState::kReturned);
  EXPECT_EQ(NextState(PayoutState::kPaid, Standing::kPaid), std::nullopt);
  EXPECT_EQ(NextState(PayoutState::kReturned, Standing::kPaid), std::nullopt);
}

TEST(Payout, OtherMovesAreRefused) {
  int legal = 0;
  for (const auto from : kAllStates) {
    for (const auto to : kAllStates) {
      if (MayMove(from, to)) {
        ++legal;
        EXPECT_NO_THROW(RequireMove(from, to));
      } else {
        EXPECT_THROW(RequireMove(from, to), Error);
      }
    }
  }
  EXPECT_EQ(legal, 6);
}

// By account.
std::map<LedgerAccount, std::int64_t> Sums(const std::vector<Entry>& entries) {
  std::map<LedgerAccount, std::int64_t> sums;
  for (const auto& entry : entries) {
    std::int64_t sum = 0;
    for (const auto& posting : entry.postings) {
      sums[posting.account] += posting.amount_minor;
      sum += posting.amount_minor;
      EXPECT_EQ(posting.owner.has_value(), posting.account != LedgerAccount::kPspClearing);
    }
    EXPECT_EQ(sum, 0);
  }
  return sums;
}

TEST(Payout, EveryWayThroughItsLife_LeavesNothingOnTheWay) {
  using enum PayoutState;
  for (const auto& way :
       std::vector<std::vector<PayoutState>>{{PayoutState::kFailed},
                                             {kSubmitted, PayoutState::kFailed},
                                             {kSubmitted, PayoutState::kReturned},
                                             {kSubmitted, PayoutState::kPaid},
                                             {kSubmitted, PayoutState::kPaid, PayoutState::kReturned}}) {
    auto payout = APayout();
    std::vector<Entry> entries{EntryOfClaim(payout, 0)};
    for (const auto to : way) {
      const auto after = Moved(payout, to, {.code = "no"}, Time(1s));
      if (auto entry = EntryBetween(payout, after)) entries.push_back(*std::move(entry));
      payout = after;
    }
    const auto sums = Sums(entries);
    const bool paid = payout.state == PayoutState::kPaid;
    EXPECT_EQ(sums.at(LedgerAccount::kPayoutClearing), 0);
    EXPECT_EQ(sums.at(LedgerAccount::kSellerAvailable), paid ? 1500 : 0);
    if (sums.contains(LedgerAccount::kPspClearing))
      EXPECT_EQ(sums.at(LedgerAccount::kPspClearing), paid ? -1500 : 0);
  }
}

TEST(Payout, WhatAClaimKeepsBack_IsLeftAvailable) {
  const auto entry = EntryOfClaim(APayout(), 700);
  ASSERT_EQ(entry.postings.size(), 4U);
  EXPECT_EQ(entry.postings[0].amount_minor, 1500);
  EXPECT_EQ(entry.postings[2].amount_minor, 700);
  EXPECT_EQ(entry.postings[3].amount_minor, -700);
  EXPECT_EQ(Sums({entry}).at(LedgerAccount::kSellerAvailable), 1500);
}

TEST(Payout, TheKeyIsTheAttempts) {
  auto payout = APayout();
  const auto first = KeyOf(payout);
  EXPECT_EQ(KeyOf(payout), first);
  ++payout.attempt;
  EXPECT_NE(KeyOf(payout), first);
}

TEST(NextDay, IsTheNextOneOfTheSchedule) {
  const Time monday = sys_days(2026y / 11 / 30) + 15h;  // the last day of a month as well
  EXPECT_EQ(NextDay(PayoutSchedule::kDaily, monday), Time(sys_days(2026y / 12 / 1)));
  EXPECT_EQ(NextDay(PayoutSchedule::kWeekly, monday), Time(sys_days(2026y / 12 / 7)));
  EXPECT_EQ(NextDay(PayoutSchedule::kMonthly, monday), Time(sys_days(2026y / 12 / 1)));
  const Time sunday = sys_days(2026y / 12 / 6) + 23h + 59min;
  EXPECT_EQ(NextDay(PayoutSchedule::kWeekly, sunday), Time(sys_days(2026y / 12 / 7)));
  EXPECT_EQ(NextDay(PayoutSchedule::kMonthly, sunday), Time(sys_days(2027y / 1 / 1)));
  EXPECT_EQ(NextDay(PayoutSchedule::kDaily, Time(sys_days(2026y / 12 / 6))), Time(sys_days(2026y / 12 / 7)))
      << "midnight is of the day that begins";
  EXPECT_GT(NextDay(PayoutSchedule::kManual, monday), monday);
}

}  // namespace
}  // namespace market::payment::domain
