#include "platform/identity/revocations.hpp"

#include <gtest/gtest.h>

namespace market::identity {
namespace {

using namespace std::chrono_literals;

const Time kThatMoment = Time(std::chrono::seconds(1'800'000'000));

TokenFacts AToken() {
  return {
      .session = Uuid::NewV7(), .account = AccountId::New(), .account_version = 3, .issued_at = kThatMoment};
}

TEST(Revocations, EndedSession_IsRefusedAndNoOther) {
  Revocations revocations;
  const auto token = AToken();
  auto sibling = token;
  sibling.session = Uuid::NewV7();
  revocations.Apply({.ended = {token.session}}, kThatMoment);
  EXPECT_TRUE(revocations.Refuses(token));
  EXPECT_FALSE(revocations.Refuses(sibling));
}

TEST(Revocations, OutdatedAccount_RefusesLowerVersionsOnly) {
  Revocations revocations;
  auto token = AToken();
  revocations.Apply({.outdated = {{token.account, 5}}}, kThatMoment);
  revocations.Apply({.outdated = {{token.account, 4}}}, kThatMoment);  // told again, or late
  EXPECT_TRUE(revocations.Refuses(token));
  token.account_version = 5;
  EXPECT_FALSE(revocations.Refuses(token));
}

TEST(Revocations, AreKeptForTheLifeOfATokenAndThenForgotten) {
  Revocations revocations;
  const auto token = AToken();
  revocations.Apply({.ended = {token.session}}, kThatMoment);
  revocations.Apply({}, kThatMoment + kTokenLifetimeMax + kTokenSkew);
  EXPECT_TRUE(revocations.Refuses(token));
  revocations.Apply({}, kThatMoment + 2 * (kTokenLifetimeMax + kTokenSkew));
  EXPECT_FALSE(revocations.Refuses(token));
  EXPECT_EQ(revocations.Size(), 0u);
}

TEST(Revocations, PastTheLimit_RefuseAllFromBefore) {
  Revocations revocations(10);
  auto token = AToken();
  for (int i = 0; i < 11; ++i) revocations.Apply({.ended = {Uuid::NewV7()}}, kThatMoment + 500ms);
  EXPECT_LE(revocations.Size(), 10u);
  EXPECT_TRUE(revocations.Refuses(token));  // though nobody named it
  token.issued_at = kThatMoment + 1s;
  EXPECT_FALSE(revocations.Refuses(token));
}

// Whoever has stolen it makes tokens of any time, so time does not forgive it.
TEST(Revocations, RemovedKey_IsRefusedForGood) {
  Revocations revocations(10);
  auto token = AToken();
  token.kid = "stolen";
  auto sibling = AToken();
  sibling.kid = "good";
  revocations.Apply({.removed_keys = {"stolen"}}, kThatMoment);
  for (int i = 0; i < 11; ++i) revocations.Apply({.ended = {Uuid::NewV7()}}, kThatMoment);
  for (int hour = 0; hour < 5; ++hour) revocations.Apply({}, kThatMoment + hour * kTokenLifetimeMax);
  token.issued_at = sibling.issued_at = kThatMoment + 10h;
  EXPECT_TRUE(revocations.Refuses(token));
  EXPECT_FALSE(revocations.Refuses(sibling));
  sibling.kid.clear();  // an API key, which no key has signed
  EXPECT_FALSE(revocations.Refuses(sibling));
}

TEST(Revocations, RemovedKeys_AreBoundedAndTheOldestGoesFirst) {
  Revocations revocations;
  const auto refuses = [&](std::size_t i) {
    auto token = AToken();
    token.kid = std::to_string(i);
    return revocations.Refuses(token);
  };
  for (std::size_t i = 0; i <= kRemovedKeysMax; ++i) {
    revocations.Apply({.removed_keys = {std::to_string(i), std::to_string(i)}}, kThatMoment);
  }
  EXPECT_FALSE(refuses(0));
  EXPECT_TRUE(refuses(1));
  EXPECT_TRUE(refuses(kRemovedKeysMax));
}

TEST(Revocations, AuthMayRefuseAllFromBefore) {
  Revocations revocations;
  auto token = AToken();
  revocations.Apply({.all_before = kThatMoment}, kThatMoment);
  EXPECT_FALSE(revocations.Refuses(token));
  token.issued_at = kThatMoment - 1s;
  EXPECT_TRUE(revocations.Refuses(token));
}

}  // namespace
}  // namespace market::identity
