#include "platform/outbox/relay.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>

#include "migrations/outbox.hpp"
#include "platform/outbox/metrics.hpp"
#include "platform/telemetry/metrics.hpp"
#include "platform/testing/run_loop.hpp"
#include "platform/testing/temporary_database.hpp"

namespace market::outbox {
namespace {

using namespace std::chrono_literals;
using testing::Eventually;
using testing::Soon;

constexpr std::array kSets{&migrations::kOutbox};
constexpr postgres::Statement kFail{"test.fail", "SELECT 1 / $1::int"};

void Ignore(std::string_view, std::exception_ptr) {}

void Start(runtime::TaskGroup& group, Relay& relay) {
  group.Keep("relay", relay.Deliveries().Run());
  group.Keep("outbox", relay.Measuring().Run());
}

// What a topic's handler saw, as "key:payload".
using Seen = std::vector<std::string>;

class RelayTest : public ::testing::Test {
 protected:
  // Runs body(database, group); relays are spawned in `group`, which is cancelled and joined afterwards.
  template <class Body>
  void Run(Body body) {
    testing::RunLoop([&](boost::asio::io_context& io) -> Task<> {
      postgres::Database database(io, disk_.Options(4));
      co_await database.Open(Soon());
      runtime::TaskGroup group(io.get_executor(), Ignore);
      co_await body(database, group);
      group.Cancel();
      co_await group.Join(Soon());
      co_await database.Close(Soon());
    });
  }

  static Relay::Options Quick() {
    return {.lease = 10s, .poll = 20ms, .patience = {.tries = 3, .backoff = {.initial = 2ms, .max = 10ms}}};
  }
  std::string Left() { return disk_.Execute("SELECT count(*) FROM outbox"); }

