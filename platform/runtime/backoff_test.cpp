#include "platform/runtime/backoff.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace market::runtime {
namespace {

using namespace std::chrono_literals;

TEST(Backoff, BetweenAttempts_DoublesWithinItsJitter) {
  for (int round = 0; round < 100; ++round) {
    Backoff backoff(kBetweenAttempts);
    for (const auto step : {50ms, 100ms, 200ms, 400ms, 800ms, 1000ms, 1000ms}) {
      const auto pause = backoff.Next();
      EXPECT_GE(pause, step * 7 / 10);
      EXPECT_LE(pause, step);
    }
    backoff.Reset();
    EXPECT_LE(backoff.Next(), 50ms);
  }
}

TEST(Backoff, BetweenRounds_StaysBelowTheDoublingBound) {
  std::chrono::nanoseconds longest{};
  for (int round = 0; round < 100; ++round) {
    Backoff pauses(kBetweenRounds);
    std::uint32_t failures = 0;
    for (const auto bound : {500ms, 1000ms, 2000ms, 4000ms, 8000ms, 16000ms, 32000ms, 60000ms, 60000ms}) {
      EXPECT_LE(pauses.Next(), bound);
      const auto stored = Backoff::After(++failures, kBetweenRounds);
      EXPECT_LE(stored, bound);
      longest = std::max<std::chrono::nanoseconds>(longest, stored);
    }
  }
  EXPECT_GT(longest, 30s);
  EXPECT_LE(Backoff::After(4'000'000'000U, kBetweenRounds), 60s);
}

}  // namespace
}  // namespace market::runtime
