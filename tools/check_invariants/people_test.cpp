// Accounts, profiles, sellers and members.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tools/check_invariants/testing/healthy.hpp"

namespace market::invariants {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST(CrossCheck_People, AccountAndProfile_WithoutTheOther_AreNamed) {
  auto facts = Healthy();
  facts.profiles.erase("buyer");
  facts.profiles.insert("stranger");
  EXPECT_THAT(CrossCheck(facts), ElementsAre(Finds("X9", "user", "buyer", "without a profile"),
                                             Finds("X9", "user", "stranger", "without an account")));
  facts.profiles.erase("stranger");
  facts.auth_before.without_message.erase("buyer");
  EXPECT_THAT(CrossCheck(facts), IsEmpty()) << "a message will make it";
}

TEST(CrossCheck_People, AMemberWhomAuthDoesNotKnow_IsNamed) {
  auto facts = Healthy();
  facts.auth_before.members.erase({"seller1", "owner1", "owner"});
  EXPECT_THAT(CrossCheck(facts), IsEmpty()) << "it came meanwhile";
  facts.auth_after.members.erase({"seller1", "owner1", "owner"});
  EXPECT_THAT(CrossCheck(facts), FindsOnly("X9", "auth", "seller1", "account owner1 is a member as owner"));
  facts.sellers["seller1"].waits = true;
  EXPECT_THAT(CrossCheck(facts), IsEmpty()) << "a message will tell it";
}

TEST(CrossCheck_People, OneWhomOnlyAuthTakesForAMember_IsNamed) {
  auto facts = Healthy();
  facts.auth_before.members.insert({"seller1", "buyer", "owner"});
  EXPECT_THAT(CrossCheck(facts), IsEmpty()) << "it went meanwhile";
  facts.auth_after.members.insert({"seller1", "buyer", "owner"});
  EXPECT_THAT(CrossCheck(facts),
              FindsOnly("X9", "auth", "seller1", "account buyer is taken for a member as owner"));

  facts = Healthy();
  facts.members.erase({"seller1", "owner1", "owner"});
  facts.members.insert({"seller1", "owner1", "staff"});
  EXPECT_THAT(CrossCheck(facts),
              ElementsAre(Finds("X9", "auth", "seller1", "account owner1 is a member as staff"),
                          Finds("X9", "auth", "seller1", "account owner1 is taken for a member as owner")));
}

TEST(CrossCheck_People, WhoIsForgottenHereAndKnownThere_IsNamed) {
  auto facts = Healthy();
  facts.auth_before.forgotten.insert("buyer");
  EXPECT_THAT(CrossCheck(facts), IsEmpty());
  facts.personal.emplace("order", "buyer");
  EXPECT_THAT(CrossCheck(facts), FindsOnly("X16", "order", "buyer", "its owner has closed account buyer"));
}

TEST(CrossCheck_People, PeopleWhoDoNotExist_AreNamed) {
  auto facts = Healthy();
  facts.sellers.erase("seller1");
  facts.members.erase({"seller1", "owner1", "owner"});
  facts.auth_after.accounts.erase("buyer");
  facts.profiles.erase("buyer");
  facts.auth_before.without_message.erase("buyer");
  EXPECT_THAT(CrossCheck(facts),
              ElementsAre(Finds("X13", "order", "order", "its buyer buyer is no account"),
                          Finds("X9", "auth", "seller1", "account owner1 is taken for a member as owner"),
                          Finds("X13", "product", "seller1", "products of a seller that does not exist"),
                          Finds("X13", "order", "part1", "its seller seller1 does not exist")));
}

}  // namespace
}  // namespace market::invariants
