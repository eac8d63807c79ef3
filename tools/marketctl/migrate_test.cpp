#include "tools/marketctl/migrate.hpp"

#include <gmock/gmock.h>

#include <cstdio>
#include <fstream>

#include "platform/core/error.hpp"
#include "platform/testing/run_loop.hpp"
#include "platform/testing/temporary_database.hpp"
#include "tools/marketctl/bad_arguments.hpp"

namespace market::marketctl {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

std::vector<std::string> Migrate(std::string_view database, const std::string& conninfo,
                                 std::chrono::milliseconds limit = 30s) {
  return testing::RunLoop([&](boost::asio::io_context& io) {
    return MigrateOne(io, {FindMigrations(database), conninfo, testing::TemporaryDatabase::kProgramRole},
                      limit);
  });
}

std::string Refusal(const Conninfos& named, const std::optional<std::string>& database) {
  try {
    Choose(named, database);
  } catch (const BadArguments& error) {
    return error.what();
  }
  return "";
}

TEST(Migrate, EveryDatabase_ComesToWhatItsProgramAsksForAndStaysThere) {
  for (const auto& known : AllMigrations()) {
    const testing::TemporaryDatabase database;
    std::size_t files = 0;
    for (const auto* set : known.sets) files += set->migrations.size();
    const auto applied = Migrate(known.database, database.Conninfo());
    EXPECT_EQ(applied.size(), files) << known.database;
    EXPECT_EQ(database.Execute("SELECT count(*) FROM schema_migration"), std::to_string(files));
    EXPECT_THAT(applied, ::testing::Contains(HasSubstr(std::string(known.database) + "/0001_")));
    EXPECT_THAT(Migrate(known.database, database.Conninfo()), IsEmpty()) << known.database;
  }
}

TEST(Migrate, BehindByOneFile_AppliesThatOne) {
  const auto* migrations = FindMigrations("auth");
  const testing::TemporaryDatabase database(migrations->sets.first(migrations->sets.size() - 1));
  for (const auto& name : Migrate("auth", database.OwnerConninfo())) EXPECT_THAT(name, HasSubstr("auth/"));
}

TEST(Migrate, ServerThatDoesNotAnswer_UnavailableWithTheDatabasesName) {
  try {
    Migrate("order", "host=/nowhere dbname=x", 300ms);
    ADD_FAILURE();
  } catch (const Error& error) {
    EXPECT_EQ(error.code, Code::kUnavailable);
    EXPECT_THAT(error.message, ::testing::StartsWith("order: "));
  }
}

TEST(Migrate, FileThatHasChanged_IsNamed) {
  const testing::TemporaryDatabase database(FindMigrations("payment")->sets);
  database.Execute("UPDATE schema_migration SET checksum = 'other' WHERE set = 'payment' AND version = 1");
  try {
    Migrate("payment", database.OwnerConninfo());
    ADD_FAILURE();
  } catch (const std::runtime_error& error) {
    EXPECT_THAT(error.what(), HasSubstr("payment: migration payment/0001_"));
  }
}

TEST(Choose, WithoutAName_TakesAllInTheirOrder) {
  const auto chosen = Choose({{"order", {"o"}}, {"auth", {"a"}}, {"nobody", {"n"}}}, std::nullopt);
  ASSERT_EQ(chosen.size(), 2u);
  EXPECT_EQ(chosen[0].conninfo, "a");
  EXPECT_EQ(chosen[1].conninfo, "o");
}

TEST(Choose, WithAName_TakesItsOwnBeforeTheOneWithoutAName) {
  EXPECT_EQ(Choose({{"", {"plain"}}, {"order", {"o"}}}, "order")[0].conninfo, "o");
  EXPECT_EQ(Choose({{"", {"plain"}}}, "order")[0].conninfo, "plain");
}

TEST(Choose, WhatIsMissing_IsSaid) {
  EXPECT_THAT(Refusal({{"", {"plain"}}}, std::nullopt), HasSubstr("--database auth, user"));
  EXPECT_THAT(Refusal({}, std::nullopt), HasSubstr("postgres.conninfo"));
  EXPECT_THAT(Refusal({{"auth", {"a"}}}, "order"), HasSubstr("order.postgres.conninfo"));
  EXPECT_THAT(Refusal({{"auth", {"a"}}}, "orders"), HasSubstr("'orders' is none of"));
}

TEST(Conninfos, OfAFile_AreReadWhenTheyAreAskedFor) {
  const std::string secret = ::testing::TempDir() + "migrate_conninfo";
  const std::string config = ::testing::TempDir() + "migrate_config";
  std::ofstream(secret) << "dbname=b\n";
  std::ofstream(config)
      << "# user.postgres.conninfo = x\nauth.postgres.conninfo = dbname=a\nhttp.listen = x\n"
      << "order.postgres.conninfo_file=" << secret << "\norder.postgres.ca = /o.crt\n"
      << "payment.postgres.conninfo_file = /nowhere/payment\n";
  const auto named = ConninfosOf(config);
  EXPECT_EQ(ConninfoOfAuth(config), "dbname=a");
  EXPECT_EQ(Choose(named, "order")[0].conninfo, "dbname=b sslmode=verify-full sslrootcert='/o.crt'");
  EXPECT_THROW(Choose(named, "payment"), std::runtime_error);
  EXPECT_THAT(Refusal(named, "user"), HasSubstr("user.postgres.conninfo"));
  std::remove(secret.c_str());
  std::remove(config.c_str());
}

TEST(Conninfos, OfTheEnvironment_AreItsVariables) {
  const std::map<std::string, const char*> variables = {{"MARKET_POSTGRES_CONNINFO", "dbname=a"},
                                                        {"MARKET_POSTGRES_CA", "/a.crt"},
                                                        {"MARKET_ORDER_POSTGRES_CONNINFO", "dbname=b"},
                                                        {"MARKET_USER_POSTGRES_CONNINFO_FILE", ""}};
  const auto named = ConninfosOfEnvironment([&](const char* name) {
    const auto at = variables.find(name);
    return at == variables.end() ? nullptr : at->second;
  });
  EXPECT_EQ(named.size(), 2u);
  EXPECT_EQ(named.at("").Read(), "dbname=a sslmode=verify-full sslrootcert='/a.crt'");
  EXPECT_EQ(named.at("order").Read(), "dbname=b");
}

}  // namespace
}  // namespace market::marketctl
