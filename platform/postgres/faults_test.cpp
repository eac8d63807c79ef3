// The connection breaks at bad moments: through a gate between the client and a real server.
#include <gmock/gmock.h>

#include "platform/postgres/testing/database_fixture.hpp"
#include "platform/testing/tcp_gate.hpp"

namespace market::postgres {
namespace {

using testing::TcpGate;

class FaultsTest : public DatabaseTest {
 protected:
  // Runs body(database, gate) with the database behind the gate.
  template <class Body>
  void RunBehindGate(Body body) {
    RunLoop([&](boost::asio::io_context& io) -> Task<> {
      TcpGate gate = TcpGate::ToPostgres(io);
      Database database(io, {.conninfo = disk_.ConninfoVia("127.0.0.1", gate.Port()),
                             .read_connections = 1,
                             .write_connections = 2,
                             .connect_timeout = 500ms});
      co_await database.Open(Soon());
      co_await body(database, gate, io);
      gate.Pass();
      co_await Eventually([&] { return database.Snapshot().connections == 3; });
      EXPECT_EQ((co_await database.Read(Soon(), kCount)).size(), 1u);
      co_await database.Close(Soon());
    });
  }

  std::string Value(int id) {
    return disk_.Execute("SELECT value FROM item WHERE id = " + std::to_string(id));
  }
};

// What became of a write, by the exception.
Task<> Record(Task<> write, std::string& outcome) {
  try {
    co_await std::move(write);
    outcome = "done";
  } catch (const CommitUnknown&) {
    outcome = "unknown";
  } catch (const Error& error) {
    outcome = error.reason;
  }
}

Task<> Put(Database& db, int id) { co_await db.Write(Soon(), kPut, id, id); }

Task<> PutInTransaction(Database& db, int id) {
  const auto body = [id](Tx& tx) -> Task<> { co_await tx.Execute(kPut, id, id); };
  co_await db.Transaction(Soon(), body);
}

TEST_F(FaultsTest, AnswerOfAWriteIsLost_TheCommitIsUnknown) {
  RunBehindGate([this](Database& db, TcpGate& gate, boost::asio::io_context& io) -> Task<> {
    runtime::TaskGroup group(io.get_executor(), Unexpected);
    std::string outcome;
    gate.Stall(TcpGate::Direction::kReplies);
    group.Spawn("put", Record(Put(db, 1), outcome));
    co_await Eventually([&] { return Value(1) == "1"; });  // committed, and nobody told us
    gate.Reset();
    co_await group.Join(Soon());
    EXPECT_EQ(outcome, "unknown");
  });
}

TEST_F(FaultsTest, AnswerOfACommitIsLost_TheCommitIsUnknown) {
  RunBehindGate([this](Database& db, TcpGate& gate, boost::asio::io_context& io) -> Task<> {
    runtime::TaskGroup group(io.get_executor(), Unexpected);
    std::string outcome;
    const auto transaction = [](Database& db, TcpGate& gate) -> Task<> {
      const auto body = [&gate](Tx& tx) -> Task<> {
        co_await tx.Execute(kPut, 1, 1);
        gate.Stall(TcpGate::Direction::kReplies);
      };
      co_await db.Transaction(Soon(), body);
    };
    group.Spawn("put", Record(transaction(db, gate), outcome));
    co_await Eventually([&] { return Value(1) == "1"; });
    gate.Reset();
    co_await group.Join(Soon());
    EXPECT_EQ(outcome, "unknown");
  });
}

TEST_F(FaultsTest, LostBeforeTheCommit_IsUnavailableAndNothingHappened) {
  RunBehindGate([this](Database& db, TcpGate& gate, boost::asio::io_context&) -> Task<> {
    const auto body = [&gate](Tx& tx) -> Task<> {
      co_await tx.Execute(kPut, 1, 1);
      gate.Reset();
      co_await tx.Execute(kPut, 2, 2);
    };
    std::string outcome;
    co_await Record(db.Transaction(Soon(), body), outcome);
    EXPECT_EQ(outcome, "UNAVAILABLE");
    EXPECT_EQ(disk_.Execute("SELECT count(*) FROM item"), "0");
  });
}

TEST_F(FaultsTest, LostDuringARead_IsUnavailable) {
  RunBehindGate([](Database& db, TcpGate& gate, boost::asio::io_context& io) -> Task<> {
    const auto read = [](Database& db) -> Task<> { co_await db.Read(Soon(), kSleep, 1.0); };
    runtime::TaskGroup group(io.get_executor(), Unexpected);
    std::string first;
    std::string second;
    group.Spawn("read", Record(read(db), first));
    group.Spawn("read", Record(read(db), second));
    co_await Eventually([&] { return db.Snapshot().in_flight == 2; });
    gate.Reset();
    co_await group.Join(Soon());
    EXPECT_EQ(first, "UNAVAILABLE");
    EXPECT_EQ(second, "UNAVAILABLE");
  });
}

TEST_F(FaultsTest, ServerGone_CallsFailAtOnceAndRecover) {
  RunBehindGate([](Database& db, TcpGate& gate, boost::asio::io_context&) -> Task<> {
    gate.Refuse();
    gate.Reset();
    co_await Eventually([&] { return db.Snapshot().connections == 0; });
    const auto before = std::chrono::steady_clock::now();
    EXPECT_EQ(co_await CodeOf(db.Read(Soon(), kCount)), Code::kUnavailable);
    EXPECT_EQ(co_await CodeOf(Put(db, 1)), Code::kUnavailable);
    EXPECT_LT(std::chrono::steady_clock::now() - before, testing::kPatience / 2);
  });
}

TEST_F(FaultsTest, CutInTheMiddleOfAnAnswer_NeverGivesAWrongOne) {
  static constexpr Statement kLong{"test.long", "SELECT repeat('x', 5000) FROM generate_series(1, 20)"};
  for (const std::size_t bytes : {1u, 5u, 100u, 5000u, 60'000u}) {
    RunBehindGate([&](Database& db, TcpGate& gate, boost::asio::io_context&) -> Task<> {
      gate.CutAfter(TcpGate::Direction::kReplies, bytes);
      EXPECT_EQ(co_await CodeOf(db.Read(Soon(), kLong)), Code::kUnavailable) << bytes;
    });
  }
}

// Soon, while connections that are of no more use are replaced.
template <class Call>
Task<> Succeeds(Call call) {
  const auto limit = Soon();
  while (co_await CodeOf(call()) != Code::kOk) {
    if (std::chrono::steady_clock::now() > limit) throw std::runtime_error("it never succeeded");
    co_await runtime::SleepFor(1ms);
  }
}

TEST_F(FaultsTest, ServerEndsSessions_ConnectionsAreMadeAnew) {
  int lost = 0;
  auto options = Settings();
  options.on_event = [&](std::string_view event, std::string_view) {
    lost += event == "connection_lost" ? 1 : 0;
  };
  Run(options, [&](Database& db) -> Task<> {
    EXPECT_EQ((co_await db.Read(Soon(), kCount)).One().Int(0), 0);
    disk_.Execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() "
        "AND pid <> pg_backend_pid()");
    co_await Eventually([&] { return lost == 6 && db.Snapshot().connections == 6; });
    co_await Put(db, 1);
    EXPECT_EQ((co_await db.Read(Soon(), kCount)).One().Int(0), 1);
  });
}

TEST_F(FaultsTest, WriteOnAServerThatIsReadOnly_IsUnavailable) {
  disk_.Execute(
      "DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET default_transaction_read_only = on', "
      "current_database()); END $$");
  Run([this](Database& db) -> Task<> {
    EXPECT_EQ(co_await CodeOf(Put(db, 1)), Code::kUnavailable);
    disk_.Execute(
        "BEGIN READ WRITE; DO $$ BEGIN EXECUTE format('ALTER DATABASE %I RESET "
        "default_transaction_read_only', current_database()); END $$; COMMIT");
    // Each connection notices by itself and is replaced.
    co_await Succeeds([&] { return Put(db, 1); });
  });
}

TEST_F(FaultsTest, ChangedTable_OldPlansAreGivenUp) {
  static constexpr Statement kAll{"item.all", "SELECT * FROM item"};
  Run([this](Database& db) -> Task<> {
    co_await db.Read(Soon(), kAll);
    disk_.Execute("ALTER TABLE item ADD COLUMN note text");
    co_await Succeeds([&] { return db.Read(Soon(), kAll); });
  });
}

TEST_F(FaultsTest, SilentServer_IsGivenUp) {
  RunLoop([this](boost::asio::io_context& io) -> Task<> {
    TcpGate gate = TcpGate::ToPostgres(io);
    Database database(io, {.conninfo = disk_.ConninfoVia("127.0.0.1", gate.Port()),
                           .read_connections = 1,
                           .write_connections = 1,
                           .statement_timeout = 100ms});
    co_await database.Open(Soon());
    gate.Stall(TcpGate::Direction::kRequests);
    EXPECT_EQ(co_await CodeOf(database.Read(Soon(), kCount)), Code::kUnavailable);
    gate.Pass();
    co_await Eventually([&] { return database.Snapshot().connections == 2; });
    EXPECT_EQ((co_await database.Read(Soon(), kCount)).One().Int(0), 0);
    co_await database.Close(Soon());
  });
}

// The name has two addresses, ::1 and 127.0.0.1; the gate listens on one of them.
TEST_F(FaultsTest, HostName_EachOfItsAddressesIsTried) {
  RunLoop([this](boost::asio::io_context& io) -> Task<> {
    TcpGate gate = TcpGate::ToPostgres(io);
    Database database(io, {.conninfo = disk_.ConninfoVia("localhost", gate.Port())});
    co_await database.Open(Soon());
    EXPECT_EQ((co_await database.Read(Soon(), kCount)).One().Int(0), 0);
    co_await database.Close(Soon());
  });
}

TEST_F(FaultsTest, NoServer_OpenSaysWhy) {
  RunLoop([](boost::asio::io_context& io) -> Task<> {
    Database database(io, {.conninfo = "host=/nonexistent dbname=x", .connect_timeout = 100ms});
    try {
      co_await database.Open(After(200ms));
      ADD_FAILURE() << "opened nothing";
    } catch (const Error& error) {
      EXPECT_EQ(error.code, Code::kUnavailable);
      EXPECT_THAT(error.message, ::testing::HasSubstr("/nonexistent"));
    }
    co_await database.Close(After(1s));
  });
}

// Every write either reports its outcome truly or says that it does not know.
Task<> Writer(Database& db, int from, int count, std::vector<std::pair<int, std::string>>& outcomes) {
  for (int id = from; id < from + count; ++id) {
    std::string outcome;
    co_await Record(id % 2 == 0 ? Put(db, id) : PutInTransaction(db, id), outcome);
    outcomes.emplace_back(id, outcome);
    if (outcome != "done") co_await runtime::SleepFor(1ms);
  }
}

TEST_F(FaultsTest, ResetsUnderLoad_NoOutcomeIsALie) {
  std::vector<std::pair<int, std::string>> outcomes;
  RunBehindGate([&](Database& db, TcpGate& gate, boost::asio::io_context& io) -> Task<> {
    runtime::TaskGroup group(io.get_executor(), Unexpected);
    for (int i = 0; i < 16; ++i) group.Spawn("writer", Writer(db, i * 1000, 60, outcomes));
    while (group.Size() > 0) {
      co_await runtime::SleepFor(7ms);
      gate.CutAfter(TcpGate::Direction::kReplies, 300);
    }
  });
  const std::string stored = "," + disk_.Execute("SELECT string_agg(id::text, ',') FROM item") + ",";
  int done = 0;
  for (const auto& [id, outcome] : outcomes) {
    const bool happened = stored.contains("," + std::to_string(id) + ",");
    done += outcome == "done" ? 1 : 0;
    if (outcome == "done") EXPECT_TRUE(happened) << id;
    if (outcome == "UNAVAILABLE") EXPECT_FALSE(happened) << id;
  }
  EXPECT_EQ(outcomes.size(), 16u * 60);
  EXPECT_GT(done, 0);
}

}  // namespace
}  // namespace market::postgres
