#include "services/auth/credentials/limits.hpp"

#include <gtest/gtest.h>

#include <functional>

#include "platform/core/error.hpp"

namespace market::auth {
namespace {

using namespace std::chrono_literals;
using resilience::SteadyTime;

constexpr SteadyTime kStart{1h};
const Visitor kHere{.address = "203.0.113.7", .device = {}};
const Visitor kThere{.address = "2001:db8::/64", .device = {}};

// How long to wait; zero: it was let through.
std::chrono::milliseconds WaitOf(const std::function<void()>& count) {
  try {
    count();
    return 0ms;
  } catch (const Error& error) {
    EXPECT_EQ(error.reason, "RATE_LIMITED");
    return error.retry_after.value();
  }
}

TEST(Limits, SignUps_OfOneAddress) {
  Limits limits({.sign_ups = {.count = 3, .window = 30s}});
  const auto sign_up = [&](const Visitor& who, SteadyTime now) {
    return WaitOf([&] { limits.Count(Entry::kSignUp, who, now); });
  };
  for (int i = 0; i < 3; ++i) EXPECT_EQ(sign_up(kHere, kStart), 0ms);
  EXPECT_EQ(sign_up(kHere, kStart), 10s);
  EXPECT_EQ(sign_up(kHere, kStart + 4s), 6s);
  EXPECT_EQ(sign_up(kThere, kStart), 0ms);
  EXPECT_EQ(sign_up(kHere, kStart + 10s), 0ms);
  EXPECT_NE(sign_up(kHere, kStart + 10s), 0ms);
  for (int i = 0; i < 3; ++i) EXPECT_EQ(sign_up(kHere, kStart + 1min), 0ms);
}

TEST(Limits, SignIns_OfAKnownDeviceAreNotItsAddresss) {
  Limits limits({.sign_ins = {.count = 2, .window = 20s}});
  const auto sign_in = [&](const Visitor& who) {
    return WaitOf([&] { limits.Count(who.device ? Entry::kSignInOfDevice : Entry::kSignIn, who, kStart); });
  };
  for (int i = 0; i < 2; ++i) EXPECT_EQ(sign_in(kHere), 0ms);
  EXPECT_EQ(sign_in(kHere), 10s);
  const Visitor known{.address = kHere.address, .device = Uuid::NewV7()};
  for (int i = 0; i < 2; ++i) EXPECT_EQ(sign_in(known), 0ms);
  EXPECT_EQ(sign_in(known), 10s);
  EXPECT_EQ(sign_in({.address = kHere.address, .device = Uuid::NewV7()}), 0ms);
  EXPECT_EQ(WaitOf([&] { limits.Count(Entry::kSignUp, kHere, kStart); }), 0ms) << "counted apart";
}

TEST(Limits, Mails_OfOneAddress) {
  Limits limits({.mails = {.count = 2, .window = 20s}});
  const auto mail = [&](const Visitor& who) {
    return WaitOf([&] { limits.Count(Entry::kMail, who, kStart); });
  };
  for (int i = 0; i < 2; ++i) EXPECT_EQ(mail(kHere), 0ms);
  EXPECT_EQ(mail(kHere), 10s);
  EXPECT_EQ(mail(kThere), 0ms);
  EXPECT_EQ(limits.Refused(), (Limits::Stats{0, 0, 0, 1}));
  EXPECT_EQ(WaitOf([&] { limits.Count(Entry::kSignIn, kHere, kStart); }), 0ms) << "counted apart";
}

TEST(Limits, MoreCallersThanTheTableHolds_ForgetsTheOldest) {
  Limits limits({.sign_ups = {.count = 1, .window = 1h}, .callers_max = 2});
  const auto sign_up = [&](std::string address) {
    return WaitOf(
        [&] { limits.Count(Entry::kSignUp, {.address = std::move(address), .device = {}}, kStart); });
  };
  for (const auto* address : {"a", "b", "c"}) EXPECT_EQ(sign_up(address), 0ms);
  EXPECT_NE(sign_up("c"), 0ms);
  EXPECT_EQ(sign_up("a"), 0ms);
}

}  // namespace
}  // namespace market::auth
