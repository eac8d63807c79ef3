#include "services/product/process/seller_directory.hpp"

#include <gtest/gtest.h>

#include "platform/testing/run_loop.hpp"
#include "services/product/testing/fake_users.hpp"

namespace market::product {
namespace {

using api::user::Seller;
using market::testing::RunLoop;

TEST(ProductSellers, OfEveryState_OnlyTheActiveOnesMaySell) {
  RunLoop([]() -> Task<> {
    FakeUsers users;
    SellerDirectory directory(users);
    std::map<Seller::State, SellerId> sellers;
    for (const auto state : {Seller::PENDING, Seller::ACTIVE, Seller::SUSPENDED, Seller::CLOSED}) {
      users.Set(sellers[state] = SellerId::New(), state);
    }
    for (const auto& [state, seller] : sellers)
      EXPECT_TRUE(directory.IsActive(seller)) << "it knows nothing yet";
    co_await directory.CatchUp();
    for (const auto& [state, seller] : sellers)
      EXPECT_EQ(directory.IsActive(seller), state == Seller::ACTIVE);
    EXPECT_TRUE(directory.IsActive(SellerId::New()));
  });
}

TEST(ProductSellers, FollowTheFeed_AndKeepWhatIsKnownWhileUserIsAway) {
  RunLoop([]() -> Task<> {
    FakeUsers users;
    SellerDirectory directory(users);
    const auto seller = SellerId::New();
    users.Set(seller, Seller::ACTIVE);
    co_await directory.CatchUp();
    users.TellOfSomethingElse();
    users.Set(seller, Seller::SUSPENDED);
    co_await directory.CatchUp();
    EXPECT_FALSE(directory.IsActive(seller));
    users.down = true;
    std::string reason;
    try {
      co_await directory.CatchUp();
    } catch (const Error& error) {
      reason = error.reason;
    }
    EXPECT_EQ(reason, "UNAVAILABLE");
    EXPECT_FALSE(directory.IsActive(seller));
    users.down = false;
    users.Set(seller, Seller::ACTIVE);
    co_await directory.CatchUp();
    EXPECT_TRUE(directory.IsActive(seller));
  });
}

}  // namespace
}  // namespace market::product
