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

TEST(ProductSellers, AreToldByNameAndByWhoMayNotSell) {
  RunLoop([]() -> Task<> {
    FakeUsers users;
    SellerDirectory directory(users);
    const auto seller = SellerId::New();
    EXPECT_EQ(directory.NameOf(seller), "");
    EXPECT_TRUE(directory.Inactive()->empty());
    users.Set(seller, Seller::ACTIVE, "Nordlicht");
    co_await directory.CatchUp();
    EXPECT_EQ(directory.NameOf(seller), "Nordlicht");
    EXPECT_EQ(directory.TakeRenamed(), std::vector{seller});
    users.Set(seller, Seller::SUSPENDED, "Nordlicht");
    co_await directory.CatchUp();
    EXPECT_TRUE(directory.Inactive()->contains(seller));
    EXPECT_TRUE(directory.TakeRenamed().empty());
    users.Set(seller, Seller::ACTIVE, "Südlicht");
    co_await directory.CatchUp();
    EXPECT_TRUE(directory.Inactive()->empty());
    EXPECT_EQ(directory.TakeRenamed(), std::vector{seller});
  });
}

}  // namespace
}  // namespace market::product
