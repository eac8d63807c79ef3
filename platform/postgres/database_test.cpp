#include "platform/postgres/database.hpp"

#include <gmock/gmock.h>

#include "platform/postgres/testing/database_fixture.hpp"

namespace market::postgres {
namespace {

TEST_F(DatabaseTest, Values_SurviveTheRoundTrip) {
  static constexpr Statement kEcho{
      "test.echo",
      "SELECT $1::bigint, $2::boolean, $3::text, $4::uuid, $5::timestamptz, $6::bytea, "
      "$7::float8, $8::interval = interval '90 seconds'"};
  Run([](Database& db) -> Task<> {
    const auto id = AccountId::New();
    const Time time = Time(std::chrono::sys_days(std::chrono::year(1969) / 12 / 31)) + 86399s + 999'999us;
    const std::string bytes("\0\x01\xff\\x", 5);
    const auto result = co_await db.Read(Soon(), kEcho, std::numeric_limits<std::int64_t>::min(), true,
                                         "ä\"'\\", id, time, Bytes{bytes}, 0.1, 90s);
    const Row row = result.One();
    EXPECT_EQ(row.Int(0), std::numeric_limits<std::int64_t>::min());
    EXPECT_TRUE(row.GetBool(1));
    EXPECT_EQ(row.Text(2), "ä\"'\\");
    EXPECT_EQ(row.GetId<AccountId>(3), id);
    EXPECT_EQ(row.GetTime(4), time);
    EXPECT_EQ(row.GetBytes(5), bytes);
    EXPECT_EQ(row.Real(6), 0.1);
    EXPECT_TRUE(row.GetBool(7));
    EXPECT_THROW(row.Int(2), std::logic_error);
    EXPECT_THROW(row.Int(8), std::logic_error);
  });
}

TEST_F(DatabaseTest, Nulls_AreEmptyOptionals) {
  static constexpr Statement kEcho{"test.nulls",
                                   "SELECT $1::bigint, $2::text, $3::uuid, $4::timestamptz, $5::bytea"};
  Run([](Database& db) -> Task<> {
    const auto result = co_await db.Read(Soon(), kEcho, std::nullopt, std::optional<std::string>(),
                                         std::optional<Uuid>(), std::nullopt, std::nullopt);
    const Row row = result.One();
    EXPECT_FALSE(row.OptionalInt(0));
    EXPECT_FALSE(row.OptionalText(1));
    EXPECT_FALSE(row.OptionalUuid(2));
    EXPECT_FALSE(row.OptionalTime(3));
    EXPECT_FALSE(row.OptionalBytes(4));
    EXPECT_THROW(row.Text(1), std::logic_error);
  });
}

TEST_F(DatabaseTest, Arrays_SurviveTheRoundTrip) {
  static constexpr Statement kEcho{
      "test.arrays", "SELECT $1::bigint[], $2::text[], $3::uuid[], $4::text[], ($5::bytea[])[1], $6::text[]"};
  Run([](Database& db) -> Task<> {
    const std::vector<std::int64_t> numbers{1, -2, 3};
    const std::vector<std::string> texts{"", "NULL", "a,b", "{\"\\}", " ", "ä"};
    const std::vector<Uuid> ids{Uuid::NewV7(), Uuid::NewV7()};
    const std::vector<std::optional<std::string>> gaps{std::nullopt, "x"};
    const std::vector<Bytes> blobs{Bytes{"\x01\x02"}};
    const auto result = co_await db.Read(Soon(), kEcho, std::span(numbers), texts, ids, gaps, blobs,
                                         std::vector<std::string>());
    const Row row = result.One();
    EXPECT_EQ(row.IntArray(0), numbers);
    EXPECT_EQ(row.TextArray(1), texts);
    EXPECT_EQ(row.UuidArray(2), ids);
    EXPECT_EQ(row.OptionalTextArray(3), gaps);
    EXPECT_THROW(row.TextArray(3), std::logic_error);
    EXPECT_EQ(row.GetBytes(4), "\x01\x02");
    EXPECT_TRUE(row.TextArray(5).empty());
  });
}

TEST_F(DatabaseTest, Rows_CanBeWalkedAndCounted) {
  static constexpr Statement kSeries{"test.series", "SELECT * FROM generate_series(1, $1::int) n"};
  Run([](Database& db) -> Task<> {
    const auto result = co_await db.Read(Soon(), kSeries, 3);
    std::vector<std::int64_t> numbers;
    for (const auto row : result) numbers.push_back(row.Int(0));
    EXPECT_THAT(numbers, ::testing::ElementsAre(1, 2, 3));
    EXPECT_THROW(result.One(), std::logic_error);
    EXPECT_FALSE((co_await db.Read(Soon(), kGet, 1)).First());
    EXPECT_EQ((co_await db.Write(Soon(), kPut, 1, 1)).AffectedRows(), 1);
    EXPECT_EQ((co_await db.Write(Soon(), kAdd, 2, 1)).AffectedRows(), 0);
  });
}

TEST_F(DatabaseTest, RefusedStatement_NamesStateAndConstraint) {
  static constexpr Statement kWrong{"test.wrong", "SELECT nothing FROM nowhere"};
  Run([](Database& db) -> Task<> {
    co_await db.Write(Soon(), kPut, 1, 1);
    try {
      co_await db.Write(Soon(), kPut, 1, 1);
      ADD_FAILURE() << "a duplicate was taken";
    } catch (const SqlError& error) {
      EXPECT_TRUE(error.IsUniqueViolation("item_pkey")) << error.what();
      EXPECT_EQ(error.statement, "item.put");
    }
    EXPECT_EQ(co_await StateOf(db.Write(Soon(), kAdd, 1, -5)), "23514");
    // A statement that can't be prepared is refused each time, and the connection serves on.
    for (int i = 0; i < 3; ++i) EXPECT_EQ(co_await StateOf(db.Read(Soon(), kWrong)), "42P01");
    EXPECT_EQ((co_await db.Read(Soon(), kGet, 1)).One().Int(0), 1);
  });
}

TEST_F(DatabaseTest, Batch_IsAllOrNothing) {
  Run([](Database& db) -> Task<> {
    Batch good;
    good.Add(kPut, 1, 10).Add(kAdd, 1, 5).Add(kGet, 1);
    const auto results = co_await db.Write(Soon(), std::move(good));
    EXPECT_EQ(results.at(2).One().Int(0), 15);

    Batch bad;
    bad.Add(kPut, 2, 1).Add(kAdd, 1, -100).Add(kPut, 3, 1);
    try {
      co_await db.Write(Soon(), std::move(bad));
      ADD_FAILURE() << "a bad batch was taken";
    } catch (const SqlError& error) {
      EXPECT_EQ(error.statement, "item.add");
      EXPECT_EQ(error.constraint, "not_negative");
    }
    EXPECT_EQ((co_await db.Read(Soon(), kCount)).One().Int(0), 1);
    EXPECT_TRUE((co_await db.Write(Soon(), Batch())).empty());
  });
}

TEST_F(DatabaseTest, ErrorAtCommit_FailsTheWrite) {
  static constexpr Statement kLink{"linked.put", "INSERT INTO linked VALUES ($1, $2)"};
  Run([](Database& db) -> Task<> {
    try {
      co_await db.Write(Soon(), kLink, 1, 99);
      ADD_FAILURE() << "the deferred constraint did not hold";
    } catch (const SqlError& error) {
      EXPECT_EQ(error.constraint, "has_item");
    }
    const auto body = [](Tx& tx) -> Task<> { co_await tx.Execute(kLink, 1, 99); };
    EXPECT_EQ(co_await StateOf(db.Transaction(Soon(), body)), "23503");
    co_await db.Write(Soon(), kPut, 1, 1);
    co_await db.Write(Soon(), kLink, 1, 1);
  });
}

TEST_F(DatabaseTest, ReadBatch_GivesEachResult) {
  Run([](Database& db) -> Task<> {
    co_await db.Write(Soon(), kPut, 1, 10);
    Batch batch;
    batch.Add(kGet, 1).Add(kCount).Add(kGet, 2);
    const auto results = co_await db.Read(Soon(), std::move(batch));
    EXPECT_EQ(results.at(0).One().Int(0), 10);
    EXPECT_EQ(results.at(1).One().Int(0), 1);
    EXPECT_TRUE(results.at(2).empty());
    Batch failing;
    failing.Add(kDivide, 0).Add(kCount);
    EXPECT_EQ(co_await StateOf(db.Read(Soon(), std::move(failing))), "22012");
  });
}

// One of 64 callers: every answer must be its own, whatever happens to the neighbours in the pipeline.
Task<> Caller(Database& db, int caller, int rounds, int& answered) {
  for (int i = 0; i < rounds; ++i) {
    const int number = caller * 1000 + i;
    switch ((caller + i) % 5) {
      case 0:
        EXPECT_EQ(co_await StateOf(db.Read(Soon(), kDivide, 0)), "22012");
        break;
      case 1: {
        Batch batch;
        batch.Add(kPut, number, number).Add(kGet, number);
        EXPECT_EQ((co_await db.Write(Soon(), std::move(batch))).at(1).One().Int(0), number);
        break;
      }
      case 2: {
        Batch batch;
        batch.Add(kPut, number, number).Add(kAdd, number, -number - 1);
        EXPECT_EQ(co_await StateOf(db.Write(Soon(), std::move(batch))), "23514");
        break;
      }
      default: {
        static constexpr Statement kEcho{"test.echo", "SELECT $1::bigint * 2"};
        EXPECT_EQ((co_await db.Read(Soon(), kEcho, number)).One().Int(0), number * 2);
      }
    }
    ++answered;
  }
}

TEST_F(DatabaseTest, ManyCallers_EachGetsItsOwnAnswer) {
  int answered = 0;
  std::uint64_t hooked = 0;
  auto options = Settings();
  options.on_query = [&](std::string_view, std::chrono::nanoseconds, bool) { ++hooked; };
  Run(options, [&](Database& db, boost::asio::io_context& io) -> Task<> {
    runtime::TaskGroup group(io.get_executor(), Unexpected);
    for (int caller = 0; caller < 64; ++caller) group.Spawn("caller", Caller(db, caller, 16, answered));
    co_await group.Join(Soon());
    EXPECT_EQ(answered, 64 * 16);
    EXPECT_EQ(hooked, db.Snapshot().queries);
    const auto rows = (co_await db.Read(Soon(), kCount)).One().Int(0);
    EXPECT_EQ(rows, 64 * 16 / 5 + 1);
  });
}

TEST_F(DatabaseTest, LongParameters_PassInBothDirections) {
  static constexpr Statement kEcho{"test.echo", "SELECT $1::text"};
  Run([&](Database& db, boost::asio::io_context& io) -> Task<> {
    runtime::TaskGroup group(io.get_executor(), Unexpected);
    const auto one = [](Database& db, char c) -> Task<> {
      const std::string text(3'000'000, c);
      const auto result = co_await db.Read(Soon(), kEcho, text);
      EXPECT_TRUE(result.One().Text(0) == text);
    };
    for (char c = 'a'; c < 'k'; ++c) group.Spawn("echo", one(db, c));
    co_await group.Join(Soon());
  });
}

TEST_F(DatabaseTest, DeadlinePasses_CallerLeavesAndTheConnectionServesOn) {
  auto options = Settings();
  options.read_connections = 1;
  Run(options, [](Database& db) -> Task<> {
    EXPECT_EQ(co_await CodeOf(db.Read(After(30ms), kSleep, 0.2)), Code::kDeadlineExceeded);
    EXPECT_EQ(co_await CodeOf(db.Read(After(-1ms), kSleep, 0.2)), Code::kDeadlineExceeded);
    EXPECT_EQ((co_await db.Read(Soon(), kCount)).One().Int(0), 0);
  });
}

TEST_F(DatabaseTest, ServersTimeouts_AreOurErrors) {
  auto options = Settings();
  options.statement_timeout = 300ms;
  options.lock_timeout = 50ms;
  Run(options, [](Database& db) -> Task<> {
    EXPECT_EQ(co_await CodeOf(db.Read(Soon(), kSleep, 3.0)), Code::kDeadlineExceeded);
    co_await db.Write(Soon(), kPut, 1, 1);
    const auto body = [&db](Tx& tx) -> Task<> {
      co_await tx.Execute(kLock, 1);
      EXPECT_EQ(co_await CodeOf(db.Write(Soon(), kAdd, 1, 1)), Code::kUnavailable);
    };
    co_await db.Transaction(Soon(), body);
  });
}

TEST_F(DatabaseTest, CancelledCallers_LeaveTheOrderOfAnswersIntact) {
  auto options = Settings();
  options.read_connections = 1;
  Run(options, [](Database& db, boost::asio::io_context& io) -> Task<> {
    const auto sleeper = [](Database& db) -> Task<> { co_await db.Read(Soon(), kSleep, 0.02); };
    int aborted = 0;
    runtime::TaskGroup cancelled(io.get_executor(), [&](std::string_view, std::exception_ptr) { ++aborted; });
    runtime::TaskGroup staying(io.get_executor(), Unexpected);
    int answered = 0;
    for (int i = 0; i < 10; ++i) {
      cancelled.Spawn("sleeper", sleeper(db));
      staying.Spawn("caller", Caller(db, i, 5, answered));
    }
    co_await Eventually([&] { return db.Snapshot().in_flight >= 11; });
    cancelled.Cancel();
    co_await cancelled.Join(Soon());
    co_await staying.Join(Soon());
    EXPECT_EQ(aborted, 10);
    EXPECT_EQ(answered, 50);
  });
}

TEST_F(DatabaseTest, TooManyWaiting_IsOverload) {
  auto options = Settings();
  options.max_queued = 5;
  Run(options, [](Database& db, boost::asio::io_context& io) -> Task<> {
    const auto sleeper = [](Database& db) -> Task<> { co_await db.Read(Soon(), kSleep, 0.05); };
    runtime::TaskGroup group(io.get_executor(), Unexpected);
    for (int i = 0; i < 5; ++i) group.Spawn("sleeper", sleeper(db));
    co_await Eventually([&] { return db.Snapshot().in_flight == 5; });
    EXPECT_EQ(co_await CodeOf(db.Read(Soon(), kCount)), Code::kResourceExhausted);
    co_await group.Join(Soon());
    EXPECT_EQ(co_await CodeOf(db.Read(Soon(), kCount)), Code::kOk);
  });
}

TEST_F(DatabaseTest, Close_WaitsForCallersAndRefusesNewOnes) {
  RunLoop([&](boost::asio::io_context& io) -> Task<> {
    Database database(io, Settings());
    co_await database.Open(Soon());
    const auto sleeper = [](Database& db) -> Task<> { co_await db.Write(Soon(), kSleep, 0.05); };
    runtime::TaskGroup group(io.get_executor(), Unexpected);
    group.Spawn("sleeper", sleeper(database));
    co_await Eventually([&] { return database.Snapshot().in_flight == 1; });
    co_await database.Close(Soon());
    EXPECT_EQ(co_await CodeOf(database.Read(Soon(), kCount)), Code::kUnavailable);
    EXPECT_EQ(co_await CodeOf(database.Write(Soon(), kPut, 1, 1)), Code::kUnavailable);
    co_await group.Join(Soon());
    EXPECT_EQ(database.Snapshot().connections, 0u);
  });
}

}  // namespace
}  // namespace market::postgres
