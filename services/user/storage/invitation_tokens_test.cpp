#include "services/user/storage/invitation_tokens.hpp"

#include <gtest/gtest.h>

#include <stdexcept>

namespace market::user::storage {
namespace {

TEST(InvitationTokens, AreTheSameEverywhereAndOfOneInvitation) {
  InvitationTokens one;
  InvitationTokens replica;
  InvitationTokens other;
  one.Use("secret");
  replica.Use("secret");
  other.Use("another secret");
  const auto id = domain::InvitationId::New();
  EXPECT_EQ(one.Of(id), replica.Of(id));
  EXPECT_NE(one.Of(id), other.Of(id));
  EXPECT_NE(one.Of(id), one.Of(domain::InvitationId::New()));
  EXPECT_TRUE(one.Of(id).starts_with("inv_"));
  EXPECT_EQ(InvitationTokens::DigestOf(one.Of(id))->size(), 32u);
}

TEST(InvitationTokens, WhatCantBeOne_HasNoDigest) {
  InvitationTokens tokens;
  EXPECT_THROW(tokens.Of(domain::InvitationId::New()), std::logic_error);
  tokens.Use("secret");
  const auto good = tokens.Of(domain::InvitationId::New());
  for (const auto& text :
       {std::string(), std::string("inv_"), good.substr(4), good + "A", "INV_" + good.substr(4)}) {
    EXPECT_FALSE(InvitationTokens::DigestOf(text)) << text;
  }
}

}  // namespace
}  // namespace market::user::storage
