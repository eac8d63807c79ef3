#include "services/auth/domain/account.hpp"

#include <gtest/gtest.h>

namespace market::auth::domain {
namespace {

TEST(Email, Normalized_OnlyAsciiLettersChange) {
  EXPECT_EQ(NormalizeEmail("Ada@Example.COM"), "ada@example.com");
  EXPECT_EQ(NormalizeEmail("\xc3\x84"
                           "B@x"),
            "\xc3\x84"
            "b@x");
  EXPECT_EQ(NormalizeEmail(""), "");
}

TEST(Roles, Names_AreReadBackAndNoOther) {
  EXPECT_EQ(Name(Role::kAdmin), "admin");
  EXPECT_EQ(kRoles.Find("moderator"), Role::kModerator);
  EXPECT_EQ(Name(MemberRole::kOwner), "owner");
  EXPECT_EQ(kMemberRoles.Find("owner"), MemberRole::kOwner);
  for (const auto* other : {"", "Operator", "owners", "OWNER", "director"}) {
    EXPECT_FALSE(kRoles.Find(other)) << other;
    EXPECT_FALSE(kMemberRoles.Find(other)) << other;
  }
}

// Nobody comes to rights over the whole marketplace by the name of a role in a shop.
TEST(Roles, NameOfTheOtherKind_IsNone) {
  EXPECT_FALSE(kRoles.Find("owner"));
  EXPECT_FALSE(kMemberRoles.Find("admin"));
}

}  // namespace
}  // namespace market::auth::domain
