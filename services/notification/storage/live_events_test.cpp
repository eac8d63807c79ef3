#include "services/notification/storage/live_events.hpp"

#include "services/notification/storage/conversations.hpp"
#include "services/notification/testing/store_fixture.hpp"

namespace market::notification {
namespace {

using namespace std::chrono_literals;
using domain::Listener;
using domain::LiveKind;
using domain::LiveNews;
using storage::LiveEvents;
using storage::LivePage;
using storage::LivePosition;

class LiveEventsTest : public StoreFixture {
 protected:
  static LiveNews Order(Uuid listener, std::string state) {
    LiveNews news{.listener = listener, .event = {}};
    news.event.order = Uuid::NewV7();
    news.event.state = std::move(state);
    return news;
  }
  Task<> Tell(postgres::Database& database, std::vector<LiveNews> news) {
    storage::Notifications notifications(database);
    co_await notifications.Tell(Soon(), AnyEvent(), {}, std::move(news));
    co_await Settled();
  }
  static Listener Of(AccountId account) {
    return {.account = account, .order_shops = {}, .message_shops = {}};
  }
  // "PLACED, NOTIFICATION"
  static std::string Words(const LivePage& page) {
    std::string words;
    for (const auto& [at, event] : page.entries)
      words += (words.empty() ? "" : ", ") + event.state.value_or(std::string(Name(event.kind)));
    return words;
  }
  static Task<LivePosition> Now(LiveEvents& events) {
    co_return (co_await events.List(Soon(), {}, std::nullopt, 10)).next;
  }

