#include "platform/postgres/migrate.hpp"

#include <gmock/gmock.h>

#include "platform/postgres/testing/database_fixture.hpp"

namespace market::postgres {
namespace {

constexpr Migration kFirst{1, "0001_a.sql", "CREATE TABLE a (n int); INSERT INTO a VALUES (1);", "c1"};
constexpr Migration kSecond{2, "0002_b.sql", "INSERT INTO a VALUES (2); -- a comment at the end", "c2"};

class MigrateTest : public ::testing::Test {
 protected:
  using Sets = std::vector<const MigrationSet*>;

  static Task<> AddTo(std::vector<std::string>& applied, Database& database, const Sets& sets) {
    auto names = co_await Migrate(database, sets, testing::TemporaryDatabase::kProgramRole, Soon());
    for (auto& name : names) applied.push_back(std::move(name));
  }
  std::vector<std::string> Apply(const Sets& sets) {
    std::vector<std::string> applied;
    RunLoop([&](boost::asio::io_context& io) -> Task<> {
      Database database(io, disk_.Options());
      co_await AddTo(applied, database, sets);
    });
    return applied;
  }
  std::string Failure(const Sets& sets) {
    try {
      Apply(sets);
    } catch (const std::exception& error) {
      return error.what();
    }
    return "";
  }
  std::string Lack(const Sets& sets) {
    try {
      RunLoop([&](boost::asio::io_context& io) -> Task<> {
        Database database(io, disk_.Options());
        co_await RequireNewest(database, sets, Soon());
      });
    } catch (const std::exception& error) {
      return error.what();
    }
    return "";
  }
  // What the server says to the role of programs; "" when it does it.
  std::string Refusal(const std::string& sql) {
    try {
      disk_.Execute(std::string("SET ROLE ") + testing::TemporaryDatabase::kProgramRole + "; " + sql);
    } catch (const std::exception& error) {
      return error.what();
    }
    return "";
  }
  std::string Rows() { return disk_.Execute("SELECT string_agg(n::text, ',' ORDER BY n) FROM a"); }

