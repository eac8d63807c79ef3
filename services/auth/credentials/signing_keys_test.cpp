#include "services/auth/credentials/signing_keys.hpp"

#include <gtest/gtest.h>

#include "platform/crypto/base64url.hpp"
#include "platform/crypto/sealed.hpp"

namespace market::auth {
namespace {

using domain::KeyState;

const std::string kSeal(32, 's');

domain::SigningKey Stored(const domain::NewSigningKey& made, KeyState state) {
  return {.kid = made.kid, .x = made.x, .y = made.y, .sealed = made.sealed, .state = state};
}

TEST(Sealed, OpensOnlyWithItsKeyAboutItsThing) {
  const auto sealed = crypto::Seal(kSeal, "secret", "a");
  EXPECT_EQ(crypto::Unseal(kSeal, sealed, "a"), "secret");
  EXPECT_EQ(crypto::Unseal(kSeal, crypto::Seal(kSeal, "", ""), ""), "");
  EXPECT_NE(sealed, crypto::Seal(kSeal, "secret", "a"));
  EXPECT_EQ(sealed.find("secret"), sealed.npos);
  EXPECT_FALSE(crypto::Unseal(std::string(32, 't'), sealed, "a"));
  EXPECT_FALSE(crypto::Unseal(kSeal, sealed, "b"));
  for (std::size_t i = 0; i < sealed.size(); ++i) {
    auto changed = sealed;
    changed[i] ^= 1;
    EXPECT_FALSE(crypto::Unseal(kSeal, changed, "a")) << i;
    EXPECT_FALSE(crypto::Unseal(kSeal, sealed.substr(0, i), "a")) << i;
  }
  EXPECT_THROW(crypto::Seal("short", "secret", "a"), std::logic_error);
}

TEST(SigningKeys, Active_SignsAndAllArePublished) {
  SigningKeys keys(kSeal);
  EXPECT_THROW(keys.Active(), std::logic_error);
  const auto active = Stored(keys.Make(), KeyState::kActive);
  const auto next = Stored(keys.Make(), KeyState::kNext);
  auto retired = Stored(keys.Make(), KeyState::kRetired);
  retired.sealed.clear();
  keys.Use({active, next, retired});
  EXPECT_EQ(keys.Active().Kid(), active.kid);
  EXPECT_EQ(keys.Active().Public().x, active.x);
  const std::vector<identity::PublicKey> all{
      {active.kid, active.x, active.y}, {next.kid, next.x, next.y}, {retired.kid, retired.x, retired.y}};
  EXPECT_EQ(keys.Published(), all);
  keys.Use({Stored({next.kid, next.x, next.y, next.sealed}, KeyState::kActive)});
  EXPECT_EQ(keys.Active().Kid(), next.kid);
}

TEST(SigningKeys, WhatCanNotBeOpened_ChangesNothing) {
  SigningKeys keys(kSeal);
  const auto active = Stored(keys.Make(), KeyState::kActive);
  keys.Use({active});
  const auto foreign = Stored(SigningKeys(std::string(32, 't')).Make(), KeyState::kActive);
  auto swapped = Stored(keys.Make(), KeyState::kActive);
  swapped.sealed = active.sealed;
  for (const auto& published : std::vector<std::vector<domain::SigningKey>>{
           {}, {Stored(keys.Make(), KeyState::kNext)}, {foreign}, {swapped}}) {
    EXPECT_THROW(keys.Use(published), std::runtime_error);
    EXPECT_EQ(keys.Active().Kid(), active.kid);
    EXPECT_EQ(keys.Published().size(), 1u);
  }
}

}  // namespace
}  // namespace market::auth
