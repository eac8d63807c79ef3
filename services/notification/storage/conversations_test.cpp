#include "services/notification/storage/conversations.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <set>

#include "platform/core/error.hpp"
#include "platform/testing/reason_of.hpp"
#include "services/notification/testing/store_fixture.hpp"

namespace market::notification::storage {
namespace {

using domain::Parties;
using domain::Side;
using Sent = Conversations::Sent;
using std::chrono::days;
using std::chrono::hours;
using testing::ReasonOf;

constexpr postgres::Statement kTwentyMinutesLater{
    "test.later", "UPDATE writing_limit SET busy_until = busy_until - interval '20 minutes'"};
constexpr postgres::Statement kMuchLater{
    "test.much_later", "UPDATE writing_limit SET busy_until = market_now() - interval '1 second'"};

class ConversationsTest : public StoreFixture {
 protected:
  void RunStore(std::function<Task<>(Conversations&)> body) {
    Run([&](postgres::Database& database) -> Task<> {
      Conversations store(database, limits_);
      co_await body(store);
    });
  }

  Parties AboutProduct() const {
    return {.buyer = ada_,
            .seller = shop_,
            .seller_name = "Engines",
            .subject = {.product = product_, .seller_order = std::nullopt, .title = "Difference engine"}};
  }
  Parties AboutOrder() const {
    return {.buyer = ada_,
            .seller = shop_,
            .seller_name = "Engines",
            .subject = {.product = std::nullopt, .seller_order = product_, .title = "261129-1-1"}};
  }
  static domain::Draft Says(AccountId author, std::string text) {
    return {.id = domain::MessageId::New(), .author = author, .text = std::move(text)};
  }
  Scope Ada() const { return {.buyer = ada_, .sellers = {}}; }
  Scope Shop() const { return {.buyer = std::nullopt, .sellers = {shop_}}; }
  static Scope Operator() { return {.buyer = std::nullopt, .sellers = {}, .reported = true}; }

  Task<Sent> Begin(Conversations& store, std::string text = "Hello") {
    co_return co_await store.Start(Soon(), AboutProduct(), Side::kBuyer, Says(ada_, std::move(text)), {bob_});
  }
  static Task<std::string> Texts(Conversations& store, domain::ConversationId id, Scope scope) {
    std::string texts;
    for (const auto& one : co_await store.Messages(Soon(), id, std::move(scope), std::nullopt, 100))
      texts += (texts.empty() ? "" : " ") + one.text;
    co_return texts;
  }
  std::string Told() { return Sql("SELECT count(*) FROM notification WHERE kind = 'MESSAGE_RECEIVED'"); }

