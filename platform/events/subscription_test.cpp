#include "platform/events/subscription.hpp"

#include "platform/core/error.hpp"
#include "platform/events/inbox.hpp"
#include "platform/events/testing/log_fixture.hpp"

namespace market::events {
namespace {

using ::testing::ElementsAre;
using ::testing::UnorderedElementsAre;

class SubscriptionTest : public LogTest {
 protected:
  static Subscription::Options Quick(std::string subscriber) {
    return {.subscriber = std::move(subscriber),
            .types = {"probe.ProbeReply"},
            .poll = 5ms,
            .relay = {.name = "test",
                      .poll = 20ms,
                      .patience = {.tries = 3, .backoff = {.initial = 2ms, .max = 10ms}}}};
  }
  static Task<> HandOnAll(Subscription& subscription) {
    while (co_await subscription.HandOn(Soon()) > 0) {
    }
  }
  static void Deliver(runtime::TaskGroup& group, Subscription& subscription) {
    group.Keep("relay", subscription.Relay().Deliveries().Run());
    group.Keep("outbox", subscription.Relay().Measuring().Run());
  }
  std::string Left(const std::string& subscriber) {
    return Sql("SELECT count(*) FROM outbox WHERE topic = 'event." + subscriber + "'");
  }
  telemetry::Tracer tracer_;
};

Subscription::Deliver Remember(std::vector<std::string>& seen) {
  return [&seen](const Event& event, const telemetry::Span&) -> Task<> {
    seen.push_back(event.aggregate() + ':' + TextIn(event));
    co_return;
  };
}

TEST_F(SubscriptionTest, ASubscriber_IsToldOfItsTypesInTheOrderOfEachAggregate) {
  Run([this](postgres::Database& db, runtime::TaskGroup& group) -> Task<> {
    co_await Happen(db, Saying("probe/1", "before it was there"));
    std::vector<std::string> seen;
    Subscription subscription(db, tracer_, Remember(seen), Quick("peer"));
    EXPECT_EQ(co_await subscription.HandOn(Soon()), 0u);
    Deliver(group, subscription);
    co_await Happen(db,
                    {Saying("probe/1", "a"), Saying("probe/2", "b"), Of(Plain(), {.aggregate = "plain/1"})});
    co_await Happen(db, Saying("probe/1", "c"));
    co_await HandOnAll(subscription);
    co_await Eventually([&] { return seen.size() == 3 && Left("peer") == "0"; });
    EXPECT_THAT(seen, UnorderedElementsAre("probe/1:a", "probe/2:b", "probe/1:c"));
    EXPECT_LT(std::ranges::find(seen, "probe/1:a"), std::ranges::find(seen, "probe/1:c"));
    group.Cancel();
    co_await group.Join(Soon());
  });
}

// Two aggregates that are told as one.
TEST_F(SubscriptionTest, WhatHasTheSameKey_IsToldInTheOrderInWhichItHappened) {
  Run([this](postgres::Database& db, runtime::TaskGroup& group) -> Task<> {
    std::vector<std::string> seen;
    auto options = Quick("keyed");
    options.key = [](const Event& event) { return event.aggregate().substr(0, 5); };
    Subscription subscription(db, tracer_, Remember(seen), options);
    co_await subscription.HandOn(Soon());
    for (int i = 0; i < 20; ++i)
      co_await Happen(db, Saying("probe/" + std::to_string(i % 3), std::to_string(i)));
    co_await HandOnAll(subscription);
    Deliver(group, subscription);
    co_await Eventually([&] { return seen.size() == 20; });
    for (int i = 0; i < 20; ++i)
      EXPECT_EQ(seen[static_cast<std::size_t>(i)],
                "probe/" + std::to_string(i % 3) + ':' + std::to_string(i));
    group.Cancel();
    co_await group.Join(Soon());
  });
}

// Who is away has so many waiting, and the rest in the log; nothing is lost when it is back.
TEST_F(SubscriptionTest, WhoIsAway_HasOnlySoManyWaiting) {
  Run([this](postgres::Database& db, runtime::TaskGroup& group) -> Task<> {
    std::vector<std::string> seen;
    auto options = Quick("away");
    options.at_once = 4;
    options.waiting_max = 5;
    bool away = true;
    const auto deliver = [&](const Event& event, const telemetry::Span&) -> Task<> {
      if (away) throw Unavailable("away");
      seen.push_back(TextIn(event));
      co_return;
    };
    Subscription subscription(db, tracer_, deliver, options);
    co_await subscription.HandOn(Soon());
    for (int i = 0; i < 30; ++i) co_await Happen(db, Saying("probe/1", std::to_string(i)));
    Deliver(group, subscription);
    co_await HandOnAll(subscription);
    EXPECT_EQ(Left("away"), "8") << "as many as are handed on at once beyond the limit";
    away = false;
    group.Spawn("handing on", subscription.HandingOn().Run());
    co_await Eventually([&] { return seen.size() == 30; });
    for (int i = 0; i < 30; ++i) EXPECT_EQ(seen[static_cast<std::size_t>(i)], std::to_string(i));
    group.Cancel();
    co_await group.Join(Soon());
  });
}

TEST_F(SubscriptionTest, AnOlderTransactionThatCommitsLate_IsHandedOn) {
  Run([this](postgres::Database& db, runtime::TaskGroup& group) -> Task<> {
    std::vector<std::string> seen;
    Subscription subscription(db, tracer_, Remember(seen), Quick("peer"));
    co_await subscription.HandOn(Soon());
    const auto old = std::make_shared<Open>();
    group.Spawn("old", HappenSlowly(db, Saying("probe/1", "old"), old));
    co_await Eventually([&] { return old->appended; });
    co_await Commit(db, {Saying("probe/2", "young")});
    EXPECT_EQ(co_await subscription.HandOn(Soon()), 0u);
    old->commit.Set();
    co_await Eventually([&] { return old->committed; });
    co_await Settled(db);
    EXPECT_EQ(co_await subscription.HandOn(Soon()), 2u);
  });
}

// One subscriber never answers, another refuses everything: a third is told of all.
TEST_F(SubscriptionTest, AFailingSubscriber_DelaysNobodyElse) {
  Run([this](postgres::Database& db, runtime::TaskGroup& group) -> Task<> {
    auto narrow = Quick("stuck");
    narrow.relay.concurrency = 2;
    Subscription stuck(
        db, tracer_, [](const Event&, const telemetry::Span&) { return runtime::SleepFor(1h); }, narrow);
    Subscription refusing(
        db, tracer_, [](const Event&, const telemetry::Span&) -> Task<> { throw Unavailable("no"); },
        Quick("refusing"));
    std::vector<std::string> seen;
    Subscription well(db, tracer_, Remember(seen), Quick("well"));
    for (auto* subscription : {&stuck, &refusing, &well}) {
      co_await subscription->HandOn(Soon());
      Deliver(group, *subscription);
    }
    for (int i = 0; i < 20; ++i)
      co_await Happen(db, Saying("probe/" + std::to_string(i % 10), std::to_string(i)));
    for (auto* subscription : {&stuck, &refusing, &well}) co_await HandOnAll(*subscription);
    co_await Eventually([&] { return seen.size() == 20; });
    co_await Eventually([&] { return Left("well") == "0" && refusing.Relay().Snapshot().failed > 20; });
    EXPECT_EQ(Left("stuck"), "20");
    EXPECT_EQ(Left("refusing"), "20");
    group.Cancel();
    co_await group.Join(Soon());
  });
}

TEST_F(SubscriptionTest, AFailingAggregate_DelaysOnlyItself) {
  Run([this](postgres::Database& db, runtime::TaskGroup& group) -> Task<> {
    std::vector<std::string> seen;
    bool healed = false;
    Subscription subscription(
        db, tracer_,
        [&](const Event& event, const telemetry::Span&) -> Task<> {
          if (event.aggregate() == "probe/1" && !healed) throw Unavailable("not yet");
          seen.push_back(event.aggregate() + ':' + TextIn(event));
          co_return;
        },
        Quick("peer"));
    co_await subscription.HandOn(Soon());
    Deliver(group, subscription);
    co_await Happen(
        db, {Saying("probe/1", "a"), Saying("probe/1", "b"), Saying("probe/2", "c"), Saying("probe/3", "d")});
    co_await HandOnAll(subscription);
    co_await Eventually([&] { return subscription.Relay().Snapshot().failed > 3; });
    EXPECT_THAT(seen, UnorderedElementsAre("probe/2:c", "probe/3:d"));
    healed = true;
    co_await Eventually([&] { return Left("peer") == "0"; });
    seen.erase(seen.begin(), seen.begin() + 2);
    EXPECT_THAT(seen, ElementsAre("probe/1:a", "probe/1:b"));
    group.Cancel();
    co_await group.Join(Soon());
  });
}

TEST_F(SubscriptionTest, TwoReplicasHandOn_EachEventOnce) {
  Run([this](postgres::Database& db, runtime::TaskGroup& group) -> Task<> {
    std::vector<std::string> seen;
    auto options = Quick("peer");
    options.at_once = 3;
    Subscription first(db, tracer_, Remember(seen), options);
    Subscription second(db, tracer_, Remember(seen), options);
    co_await first.HandOn(Soon());
    co_await second.HandOn(Soon());
    Deliver(group, first);
    Deliver(group, second);
    int done = 0;
    const auto hand_on = [&](Subscription& subscription) -> Task<> {
      while (seen.size() < 60) {
        co_await subscription.HandOn(Soon());
        co_await runtime::SleepFor(1ms);
      }
      ++done;
    };
    group.Spawn("first", hand_on(first));
    group.Spawn("second", hand_on(second));
    for (int i = 0; i < 60; ++i)
      co_await Happen(db, Saying("probe/" + std::to_string(i % 7), std::to_string(i)));
    co_await Eventually([&] { return done == 2 && Left("peer") == "0"; });
    EXPECT_EQ(seen.size(), 60u);
    std::map<std::string, std::vector<int>> of_aggregate;
    for (const auto& text : seen) {
      of_aggregate[text.substr(0, text.find(':'))].push_back(std::stoi(text.substr(text.find(':') + 1)));
    }
    for (const auto& [aggregate, numbers] : of_aggregate)
      EXPECT_TRUE(std::ranges::is_sorted(numbers)) << aggregate;
    group.Cancel();
    co_await group.Join(Soon());
  });
}

TEST_F(SubscriptionTest, AMessageThatIsNoEvent_IsAnErrorAndReachesNobody) {
  Run([this](postgres::Database& db, runtime::TaskGroup& group) -> Task<> {
    std::vector<std::string> seen;
    Subscription subscription(db, tracer_, Remember(seen), Quick("peer"));
    for (const auto* payload : {"", "refund everything"}) {
      postgres::Batch batch;
      outbox::Append(batch, {"event.peer", "peer/probe/1", payload, ""});
      co_await db.Write(Soon(), std::move(batch));
    }
    Deliver(group, subscription);
    co_await Eventually([&] { return Sql("SELECT count(parked_at) FROM outbox") == "2"; });
    EXPECT_THAT(Sql("SELECT last_error FROM outbox LIMIT 1"), ::testing::HasSubstr("is not an event"));
    EXPECT_TRUE(seen.empty());
    group.Cancel();
    co_await group.Join(Soon());
  });
}

// What the peer refuses for good is parked, with its reason, where operators see it; it stops nothing else.
TEST_F(SubscriptionTest, WhatFailsForGood_IsParkedAndPassed) {
  Run([this](postgres::Database& db, runtime::TaskGroup& group) -> Task<> {
    std::vector<std::string> seen;
    Subscription subscription(
        db, tracer_,
        [&](const Event& event, const telemetry::Span&) -> Task<> {
          if (TextIn(event) == "bad") throw Error(Code::kInvalidArgument, "INVALID_ARGUMENT", "never");
          seen.push_back(event.aggregate() + ':' + TextIn(event));
          co_return;
        },
        Quick("peer"));
    co_await subscription.HandOn(Soon());
    Deliver(group, subscription);
    co_await Happen(db, {Saying("probe/1", "bad"), Saying("probe/1", "good"), Saying("probe/2", "good")});
    group.Keep("handing on", subscription.HandingOn().Run());
    co_await Eventually([&] { return seen.size() == 2 && Left("peer") == "1"; });
    EXPECT_THAT(seen, UnorderedElementsAre("probe/1:good", "probe/2:good"));
    EXPECT_EQ(Sql("SELECT topic || ' ' || key || ' ' || failures FROM outbox WHERE parked_at IS NOT NULL"),
              "event.peer peer/probe/1 3");
    EXPECT_THAT(Sql("SELECT last_error FROM outbox"), ::testing::HasSubstr("never"));
    group.Cancel();
    co_await group.Join(Soon());
  });
}

class InboxTest : public SubscriptionTest {
 protected:
  static Event AnEvent() {
    Event event;
    event.set_id(Uuid::NewV7().ToString());
    return event;
  }
  static Task<> Act(postgres::Database& db, std::string subscriber, Event event, int& acted) {
    const auto act = [&](postgres::Tx& tx) -> Task<> {
      if (!co_await IsNew(tx, subscriber, event)) co_return;
      ++acted;
    };
    co_await db.Transaction(Soon(), act);
  }
};

TEST_F(InboxTest, WhatIsDeliveredTwice_IsActedUponOnce) {
  Run([](postgres::Database& db, runtime::TaskGroup& group) -> Task<> {
    const auto event = AnEvent();
    int acted = 0;
    for (int i = 0; i < 10; ++i) group.Spawn("delivery", Act(db, "peer", event, acted));
    co_await group.Join(Soon());
    co_await Act(db, "peer", event, acted);
    EXPECT_EQ(acted, 1);
    co_await Act(db, "another", event, acted);
    co_await Act(db, "peer", AnEvent(), acted);
    EXPECT_EQ(acted, 3);
  });
}

TEST_F(InboxTest, ADeliveryThatFailed_IsActedUponAgain) {
  Run([](postgres::Database& db, runtime::TaskGroup&) -> Task<> {
    const auto event = AnEvent();
    const auto fail = [&](postgres::Tx& tx) -> Task<> {
      EXPECT_TRUE(co_await IsNew(tx, "peer", event));
      throw Unavailable("died here");
    };
    bool failed = false;
    try {
      co_await db.Transaction(Soon(), fail);
    } catch (const Error&) {
      failed = true;
    }
    EXPECT_TRUE(failed);
    int acted = 0;
    co_await Act(db, "peer", event, acted);
    EXPECT_EQ(acted, 1);
  });
}

TEST_F(InboxTest, OldEntries_AreSwept) {
  Run([this](postgres::Database& db, runtime::TaskGroup&) -> Task<> {
    int acted = 0;
    for (int i = 0; i < 3; ++i) co_await Act(db, "peer", AnEvent(), acted);
    EXPECT_EQ(co_await SweepInbox(db, Soon(), 24h, 10), 0);
    Sql("UPDATE event_inbox SET at = at - interval '25 hours'");
    EXPECT_EQ(co_await SweepInbox(db, Soon(), 24h, 2), 2);
    EXPECT_EQ(co_await SweepInbox(db, Soon(), 24h, 2), 1);
  });
}

}  // namespace
}  // namespace market::events
