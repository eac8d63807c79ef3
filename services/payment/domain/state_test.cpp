#include "services/payment/domain/state.hpp"

#include <gtest/gtest.h>

#include <set>

#include "platform/core/error.hpp"

namespace market::payment::domain {
namespace {

TEST(State, EveryPair_IsAllowedOrRefusedTheSameWay) {
  const std::set<std::pair<std::string_view, std::string_view>> allowed = {
      {"CREATED", "AUTHORIZED"},        {"CREATED", "DECLINED"},        {"CREATED", "VOIDED"},
      {"CREATED", "UNKNOWN"},           {"UNKNOWN", "AUTHORIZED"},      {"UNKNOWN", "DECLINED"},
      {"UNKNOWN", "CREATED"},           {"AUTHORIZED", "CAPTURED"},     {"AUTHORIZED", "VOIDED"},
      {"AUTHORIZED", "CAPTURE_FAILED"}, {"CAPTURE_FAILED", "VOIDED"},   {"CAPTURE_FAILED", "CAPTURED"},
      {"CREATED", "REQUIRES_ACTION"},   {"UNKNOWN", "REQUIRES_ACTION"}, {"REQUIRES_ACTION", "AUTHORIZED"},
      {"REQUIRES_ACTION", "DECLINED"},  {"REQUIRES_ACTION", "VOIDED"}};
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

template <class Enum>
void ExpectRoundTrip(int values) {
  for (int i = 0; i < values; ++i) {
    Enum read{};
    FromText(Name(static_cast<Enum>(i)), read);
    EXPECT_EQ(read, static_cast<Enum>(i));
  }
  Enum read{};
  EXPECT_THROW(FromText("PAID", read), std::invalid_argument);
}

TEST(Names, RoundTrip) {
  ExpectRoundTrip<State>(kStates);
  ExpectRoundTrip<Operation>(4);
  ExpectRoundTrip<Progress>(3);
}

}  // namespace
}  // namespace market::payment::domain