  testing::TemporaryDatabase disk_{kSets};
  telemetry::Tracer tracer_;
};

Task<> AppendOne(postgres::Database& db, std::string topic, std::string key, std::string payload) {
  postgres::Batch batch;
  Append(batch, {std::move(topic), std::move(key), std::move(payload), "trace"});
  co_await db.Write(Soon(), std::move(batch));
}

Relay::Handler Remember(Seen& seen) {
  return [&seen](const Message& message, const telemetry::Span&) -> Task<> {
    seen.push_back(message.key + ":" + message.payload);
    co_return;
  };
}

TEST_F(RelayTest, CommittedMessage_IsDeliveredAtOnceWhenWoken) {
  Run([this](postgres::Database& db, runtime::TaskGroup& group) -> Task<> {
    Relay relay(db, tracer_, {.poll = 1h});
    std::vector<Message> seen;
    relay.Handle("order.placed", [&](const Message& message, const telemetry::Span&) -> Task<> {
      seen.push_back(message);
      co_return;
    });
    Start(group, relay);
    co_await Eventually([&] { return db.Snapshot().queries >= 2 && db.Snapshot().in_flight == 0; });
    const std::string payload("\0\x01\xff", 3);
    Uuid id;
    const auto body = [&](postgres::Tx& tx) -> Task<> {
      postgres::Batch batch;
      id = Append(batch, {"order.placed", "k", payload, "00-trace"});
      co_await tx.Execute(std::move(batch));
    };
    co_await db.Transaction(Soon(), body);
    relay.Wake();
    co_await Eventually([&] { return relay.Snapshot().delivered == 1 && Left() == "0"; });
    EXPECT_EQ(seen.size(), 1u);
    EXPECT_EQ(seen.at(0).id, id);
    EXPECT_EQ(seen.at(0).payload, payload);
    EXPECT_EQ(seen.at(0).trace, "00-trace");
    EXPECT_EQ(seen.at(0).attempt, 1U);
    group.Cancel();
    co_await group.Join(Soon());
  });
}

TEST_F(RelayTest, AHandlerThatDeletes_DoesItInItsOwnTransaction) {
  Run([this](postgres::Database& db, runtime::TaskGroup& group) -> Task<> {
    Relay relay(db, tracer_, Quick());
    int deliveries = 0;
    relay.Handle(
        "t",
        [&](const Message& message, const telemetry::Span&) -> Task<> {
          postgres::Batch batch;
          AppendDelivered(batch, message);
          if (++deliveries == 1) batch.Add(kFail, 0);  // takes the deletion back
          co_await db.Write(Soon(), std::move(batch));
        },
        Relay::Deletes::kHandler);
    Start(group, relay);
    co_await AppendOne(db, "t", "k", "p");
    co_await Eventually([&] { return Left() == "0"; });
    EXPECT_EQ(deliveries, 2);
    group.Cancel();
    co_await group.Join(Soon());
  });
}

TEST_F(RelayTest, RolledBackMessage_IsNeverSent) {
  Run([this](postgres::Database& db, runtime::TaskGroup& group) -> Task<> {
    postgres::Batch batch;
    Append(batch, {"t", "k", "p", ""});
    batch.Add(kFail, 0);
    try {
      co_await db.Write(Soon(), std::move(batch));
      ADD_FAILURE();
    } catch (const postgres::SqlError&) {
    }
    EXPECT_EQ(Left(), "0");
  });
}

TEST_F(RelayTest, FailingMessage_HoldsUpItsKeyOnly) {
  Run([this](postgres::Database& db, runtime::TaskGroup& group) -> Task<> {
    Relay relay(db, tracer_, Quick());
    int reported = 0;
    relay.Deliveries().OnSetback([&](const runtime::LeasedWork::Job& job, const runtime::Setback& setback) {
      EXPECT_TRUE(job.id.starts_with("one a ")) << job.id;
      EXPECT_EQ(setback.why, "UNAVAILABLE: the peer is \"down\"?");
      ++reported;
    });
    Seen seen;
    int failures = 3;
    const auto handler = [&](const Message& message, const telemetry::Span&) -> Task<> {
      if (message.key == "a" && failures-- > 0) throw Unavailable("the peer is \"down\"\n");
      seen.push_back(message.key + ":" + message.payload);
      co_return;
    };
    relay.Handle("one", handler);
    relay.Handle("two", handler);
    co_await AppendOne(db, "one", "a", "1");
    co_await AppendOne(db, "two", "a", "2");  // one order for the key, whatever the topic
    co_await AppendOne(db, "one", "a", "3");
    co_await AppendOne(db, "one", "b", "1");
    co_await AppendOne(db, "one", "", "1");
    Start(group, relay);
    co_await Eventually([&] { return Left() == "0"; });
    EXPECT_THAT(seen, ::testing::UnorderedElementsAre("a:1", "a:2", "a:3", "b:1", ":1"));
    const auto at = [&](const char* what) { return std::ranges::find(seen, what) - seen.begin(); };
    EXPECT_LT(at("a:1"), at("a:2"));
    EXPECT_LT(at("a:2"), at("a:3"));
    EXPECT_LT(at("b:1"), at("a:1"));
    EXPECT_EQ(reported, 3);
    EXPECT_EQ(relay.Snapshot().failed, 3u);
    group.Cancel();
    co_await group.Join(Soon());
  });
}

TEST_F(RelayTest, AMessageThatIsRefusedForGood_IsParkedAndKeepsOnlyItsKeyWaiting) {
  Run([this](postgres::Database& db, runtime::TaskGroup& group) -> Task<> {
    auto options = Quick();
    options.measure_every = 2ms;
    Relay relay(db, tracer_, options);
    Seen seen;
    bool refuses = true;
    relay.Handle("t", [&](const Message& message, const telemetry::Span&) -> Task<> {
      if (message.payload == "bad" && refuses) throw NotFound("the order");
      seen.push_back(message.key + ":" + message.payload);
      co_return;
    });
    co_await AppendOne(db, "t", "a", "bad");
    co_await AppendOne(db, "t", "a", "2");
    co_await AppendOne(db, "t", "b", "1");
    Start(group, relay);
    co_await Eventually([&] { return relay.Snapshot().parked == 1 && relay.Snapshot().pending == 1; });
    EXPECT_THAT(seen, ::testing::ElementsAre("b:1"));
    EXPECT_EQ(disk_.Execute("SELECT failures || ' ' || last_error FROM outbox WHERE parked_at IS NOT NULL"),
              "3 NOT_FOUND: the order does not exist");
    refuses = false;
    disk_.Execute("UPDATE outbox SET parked_at = NULL, failures = 0, next_attempt_at = market_now()");
    co_await Eventually([&] { return Left() == "0"; });
    EXPECT_THAT(seen, ::testing::ElementsAre("b:1", "a:bad", "a:2"));
    co_await Eventually([&] { return relay.Snapshot().parked == 0; });
    group.Cancel();
    co_await group.Join(Soon());
  });
}

constexpr std::string_view kPutOff =
    "SELECT count(*) FROM outbox WHERE attempts = 0 AND next_attempt_at > market_now() + interval '5 "
    "minutes'";

// Whoever deletes what was delivered.
class RelayOfBoth : public RelayTest, public ::testing::WithParamInterface<Relay::Deletes> {};
INSTANTIATE_TEST_SUITE_P(Deleting, RelayOfBoth,
                         ::testing::Values(Relay::Deletes::kRelay, Relay::Deletes::kHandler));

TEST_P(RelayOfBoth, WhatWaitsBehindAFailure_IsPutOff_AndGoesAtOnceWithIt) {
  Run([this](postgres::Database& db, runtime::TaskGroup& group) -> Task<> {
    Relay relay(db, tracer_, Quick());
    Seen seen;
    bool away = true;
    relay.Handle(
        "t",
        [&](const Message& message, const telemetry::Span&) -> Task<> {
          if (away) throw Unavailable("the peer is away");
          seen.push_back(message.payload);
          if (GetParam() == Relay::Deletes::kRelay) co_return;
          postgres::Batch batch;
          AppendDelivered(batch, message);
          co_await db.Write(Soon(), std::move(batch));
        },
        GetParam());
    Seen all;
    for (int n = 0; n < 30; ++n) {
      all.push_back(std::to_string(n));
      co_await AppendOne(db, "t", "a", all.back());
    }
    Start(group, relay);
    co_await Eventually([&] { return disk_.Execute(std::string(kPutOff)) == "29"; });
    away = false;
    co_await Eventually([&] { return Left() == "0"; });
    EXPECT_EQ(seen, all);
    group.Cancel();
    co_await group.Join(Soon());
  });
}

TEST_F(RelayTest, WhatWaitsBehindAMessageThatIsPassed_GoesOnceThatIsParked) {
  Run([this](postgres::Database& db, runtime::TaskGroup& group) -> Task<> {
    auto options = Quick();
    options.parked = Relay::Parked::kIsPassed;
    Relay relay(db, tracer_, options);
    Seen seen;
    relay.Handle("t", [&](const Message& message, const telemetry::Span&) -> Task<> {
      if (message.payload == "bad") throw NotFound("the order");
      seen.push_back(message.payload);
      co_return;
    });
    for (const auto* payload : {"bad", "2", "3"}) co_await AppendOne(db, "t", "a", payload);
    Start(group, relay);
    co_await Eventually([&] { return Left() == "1"; });
    EXPECT_THAT(seen, ::testing::ElementsAre("2", "3"));
    group.Cancel();
    co_await group.Join(Soon());
  });
}

// As when the one before it was parked and is tried again: somebody has a lease on it.
TEST_F(RelayTest, TheNextOneThatIsUnderWay_KeepsItsLease) {
  Run([this](postgres::Database& db, runtime::TaskGroup& group) -> Task<> {
    Relay relay(db, tracer_, Quick());
    Seen seen;
    relay.Handle("t", Remember(seen));
    co_await AppendOne(db, "t", "a", "1");
    co_await AppendOne(db, "t", "a", "2");
    disk_.Execute(
        "UPDATE outbox SET attempts = 1, next_attempt_at = market_now() + interval '1 hour' WHERE payload = "
        "'2'");
    Start(group, relay);
    co_await Eventually([&] { return Left() == "1"; });
    EXPECT_EQ(disk_.Execute("SELECT attempts || ' ' || (next_attempt_at > market_now()) FROM outbox"),
              "1 true");
    EXPECT_THAT(seen, ::testing::ElementsAre("a:1"));
    group.Cancel();
    co_await group.Join(Soon());
  });
}

TEST_F(RelayTest, ATableThatIsAway_StopsNothingForGood) {
  Run([this](postgres::Database& db, runtime::TaskGroup& group) -> Task<> {
    auto options = Quick();
    options.measure_every = 2ms;
    Relay relay(db, tracer_, options);
    Seen seen;
    relay.Handle("t", Remember(seen));
    Start(group, relay);
    disk_.Execute("ALTER TABLE outbox RENAME TO away");
    co_await Eventually([&] {
      return relay.Deliveries().Rounds().Now().failures > 0 && relay.Measuring().Now().failures > 0;
    });
    disk_.Execute("ALTER TABLE away RENAME TO outbox");
    co_await AppendOne(db, "t", "k", "1");
    co_await Eventually([&] {
      return seen.size() == 1 && relay.Measuring().Now().failures_in_a_row == 0 &&
             relay.Deliveries().Rounds().Now().failures_in_a_row == 0;
    });
    group.Cancel();
    co_await group.Join(Soon());
  });
}

TEST_F(RelayTest, TopicWithoutHandler_IsLeftAloneAndBlocksNothing) {
  Run([this](postgres::Database& db, runtime::TaskGroup& group) -> Task<> {
    Relay relay(db, tracer_, Quick());
    Seen seen;
    relay.Handle("known", Remember(seen));
    co_await AppendOne(db, "unknown", "a", "1");
    co_await AppendOne(db, "known", "a", "2");
    Start(group, relay);
    co_await Eventually([&] { return seen.size() == 1 && Left() == "1"; });
    EXPECT_EQ(disk_.Execute("SELECT topic || attempts FROM outbox"), "unknown0");
    group.Cancel();
    co_await group.Join(Soon());
  });
}

TEST_F(RelayTest, TwoRelays_ShareTheWorkAndKeepTheOrderOfEachKey) {
  Run([this](postgres::Database& db, runtime::TaskGroup& group) -> Task<> {
    Relay::Options narrow = Quick();
    narrow.concurrency = 4;  // of 20 keys: neither can hold all that may be delivered
    Relay first(db, tracer_, narrow);
    Relay second(db, tracer_, narrow);
    std::map<std::string, std::vector<int>> seen;
    int calls = 0;
    // Each goes on when the other has something, too: what one cannot hold the other must find.
    std::array<int, 2> taken{};
    const auto handler_of = [&](std::size_t relay) {
      return [&, relay](const Message& message, const telemetry::Span&) -> Task<> {
        ++taken[relay];
        co_await Eventually([&] { return taken[1 - relay] > 0; });
        if (++calls % 7 == 0) throw Unavailable("sometimes");
        co_await runtime::SleepFor(1ms);
        seen[message.key].push_back(std::stoi(message.payload));
      };
    };
    first.Handle("t", handler_of(0));
    second.Handle("t", handler_of(1));
    Start(group, first);
    Start(group, second);
    for (int i = 0; i < 300; ++i) {
      co_await AppendOne(db, "t", "key" + std::to_string(i % 20), std::to_string(i));
      first.Wake();
    }
    co_await Eventually([&] { return first.Snapshot().delivered + second.Snapshot().delivered == 300; }, 30s);
    EXPECT_EQ(seen.size(), 20u);
    for (const auto& [key, numbers] : seen) {
      EXPECT_EQ(numbers.size(), 15u) << key;
      EXPECT_TRUE(std::ranges::is_sorted(numbers)) << key;
    }
    group.Cancel();
    co_await group.Join(Soon());
    EXPECT_EQ(Left(), "0");
  });
}

TEST_F(RelayTest, RelayDiesAfterItsClaim_AnotherTakesOverWhenTheLeaseEnds) {
  Run([this](postgres::Database& db, runtime::TaskGroup& group) -> Task<> {
    Relay::Options short_lease = Quick();
    short_lease.lease = 50ms;
    short_lease.concurrency = 1;  // does not take it over itself
    Relay stuck(db, tracer_, short_lease);
    Relay healthy(db, tracer_, Quick());
    bool claimed = false;
    bool go_on = false;
    stuck.Handle("t", [&](const Message&, const telemetry::Span&) -> Task<> {
      claimed = true;
      co_await Eventually([&] { return go_on; });
    });
    std::vector<std::uint32_t> attempts;
    healthy.Handle("t", [&](const Message& message, const telemetry::Span&) -> Task<> {
      attempts.push_back(message.attempt);
      co_await Eventually([&] { return go_on; });
      co_await runtime::SleepFor(20ms);  // the stuck one ends first, and must not delete it
      EXPECT_EQ(Left(), "1");
    });
    co_await AppendOne(db, "t", "k", "1");
    Start(group, stuck);
    co_await Eventually([&] { return claimed; });
    Start(group, healthy);
    co_await Eventually([&] { return !attempts.empty(); });
    go_on = true;
    co_await Eventually([&] { return healthy.Snapshot().delivered == 1 && Left() == "0"; });
    EXPECT_THAT(attempts, ::testing::ElementsAre(2U));
    group.Cancel();
    co_await group.Join(Soon());
  });
}

TEST_F(RelayTest, Stopped_GivesItsMessagesBack) {
  Run([this](postgres::Database& db, runtime::TaskGroup& group) -> Task<> {
    Relay relay(db, tracer_, {.lease = 1h});
    relay.Deliveries().OnSetback([](const runtime::LeasedWork::Job&, const runtime::Setback& setback) {
      ADD_FAILURE() << setback.why;
    });
    bool started = false;
    relay.Handle("t", [&](const Message&, const telemetry::Span&) -> Task<> {
      started = true;
      co_await runtime::SleepFor(1h);
    });
    co_await AppendOne(db, "t", "k", "1");
    Start(group, relay);
    co_await Eventually([&] { return started; });
    group.Cancel();
    co_await group.Join(Soon());
    EXPECT_EQ(disk_.Execute("SELECT next_attempt_at <= market_now() AND failures = 0 FROM outbox"), "t");
  });
}

TEST_F(RelayTest, DatabaseSessionsEnd_TheRelayGoesOn) {
  Run([this](postgres::Database& db, runtime::TaskGroup& group) -> Task<> {
    Relay relay(db, tracer_, Quick());
    Seen seen;
    relay.Handle("t", Remember(seen));
    Start(group, relay);
    co_await AppendOne(db, "t", "k", "1");
    co_await Eventually([&] { return seen.size() == 1; });
    disk_.Execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() "
        "AND pid <> pg_backend_pid()");
    co_await Eventually([&] { return db.Snapshot().connections < 6; });
    disk_.Execute(
        "INSERT INTO outbox (id, topic, key, payload, trace) VALUES (gen_random_uuid(), 't', 'k', '2', '')");
    co_await Eventually([&] { return Left() == "0"; });
    EXPECT_EQ(seen.back(), "k:2");
    group.Cancel();
    co_await group.Join(Soon());
  });
}

TEST_F(RelayTest, Gauges_ShowWhatWaits) {
  Run([this](postgres::Database& db, runtime::TaskGroup& group) -> Task<> {
    Relay::Options options = Quick();
    options.measure_every = 1ms;
    Relay relay(db, tracer_, options);
    co_await AppendOne(db, "t", "k", "1");
    disk_.Execute("UPDATE outbox SET created_at = market_now() - interval '90 seconds'");
    relay.Handle("other", [](const Message&, const telemetry::Span&) -> Task<> { co_return; });
    Start(group, relay);
    co_await Eventually([&] { return relay.Snapshot().pending == 1; });
    EXPECT_GE(relay.Snapshot().oldest_age, 90s);
    telemetry::Metrics metrics;
    Measure(relay, "order", metrics);
    EXPECT_THAT(metrics.Exposition(), ::testing::HasSubstr(R"(outbox_pending_messages{database="order"} 1)"));
    group.Cancel();
    co_await group.Join(Soon());
  });
}

}  // namespace
}  // namespace market::outbox
