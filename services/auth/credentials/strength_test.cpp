#include "services/auth/credentials/strength.hpp"

#include <gtest/gtest.h>

#include <array>
#include <vector>

namespace market::auth {
namespace {

const std::array<std::string, 2> kOwn = {"ada.lovelace@example.com", "Augusta Ada King"};

TEST(Strength, WhatManyUse_IsWeak) {
  for (const auto* weak : {"password", "Passw0rd!", "12345678", "qwertyuiop", "letmein123", "sunshine2024",
                           "aaaaaaaaaaaaaaaa", "abcdefgh", "11111111", "trustno1!"}) {
    EXPECT_LT(StrengthBits(weak, {}), 26) << weak;
  }
}

TEST(Strength, WhatIsKnownOfTheOwner_IsWeak) {
  for (const auto* weak :
       {"ada.lovelace@example.com", "ADA.LOVELACE", "lovelace1", "AugustaAda", "kingada1"}) {
    EXPECT_LT(StrengthBits(weak, kOwn), 26) << weak;
  }
}

TEST(Strength, WordsThatDoNotBelongTogether_AreNot) {
  for (const auto* good :
       {"correct horse battery", "violet anchor teapot", "dfk3$kdX", "caf\u00e9 au lait, bitte"}) {
    EXPECT_GE(StrengthBits(good, kOwn), 26) << good;
  }
}

TEST(Strength, AnyText_IsJudged) {
  for (const auto& text :
       {std::string(), std::string(128, 'a'), std::string(512, '\xc3'), std::string("\x01\xff")})
    EXPECT_GE(StrengthBits(text, std::vector<std::string>{"", "@", text}), 0);
}

}  // namespace
}  // namespace market::auth
