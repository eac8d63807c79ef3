#include "services/user/domain/seller.hpp"

#include <gtest/gtest.h>

#include <stdexcept>

namespace market::user::domain {
namespace {

using enum SellerState;

TEST(Seller, Approval_FollowsTheTable) {
  EXPECT_EQ(AfterApproval(kPending), kActive);
  EXPECT_EQ(AfterApproval(kActive), kActive);
  EXPECT_EQ(AfterApproval(kSuspended), std::nullopt);
}

TEST(Seller, NamesOfStates_RoundTrip) {
  for (const auto state : {kPending, kActive, kSuspended}) EXPECT_EQ(kSellerStates.Find(Name(state)), state);
  SellerState state{};
  for (const auto* other : {"", "active", "CLOSED"}) {
    EXPECT_THROW(FromText(other, state), std::invalid_argument) << other;
  }
}

TEST(Seller, FirstState_IsTheMarketplacesChoice) {
  EXPECT_EQ(InitialState(Approval::kAutomatic), kActive);
  EXPECT_EQ(InitialState(Approval::kByOperator), kPending);
}

}  // namespace
}  // namespace market::user::domain
