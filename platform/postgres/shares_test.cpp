// What one kind of work takes is not missing to another, and what nobody waits for does not run on.
#include <gmock/gmock.h>

#include <random>

#include "platform/postgres/metrics.hpp"
#include "platform/postgres/testing/database_fixture.hpp"
#include "platform/telemetry/metrics.hpp"

namespace market::postgres {
namespace {

constexpr double kForEver = 3600;  // seconds; a test that waits for it fails
constexpr Statement kEcho{"test.echo", "SELECT $1::int"};

Work Of(Lane lane, runtime::Deadline deadline = Soon()) {
  Work work(deadline);
  work.lane = lane;
  return work;
}

class SharesTest : public DatabaseTest {
 protected:
  Options EachItsOwn() const {
    auto options = Settings();
    options.checkout_read_connections = 1;
    options.list_connections = 2;
    options.checkout_connections = 2;
    options.worker_connections = 2;
    options.list_wait = testing::kPatience;
    return options;
  }
  // How many statements of the tests the server works on.
  int Running() const {
    return std::stoi(disk_.Execute(
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND state = 'active' "
        "AND query LIKE '%pg_sleep%' AND pid <> pg_backend_pid()"));
  }
  // Of connections that the server has for the database object.
  std::string Backends() const {
    return disk_.Execute(
        "SELECT string_agg(pid::text, ' ' ORDER BY pid) FROM pg_stat_activity WHERE datname = "
        "current_database() "
        "AND application_name = 'marketplace'");
  }
};

Task<> Sleep(Database& db, Work work) { co_await db.List(work, kSleep, kForEver); }

// Ends as the test wants it to.
void Quietly(std::string_view, std::exception_ptr) {}

TEST_F(SharesTest, EveryListConnectionBusy_AllElseAnswersAtOnce) {
  Run(EachItsOwn(), [&](Database& db, boost::asio::io_context& io) -> Task<> {
    runtime::TaskGroup slow(io.get_executor(), Quietly);
    for (int i = 0; i < 6; ++i) slow.Spawn("list", Sleep(db, Of(Lane::kRequest)));
    co_await Eventually([&] { return Running() == 2 && db.Snapshot(Share::kLists).waiting == 4; });
    int id = 0;
    for (const auto lane : {Lane::kRequest, Lane::kCheckout, Lane::kWorker}) {
      co_await db.Write(Of(lane), kPut, ++id, id);
      EXPECT_EQ((co_await db.Read(Of(lane), kGet, id)).One().Int(0), id);
      const auto add = [id](Tx& tx) -> Task<> { co_await tx.Execute(kAdd, id, 1); };
      co_await db.Transaction(Of(lane), add);
    }
    EXPECT_EQ((co_await db.List(Of(Lane::kWorker), kCount)).One().Int(0), 3);
    EXPECT_EQ(db.Snapshot(Share::kLists).in_flight, 2u);  // none of the slow ones has ended
    EXPECT_EQ(db.Snapshot(Share::kLists).waiting, 4u);
    slow.Cancel();
    co_await slow.Join(Soon());
    co_await Eventually([&] { return Running() == 0; });
  });
}

TEST_F(SharesTest, EachKindOfWork_HasConnectionsOfItsOwn) {
  Run(EachItsOwn(), [&](Database& db) -> Task<> {
    const auto grows = [&](Share share, Task<> call) -> Task<> {
      const auto before = db.Snapshot(share).queries;
      const auto all = db.Snapshot().queries;
      co_await std::move(call);
      EXPECT_EQ(db.Snapshot(share).queries, before + 1) << Name(share);
      EXPECT_EQ(db.Snapshot().queries, all + 1);
    };
    const auto read = [&db](Lane lane) -> Task<> { co_await db.Read(Of(lane), kCount); };
    const auto list = [&db](Lane lane) -> Task<> { co_await db.List(Of(lane), kCount); };
    const auto write = [&db](Lane lane) -> Task<> { co_await db.Write(Of(lane), kAdd, 1, 1); };
    co_await grows(Share::kReads, read(Lane::kRequest));
    co_await grows(Share::kCheckoutReads, read(Lane::kCheckout));
    co_await grows(Share::kReads, read(Lane::kWorker));
    co_await grows(Share::kLists, list(Lane::kRequest));
    co_await grows(Share::kLists, list(Lane::kCheckout));
    co_await grows(Share::kWorkers, list(Lane::kWorker));
    co_await grows(Share::kWrites, write(Lane::kRequest));
    co_await grows(Share::kCheckouts, write(Lane::kCheckout));
    co_await grows(Share::kWorkers, write(Lane::kWorker));
  });
}

TEST_F(SharesTest, NoneOfItsOwn_SharesTheOthers) {
  auto options = Settings();
  options.read_connections = 1;
  options.write_connections = 1;
  Run(options, [&](Database& db) -> Task<> {
    for (const auto lane : {Lane::kRequest, Lane::kCheckout, Lane::kWorker}) {
      co_await db.Write(Of(lane), kAdd, 1, 1);
      co_await db.Read(Of(lane), kCount);
      co_await db.List(Of(lane), kCount);
    }
    EXPECT_EQ(db.Snapshot().connections, 2u);
    EXPECT_EQ(db.Snapshot(Share::kLists).queries, 6u);
    EXPECT_EQ(db.Snapshot(Share::kCheckoutReads).queries, 3u);
    EXPECT_FALSE(db.Has(Share::kLists));
  });
}

TEST_F(SharesTest, DeadlineOfAList_EndsItInTheServerToo) {
  Run(EachItsOwn(), [&](Database& db) -> Task<> {
    EXPECT_EQ(co_await CodeOf(Sleep(db, Of(Lane::kRequest, After(50ms)))), Code::kDeadlineExceeded);
    co_await Eventually([&] { return Running() == 0; });
    co_await Eventually([&] { return db.Snapshot(Share::kLists).leased == 0; });
    EXPECT_EQ(db.Snapshot(Share::kLists).cancelled, 1u);
  });
}

TEST_F(SharesTest, DeadlineInATransaction_EndsItsStatementAndRollsBack) {
  Run(EachItsOwn(), [&](Database& db) -> Task<> {
    const auto body = [](Tx& tx) -> Task<> {
      co_await tx.Execute(kPut, 1, 1);
      co_await tx.Execute(kSleep, kForEver);
    };
    EXPECT_EQ(co_await CodeOf(db.Transaction(Of(Lane::kCheckout, After(100ms)), body)),
              Code::kDeadlineExceeded);
    co_await Eventually([&] { return Running() == 0 && db.Snapshot(Share::kCheckouts).leased == 0; });
    EXPECT_EQ((co_await db.Read(Soon(), kCount)).One().Int(0), 0);
  });
}

TEST_F(SharesTest, CommitIsNeverCancelled_AsItMayHaveHappened) {
  static constexpr Statement kPutSlowly{"test.put_slowly",
                                        "INSERT INTO item SELECT 1, 1 FROM pg_sleep(0.2) AS slept"};
  Run(EachItsOwn(), [&](Database& db) -> Task<> {
    EXPECT_EQ(co_await CodeOf(db.Write(Of(Lane::kCheckout, After(50ms)), kPutSlowly)),
              Code::kDeadlineExceeded);
    co_await Eventually([&] { return disk_.Execute("SELECT count(*) FROM item") == "1"; });
    EXPECT_EQ(db.Snapshot().cancelled, 0u);
  });
}

// Half of the callers leave at any moment, also while their statement ends by itself; the others get their own
// answer, on the same connections.
TEST_F(SharesTest, CancelledStatements_NeverTakeAnotherWithThem) {
  Run(EachItsOwn(), [&](Database& db, boost::asio::io_context& io) -> Task<> {
    std::mt19937 random(7);
    std::uniform_int_distribution<int> micros(0, 3000);
    int left = 0;
    const auto leaver = [&](int hurry, int length) -> Task<> {
      const auto deadline = After(std::chrono::microseconds(hurry));
      const auto slowly = [length](Tx& tx) -> Task<> { co_await tx.Execute(kSleep, length / 1e6); };
      try {
        if (length % 2 == 0) {
          co_await db.List(Of(Lane::kRequest, deadline), kSleep, length / 1e6);
        } else {
          co_await db.Transaction(Of(Lane::kRequest, deadline), slowly);
        }
      } catch (const Error& error) {
        EXPECT_EQ(error.code, Code::kDeadlineExceeded) << error.message;
        ++left;
      }
    };
    const auto stayer = [&](int id) -> Task<> {
      const auto in_transaction = [id](Tx& tx) -> Task<> {
        EXPECT_EQ((co_await tx.Execute(kEcho, id)).One().Int(0), id);
      };
      EXPECT_EQ((co_await db.List(Of(Lane::kRequest), kEcho, id)).One().Int(0), id);
      co_await db.Transaction(Of(Lane::kRequest), in_transaction);
    };
    runtime::TaskGroup group(io.get_executor(), Unexpected);
    for (int round = 0; round < 40; ++round) {
      for (int i = 0; i < 5; ++i) {
        group.Spawn("leaver", leaver(micros(random), micros(random)));
        group.Spawn("stayer", stayer(round * 5 + i));
      }
      co_await group.Join(Soon());
    }
    EXPECT_GT(left, 0);
    co_await Eventually([&] { return db.Snapshot().in_flight == 0 && db.Snapshot().leased == 0; });
  });
}

TEST_F(SharesTest, StormOfCancelledCallers_LeavesEveryConnectionAsItWas) {
  auto options = EachItsOwn();
  int lost = 0;
  options.on_event = [&](std::string_view event, std::string_view) { lost += event == "connection_lost"; };
  options.pool_wait = testing::kPatience;
  options.max_queued_lists = 1000;
  Run(options, [&](Database& db, boost::asio::io_context& io) -> Task<> {
    const auto before = Backends();
    const auto connections = db.Snapshot().connections;
    const auto in_transaction = [](Tx& tx) -> Task<> { co_await tx.Execute(kSleep, kForEver); };
    for (int wave = 0; wave < 5; ++wave) {
      runtime::TaskGroup storm(io.get_executor(), Quietly);
      for (int i = 0; i < 40; ++i) {
        storm.Spawn("list", Sleep(db, Of(Lane::kRequest)));
        storm.Spawn("transaction", db.Transaction(Of(Lane::kCheckout), in_transaction));
      }
      co_await Eventually([&] { return Running() == 4; });
      storm.Cancel();
      co_await storm.Join(Soon());
      co_await Eventually([&] { return db.Snapshot().in_flight == 0 && db.Snapshot().leased == 0; });
    }
    EXPECT_EQ(Running(), 0);
    EXPECT_EQ(Backends(), before);
    EXPECT_EQ(db.Snapshot().connections, connections);
    EXPECT_EQ(db.Snapshot().waiting, 0u);
    EXPECT_EQ(lost, 0);
    EXPECT_GE(db.Snapshot(Share::kLists).cancelled, 10u);
    co_await db.List(Of(Lane::kRequest), kCount);
    co_await db.Write(Of(Lane::kCheckout), kPut, 1, 1);
  });
}

TEST_F(SharesTest, TooManyListsWaiting_IsOverloadOfListsAlone) {
  auto options = EachItsOwn();
  options.max_queued_lists = 1;
  Run(options, [&](Database& db, boost::asio::io_context& io) -> Task<> {
    runtime::TaskGroup slow(io.get_executor(), Quietly);
    for (int i = 0; i < 3; ++i) slow.Spawn("list", Sleep(db, Of(Lane::kRequest)));
    co_await Eventually([&] { return db.Snapshot(Share::kLists).waiting == 1; });
    EXPECT_EQ(co_await CodeOf(db.List(Of(Lane::kRequest), kCount)), Code::kResourceExhausted);
    co_await db.Read(Of(Lane::kRequest), kCount);
    slow.Cancel();
    co_await slow.Join(Soon());
    EXPECT_EQ((co_await db.List(Of(Lane::kRequest), kCount)).size(), 1u);
  });
}

TEST_F(SharesTest, StatementTimeout_IsTheNetOfEachClass) {
  auto options = EachItsOwn();
  options.statement_timeout = 10min;
  options.read_timeout = 60ms;
  options.worker_timeout = 70ms;
  Run(options, [&](Database& db) -> Task<> {
    EXPECT_EQ(co_await CodeOf(db.Read(Of(Lane::kRequest), kSleep, kForEver)), Code::kDeadlineExceeded);
    EXPECT_EQ(co_await CodeOf(db.Read(Of(Lane::kCheckout), kSleep, kForEver)), Code::kDeadlineExceeded);
    EXPECT_EQ(co_await CodeOf(db.List(Of(Lane::kWorker), kSleep, kForEver)), Code::kDeadlineExceeded);
    EXPECT_EQ(co_await CodeOf(db.List(Of(Lane::kRequest), kSleep, 0.2)), Code::kOk);
  });
}

TEST_F(SharesTest, Metrics_TellWhatEachClassDoes) {
  telemetry::Metrics metrics;
  auto options = EachItsOwn();
  options.name = "stock";
  Run(options, [&](Database& db) -> Task<> {
    MeasurePool(db, metrics);
    co_await CodeOf(Sleep(db, Of(Lane::kRequest, After(50ms))));
    co_await Eventually([&] { return db.Snapshot(Share::kLists).in_flight == 0; });
    const auto text = metrics.Exposition();
    for (const std::string_view line :
         {R"(db_pool_connections{class="lists",database="stock",state="open"} 2)",
          R"(db_statements_in_flight{class="lists",database="stock"} 0)",
          R"(db_statements_cancelled_total{class="lists",database="stock"} 1)",
          R"(db_statements_cancelled_total{class="checkouts",database="stock"} 0)",
          R"(db_busy_seconds_total{class="checkouts",database="stock"} 0)"}) {
      EXPECT_THAT(text, ::testing::HasSubstr(line));
    }
    EXPECT_GT(db.Snapshot(Share::kLists).busy.count(), 0);
    EXPECT_THAT(text, ::testing::Not(::testing::HasSubstr(
                          "db_busy_seconds_total{class=\"lists\",database=\"stock\"} 0\n")));
  });
}

}  // namespace
}  // namespace market::postgres
