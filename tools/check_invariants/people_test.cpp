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

TEST(CrossCheck_People, SellerWithoutItsOwnersMembership_IsNamed) {
  auto facts = Healthy();
  facts.auth_before.owners.erase({"seller1", "owner1"});
  EXPECT_THAT(CrossCheck(facts), IsEmpty()) << "it came meanwhile";
  facts.auth_after.owners.erase({"seller1", "owner1"});
  EXPECT_THAT(CrossCheck(facts), FindsOnly("X9", "auth", "seller1", "its owner owner1 is no member"));
  facts.sellers["seller1"].waits = true;
  EXPECT_THAT(CrossCheck(facts), IsEmpty()) << "a message will make it";
}

TEST(CrossCheck_People, StrangerAsOwner_IsNamed) {
  auto facts = Healthy();
  facts.auth_before.owners.insert({"seller1", "buyer"});
  EXPECT_THAT(CrossCheck(facts), FindsOnly("X9", "auth", "seller1",
                                           "account buyer is a member as owner, the seller is owner1's"));

  facts = Healthy();
  facts.sellers["seller1"].owner = "buyer";
  EXPECT_THAT(CrossCheck(facts), ElementsAre(Finds("X9", "auth", "seller1", "its owner buyer is no member"),
                                             Finds("X9", "auth", "seller1", "the seller is buyer's")));
}

TEST(CrossCheck_People, OwnerOfASellerThatIsNotApproved_IsNamed) {
  auto facts = Healthy();
  facts.sellers["seller1"].state = "PENDING";
  EXPECT_THAT(CrossCheck(facts), FindsOnly("X9", "auth", "seller1", "before the seller was approved"));
}

TEST(CrossCheck_People, PeopleWhoDoNotExist_AreNamed) {
  auto facts = Healthy();
  facts.sellers.erase("seller1");
  facts.auth_after.accounts.erase("buyer");
  facts.profiles.erase("buyer");
  facts.auth_before.without_message.erase("buyer");
  EXPECT_THAT(CrossCheck(facts),
              ElementsAre(Finds("X13", "order", "order", "its buyer buyer is no account"),
                          Finds("X9", "auth", "seller1", "account owner1 owns a seller that does not exist"),
                          Finds("X13", "product", "seller1", "products of a seller that does not exist"),
                          Finds("X13", "order", "part1", "its seller seller1 does not exist")));
}

}  // namespace
}  // namespace market::invariants
