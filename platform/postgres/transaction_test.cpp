#include <gmock/gmock.h>

#include "platform/postgres/testing/database_fixture.hpp"
#include "platform/runtime/one_shot.hpp"
#include "platform/testing/reason_of.hpp"

namespace market::postgres {
namespace {

TEST_F(DatabaseTest, Transaction_CommitsWhatItsBodyDid) {
  Run([](Database& db) -> Task<> {
    const auto body = [](Tx& tx) -> Task<std::int64_t> {
      co_await tx.Execute(kPut, 1, 10);
      const auto value = (co_await tx.Execute(kLock, 1)).One().Int(0);
      Batch batch;
      batch.Add(kAdd, 1, value).Add(kGet, 1);
      co_return (co_await tx.Execute(std::move(batch))).at(1).One().Int(0);
    };
    EXPECT_EQ(co_await db.Transaction(Soon(), body), 20);
    EXPECT_EQ((co_await db.Read(Soon(), kGet, 1)).One().Int(0), 20);
  });
}

TEST_F(DatabaseTest, ExecuteAndCommit_NeedsNoFurtherRoundTrip) {
  Run([](Database& db) -> Task<> {
    const auto after_reading = [](Tx& tx) -> Task<> {
      co_await tx.Execute(kCount);
      Batch batch;
      batch.Add(kPut, 1, 1).Add(kPut, 2, 2);
      EXPECT_EQ((co_await tx.ExecuteAndCommit(std::move(batch))).size(), 2u);
      EXPECT_THROW(co_await tx.Execute(kCount), std::logic_error);
    };
    co_await db.Transaction(Soon(), after_reading);
    const auto at_once = [](Tx& tx) -> Task<> {
      Batch batch;
      batch.Add(kPut, 3, 3);
      co_await tx.ExecuteAndCommit(std::move(batch));
    };
    co_await db.Transaction(Soon(), at_once);
    EXPECT_EQ((co_await db.Read(Soon(), kCount)).One().Int(0), 3);
    const auto failing = [](Tx& tx) -> Task<> {
      co_await tx.Execute(kPut, 4, 4);
      Batch batch;
      batch.Add(kPut, 1, 1);
      co_await tx.ExecuteAndCommit(std::move(batch));
    };
    EXPECT_EQ(co_await StateOf(db.Transaction(Soon(), failing)), "23505");
    EXPECT_EQ((co_await db.Read(Soon(), kCount)).One().Int(0), 3);
  });
}

// As a store that makes its own transactions is used by somebody whose transaction is larger.
TEST_F(DatabaseTest, Parts_AreDoneOrUndoneWithTheWhole) {
  Run([](Database& db) -> Task<> {
    const auto store = [&db](Work work, int key) -> Task<std::int64_t> {
      co_await db.Write(work, kPut, key, key);
      const auto more = [&](Tx& tx) -> Task<std::int64_t> {
        Batch batch;
        batch.Add(kPut, key + 1, key + 1);
        co_await tx.ExecuteAndCommit(std::move(batch));
        co_return (co_await db.Read(work, kCount)).One().Int(0);
      };
      co_return co_await db.Transaction(work, more);
    };
    const auto undone = [&](Tx& tx) -> Task<> {
      EXPECT_EQ(co_await store(tx.Part(), 1), 2) << "it sees what it has done";
      EXPECT_EQ((co_await db.Read(Soon(), kCount)).One().Int(0), 0) << "and nobody else does";
      throw NotFound("the rest");
    };
    EXPECT_EQ(co_await testing::ReasonOf(db.Transaction(Soon(), undone)), "NOT_FOUND");
    EXPECT_EQ((co_await db.Read(Soon(), kCount)).One().Int(0), 0);
    const auto done = [&](Tx& tx) -> Task<> {
      co_await store(tx.Part(), 1);
      co_await tx.Execute(kPut, 3, 3);
    };
    co_await db.Transaction(Soon(), done);
    EXPECT_EQ((co_await db.Read(Soon(), kCount)).One().Int(0), 3);
  });
}

TEST_F(DatabaseTest, BodyThrows_RollsBackAndFreesTheConnection) {
  auto options = Settings();
  options.write_connections = 1;
  Run(options, [](Database& db) -> Task<> {
    const auto refusing = [](Tx& tx) -> Task<> {
      co_await tx.Execute(kPut, 1, 1);
      throw NotFound("the rest");
    };
    const auto swallowing = [](Tx& tx) -> Task<> {
      co_await tx.Execute(kPut, 1, 1);
      EXPECT_EQ(co_await StateOf(tx.Execute(kPut, 1, 1)), "23505");
    };
    for (int i = 0; i < 3; ++i) {
      EXPECT_EQ(co_await CodeOf(db.Transaction(Soon(), refusing)), Code::kNotFound);
      EXPECT_EQ(co_await StateOf(db.Transaction(Soon(), swallowing)), "25P02");
    }
    co_await db.Write(Soon(), kPut, 2, 2);
    EXPECT_EQ((co_await db.Read(Soon(), kCount)).One().Int(0), 1);
  });
}

TEST_F(DatabaseTest, CancelledBody_RollsBackBeforeTheLeaseReturns) {
  auto options = Settings();
  options.write_connections = 1;
  options.pool_wait = 2s;
  Run(options, [](Database& db, boost::asio::io_context& io) -> Task<> {
    const auto body = [](Tx& tx) -> Task<> {
      co_await tx.Execute(kPut, 1, 1);
      co_await tx.Execute(kSleep, 0.1);
      ADD_FAILURE() << "was not cancelled";
    };
    const auto run = [](Database& db, auto body) -> Task<> { co_await db.Transaction(Soon(), body); };
    int aborted = 0;
    runtime::TaskGroup group(io.get_executor(), [&](std::string_view, std::exception_ptr) { ++aborted; });
    group.Spawn("tx", run(db, body));
    co_await Eventually([&] { return db.Snapshot().queries >= 1; });
    group.Cancel();
    co_await group.Join(Soon());
    EXPECT_EQ(aborted, 1);
    EXPECT_EQ(db.Snapshot().leased, 1u);
    co_await db.Write(Soon(), kPut, 1, 7);  // waits for the rollback, and is not part of what it ends
    EXPECT_EQ((co_await db.Read(Soon(), kGet, 1)).One().Int(0), 7);
    EXPECT_EQ(db.Snapshot().leased, 0u);
  });
}

TEST_F(DatabaseTest, AllLeased_WaitsThenRefuses) {
  auto options = Settings();
  options.write_connections = 2;
  options.pool_wait = 30ms;
  Run(options, [](Database& db, boost::asio::io_context& io) -> Task<> {
    runtime::OneShot<> release;
    int entered = 0;
    const auto body = [&](Tx& tx) -> Task<> {
      co_await tx.Execute(kCount);
      ++entered;
      co_await Eventually([&] { return release.Done(); });
    };
    const auto run = [](Database& db, auto body) -> Task<> { co_await db.Transaction(Soon(), body); };
    runtime::TaskGroup group(io.get_executor(), Unexpected);
    group.Spawn("tx", run(db, body));
    group.Spawn("tx", run(db, body));
    co_await Eventually([&] { return entered == 2; });
    EXPECT_EQ(co_await CodeOf(db.Write(Soon(), kPut, 1, 1)), Code::kResourceExhausted);
    EXPECT_EQ(co_await CodeOf(db.Transaction(Soon(), body)), Code::kResourceExhausted);
    EXPECT_EQ(co_await CodeOf(db.Write(After(5ms), kPut, 1, 1)), Code::kDeadlineExceeded);
    release.Set();
    co_await group.Join(Soon());
    co_await db.Write(Soon(), kPut, 1, 1);
  });
}

// Takes the two rows in its own order: half of the callers the other way round.
Task<> TakeBoth(Database& db, int first, int second, int rounds) {
  for (int i = 0; i < rounds; ++i) {
    const auto body = [=](Tx& tx) -> Task<> {
      co_await tx.Execute(kAdd, first, 1);
      co_await tx.Execute(kAdd, second, 1);
    };
    // Under this much contention even the third run may lose; nothing happened then.
    while (co_await CodeOf(db.Transaction(Soon(), body)) != Code::kOk) {
    }
  }
}

TEST_F(DatabaseTest, Deadlocks_RunAgainUntilDone) {
  auto options = Settings();
  options.pool_wait = 5s;
  std::uint64_t failed = 0;
  options.on_query = [&](std::string_view, std::chrono::nanoseconds, bool ok) { failed += ok ? 0 : 1; };
  Run(options, [&](Database& db, boost::asio::io_context& io) -> Task<> {
    co_await db.Write(Soon(), kPut, 1, 0);
    co_await db.Write(Soon(), kPut, 2, 0);
    runtime::TaskGroup group(io.get_executor(), Unexpected);
    for (int i = 0; i < 4; ++i)
      group.Spawn("both", i % 2 == 0 ? TakeBoth(db, 1, 2, 3) : TakeBoth(db, 2, 1, 3));
    co_await group.Join(Soon());
    EXPECT_EQ((co_await db.Read(Soon(), kGet, 1)).One().Int(0), 12);
    EXPECT_EQ((co_await db.Read(Soon(), kGet, 2)).One().Int(0), 12);
  });
}

TEST_F(DatabaseTest, SerializationFailure_RunsTheBodyAgain) {
  static constexpr Statement kSerializable{"tx.level", "SET TRANSACTION ISOLATION LEVEL SERIALIZABLE"};
  Run([](Database& db) -> Task<> {
    co_await db.Write(Soon(), kPut, 1, 0);
    int runs = 0;
    const auto body = [&](Tx& tx) -> Task<> {
      ++runs;
      co_await tx.Execute(kSerializable);
      co_await tx.Execute(kGet, 1);
      if (runs == 1) co_await db.Write(Soon(), kAdd, 1, 1);  // the rival
      co_await tx.Execute(kAdd, 1, 10);
    };
    co_await db.Transaction(Soon(), body);
    EXPECT_EQ(runs, 2);
    EXPECT_EQ((co_await db.Read(Soon(), kGet, 1)).One().Int(0), 11);

    runs = 0;
    const auto hopeless = [&](Tx& tx) -> Task<> {
      ++runs;
      co_await tx.Execute(kSerializable);
      co_await tx.Execute(kGet, 1);
      co_await db.Write(Soon(), kAdd, 1, 1);
      co_await tx.Execute(kAdd, 1, 10);
    };
    EXPECT_EQ(co_await CodeOf(db.Transaction(Soon(), hopeless)), Code::kUnavailable);
    EXPECT_EQ(runs, 3);
  });
}

}  // namespace
}  // namespace market::postgres