  AccountId ada_ = AccountId::New();
  AccountId bob_ = AccountId::New();
  SellerId shop_ = SellerId::New();
};

TEST_F(LiveEventsTest, List_TellsEachWhatIsTheirs) {
  Run([&](postgres::Database& database) -> Task<> {
    LiveEvents events(database);
    const auto begin = co_await Now(events);
    co_await Tell(database, {Order(ada_.Value(), "PLACED"), Order(shop_.Value(), "ACCEPTED")});
    EXPECT_EQ(Words(co_await events.List(Soon(), Of(ada_), begin, 10)), "PLACED");
    EXPECT_EQ(Words(co_await events.List(Soon(), Of(bob_), begin, 10)), "");
    auto bob = Of(bob_);
    bob.order_shops = {shop_};
    EXPECT_EQ(Words(co_await events.List(Soon(), bob, begin, 10)), "ACCEPTED");
    auto writer = Of(bob_);
    writer.message_shops = {shop_};
    EXPECT_EQ(Words(co_await events.List(Soon(), writer, begin, 10)), "") << "who may not read its orders";
    auto ada = Of(ada_);
    ada.order_shops = {shop_, SellerId::New()};
    EXPECT_EQ(Words(co_await events.List(Soon(), ada, begin, 10)), "PLACED, ACCEPTED");
  });
}

TEST_F(LiveEventsTest, List_GoesOnWhereItWas) {
  Run([&](postgres::Database& database) -> Task<> {
    LiveEvents events(database);
    auto at = co_await Now(events);
    std::string told;
    for (const char* state : {"A", "B", "C", "D", "E"}) co_await Tell(database, {Order(ada_.Value(), state)});
    for (int i = 0; i < 4; ++i) {
      const auto page = co_await events.List(Soon(), Of(ada_), at, 2);
      told += Words(page) + ";";
      at = page.next;
    }
    EXPECT_EQ(told, "A, B;C, D;E;;");
    co_await Tell(database, {Order(ada_.Value(), "F")});
    const auto page = co_await events.List(Soon(), Of(ada_), at, 2);
    EXPECT_EQ(Words(page), "F");
    // Each event is a position by itself: who was cut off in the middle of a page.
    EXPECT_EQ(Words(co_await events.List(Soon(), Of(ada_), page.entries[0].at, 2)), "");
  });
}

// What began earlier and commits later is told all the same.
TEST_F(LiveEventsTest, List_WaitsForWhoMayComeBefore) {
  Run([&](postgres::Database& database) -> Task<> {
    LiveEvents events(database);
    auto at = co_await Now(events);
    const auto slow = [&](postgres::Tx& tx) -> Task<> {
      constexpr postgres::Statement kSlow{
          "test.slow", "INSERT INTO live_news (listener_id, kind, state) VALUES ($1, 'ORDER', 'SLOW')"};
      co_await tx.Execute(kSlow, ada_);
      storage::Notifications notifications(database);
      co_await notifications.Tell(Soon(), AnyEvent(), {}, {Order(ada_.Value(), "QUICK")});
      const auto page = co_await events.List(Soon(), Of(ada_), at, 10);
      EXPECT_EQ(Words(page), "");
      at = page.next;
      EXPECT_TRUE((co_await events.NewSince(Soon(), at.xid, 10)).listeners.empty());
    };
    co_await database.Transaction(Soon(), slow);
    co_await Settled();
    EXPECT_EQ((co_await events.NewSince(Soon(), at.xid, 10)).listeners.size(), 2u);
    EXPECT_EQ(Words(co_await events.List(Soon(), Of(ada_), at, 10)), "SLOW, QUICK");
  });
}

TEST_F(LiveEventsTest, NewSince_TellsWhoseItIs) {
  Run([&](postgres::Database& database) -> Task<> {
    LiveEvents events(database);
    const auto first = co_await events.NewSince(Soon(), std::nullopt, 10);
    EXPECT_TRUE(first.everybody);
    co_await Tell(database, {Order(ada_.Value(), "A")});
    const auto second = co_await events.NewSince(Soon(), first.next, 10);
    EXPECT_FALSE(second.everybody);
    EXPECT_EQ(second.listeners, std::vector<Uuid>{ada_.Value()});
    EXPECT_TRUE((co_await events.NewSince(Soon(), second.next, 10)).listeners.empty());
    co_await Tell(database, {Order(ada_.Value(), "B"), Order(bob_.Value(), "C")});
    EXPECT_TRUE((co_await events.NewSince(Soon(), second.next, 2)).everybody) << "more than it looks at";
  });
}

TEST_F(LiveEventsTest, Notification_IsToldInTheApp) {
  Run([&](postgres::Database& database) -> Task<> {
    LiveEvents events(database);
    storage::Notifications notifications(database);
    const auto begin = co_await Now(events);
    const auto news = Shipped("260829-1");
    co_await notifications.Tell(Soon(), AnyEvent(), {{.account = ada_, .news = &news}});
    co_await notifications.Change(Soon(), bob_,
                                  {{.kind = domain::Kind::kParcelShipped, .app = false, .mail = {}}});
    co_await notifications.Tell(Soon(), AnyEvent(), {{.account = bob_, .news = &news}});
    co_await Settled();
    const auto page = co_await events.List(Soon(), Of(ada_), begin, 10);
    EXPECT_EQ(Words(page), "NOTIFICATION");
    const auto& event = page.entries.at(0).event;
    const auto listed = co_await notifications.List(Soon(), ada_, {}, std::nullopt, 10);
    EXPECT_EQ(event.notification, listed.at(0).id);
    EXPECT_EQ(event.notification_kind, domain::Kind::kParcelShipped);
    EXPECT_EQ(event.order, news.facts.order);
    EXPECT_EQ(Words(co_await events.List(Soon(), Of(bob_), begin, 10)), "") << "who wants none in the app";
  });
}

TEST_F(LiveEventsTest, EventTwice_IsToldOnce) {
  Run([&](postgres::Database& database) -> Task<> {
    LiveEvents events(database);
    storage::Notifications notifications(database);
    const auto begin = co_await Now(events);
    const auto event = AnyEvent();
    for (int i = 0; i < 2; ++i)
      co_await notifications.Tell(Soon(), event, {}, {Order(ada_.Value(), "PLACED")});
    co_await Settled();
    EXPECT_EQ(Words(co_await events.List(Soon(), Of(ada_), begin, 10)), "PLACED");
  });
}

TEST_F(LiveEventsTest, Forgotten_IsAPositionThatExpired) {
  Run([&](postgres::Database& database) -> Task<> {
    LiveEvents events(database);
    const auto begin = co_await Now(events);
    for (const char* state : {"A", "B", "C"}) co_await Tell(database, {Order(ada_.Value(), state)});
    const auto all = co_await events.List(Soon(), Of(ada_), begin, 10);
    Sql("UPDATE live_news SET at = at - interval '2 hours' WHERE state IN ('A', 'B')");
    EXPECT_EQ(co_await events.Forget(Soon(), 1h, 1), 1);
    EXPECT_EQ(co_await events.Forget(Soon(), 1h, 100), 1);
    EXPECT_EQ(co_await events.Forget(Soon(), 1h, 100), 0);
    EXPECT_TRUE((co_await events.List(Soon(), Of(ada_), begin, 10)).expired);
    EXPECT_TRUE((co_await events.List(Soon(), Of(ada_), all.entries[0].at, 10)).expired);
    const auto rest = co_await events.List(Soon(), Of(ada_), all.entries[1].at, 10);
    EXPECT_FALSE(rest.expired);
    EXPECT_EQ(Words(rest), "C");
    EXPECT_FALSE((co_await events.List(Soon(), Of(ada_), rest.next, 10)).expired);
  });
}

TEST_F(LiveEventsTest, RestoredDump_BeginsAnew) {
  Run([&](postgres::Database& database) -> Task<> {
    LiveEvents events(database);
    const auto begin = co_await Now(events);
    co_await Tell(database, {Order(ada_.Value(), "A")});
    co_await events.Settle(Soon());
    EXPECT_EQ(Words(co_await events.List(Soon(), Of(ada_), begin, 10)), "A") << "nothing was restored";
    Sql("UPDATE live_news SET xid = (xid::text::bigint + 4000000000000)::text::xid8");
    co_await events.Settle(Soon());
    EXPECT_EQ(Sql("SELECT count(*) FROM live_news"), "0");
    EXPECT_TRUE((co_await events.List(Soon(), Of(ada_), begin, 10)).expired);
    co_await Tell(database, {Order(ada_.Value(), "B")});
    EXPECT_FALSE((co_await events.List(Soon(), Of(ada_), co_await Now(events), 10)).expired);
  });
}

TEST(LivePositionTest, Text_ThereAndBack) {
  const LivePosition position{.incarnation = Uuid::NewV7(), .xid = 4711, .seq = 3};
  const auto read = LivePosition::Parse(position.ToText());
  ASSERT_TRUE(read);
  EXPECT_EQ(read->ToText(), position.ToText());
  const auto incarnation = position.incarnation.ToString();
  for (const std::string& text : {std::string(), std::string("unknown"), incarnation, incarnation + ".1",
                                  incarnation + ".1.", incarnation + ".-1.2", incarnation + ".1.2.3",
                                  incarnation + ".99999999999999999999.1", std::string("x.1.2")}) {
    EXPECT_FALSE(LivePosition::Parse(text)) << text;
  }
}

}  // namespace
}  // namespace market::notification
