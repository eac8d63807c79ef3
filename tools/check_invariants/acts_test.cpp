// Acts on record, and the one list of them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tools/check_invariants/testing/healthy.hpp"

namespace market::invariants {
namespace {

using testing::IsEmpty;

Facts WithAnAct() {
  auto facts = Healthy();
  facts.recorded["act"] = {.service = "order", .content = "cancelled", .what = "CancelOrder on order 1"};
  facts.listed_before = facts.listed_after = facts.recorded;
  return facts;
}

TEST(CrossCheck_Acts, AnActThatIsNotListed_IsNamed_UnlessAMessageWillBringIt) {
  auto facts = WithAnAct();
  EXPECT_THAT(CrossCheck(facts), IsEmpty());
  facts.listed_before.clear();
  EXPECT_THAT(CrossCheck(facts), IsEmpty()) << "it came meanwhile";
  facts.listed_after.clear();
  EXPECT_THAT(CrossCheck(facts),
              FindsOnly("X15", "order", "act", "CancelOrder on order 1 is not in the list"));
  facts.recorded["act"].waits = true;
  EXPECT_THAT(CrossCheck(facts), IsEmpty()) << "a message will bring it";
}

TEST(CrossCheck_Acts, AnActThatNobodyDid_IsNamed) {
  auto facts = WithAnAct();
  facts.listed_after["other"] = {.service = "user", .content = "made up", .what = "OpenSeller on seller 2"};
  EXPECT_THAT(CrossCheck(facts), IsEmpty()) << "it was done meanwhile";
  facts.listed_before = facts.listed_after;
  EXPECT_THAT(CrossCheck(facts),
              FindsOnly("X15", "auth", "other", "not on record in user: OpenSeller on seller 2"));
}

TEST(CrossCheck_Acts, AnActThatTheListHasOtherwise_IsNamed) {
  for (const ActFact& other : {ActFact{"order", "refunded", ""}, ActFact{"payment", "cancelled", ""}}) {
    auto facts = WithAnAct();
    facts.listed_after["act"] = other;
    EXPECT_THAT(CrossCheck(facts), FindsOnly("X15", "order", "act", "has otherwise: CancelOrder on order 1"));
  }
}

}  // namespace
}  // namespace market::invariants
