#include "platform/resilience/circuit_breaker.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace market::resilience {
namespace {

using namespace std::chrono_literals;
using State = CircuitBreaker::State;

class Breaker : public testing::Test {
 protected:
  // Calls one after the other, each reported at once.
  void Calls(int count, Outcome outcome) {
    for (int i = 0; i < count; ++i) {
      auto call = breaker_.TryCall(now_);
      ASSERT_TRUE(call);
      call->Report(outcome, now_);
    }
  }
  void Open() {
    Calls(20, Outcome::kFailure);
    ASSERT_EQ(breaker_.GetState(), State::kOpen);
  }

  SteadyTime now_{1000h};
  CircuitBreaker breaker_{"payment"};
};

TEST_F(Breaker, FailureShare_Opens) {
  struct Case {
    int failures;
    int successes;
    State expected;
  };
  for (const auto& [failures, successes, expected] : std::vector<Case>{
           {19, 0, State::kClosed}, {20, 0, State::kOpen}, {10, 10, State::kOpen}, {9, 11, State::kClosed}}) {
    CircuitBreaker breaker("payment");
    // Successes first, so that the share is never higher than at the end.
    for (int i = 0; i < successes; ++i) breaker.Begin(now_).Report(Outcome::kSuccess, now_);
    for (int i = 0; i < failures; ++i) breaker.Begin(now_).Report(Outcome::kFailure, now_);
    EXPECT_EQ(breaker.GetState(), expected) << failures << " of " << failures + successes;
  }
}

TEST_F(Breaker, Success_NeverOpens) {
  Calls(12, Outcome::kFailure);
  Calls(12, Outcome::kSuccess);
  EXPECT_EQ(breaker_.GetState(), State::kClosed);
  Calls(1, Outcome::kFailure);
  EXPECT_EQ(breaker_.GetState(), State::kOpen);  // 13 of 25
}

TEST_F(Breaker, OldFailures_AreForgotten) {
  Calls(19, Outcome::kFailure);
  now_ += 10s;
  Calls(19, Outcome::kFailure);
  EXPECT_EQ(breaker_.GetState(), State::kClosed);
  now_ += 9s;
  Calls(1, Outcome::kFailure);
  EXPECT_EQ(breaker_.GetState(), State::kOpen);
}

TEST_F(Breaker, IgnoredOutcomes_AreNotCounted) {
  Calls(1000, Outcome::kIgnored);
  for (int i = 0; i < 1000; ++i) breaker_.TryCall(now_);  // never reported
  Calls(19, Outcome::kFailure);
  EXPECT_EQ(breaker_.GetState(), State::kClosed);
}

TEST_F(Breaker, Open_RefusesUntilItsTimeIsOver) {
  Open();
  EXPECT_FALSE(breaker_.TryCall(now_ + 4999ms));
  try {
    breaker_.Begin(now_);
    ADD_FAILURE();
  } catch (const Error& error) {
    EXPECT_EQ(error.code, Code::kUnavailable);
    EXPECT_EQ(error.reason, "UNAVAILABLE");
    EXPECT_GE(*error.retry_after, 5s);
    EXPECT_LE(*error.retry_after, 6s);
  }
  EXPECT_TRUE(breaker_.TryCall(now_ + 6s));
  EXPECT_EQ(breaker_.GetState(), State::kHalfOpen);
}

TEST_F(Breaker, HalfOpen_LetsThreeProbesThroughAndClosesAfterTwoSuccesses) {
  Open();
  now_ += 6s;
  auto first = breaker_.TryCall(now_);
  auto second = breaker_.TryCall(now_);
  auto third = breaker_.TryCall(now_);
  ASSERT_TRUE(first && second && third);
  EXPECT_FALSE(breaker_.TryCall(now_));
  first->Report(Outcome::kSuccess, now_);
  EXPECT_EQ(breaker_.GetState(), State::kHalfOpen);
  second->Report(Outcome::kSuccess, now_);
  EXPECT_EQ(breaker_.GetState(), State::kClosed);
  third->Report(Outcome::kFailure, now_);  // began before it closed
  Calls(19, Outcome::kFailure);
  EXPECT_EQ(breaker_.GetState(), State::kClosed);
}

TEST_F(Breaker, ProbeWithoutResult_GivesItsPlaceBack) {
  Open();
  now_ += 6s;
  for (int i = 0; i < 10; ++i) EXPECT_TRUE(breaker_.TryCall(now_));
  EXPECT_EQ(breaker_.GetState(), State::kHalfOpen);
}

TEST_F(Breaker, FailedProbes_DoubleTheOpenTimeUpToAMinute) {
  Open();
  for (const auto open_for : {5s, 10s, 20s, 40s, 60s, 60s}) {
    EXPECT_FALSE(breaker_.TryCall(now_ + open_for - 1ms));
    now_ += open_for * 12 / 10 + 1ms;
    auto probe = breaker_.TryCall(now_);
    ASSERT_TRUE(probe);
    probe->Report(Outcome::kFailure, now_);
    EXPECT_EQ(breaker_.GetState(), State::kOpen);
  }
  // Closing forgets how long it was open.
  now_ += 80s;
  Calls(2, Outcome::kSuccess);
  ASSERT_EQ(breaker_.GetState(), State::kClosed);
  Open();
  EXPECT_TRUE(breaker_.TryCall(now_ + 6s));
}

TEST_F(Breaker, ResultsOfAnOlderState_AreDropped) {
  std::vector<CircuitBreaker::Call> late;
  for (int i = 0; i < 5; ++i) late.push_back(breaker_.Begin(now_));
  Open();
  now_ += 6s;
  auto probe = breaker_.TryCall(now_);
  for (auto& call : late) call.Report(Outcome::kSuccess, now_);
  EXPECT_EQ(breaker_.GetState(), State::kHalfOpen);
  probe->Report(Outcome::kFailure, now_);
  EXPECT_EQ(breaker_.GetState(), State::kOpen);
}

TEST_F(Breaker, SlowCalls_OpenWhenWatched) {
  CircuitBreaker breaker("product", {.slow_after = 500ms});
  for (int i = 0; i < 20; ++i) {
    auto call = breaker.Begin(now_);
    call.Report(Outcome::kSuccess, now_ + (i < 4 ? 10ms : 500ms));
  }
  EXPECT_EQ(breaker.GetState(), State::kOpen);
}

TEST_F(Breaker, Changes_AreTold) {
  std::vector<State> told;
  breaker_.OnChange([&](State state) { told.push_back(state); });
  Open();
  now_ += 6s;
  Calls(2, Outcome::kSuccess);
  EXPECT_EQ(told, (std::vector{State::kOpen, State::kHalfOpen, State::kClosed}));
}

TEST(OutcomeOf, Codes_SpeakAgainstTheDependencyOrNot) {
  struct Case {
    Code code;
    TimeGiven time_given;
    Outcome expected;
  };
  for (const auto& [code, time_given, expected] : std::vector<Case>{
           {Code::kOk, TimeGiven::kFullCap, Outcome::kSuccess},
           {Code::kNotFound, TimeGiven::kFullCap, Outcome::kSuccess},
           {Code::kFailedPrecondition, TimeGiven::kFullCap, Outcome::kSuccess},
           {Code::kUnavailable, TimeGiven::kLess, Outcome::kFailure},
           {Code::kInternal, TimeGiven::kLess, Outcome::kFailure},
           {Code::kDeadlineExceeded, TimeGiven::kFullCap, Outcome::kFailure},
           {Code::kDeadlineExceeded, TimeGiven::kLess, Outcome::kIgnored},
           {Code::kCancelled, TimeGiven::kFullCap, Outcome::kIgnored},
       }) {
    EXPECT_EQ(OutcomeOf(code, time_given), expected) << CodeName(code);
  }
}

}  // namespace
}  // namespace market::resilience