  Conversations::Limits limits_{.messages = {.count = 60, .window = hours(1)},
                                .conversations = {.count = 20, .window = days(1)}};
  const AccountId ada_ = AccountId::New();  // buys
  const AccountId bob_ = AccountId::New();  // of the shop
  const AccountId eve_ = AccountId::New();
  const SellerId shop_ = SellerId::New();
  const Uuid product_ = Uuid::NewV7();
};

TEST_F(ConversationsTest, ThereIsOneForEachBuyerShopAndSubject) {
  RunStore([&](Conversations& store) -> Task<> {
    const auto first = co_await Begin(store, "one");
    const auto second = co_await Begin(store, "two");
    EXPECT_EQ(second.conversation.id, first.conversation.id);
    EXPECT_EQ(second.message.number, 2);
    EXPECT_EQ(co_await Texts(store, first.conversation.id, Ada()), "two one");

    const auto order = co_await store.Start(Soon(), AboutOrder(), Side::kShop, Says(bob_, "sent"), {ada_});
    EXPECT_NE(order.conversation.id, first.conversation.id);
    EXPECT_EQ(order.conversation.side, Side::kShop);
    const auto answer =
        co_await store.Start(Soon(), AboutOrder(), Side::kBuyer, Says(ada_, "thanks"), {bob_});
    EXPECT_EQ(answer.conversation.id, order.conversation.id);
    EXPECT_EQ(answer.conversation.unread, 1) << "what the shop wrote";

    auto of_eve = AboutProduct();
    of_eve.buyer = eve_;
    const auto hers = co_await store.Start(Soon(), of_eve, Side::kBuyer, Says(eve_, "and I?"), {bob_});
    EXPECT_NE(hers.conversation.id, first.conversation.id);
  });
}

TEST_F(ConversationsTest, AMessageThatWasSent_IsNotSentAgain) {
  RunStore([&](Conversations& store) -> Task<> {
    const auto draft = Says(ada_, "once");
    const auto first = co_await store.Start(Soon(), AboutProduct(), Side::kBuyer, draft, {bob_});
    const auto again = co_await store.Start(Soon(), AboutProduct(), Side::kBuyer, draft, {bob_});
    EXPECT_EQ(again.message.number, first.message.number);
    EXPECT_EQ(again.mails, 0u);
    const auto id = first.conversation.id;
    const auto reply = Says(bob_, "twice?");
    for (int i = 0; i < 2; ++i)
      EXPECT_TRUE((co_await store.Send(Soon(), id, Shop(), reply, {ada_})).has_value());
    EXPECT_EQ(co_await Texts(store, id, Ada()), "twice? once");
  });
  EXPECT_EQ(Sql("SELECT count(*) FROM event WHERE type = 'notification.MessageSent'"), "2");
}

TEST_F(ConversationsTest, TheOtherSideIsToldOnce_UntilItHasRead) {
  RunStore([&](Conversations& store) -> Task<> {
    const auto begun = co_await Begin(store);
    EXPECT_EQ(begun.mails, 1u);
    EXPECT_EQ((co_await Begin(store)).mails, 0u) << "the shop has something unread already";
    const auto id = begun.conversation.id;
    EXPECT_EQ((co_await store.Send(Soon(), id, Shop(), Says(bob_, "hi"), {ada_}))->mails, 1u)
        << "of the other side";
    const auto newest = co_await store.Messages(Soon(), id, Shop(), std::nullopt, 1);
    const auto read = co_await store.MarkRead(Soon(), id, Shop(), newest.at(0).id);
    EXPECT_EQ(read->unread, 0);
    EXPECT_EQ((co_await Begin(store)).mails, 1u);
  });
  EXPECT_EQ(WaitingMails(), "3");
  EXPECT_EQ(Told(), "3");
  EXPECT_EQ(Sql("SELECT count(*) FROM notification WHERE conversation_id = (SELECT id FROM conversation)"),
            "3");
}

TEST_F(ConversationsTest, UnreadIsCountedPerSide_AndOnlyGoesForward) {
  RunStore([&](Conversations& store) -> Task<> {
    const auto one = co_await Begin(store, "1");
    const auto two = co_await Begin(store, "2");
    const auto id = one.conversation.id;
    const auto three = co_await store.Send(Soon(), id, Shop(), Says(bob_, "3"), {ada_});
    co_await Begin(store, "4");
    EXPECT_EQ((co_await store.Find(Soon(), id, Shop()))->unread, 3);
    EXPECT_EQ((co_await store.Find(Soon(), id, Ada()))->unread, 1);
    EXPECT_EQ((co_await store.MarkRead(Soon(), id, Shop(), two.message.id))->unread, 1);
    EXPECT_EQ((co_await store.MarkRead(Soon(), id, Shop(), one.message.id))->unread, 1) << "not backwards";
    EXPECT_EQ((co_await store.MarkRead(Soon(), id, Ada(), three->message.id))->unread, 0);
    EXPECT_EQ(co_await store.CountUnread(Soon(), Shop(), Shelf::kOfShops), 1);
    EXPECT_EQ(co_await store.CountUnread(Soon(), Ada(), Shelf::kOfBuyer), 0);
    EXPECT_FALSE((co_await store.MarkRead(Soon(), id, Ada(), domain::MessageId::New())).has_value());
  });
}

TEST_F(ConversationsTest, WhoHasReadAll_IsToldOfNothingAnyMore) {
  const auto unread = [&] { return Sql("SELECT count(*) FROM notification WHERE read_at IS NULL"); };
  RunStore([&](Conversations& store) -> Task<> {
    const Scope bob{.buyer = bob_, .sellers = Shop().sellers};
    const auto one = co_await Begin(store, "1");
    const auto two = co_await Begin(store, "2");
    const auto id = one.conversation.id;
    co_await store.MarkRead(Soon(), id, bob, one.message.id);
    EXPECT_EQ(unread(), "1") << "there is more to read";
    co_await store.MarkRead(Soon(), id, Ada(), two.message.id);
    EXPECT_EQ(unread(), "1") << "nobody reads for another";
    co_await store.MarkRead(Soon(), id, bob, two.message.id);
    EXPECT_EQ(unread(), "0");
  });
}

TEST_F(ConversationsTest, WhoeverIsNeitherSide_FindsNothing) {
  RunStore([&](Conversations& store) -> Task<> {
    const auto begun = co_await Begin(store);
    const auto id = begun.conversation.id;
    const Scope eve{.buyer = eve_, .sellers = {SellerId::New()}};
    EXPECT_FALSE((co_await store.Find(Soon(), id, eve)).has_value());
    EXPECT_EQ(co_await Texts(store, id, eve), "");
    EXPECT_FALSE((co_await store.Send(Soon(), id, eve, Says(eve_, "me too"), {})).has_value());
    EXPECT_FALSE((co_await store.MarkRead(Soon(), id, eve, begun.message.id)).has_value());
    EXPECT_FALSE((co_await store.Report(Soon(), id, eve, eve_, "mine")).has_value());
    EXPECT_TRUE((co_await store.List(Soon(), eve, {}, std::nullopt, 10)).empty());
    EXPECT_TRUE((co_await store.List(Soon(), eve, {.shelf = Shelf::kOfShops}, std::nullopt, 10)).empty());
    EXPECT_TRUE((co_await store.List(Soon(), Ada(), {.shelf = Shelf::kReported}, std::nullopt, 10)).empty());
    EXPECT_FALSE((co_await store.Find(Soon(), id, Operator())).has_value()) << "nobody has reported it";
  });
}

TEST_F(ConversationsTest, AReport_ShowsItToOperators_OnceASide) {
  RunStore([&](Conversations& store) -> Task<> {
    const auto id = (co_await Begin(store)).conversation.id;
    EXPECT_TRUE((co_await store.Report(Soon(), id, Shop(), bob_, "rude"))->reported);
    EXPECT_TRUE((co_await store.Report(Soon(), id, Shop(), bob_, "again"))->reported);
    EXPECT_FALSE((co_await store.Find(Soon(), id, Ada()))->reported) << "by her side";
    const auto seen = co_await store.Find(Soon(), id, Operator());
    EXPECT_TRUE(seen->reported);
    EXPECT_FALSE(seen->side.has_value());
    EXPECT_EQ(seen->reports.size(), 1u);
    EXPECT_EQ(seen->reports.at(0).reason, "rude");
    EXPECT_EQ(co_await Texts(store, id, Operator()), "Hello");
    EXPECT_EQ((co_await store.List(Soon(), Operator(), {.shelf = Shelf::kReported}, std::nullopt, 10)).size(),
              1u);
    EXPECT_FALSE((co_await store.Send(Soon(), id, Operator(), Says(eve_, "stop"), {})).has_value())
        << "operators write nothing";
    EXPECT_TRUE((co_await store.Report(Soon(), id, Ada(), ada_, "no, they"))->reported);
    EXPECT_EQ((co_await store.Find(Soon(), id, Operator()))->reports.size(), 2u);
  });
  EXPECT_EQ(Sql("SELECT string_agg(aggregate_version::text, ' ' ORDER BY aggregate_version) FROM event"),
            "1 2 3");
}

TEST_F(ConversationsTest, AreListedByTheirNewestMessage_InPages) {
  RunStore([&](Conversations& store) -> Task<> {
    std::vector<domain::ConversationId> ids;
    for (int i = 0; i < 3; ++i) {
      auto parties = AboutProduct();
      parties.subject.product = Uuid::NewV7();
      ids.push_back(
          (co_await store.Start(Soon(), parties, Side::kBuyer, Says(ada_, "x"), {})).conversation.id);
    }
    co_await store.Send(Soon(), ids[0], Shop(), Says(bob_, "y"), {});
    auto page = co_await store.List(Soon(), Ada(), {}, std::nullopt, 2);
    EXPECT_EQ(page.size(), 2u);
    EXPECT_EQ(page[0].id, ids[0]);
    EXPECT_EQ(page[1].id, ids[2]);
    const ConversationPlace after{page[1].last_message_at, page[1].id};
    page = co_await store.List(Soon(), Ada(), {}, after, 2);
    EXPECT_EQ(page.size(), 1u);
    EXPECT_EQ(page[0].id, ids[1]);
    EXPECT_EQ((co_await store.List(Soon(), Ada(), {.unread = true}, std::nullopt, 10)).size(), 1u);
    EXPECT_EQ((co_await store.List(Soon(), Ada(), {.reported = true}, std::nullopt, 10)).size(), 0u);
    EXPECT_EQ(
        (co_await store.List(Soon(), Shop(), {.shelf = Shelf::kOfShops, .unread = true}, std::nullopt, 10))
            .size(),
        3u);
  });
}

// By as many accounts: one account's messages wait for each other anyhow.
TEST_F(ConversationsTest, BegunByBothSidesAtOnce_IsOne_WithEveryMessage_AndOneMailASide) {
  RunStore([&](Conversations& store) -> Task<> {
    std::set<std::string> ids;
    std::size_t mails = 0;
    co_await testing::AtOnce(12, [&](int i) -> Task<> {
      const auto side = i % 4 == 0 ? Side::kBuyer : Side::kShop;
      const auto author = side == Side::kBuyer ? ada_ : AccountId::New();
      const auto sent = co_await store.Start(Soon(), AboutOrder(), side, Says(author, "x"),
                                             {side == Side::kBuyer ? bob_ : ada_});
      ids.insert(sent.conversation.id.ToString());
      mails += sent.mails;
    });
    EXPECT_EQ(ids.size(), 1u);
    EXPECT_EQ(mails, 2u);
  });
  EXPECT_EQ(Sql("SELECT concat_ws(' ', messages, version, buyer_unread, shop_unread) FROM conversation"),
            "12 12 9 3");
  EXPECT_EQ(Sql("SELECT string_agg(number::text, ' ' ORDER BY number) FROM message"),
            "1 2 3 4 5 6 7 8 9 10 11 12");
  EXPECT_EQ(Told(), "2");
}

TEST_F(ConversationsTest, WhatIsReadWhileMoreComes_IsCountedRight) {
  RunStore([&](Conversations& store) -> Task<> {
    const auto id = (co_await Begin(store)).conversation.id;
    const auto first = co_await store.Send(Soon(), id, Shop(), Says(bob_, "first"), {});
    co_await testing::AtOnce(24, [&](int i) -> Task<> {
      if (i % 2 == 0) {
        co_await store.MarkRead(Soon(), id, Ada(), first->message.id);
      } else {
        co_await store.Send(Soon(), id, Shop(), Says(AccountId::New(), "more"), {});
      }
    });
    EXPECT_EQ((co_await store.Find(Soon(), id, Ada()))->unread, 12);
  });
}

TEST_F(ConversationsTest, OneAccountWritesSoMuch_AndBeginsSoMany) {
  limits_ = {.messages = {.count = 3, .window = hours(1)}, .conversations = {.count = 1, .window = days(1)}};
  Run([&](postgres::Database& database) -> Task<> {
    Conversations store(database, limits_);
    const auto id = (co_await Begin(store)).conversation.id;
    auto other = AboutProduct();
    other.subject.product = Uuid::NewV7();
    EXPECT_EQ(co_await ReasonOf(store.Start(Soon(), other, Side::kBuyer, Says(ada_, "x"), {})),
              "RATE_LIMITED");
    EXPECT_EQ((co_await store.List(Soon(), Ada(), {}, std::nullopt, 10)).size(), 1u)
        << "nothing of it was kept";
    std::string refused;
    co_await testing::AtOnce(6, [&](int) -> Task<> {
      refused += co_await ReasonOf(store.Send(Soon(), id, Ada(), Says(ada_, "y"), {})) + ",";
    });
    EXPECT_EQ(std::ranges::count(refused, 'R'), 4) << refused << "two more were free";
    EXPECT_EQ(co_await ReasonOf(store.Send(Soon(), id, Shop(), Says(bob_, "z"), {})), "") << "others may";
    std::chrono::milliseconds wait{0};
    try {
      co_await store.Send(Soon(), id, Ada(), Says(ada_, "y"), {});
    } catch (const Error& error) {
      wait = error.retry_after.value();
    }
    EXPECT_GT(wait.count(), 0);
    EXPECT_LE(wait, std::chrono::minutes(20));
    co_await database.Write(Soon(), kTwentyMinutesLater);
    EXPECT_EQ(co_await ReasonOf(store.Send(Soon(), id, Ada(), Says(ada_, "y"), {})), "");
    EXPECT_EQ(co_await store.SweepLimits(Soon(), 10), 1) << "bob's";
    co_await database.Write(Soon(), kMuchLater);
    EXPECT_EQ(co_await store.SweepLimits(Soon(), 10), 2);
  });
}

}  // namespace
}  // namespace market::notification::storage
