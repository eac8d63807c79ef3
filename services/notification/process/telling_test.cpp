#include "services/notification/process/telling.hpp"

#include <gtest/gtest.h>

#include "services/notification/testing/fake_auth.hpp"
#include "services/notification/testing/store_fixture.hpp"

namespace market::notification {
namespace {

using domain::Audience;
using domain::Kind;

class TellingTest : public StoreFixture {
 protected:
  void RunTelling(std::function<Task<>(Telling&, storage::Notifications&)> body) {
    Run([&](postgres::Database& database) -> Task<> {
      storage::Notifications store(database);
      Telling telling(store);
      telling.Connect(auth_);
      co_await body(telling, store);
    });
  }

  FakeAuth auth_;
  AccountId ada_ = AccountId::New();
  AccountId bob_ = AccountId::New();
  AccountId eve_ = AccountId::New();
  SellerId shop_ = SellerId::New();
};

TEST_F(TellingTest, AShopsTeam_OrItsOwnersAlone) {
  auth_.members[shop_.ToString()] = {{ada_, "owner"}, {bob_, "staff"}};
  RunTelling([&](Telling& telling, storage::Notifications& store) -> Task<> {
    CallContext call(Soon());
    const domain::News sale{.kind = Kind::kSale,
                            .audience = Audience::kTeam,
                            .facts = {.title = "1", .seller_order = Uuid::NewV7(), .seller = shop_}};
    const domain::News closed{
        .kind = Kind::kShopClosed, .audience = Audience::kOwners, .facts = {.seller = shop_}};
    EXPECT_EQ(co_await telling.Tell(call, AnyEvent(), {sale}), 2u);
    EXPECT_EQ(co_await telling.Tell(call, AnyEvent(), {closed}), 1u);
    EXPECT_EQ(co_await store.CountUnread(Soon(), ada_), 2);
    EXPECT_EQ(co_await store.CountUnread(Soon(), bob_), 1);
    EXPECT_EQ(co_await store.CountUnread(Soon(), eve_), 0);
  });
}

TEST_F(TellingTest, WhatIsAboutMoney_IsForOwnersAndManagers) {
  auth_.members[shop_.ToString()] = {{ada_, "owner"}, {bob_, "manager"}, {eve_, "staff"}};
  RunTelling([&](Telling& telling, storage::Notifications& store) -> Task<> {
    CallContext call(Soon());
    const domain::News paid{
        .kind = Kind::kPayoutPaid, .audience = Audience::kManagers, .facts = {.seller = shop_}};
    EXPECT_EQ(co_await telling.Tell(call, AnyEvent(), {paid}), 2u);
    EXPECT_EQ(co_await store.CountUnread(Soon(), eve_), 0);
  });
}

TEST_F(TellingTest, OneEvent_ForBuyerAndShop) {
  auth_.members[shop_.ToString()] = {{ada_, "owner"}};
  RunTelling([&](Telling& telling, storage::Notifications& store) -> Task<> {
    CallContext call(Soon());
    const domain::News placed{.kind = Kind::kOrderPlaced, .account = eve_, .facts = {.order = Uuid::NewV7()}};
    const domain::News sale{.kind = Kind::kSale, .audience = Audience::kTeam, .facts = {.seller = shop_}};
    const auto event = AnyEvent();
    EXPECT_EQ(co_await telling.Tell(call, event, {placed, sale}), 2u);
    EXPECT_EQ(co_await telling.Tell(call, event, {placed, sale}), 0u);
    EXPECT_EQ(co_await store.CountUnread(Soon(), ada_), 1);
    EXPECT_EQ(co_await store.CountUnread(Soon(), eve_), 1);
  });
}

TEST_F(TellingTest, WhileAuthIsDown_NothingIsToldYet) {
  auth_.down = true;
  auth_.members[shop_.ToString()] = {{ada_, "owner"}};
  RunTelling([&](Telling& telling, storage::Notifications& store) -> Task<> {
    CallContext call(Soon());
    const domain::News placed{.kind = Kind::kOrderPlaced, .account = eve_, .facts = {.order = Uuid::NewV7()}};
    const domain::News sale{.kind = Kind::kSale, .audience = Audience::kTeam, .facts = {.seller = shop_}};
    const auto event = AnyEvent();
    EXPECT_THROW(co_await telling.Tell(call, event, {placed, sale}), Error);
    EXPECT_EQ(co_await store.CountUnread(Soon(), eve_), 0);
    auth_.down = false;
    EXPECT_EQ(co_await telling.Tell(call, event, {placed, sale}), 2u);
  });
}

TEST_F(TellingTest, AShopWithoutAnybody_IsNoError) {
  RunTelling([&](Telling& telling, storage::Notifications&) -> Task<> {
    CallContext call(Soon());
    const domain::News sale{.kind = Kind::kSale, .audience = Audience::kTeam, .facts = {.seller = shop_}};
    EXPECT_EQ(co_await telling.Tell(call, AnyEvent(), {sale}), 0u);
  });
}

}  // namespace
}  // namespace market::notification
