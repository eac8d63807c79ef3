#include "services/order/domain/state.hpp"

#include <gtest/gtest.h>

#include <map>
#include <set>
#include <string>
#include <vector>

#include "platform/core/error.hpp"

namespace market::order::domain {
namespace {

TEST(State, EveryPair_IsAllowedOrRefusedTheSameWay) {
  const std::set<std::pair<std::string_view, std::string_view>> allowed = {{"PENDING_PAYMENT", "PLACED"},
                                                                           {"PENDING_PAYMENT", "FAILED"},
                                                                           {"PLACED", "ACCEPTED"},
                                                                           {"PLACED", "CANCELLED"},
                                                                           {"PLACED", "REJECTED"},
                                                                           {"ACCEPTED", "SHIPPED"},
                                                                           {"ACCEPTED", "CANCELLED"},
                                                                           {"ACCEPTED", "REJECTED"},
                                                                           {"SHIPPED", "DELIVERED"},
                                                                           {"DELIVERED", "COMPLETED"},
                                                                           {"ACCEPTED", "PARTIALLY_SHIPPED"},
                                                                           {"PARTIALLY_SHIPPED", "SHIPPED"}};
  for (int from = 0; from < kStates; ++from) {
    for (int to = 0; to < kStates; ++to) {
      const auto a = static_cast<State>(from);
      const auto b = static_cast<State>(to);
      const bool expected = allowed.contains({Name(a), Name(b)});
      EXPECT_EQ(MayMove(a, b), expected) << Name(a) << " → " << Name(b);
      if (expected) {
        EXPECT_NO_THROW(RequireMove(a, b));
        continue;
      }
      try {
        RequireMove(a, b);
        ADD_FAILURE() << Name(a) << " → " << Name(b);
      } catch (const Error& error) {
        EXPECT_EQ(error.reason, "ILLEGAL_TRANSITION");
        EXPECT_EQ(error.metadata.at(0).second, Name(a));
        EXPECT_EQ(error.metadata.at(1).second, Name(b));
      }
    }
  }
}

std::string ReasonOf(State from, State to) {
  try {
    (void)StepsTo(from, to);
  } catch (const Error& error) {
    return error.reason;
  }
  return "";
}

// What each act makes of a part, by the state that it finds: the states passed, or nothing where it is refused.
TEST(State, EveryActInEveryState_TakesItsStepsOrIsRefused) {
  using Steps = std::vector<State>;
  using enum State;
  struct Act {
    std::string_view name;
    State to;
    std::map<State, Steps> from;
  };
  for (const auto& act : {
           Act{"accept", kAccepted, {{kPlaced, {kAccepted}}}},
           Act{"ship", kShipped, {{kAccepted, {kShipped}}, {kPartiallyShipped, {kShipped}}}},
           Act{"send a parcel", kPartiallyShipped, {{kAccepted, {kPartiallyShipped}}}},
           Act{"deliver", kDelivered, {{kShipped, {kDelivered}}}},
           Act{"confirm receipt",
               kCompleted,
               {{kShipped, {kDelivered, kCompleted}}, {kDelivered, {kCompleted}}}},
           Act{"cancel", kCancelled, {{kPlaced, {kCancelled}}, {kAccepted, {kCancelled}}}},
           Act{"reject", kRejected, {{kPlaced, {kRejected}}, {kAccepted, {kRejected}}}},
       }) {
    for (int i = 0; i < kStates; ++i) {
      const auto from = static_cast<State>(i);
      const auto steps = act.from.find(from);
      if (steps == act.from.end()) {
        EXPECT_EQ(ReasonOf(from, act.to), "ILLEGAL_TRANSITION") << act.name << " when " << Name(from);
      } else {
        EXPECT_EQ(StepsTo(from, act.to), steps->second) << act.name << " when " << Name(from);
      }
    }
  }
}

// What is left of a part ends as the part itself does, or goes away from what was sent.
TEST(State, OfWhatWasSentInPart_OnlyTheRestIsCancelled) {
  for (int i = 0; i < kStates * kStates; ++i) {
    const auto from = static_cast<State>(i / kStates);
    const auto to = static_cast<State>(i % kStates);
    const bool rest = from == State::kPartiallyShipped && to == State::kCancelled;
    EXPECT_EQ(MayEnd(from, to), MayMove(from, to) || rest) << Name(from) << " → " << Name(to);
    EXPECT_FALSE(rest && MayMove(from, to));
  }
  EXPECT_NO_THROW(RequireEnd(State::kPartiallyShipped, State::kCancelled));
  EXPECT_THROW(RequireEnd(State::kPartiallyShipped, State::kRejected), Error);
}

// No way leads around the table of moves.
TEST(State, StepsOfEveryPair_AreMovesOneByOne) {
  for (int i = 0; i < kStates * kStates; ++i) {
    auto at = static_cast<State>(i / kStates);
    const auto to = static_cast<State>(i % kStates);
    if (!ReasonOf(at, to).empty()) {
      EXPECT_FALSE(MayMove(at, to));
      continue;
    }
    const auto steps = StepsTo(at, to);
    for (const auto next : steps) {
      EXPECT_TRUE(MayMove(at, next)) << Name(at) << " → " << Name(next);
      at = next;
    }
    EXPECT_EQ(at, to);
  }
}

TEST(State, Names_RoundTrip) {
  for (int i = 0; i < kStates; ++i) EXPECT_EQ(StateFrom(Name(static_cast<State>(i))), static_cast<State>(i));
  EXPECT_THROW(StateFrom("placed"), std::invalid_argument);
}

TEST(OrderState, IsAFunctionOfTheParts) {
  using enum State;
  const std::vector<std::pair<std::vector<State>, State>> cases = {
      {{kPlaced}, kPlaced},
      {{kShipped, kAccepted}, kAccepted},
      {{kShipped, kPartiallyShipped}, kPartiallyShipped},
      {{kAccepted, kPartiallyShipped}, kAccepted},
      {{kCancelled, kShipped}, kShipped},
      {{kFailed, kFailed}, kFailed},
      {{kRejected, kCancelled}, kCancelled},
      {{kRejected, kRejected}, kRejected},
      {{kCompleted, kDelivered, kRejected}, kDelivered},
  };
  for (const auto& [parts, expected] : cases) EXPECT_EQ(OrderState(parts), expected) << Name(expected);
  EXPECT_THROW(OrderState({}), std::invalid_argument);
}

}  // namespace
}  // namespace market::order::domain
