#include "platform/idempotency/pg_store.hpp"

#include <gtest/gtest.h>

#include <array>

#include "migrations/idempotency.hpp"
#include "platform/idempotency/with_effect.hpp"
#include "platform/runtime/task_group.hpp"
#include "platform/testing/run_loop.hpp"
#include "platform/testing/temporary_database.hpp"

namespace market::idempotency {
namespace {

using namespace std::chrono_literals;
using runtime::After;
using testing::Soon;

constexpr std::array kSets{&migrations::kIdempotency};

Request Place(std::string key, char fingerprint = 'f') {
  return {"account", "OrderApi.PlaceOrder", std::move(key), std::string(32, fingerprint)};
}

class PgStoreTest : public ::testing::Test {
 protected:
  template <class Body>
  void Run(PgStore::Options options, Body body) {
    testing::RunLoop([&](boost::asio::io_context& io) -> Task<> {
      postgres::Database database(io, disk_.Options(4));
      co_await database.Open(Soon());
      PgStore store(database, options);
      co_await body(store, io);
      co_await database.Close(Soon());
    });
  }
  template <class Body>
  void Run(Body body) {
    Run({}, std::move(body));
  }
  template <class Body>
  void RunWithDatabase(Body body) {
    testing::RunLoop([&](boost::asio::io_context& io) -> Task<> {
      postgres::Database database(io, disk_.Options(4));
      co_await database.Open(Soon());
      PgStore store(database);
      co_await body(store, database);
      co_await database.Close(Soon());
    });
  }