  testing::TemporaryDatabase disk_;
};

TEST_F(MigrateTest, Twice_AppliesEachFileOnce) {
  const Migration one[] = {kFirst};
  const Migration two[] = {kFirst, kSecond};
  const MigrationSet before{"demo", one};
  const MigrationSet after{"demo", two};
  EXPECT_THAT(Apply({&before}), ::testing::ElementsAre("demo/0001_a.sql"));
  EXPECT_THAT(Apply({&before}), ::testing::IsEmpty());
  EXPECT_EQ(Rows(), "1");
  EXPECT_THAT(Apply({&after}), ::testing::ElementsAre("demo/0002_b.sql"));
  EXPECT_EQ(Rows(), "1,2");
  EXPECT_THAT(Apply({&before}), ::testing::IsEmpty());  // an older program starts again
  EXPECT_EQ(Rows(), "1,2");
  EXPECT_EQ(disk_.Execute("SELECT string_agg(name, ' ' ORDER BY version) FROM schema_migration"),
            "0001_a.sql 0002_b.sql");
}

TEST_F(MigrateTest, ConcurrentReplicas_ApplyEachFileOnce) {
  const Migration files[] = {kFirst, kSecond};
  const MigrationSet set{"demo", files};
  const Sets sets{&set};
  std::vector<std::string> applied;
  RunLoop([&](boost::asio::io_context& io) -> Task<> {
    Database database(io, disk_.Options());
    runtime::TaskGroup group(io.get_executor(), Unexpected);
    for (int i = 0; i < 8; ++i) group.Spawn("replica", AddTo(applied, database, sets));
    co_await group.Join(Soon());
  });
  EXPECT_THAT(applied, ::testing::ElementsAre("demo/0001_a.sql", "demo/0002_b.sql"));
  EXPECT_EQ(Rows(), "1,2");
}

TEST_F(MigrateTest, ChangedFile_IsNamedAndNothingIsApplied) {
  const Migration one[] = {kFirst};
  const MigrationSet before{"demo", one};
  Apply({&before});
  Migration changed = kFirst;
  changed.checksum = "other";
  const Migration files[] = {changed, kSecond};
  const MigrationSet after{"demo", files};
  EXPECT_THAT(Failure({&after}), ::testing::HasSubstr("demo/0001_a.sql: has changed"));
  EXPECT_EQ(Rows(), "1");
}

TEST_F(MigrateTest, Gap_IsNamedAndNothingIsApplied) {
  Migration third = kSecond;
  third.version = 3;
  third.name = "0003_c.sql";
  const Migration files[] = {kFirst, third};
  const MigrationSet set{"demo", files};
  EXPECT_THAT(Failure({&set}), ::testing::HasSubstr("demo/0003_c.sql: its number"));
  EXPECT_EQ(disk_.Execute("SELECT to_regclass('a')"), "");
}

TEST_F(MigrateTest, FailingFile_LeavesNothingOfItselfBehind) {
  const Migration files[] = {kFirst, {2, "0002_bad.sql", "INSERT INTO a VALUES (2); SELECT 1 / 0;", "c2"}};
  const MigrationSet set{"demo", files};
  EXPECT_THAT(Failure({&set}), ::testing::HasSubstr("0002_bad.sql: division by zero"));
  EXPECT_EQ(Rows(), "1");
  const Migration ending[] = {kFirst, {2, "0002_ends.sql", "INSERT INTO a VALUES (2); COMMIT;", "c2"}};
  const MigrationSet stubborn{"demo", ending};
  EXPECT_THAT(Failure({&stubborn}), ::testing::HasSubstr("ends its transaction itself"));
}

TEST_F(MigrateTest, Program_ChangesOnlyWhatIsMutable) {
  const Migration files[] = {{1, "0001_a.sql",
                              "CREATE TABLE kept (n int GENERATED ALWAYS AS IDENTITY, t text);"
                              "CREATE TABLE changed (n int); COMMENT ON TABLE changed IS 'mutable';"
                              "CREATE TABLE told (n int); COMMENT ON TABLE told IS 'mutable: a counter';"
                              "CREATE TABLE misspelt (n int); COMMENT ON TABLE misspelt IS 'mutables';"
                              "CREATE TABLE shown (n int); COMMENT ON TABLE shown IS 'read-only: a chain';"
                              "CREATE SEQUENCE numbers;"
                              "CREATE FUNCTION forget() RETURNS void LANGUAGE sql SECURITY DEFINER"
                              " SET search_path = public AS 'DELETE FROM kept';",
                              "c1"}};
  const MigrationSet set{"demo", files};
  Apply({&set});
  for (const char* allowed :
       {"INSERT INTO kept (t) VALUES ('x')", "SELECT * FROM kept", "INSERT INTO changed VALUES (1)",
        "UPDATE changed SET n = 2", "DELETE FROM changed", "UPDATE told SET n = 2", "SELECT * FROM shown",
        "SELECT nextval('numbers')", "SELECT forget()", "SELECT * FROM schema_migration",
        "SELECT market_now()"}) {
    EXPECT_EQ(Refusal(allowed), "") << allowed;
  }
  for (const char* refused :
       {"UPDATE kept SET t = 'y'", "DELETE FROM kept", "TRUNCATE kept", "TRUNCATE changed",
        "UPDATE misspelt SET n = 2", "INSERT INTO shown VALUES (1)", "UPDATE shown SET n = 2",
        "DELETE FROM schema_migration", "INSERT INTO schema_migration SELECT * FROM schema_migration",
        "SELECT setval('numbers', 1)", "CREATE TABLE mine (n int)", "ALTER TABLE changed ADD m int",
        "DROP TABLE changed", "COMMENT ON TABLE kept IS 'mutable'",
        "CREATE OR REPLACE FUNCTION market_now() RETURNS timestamptz LANGUAGE sql AS 'SELECT now()'"}) {
    EXPECT_THAT(Refusal(refused), ::testing::AnyOf(::testing::HasSubstr("permission denied"),
                                                   ::testing::HasSubstr("must be owner")))
        << refused;
  }
}

TEST_F(MigrateTest, TableThatIsNoLongerMutable_IsLockedAgain) {
  const Migration first{1, "0001_a.sql", "CREATE TABLE a (n int); COMMENT ON TABLE a IS 'mutable';", "c1"};
  const Migration one[] = {first};
  const Migration two[] = {first, {2, "0002_b.sql", "COMMENT ON TABLE a IS NULL;", "c2"}};
  const MigrationSet before{"demo", one};
  const MigrationSet after{"demo", two};
  Apply({&before});
  EXPECT_EQ(Refusal("UPDATE a SET n = 1"), "");
  Apply({&after});
  EXPECT_THAT(Refusal("UPDATE a SET n = 1"), ::testing::HasSubstr("permission denied"));
}

TEST_F(MigrateTest, DatabaseOfItsOwnProgram_IsRefused) {
  disk_.Execute("ALTER DATABASE " + disk_.Name() + " OWNER TO " + testing::TemporaryDatabase::kProgramRole);
  const Migration one[] = {kFirst};
  const MigrationSet set{"demo", one};
  EXPECT_THAT(Failure({&set}), ::testing::HasSubstr("start with a new database"));
}

TEST_F(MigrateTest, Program_AsksForTheNewestSchemaAndTakesANewerOne) {
  const Migration one[] = {kFirst};
  const Migration two[] = {kFirst, kSecond};
  const MigrationSet before{"demo", one};
  const MigrationSet after{"demo", two};
  EXPECT_THAT(Lack({&before}),
              ::testing::HasSubstr("demo/0001_a.sql: has not been applied: run marketctl migrate"));
  EXPECT_EQ(disk_.Execute("SELECT to_regclass('schema_migration')"), "");
  Apply({&before});
  EXPECT_EQ(Lack({&before}), "");
  EXPECT_THAT(Lack({&after}), ::testing::HasSubstr("demo/0002_b.sql: has not been applied"));
  Apply({&after});
  EXPECT_EQ(Lack({&before}), "");
}

Task<> ReadSecret(std::string conninfo, boost::asio::io_context& io, std::string& secret) {
  Database database(io, {.conninfo = std::move(conninfo)});
  co_await database.Open(Soon());
  secret = co_await SecretOf(database, Soon());
  co_await database.Close(Soon());
}

TEST_F(MigrateTest, Secret_IsTheDatabasesOwnAndStays) {
  static constexpr std::array kFiles{kFirst};
  const MigrationSet set{"demo", kFiles};
  const auto secret_of = [](const testing::TemporaryDatabase& disk) {
    std::string secret;
    RunLoop([&](boost::asio::io_context& io) -> Task<> { co_await ReadSecret(disk.Conninfo(), io, secret); });
    return secret;
  };
  Apply({&set});
  const auto secret = secret_of(disk_);
  EXPECT_EQ(secret.size(), 32u);
  Apply({&set});
  EXPECT_EQ(secret_of(disk_), secret);
  EXPECT_EQ(Refusal("SELECT secret FROM database_secret"), "");
  EXPECT_NE(Refusal("UPDATE database_secret SET secret = sha256('')"), "");
  EXPECT_NE(Refusal("INSERT INTO database_secret (secret) VALUES (sha256(''))"), "");

  testing::TemporaryDatabase other;
  RunLoop([&](boost::asio::io_context& io) -> Task<> {
    Database database(io, other.Options());
    co_await Migrate(database, {}, testing::TemporaryDatabase::kProgramRole, Soon());
  });
  EXPECT_NE(secret_of(other), secret);
}

}  // namespace
}  // namespace market::postgres
