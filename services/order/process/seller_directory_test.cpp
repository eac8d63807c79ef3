#include "services/order/process/seller_directory.hpp"

#include <gtest/gtest.h>

#include "platform/testing/run_loop.hpp"
#include "services/order/testing/fake_users.hpp"

namespace market::order {
namespace {

using api::user::Seller;
using market::testing::RunLoop;

constexpr Time kNow{std::chrono::days(20'000)};

TEST(SellerDirectory, BeginsWithAllSellersAndFollowsTheFeed) {
  RunLoop([]() -> Task<> {
    testing::FakeUsers users;
    std::vector<SellerId> sellers;
    for (int i = 0; i < 5; ++i) {
      sellers.push_back(SellerId::New());
      users.Set(sellers.back(), Seller::ACTIVE);
    }
    users.Set(sellers[4], Seller::SUSPENDED);
    SellerDirectory directory(users);
    EXPECT_TRUE(directory.MaySell(sellers[4], kNow)) << "it does not know yet";
    co_await directory.CatchUp();
    for (int i = 0; i < 4; ++i) EXPECT_TRUE(directory.MaySell(sellers[i], kNow));
    EXPECT_FALSE(directory.MaySell(sellers[4], kNow));
    EXPECT_TRUE(directory.MaySell(SellerId::New(), kNow));
    EXPECT_EQ(directory.Find(SellerId::New()), nullptr);

    users.Set(sellers[0], Seller::SUSPENDED);
    users.Set(sellers[4], Seller::ACTIVE);
    co_await directory.CatchUp();
    EXPECT_FALSE(directory.MaySell(sellers[0], kNow));
    EXPECT_TRUE(directory.MaySell(sellers[4], kNow));
    EXPECT_EQ(directory.Find(sellers[4])->version(), 3);
    EXPECT_EQ(users.rebuilds, 1u);
  });
}

TEST(SellerDirectory, WhetherASellerChargesTax_IsOnItsCard) {
  RunLoop([]() -> Task<> {
    testing::FakeUsers users;
    const auto seller = SellerId::New();
    users.Set(seller, Seller::ACTIVE);
    SellerDirectory directory(users);
    EXPECT_FALSE(directory.IsVatRegistered(seller)) << "it does not know yet";
    EXPECT_EQ(directory.CountryOf(seller), "");
    co_await directory.CatchUp();
    EXPECT_TRUE(directory.IsVatRegistered(seller));
    EXPECT_EQ(directory.CountryOf(seller), "DE");
    users.vat_registered = false;
    users.Set(seller, Seller::ACTIVE);
    co_await directory.CatchUp();
    EXPECT_FALSE(directory.IsVatRegistered(seller));
  });
}

TEST(SellerDirectory, OnHoliday_NothingIsSoldUntilItsEnd) {
  RunLoop([]() -> Task<> {
    testing::FakeUsers users;
    const auto seller = SellerId::New();
    SellerDirectory directory(users);
    co_await directory.CatchUp();
    users.cards[seller.ToString()].mutable_holiday_until()->set_seconds(kNow.time_since_epoch() /
                                                                        std::chrono::seconds(1));
    users.Set(seller, Seller::ACTIVE);
    co_await directory.CatchUp();
    EXPECT_FALSE(directory.MaySell(seller, kNow - std::chrono::seconds(1)));
    EXPECT_TRUE(directory.MaySell(seller, kNow));
    users.Set(seller, Seller::SUSPENDED);
    co_await directory.CatchUp();
    EXPECT_FALSE(directory.MaySell(seller, kNow));
    users.cards[seller.ToString()].clear_holiday_until();
    users.Set(seller, Seller::ACTIVE);
    co_await directory.CatchUp();
    EXPECT_TRUE(directory.MaySell(seller, kNow - std::chrono::seconds(1)));
  });
}

TEST(SellerDirectory, WhatIsOldAlready_ChangesNothing) {
  RunLoop([]() -> Task<> {
    testing::FakeUsers users;
    const auto seller = SellerId::New();
    users.Set(seller, Seller::ACTIVE);
    SellerDirectory directory(users);
    co_await directory.CatchUp();
    users.Set(seller, Seller::SUSPENDED);
    users.log.push_back(users.log.front());  // two transactions that raced: the older version comes last
    co_await directory.CatchUp();
    EXPECT_FALSE(directory.MaySell(seller, kNow));
  });
}

TEST(SellerDirectory, AnExpiredCursor_Rebuilds) {
  RunLoop([]() -> Task<> {
    testing::FakeUsers users;
    const auto seller = SellerId::New();
    users.Set(seller, Seller::ACTIVE);
    SellerDirectory directory(users);
    co_await directory.CatchUp();
    users.Set(seller, Seller::SUSPENDED);
    users.oldest = users.log.size();
    co_await directory.CatchUp();
    EXPECT_FALSE(directory.MaySell(seller, kNow));
    EXPECT_EQ(users.rebuilds, 2u);
  });
}

TEST(SellerDirectory, WhileUserIsAway_WhatIsKnownStays) {
  RunLoop([]() -> Task<> {
    testing::FakeUsers users;
    const auto seller = SellerId::New();
    users.Set(seller, Seller::SUSPENDED);
    SellerDirectory directory(users);
    co_await directory.CatchUp();
    users.Set(seller, Seller::ACTIVE);
    users.down = true;
    std::string reason;
    try {
      co_await directory.CatchUp();
    } catch (const Error& error) {
      reason = error.reason;
    }
    EXPECT_EQ(reason, "UNAVAILABLE");
    EXPECT_FALSE(directory.MaySell(seller, kNow));
    users.down = false;
    co_await directory.CatchUp();
    EXPECT_TRUE(directory.MaySell(seller, kNow));
  });
}

TEST(SellerDirectory, AnEventItCantRead_RebuildsAtTheNextTurn) {
  RunLoop([]() -> Task<> {
    testing::FakeUsers users;
    const auto seller = SellerId::New();
    users.Set(seller, Seller::ACTIVE);
    SellerDirectory directory(users);
    co_await directory.CatchUp();
    users.Set(seller, Seller::SUSPENDED);
    users.log.back().set_version(2);
    bool failed = false;
    try {
      co_await directory.CatchUp();
    } catch (const std::runtime_error&) {
      failed = true;
    }
    EXPECT_TRUE(failed);
    co_await directory.CatchUp();
    EXPECT_FALSE(directory.MaySell(seller, kNow));
    EXPECT_EQ(users.rebuilds, 2u);
  });
}

}  // namespace
}  // namespace market::order