  testing::TemporaryDatabase disk_{kSets};
};

TEST_F(PgStoreTest, FinishedKey_ReplaysItsAnswer) {
  Run([](PgStore& store, auto&) -> Task<> {
    const auto request = Place("k1");
    const auto first = std::get<Claimed>(co_await store.Begin(Soon(), request));
    EXPECT_EQ(first.fence, 1);
    const std::string answer("\0\x01\xff binary", 10);
    co_await store.Finish(Soon(), request, first.fence, answer);
    EXPECT_EQ(std::get<Replay>(co_await store.Begin(Soon(), request)).answer, answer);
  });
}

TEST_F(PgStoreTest, OtherBodyOrOtherPrincipal_IsToldApart) {
  Run([](PgStore& store, auto&) -> Task<> {
    const auto first = std::get<Claimed>(co_await store.Begin(Soon(), Place("k1")));
    EXPECT_TRUE(std::holds_alternative<OtherRequest>(co_await store.Begin(Soon(), Place("k1", 'x'))));
    co_await store.Finish(Soon(), Place("k1"), first.fence, "done");
    EXPECT_TRUE(std::holds_alternative<OtherRequest>(co_await store.Begin(Soon(), Place("k1", 'x'))));
    auto stranger = Place("k1");
    stranger.principal = "someone else";
    const auto other = std::get<Claimed>(co_await store.Begin(Soon(), stranger));
    EXPECT_NE(other.operation_id, first.operation_id);
  });
}

TEST_F(PgStoreTest, Twins_OneClaimsTheOthersHearOfIt) {
  Run([](PgStore& store, boost::asio::io_context& io) -> Task<> {
    int claimed = 0;
    int in_flight = 0;
    const auto twin = [&](const Request& request) -> Task<> {
      const auto decision = co_await store.Begin(Soon(), request);
      claimed += std::holds_alternative<Claimed>(decision);
      if (const auto* flight = std::get_if<InFlight>(&decision)) {
        ++in_flight;
        EXPECT_GT(flight->retry_after, 0ms);
        EXPECT_LE(flight->retry_after, 1000ms);
      }
    };
    const auto request = Place("storm");
    runtime::TaskGroup group(io.get_executor(), [](std::string_view, std::exception_ptr) { ADD_FAILURE(); });
    for (int i = 0; i < 100; ++i) group.Spawn("twin", twin(request));
    co_await group.Join(Soon());
    EXPECT_EQ(claimed, 1);
    EXPECT_EQ(in_flight, 99);
  });
}

TEST_F(PgStoreTest, LeaseEnds_IsTakenOverAndTheOldRunMayNotFinish) {
  Run({.lease = 30ms}, [](PgStore& store, auto&) -> Task<> {
    const auto request = Place("k1");
    const auto first = std::get<Claimed>(co_await store.Begin(Soon(), request));
    Decision next = co_await store.Begin(Soon(), request);
    for (const auto limit = Soon(); std::holds_alternative<InFlight>(next) && limit > After(0s);) {
      co_await runtime::SleepFor(std::get<InFlight>(next).retry_after);
      next = co_await store.Begin(Soon(), request);
    }
    const auto second = std::get<Claimed>(next);
    EXPECT_EQ(second.fence, first.fence + 1);
    EXPECT_EQ(second.operation_id, first.operation_id);
    co_await store.Finish(Soon(), request, first.fence, "stale");
    co_await store.Finish(Soon(), request, second.fence, "valid");
    co_await store.Finish(Soon(), request, second.fence, "twice");
    EXPECT_EQ(std::get<Replay>(co_await store.Begin(Soon(), request)).answer, "valid");
  });
}

TEST_F(PgStoreTest, Abandoned_IsFreeAtOnceForTheSameRequestOnly) {
  Run([](PgStore& store, auto&) -> Task<> {
    const auto request = Place("k1");
    const auto first = std::get<Claimed>(co_await store.Begin(Soon(), request));
    co_await store.Abandon(Soon(), request, first.fence);
    EXPECT_TRUE(std::holds_alternative<OtherRequest>(co_await store.Begin(Soon(), Place("k1", 'x'))));
    const auto second = std::get<Claimed>(co_await store.Begin(Soon(), request));
    EXPECT_EQ(second.fence, 2);
    EXPECT_EQ(second.operation_id, first.operation_id);
    co_await store.Abandon(Soon(), request, first.fence);  // stale: does not end the second run's lease
    EXPECT_TRUE(std::holds_alternative<InFlight>(co_await store.Begin(Soon(), request)));
  });
}

TEST_F(PgStoreTest, ExpiredKey_IsANewRequestWhateverItsBody) {
  Run([this](PgStore& store, auto&) -> Task<> {
    for (const char fingerprint : {'f', 'x'}) {
      const auto old = std::get<Claimed>(co_await store.Begin(Soon(), Place("k1")));
      co_await store.Finish(Soon(), Place("k1"), old.fence, "old");
      disk_.Execute("UPDATE idempotency_key SET expires_at = market_now()");
      const auto next = std::get<Claimed>(co_await store.Begin(Soon(), Place("k1", fingerprint)));
      EXPECT_NE(next.operation_id, old.operation_id);
      co_await store.Finish(Soon(), Place("k1"), old.fence, "late");
      co_await store.Finish(Soon(), Place("k1", fingerprint), next.fence, "new");
      EXPECT_EQ(std::get<Replay>(co_await store.Begin(Soon(), Place("k1", fingerprint))).answer, "new");
      disk_.Execute("UPDATE idempotency_key SET expires_at = market_now()");
    }
  });
}

TEST_F(PgStoreTest, ClaimedWithItsEffect_IsThereWithItOrNotAtAll) {
  RunWithDatabase([this](PgStore& store, postgres::Database& database) -> Task<> {
    disk_.Execute("CREATE TABLE effect (id uuid); GRANT ALL ON effect TO PUBLIC");
    const auto run = [&](RequestKey& key, std::string extra) -> Task<bool> {
      postgres::Batch batch;
      AppendClaim(batch, key);
      static constexpr postgres::Statement kEffect{"test.effect", "INSERT INTO effect SELECT $1::uuid"};
      batch.Add(kEffect, key.operation_id);
      static constexpr postgres::Statement kBreak{"test.break", "SELECT 1 / length($1::text)"};
      batch.Add(kBreak, extra);
      try {
        co_await database.Write(Soon(), std::move(batch));
      } catch (const postgres::SqlError& error) {
        if (IsTaken(error)) throw KeyTaken();
        co_return false;
      }
      key.fence = kFirstFence;
      co_return true;
    };
    RequestKey broken{.request = Place("k1")};
    EXPECT_FALSE(co_await run(broken, ""));
    RequestKey first{.request = Place("k1")};
    EXPECT_TRUE(co_await run(first, "x"));
    RequestKey twin{.request = Place("k1")};
    bool taken = false;
    try {
      co_await run(twin, "x");
    } catch (const KeyTaken&) {
      taken = true;
    }
    EXPECT_TRUE(taken);
    EXPECT_EQ(disk_.Execute("SELECT count(*) FROM effect"), "1");
    EXPECT_TRUE(std::holds_alternative<InFlight>(co_await store.Begin(Soon(), Place("k1"))));
    postgres::Batch last;
    AppendAnswer(last, first, "done");
    co_await database.Write(Soon(), std::move(last));
    EXPECT_EQ(std::get<Replay>(co_await store.Begin(Soon(), Place("k1"))).answer, "done");
  });
}

TEST_F(PgStoreTest, ExpiredKeys_AreFreeAndSwept) {
  Run({.sweep_chunk = 2}, [this](PgStore& store, auto&) -> Task<> {
    for (const char* key : {"a", "b", "c", "d", "e"}) {
      const auto claimed = std::get<Claimed>(co_await store.Begin(Soon(), Place(key)));
      co_await store.Finish(Soon(), Place(key), claimed.fence, "done");
    }
    disk_.Execute("UPDATE idempotency_key SET expires_at = market_now() WHERE key <> 'e'");
    EXPECT_EQ(std::get<Claimed>(co_await store.Begin(Soon(), Place("a", 'x'))).fence, 2);
    co_await store.Sweep(Soon());
    EXPECT_EQ(disk_.Execute("SELECT string_agg(key, '' ORDER BY key) FROM idempotency_key"), "ae");
  });
}

}  // namespace
}  // namespace market::idempotency
