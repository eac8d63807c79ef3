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
    for (auto& name : co_await Migrate(database, sets)) applied.push_back(std::move(name));
  }
  std::vector<std::string> Apply(const Sets& sets) {
    std::vector<std::string> applied;
    RunLoop([&](boost::asio::io_context& io) -> Task<> {
      Database database(io, {.conninfo = disk_.Conninfo()});
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
    Database database(io, {.conninfo = disk_.Conninfo()});
    runtime::TaskGroup group(io.get_executor(), Unexpected);
    for (int i = 0; i < 8; ++i) group.Spawn("replica", AddTo(applied, database, sets));
    co_await group.Join(After(20s));
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

}  // namespace
}  // namespace market::postgres
