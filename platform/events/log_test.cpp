#include "platform/events/log.hpp"

#include <random>
#include <set>

#include "platform/core/error.hpp"
#include "platform/events/testing/log_fixture.hpp"
#include "platform/telemetry/tracer.hpp"

namespace market::events {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr postgres::Statement kFail{"test.fail", "SELECT 1 / $1::int"};

TEST_F(LogTest, AnEvent_IsReadAsItWasAppended) {
  Run([this](postgres::Database& db, runtime::TaskGroup&) -> Task<> {
    Log log(db, {});
    const auto start = (co_await Feed(log, "")).next();
    const auto seller = SellerId::New();
    const auto buyer = AccountId::New();
    ProbeReply what;
    what.set_text(std::string("\0\xc3\xa9\n", 4));
    telemetry::Tracer tracer;
    const auto span = tracer.Continue("test", telemetry::SpanKind::kInternal, "");
    postgres::Batch batch;
    Append(batch, Work(Soon(), span),
           Of(what, {.aggregate = "probe/1", .version = 3, .seller = seller, .buyer = buyer}));
    co_await db.Write(Soon(), std::move(batch));
    co_await Happen(db, Saying("probe/2", "nobody's"));

    const auto page = co_await Feed(log, start);
    EXPECT_EQ(page.events_size(), 2);
    const auto& event = page.events(0);
    EXPECT_EQ(event.type(), "probe.ProbeReply");
    EXPECT_EQ(event.version(), 1);
    EXPECT_EQ(event.aggregate(), "probe/1");
    EXPECT_EQ(event.aggregate_version(), 3);
    EXPECT_EQ(event.seller_id(), seller.ToString());
    EXPECT_EQ(event.buyer_id(), buyer.ToString());
    EXPECT_EQ(event.trace(), span.Context().ToTraceparent());
    EXPECT_EQ(TextIn(event), what.text());
    EXPECT_EQ(event.id(), Sql("SELECT id FROM event WHERE aggregate = 'probe/1'"));
    EXPECT_EQ(std::to_string(event.time().seconds()),
              Sql("SELECT floor(extract(epoch FROM at))::bigint FROM event WHERE aggregate = 'probe/1'"));
    EXPECT_EQ(page.events(1).seller_id(), "");
    EXPECT_EQ(page.events(1).buyer_id(), "");
    EXPECT_FALSE(page.more());
    EXPECT_FALSE(page.expired());
    EXPECT_EQ((co_await Feed(log, page.next())).events_size(), 0);
  });
}

TEST_F(LogTest, WhatWasRolledBack_DidNotHappen) {
  Run([this](postgres::Database& db, runtime::TaskGroup&) -> Task<> {
    postgres::Batch batch;
    Append(batch, Soon(), Saying("probe/1", "no"));
    batch.Add(kFail, 0);
    bool failed = false;
    try {
      co_await db.Write(Soon(), std::move(batch));
    } catch (const postgres::SqlError&) {
      failed = true;
    }
    EXPECT_TRUE(failed);
    EXPECT_EQ(Sql("SELECT count(*) FROM event"), "0");
  });
}

TEST_F(LogTest, AnOlderTransactionThatCommitsLate_IsNotSkipped) {
  Run([](postgres::Database& db, runtime::TaskGroup& group) -> Task<> {
    Log log(db, {});
    const auto start = (co_await Feed(log, "")).next();
    const auto old = std::make_shared<Open>();
    group.Spawn("old", HappenSlowly(db, Saying("probe/1", "old"), old));
    co_await Eventually([&] { return old->appended; });
    co_await Commit(db, {Saying("probe/2", "young")});

    // The young one is committed; reading it now would put the old one behind the reader.
    const auto early = co_await Feed(log, start);
    EXPECT_THAT(TextsIn(early), IsEmpty());
    old->commit.Set();
    co_await Eventually([&] { return old->committed; });
    co_await Settled(db);
    EXPECT_THAT(TextsIn(co_await Feed(log, early.next())), ElementsAre("old", "young"));
  });
}

TEST_F(LogTest, AReaderThatStartsMeanwhile_HearsOfWhatIsOpen) {
  Run([](postgres::Database& db, runtime::TaskGroup& group) -> Task<> {
    Log log(db, {});
    co_await Happen(db, Saying("probe/0", "before"));
    const auto old = std::make_shared<Open>();
    group.Spawn("old", HappenSlowly(db, Saying("probe/1", "old"), old));
    co_await Eventually([&] { return old->appended; });
    const auto start = co_await Feed(log, "");
    EXPECT_TRUE(start.expired());
    EXPECT_THAT(TextsIn(start), IsEmpty());
    old->commit.Set();
    co_await Eventually([&] { return old->committed; });
    co_await Settled(db);
    EXPECT_THAT(TextsIn(co_await Feed(log, start.next())), ElementsAre("old"));
  });
}

// Writers of all ages commit in any order while a reader follows:
// it gets every event once, in the order of the log.
TEST_F(LogTest, AReaderAmongManyWriters_MissesNothing) {
  Run([this](postgres::Database& db, runtime::TaskGroup& group) -> Task<> {
    constexpr int kWriters = 5;
    constexpr int kEach = 30;
    Log log(db, {.page_events = 7});
    auto cursor = (co_await Feed(log, "")).next();
    int done = 0;
    const auto writer = [&](unsigned seed) -> Task<> {
      std::minstd_rand random(seed);
      for (int i = 0; i < kEach; ++i) {
        const auto body = [&](postgres::Tx& tx) -> Task<> {
          postgres::Batch batch;
          Append(batch, Soon(), Saying("probe/" + std::to_string(seed), std::to_string(i)));
          co_await tx.Execute(std::move(batch));
          for (auto turns = random() % 4; turns > 0; --turns) co_await runtime::SleepFor(1ms);
          if (random() % 5 == 0) co_await tx.Execute(kFail, 0);
        };
        try {
          co_await db.Transaction(Soon(), body);
        } catch (const postgres::SqlError&) {
        }
      }
      ++done;
    };
    for (unsigned seed = 1; seed <= kWriters; ++seed) group.Spawn("writer", writer(seed));
    std::vector<std::string> seen;
    for (bool last = false; !last;) {
      last = done == kWriters;
      if (last) co_await Settled(db);
      FeedResponse page;
      do {
        page = co_await Feed(log, cursor);
        for (const auto& event : page.events()) seen.push_back(event.id());
        cursor = page.next();
      } while (page.more());
      co_await runtime::SleepFor(1ms);
    }
    std::string in_order;
    for (const auto& id : seen) in_order += (in_order.empty() ? "" : ",") + id;
    EXPECT_EQ(in_order, Sql("SELECT string_agg(id::text, ',' ORDER BY xid, seq) FROM event"));
    EXPECT_GT(seen.size(), 50u);
  });
}

TEST_F(LogTest, Pages_EndAtACountAndAtBytes) {
  Run([](postgres::Database& db, runtime::TaskGroup&) -> Task<> {
    Log log(db, {.page_events = 3, .page_bytes = 1000});
    auto start = (co_await Feed(log, "")).next();
    std::vector<NewEvent> events;
    for (int i = 0; i < 7; ++i) events.push_back(Saying("probe/1", std::to_string(i)));
    co_await Happen(db, events);
    const auto first = co_await Feed(log, start);
    EXPECT_THAT(TextsIn(first), ElementsAre("0", "1", "2"));
    EXPECT_TRUE(first.more());
    const auto second = co_await Feed(log, first.next());
    const auto third = co_await Feed(log, second.next());
    EXPECT_THAT(TextsIn(third), ElementsAre("6"));
    EXPECT_FALSE(third.more());

    // One that is larger than a page is a page.
    co_await Happen(
        db, {Saying("probe/1", "a"), Saying("probe/1", std::string(2000, 'x')), Saying("probe/1", "b")});
    const auto before = co_await Feed(log, third.next());
    EXPECT_EQ(before.events_size(), 1);
    const auto large = co_await Feed(log, before.next());
    EXPECT_EQ(large.events_size(), 1);
    EXPECT_TRUE(large.more());
    EXPECT_THAT(TextsIn(co_await Feed(log, large.next())), ElementsAre("b"));
  });
}

TEST_F(LogTest, ForeignCursors_AreRefused) {
  Run([](postgres::Database& db, runtime::TaskGroup&) -> Task<> {
    Log log(db, {});
    const auto good = (co_await Feed(log, "")).next();
    const auto incarnation = good.substr(0, 36);
    for (const auto& bad : {std::string("x"), incarnation, incarnation + ".1", incarnation + ".1.",
                            incarnation + ".a.1", incarnation + ".-1.1", incarnation + ".1.1 ", "x" + good}) {
      std::string reason;
      try {
        co_await Feed(log, bad);
      } catch (const Error& error) {
        reason = error.fields.at(0).reason;
      }
      EXPECT_EQ(reason, "INVALID_CURSOR") << bad;
    }
    const auto of_another_log = Uuid::NewV7().ToString() + good.substr(36);
    EXPECT_TRUE((co_await Feed(log, of_another_log)).expired());
    EXPECT_TRUE((co_await Feed(log, incarnation + ".4000000000000.1")).expired())
        << "what a restore has undone";
    EXPECT_FALSE((co_await Feed(log, good)).expired());
  });
}

TEST_F(LogTest, WhatIsOld_IsForgottenInItsOrder) {
  Run([this](postgres::Database& db, runtime::TaskGroup&) -> Task<> {
    Log log(db, {.kept = 24h, .page_events = 1});
    const auto start = (co_await Feed(log, "")).next();
    for (const auto* text : {"a", "b", "c", "d"}) co_await Happen(db, Saying("probe/1", text));
    const auto after_a = (co_await Feed(log, start)).next();
    const auto after_b = (co_await Feed(log, after_a)).next();
    // One that is old behind one that is young stays: what is forgotten has no holes.
    Sql("UPDATE event SET at = at - interval '25 hours' WHERE seq IN (1, 2, 4)");
    EXPECT_EQ(co_await log.Forget(Soon()), 2);
    EXPECT_EQ(co_await log.Forget(Soon()), 0);
    EXPECT_EQ(Sql("SELECT string_agg(seq::text, ' ') FROM event"), "3 4");

    EXPECT_TRUE((co_await Feed(log, start)).expired());
    const auto expired = co_await Feed(log, after_a);
    EXPECT_TRUE(expired.expired());
    EXPECT_THAT(TextsIn(expired), IsEmpty());
    EXPECT_FALSE((co_await Feed(log, expired.next())).expired());
    EXPECT_THAT(TextsIn(co_await Feed(log, after_b)), ElementsAre("c")) << "it missed nothing";
  });
}

TEST_F(LogTest, WhatASubscriberHasNotHadYet_IsNotForgotten) {
  Run([this](postgres::Database& db, runtime::TaskGroup&) -> Task<> {
    Log log(db, {.kept = 24h});
    for (const auto* text : {"a", "b", "c"}) co_await Happen(db, Saying("probe/1", text));
    Sql("UPDATE event SET at = at - interval '25 hours'");
    Sql("INSERT INTO event_subscription SELECT 'slow', xid, seq FROM event WHERE seq = 1");
    EXPECT_EQ(co_await log.Forget(Soon()), 1);
    Sql("DELETE FROM event_subscription");
    EXPECT_EQ(co_await log.Forget(Soon()), 2);
  });
}

// As a dump that was restored into a server with fewer transactions behind it.
TEST_F(LogTest, ARestoredDump_IsSettledAndGoesOn) {
  Run([this](postgres::Database& db, runtime::TaskGroup&) -> Task<> {
    Log log(db, {});
    auto cursor = (co_await Feed(log, "")).next();
    co_await Happen(db, Saying("probe/1", "a"));
    co_await Happen(db, Saying("probe/1", "b"));
    EXPECT_FALSE(co_await log.Settle(Soon()));
    EXPECT_EQ(TextsIn(co_await Feed(log, cursor)).size(), 2u);

    Sql("UPDATE event SET xid = (xid::text::bigint + 4000000000000)::text::xid8");
    Sql("INSERT INTO event_subscription SELECT 'peer', xid, seq FROM event WHERE seq = 1");
    co_await Commit(db, {Saying("probe/1", "c")});
    EXPECT_TRUE(co_await log.Settle(Soon()));
    EXPECT_FALSE(co_await log.Settle(Soon()));
    const auto anew = co_await Feed(log, cursor);
    EXPECT_TRUE(anew.expired());
    co_await Happen(db, Saying("probe/1", "d"));
    EXPECT_THAT(TextsIn(co_await Feed(log, anew.next())), ElementsAre("d"));
    EXPECT_EQ(Sql("SELECT string_agg(seq::text, ' ' ORDER BY xid, seq) FROM event"), "1 2 3 4");
    EXPECT_EQ(Sql("SELECT xid || ' ' || seq FROM event_subscription"), "0 1") << "it hears of b, c and d";
  });
}

}  // namespace
}  // namespace market::events
