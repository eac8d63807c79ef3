#include "services/notification/storage/notifications.hpp"

#include <gtest/gtest.h>

#include "services/notification/testing/store_fixture.hpp"

namespace market::notification::storage {
namespace {

using domain::Kind;
using domain::Setting;

class NotificationsTest : public StoreFixture {
 protected:
  static std::string Titles(const std::vector<domain::Notification>& list) {
    std::string titles;
    for (const auto& one : list) titles += (titles.empty() ? "" : " ") + one.facts.title;
    return titles;
  }
  static Task<> Tell(Notifications& store, AccountId account, const domain::News& news) {
    co_await store.Tell(Soon(), AnyEvent(), {{.account = account, .news = &news}});
  }
};

TEST_F(NotificationsTest, WhatIsTold_IsListedAndMailedOncePerEvent) {
  Run([&](postgres::Database& database) -> Task<> {
    Notifications store(database);
    const auto ada = AccountId::New();
    const auto news = Shipped("260829-1");
    const auto event = AnyEvent();
    EXPECT_EQ(co_await store.Tell(Soon(), event, {{.account = ada, .news = &news}}), 1u);
    EXPECT_EQ(co_await store.Tell(Soon(), event, {{.account = ada, .news = &news}}), 0u) << "delivered twice";
    const auto list = co_await store.List(Soon(), ada, {}, std::nullopt, 10);
    EXPECT_EQ(list.size(), 1u);
    EXPECT_EQ(list[0].kind, Kind::kParcelShipped);
    EXPECT_EQ(list[0].facts.title, "260829-1");
    EXPECT_EQ(list[0].facts.order, news.facts.order);
    EXPECT_EQ(list[0].facts.seller_order, news.facts.seller_order);
    EXPECT_EQ(list[0].facts.seller, news.facts.seller);
    EXPECT_EQ(list[0].facts.amount, news.facts.amount);
    EXPECT_FALSE(list[0].read);
  });
  EXPECT_EQ(WaitingMails(), "1");
}

TEST_F(NotificationsTest, OneEventManyTimesAtOnce_IsToldOnce) {
  Run([&](postgres::Database& database) -> Task<> {
    Notifications store(database);
    const auto ada = AccountId::New();
    const auto news = Shipped("260829-1");
    const auto event = AnyEvent();
    std::size_t mails = 0;
    co_await testing::AtOnce(8, [&](int) -> Task<> {
      mails += co_await store.Tell(Soon(), event, {{.account = ada, .news = &news}});
    });
    EXPECT_EQ(mails, 1u);
    EXPECT_EQ(co_await store.CountUnread(Soon(), ada), 1);
  });
}

TEST_F(NotificationsTest, List_IsTheAccountsOwn_NewestFirst_InPages) {
  Run([&](postgres::Database& database) -> Task<> {
    Notifications store(database);
    const auto ada = AccountId::New();
    const auto bob = AccountId::New();
    auto first = Shipped("1");
    const auto second = Shipped("2");
    const auto third = Shipped("3");
    co_await Tell(store, ada, first);
    co_await Tell(store, ada, second);
    co_await Tell(store, bob, Shipped("bob's"));
    co_await Tell(store, ada, third);
    const auto page = co_await store.List(Soon(), ada, {}, std::nullopt, 2);
    EXPECT_EQ(Titles(page), "3 2");
    EXPECT_EQ(Titles(co_await store.List(Soon(), ada, {}, page.back().id, 2)), "1");
    EXPECT_EQ(Titles(co_await store.List(Soon(), ada, {.seller = second.facts.seller}, std::nullopt, 9)),
              "2");
    co_await store.MarkRead(Soon(), ada, {page[0].id});
    co_await store.MarkRead(Soon(), bob, {page[1].id});
    EXPECT_EQ(Titles(co_await store.List(Soon(), ada, {.unread = true}, std::nullopt, 9)), "2 1")
        << "bob reads nothing of ada's";
    EXPECT_EQ(co_await store.CountUnread(Soon(), ada), 2);
    co_await store.MarkAllRead(Soon(), ada);
    EXPECT_EQ(co_await store.CountUnread(Soon(), ada), 0);
    EXPECT_EQ(co_await store.CountUnread(Soon(), bob), 1);
  });
}

TEST_F(NotificationsTest, Settings_SayWhereSomebodyIsTold) {
  Run([&](postgres::Database& database) -> Task<> {
    Notifications store(database);
    const auto ada = AccountId::New();
    const auto all =
        co_await store.Change(Soon(), ada,
                              {{.kind = Kind::kParcelShipped, .app = std::nullopt, .mail = false},
                               {.kind = Kind::kOrderPlaced, .app = false, .mail = std::nullopt}});
    const auto kept = co_await store.Settings(Soon(), ada);
    EXPECT_EQ(kept.size(), all.size());
    for (const auto& [kind, app, mail] : kept) {
      EXPECT_EQ(app, kind != Kind::kOrderPlaced) << Name(kind);
      EXPECT_EQ(mail, kind != Kind::kParcelShipped) << Name(kind);
    }
    const auto shipped = Shipped("1");
    co_await Tell(store, ada, shipped);
    EXPECT_EQ(WaitingMails(), "0");
    EXPECT_EQ(co_await store.CountUnread(Soon(), ada), 1);
    auto placed = Shipped("2");
    placed.kind = Kind::kOrderPlaced;
    co_await Tell(store, ada, placed);
    EXPECT_EQ(WaitingMails(), "1") << "by mail alone";
    EXPECT_EQ(co_await store.CountUnread(Soon(), ada), 1);
    // One thing at a time: the other stays as it was.
    co_await store.Change(Soon(), ada, {{.kind = Kind::kParcelShipped, .app = false, .mail = std::nullopt}});
    EXPECT_EQ(Sql("SELECT app || ' ' || mail FROM notification_setting WHERE kind = 'PARCEL_SHIPPED'"),
              "false false");
  });
}

TEST_F(NotificationsTest, AMailThatIsRequired_IsSentWhateverTheSettingSays) {
  Run([&](postgres::Database& database) -> Task<> {
    Notifications store(database);
    const auto ada = AccountId::New();
    co_await store.Change(Soon(), ada, {{.kind = Kind::kPasswordChanged, .app = false, .mail = false}});
    const domain::News changed{.kind = Kind::kPasswordChanged};
    co_await Tell(store, ada, changed);
    const domain::News token{.kind = Kind::kResetPassword, .token = Uuid::NewV7()};
    co_await Tell(store, ada, token);
    EXPECT_EQ(co_await store.CountUnread(Soon(), ada), 0) << "a token is by mail alone";
  });
  EXPECT_EQ(WaitingMails(), "2");
}

TEST_F(NotificationsTest, MailsToOne_KeepTheirOrder_AndHoldNoAddress) {
  Run([&](postgres::Database& database) -> Task<> {
    Notifications store(database);
    const auto ada = AccountId::New();
    const domain::News invited{.kind = Kind::kMemberInvited,
                               .audience = domain::Audience::kInvited,
                               .facts = {.seller = SellerId::New()},
                               .invitation = Uuid::NewV7()};
    const auto shipped = Shipped("1");
    co_await Tell(store, ada, shipped);
    co_await Tell(store, ada, shipped);
    co_await store.Tell(Soon(), AnyEvent(), {{.account = std::nullopt, .news = &invited}});
    EXPECT_EQ(Sql("SELECT count(*) FROM outbox WHERE key = '" + ada.ToString() + "'"), "2");
    EXPECT_EQ(Sql("SELECT count(*) FROM outbox WHERE key = '" + invited.invitation->ToString() + "'"), "1");
    EXPECT_EQ(Sql("SELECT count(*) FROM notification"), "2") << "who is invited has no list here";
  });
}

TEST_F(NotificationsTest, Sweep_TakesWhatIsOld) {
  Run([&](postgres::Database& database) -> Task<> {
    Notifications store(database);
    const auto ada = AccountId::New();
    const auto old = Shipped("old");
    const auto fresh = Shipped("new");
    co_await Tell(store, ada, old);
    Sql("UPDATE notification SET created_at = created_at - interval '91 days'");
    co_await Tell(store, ada, fresh);
    EXPECT_EQ(co_await store.Sweep(Soon(), std::chrono::days(90), 100), 1);
    EXPECT_EQ(Titles(co_await store.List(Soon(), ada, {}, std::nullopt, 9)), "new");
  });
}

}  // namespace
}  // namespace market::notification::storage
