#include "services/auth/workers/key_reader.hpp"

#include <gtest/gtest.h>

#include "platform/audit/testing/some_act.hpp"
#include "platform/runtime/task_group.hpp"
#include "platform/testing/run_loop.hpp"
#include "platform/testing/temporary_database.hpp"
#include "services/auth/migrations.hpp"

namespace market::auth {
namespace {

using testing::Eventually;
using testing::Soon;

const std::string kSealOfBoth(32, 's');

// One of two processes of auth.
struct KeyReplica {
  KeyReplica(boost::asio::io_context& io, const testing::TemporaryDatabase& disk)
      : database(io, disk.Options()),
        stored(database, {.published_before = {}, .published_after = std::chrono::hours(1)}) {}

  postgres::Database database;
  storage::SigningKeys stored;
  SigningKeys keys{kSealOfBoth};
  KeyReader reader{stored, keys};
};

// What one does is in force at the other.
TEST(KeyReader, TwoReplicas_Agree) {
  const testing::TemporaryDatabase disk(kMigrations);
  testing::RunLoop([&](boost::asio::io_context& io) -> Task<> {
    KeyReplica one(io, disk);
    KeyReplica other(io, disk);
    runtime::TaskGroup group(io.get_executor(), [](std::string_view, std::exception_ptr) { ADD_FAILURE(); });
    for (auto* replica : {&one, &other}) {
      co_await replica->database.Open(Soon());
      co_await replica->reader.Begin(Soon());
    }
    const auto agree = [&] {
      return one.keys.Active().Kid() == other.keys.Active().Kid() &&
             one.keys.Published() == other.keys.Published();
    };
    EXPECT_TRUE(agree());
    for (auto* replica : {&one, &other}) group.Keep("reader", replica->reader.Reading().Run());

    const auto first = one.keys.Active().Kid();
    const auto second = one.keys.Published()[1].kid;
    co_await one.stored.Rotate(Soon(), one.keys.Make(), audit::SomeAct());
    co_await Eventually([&] { return agree() && one.keys.Active().Kid() == second; });
    EXPECT_EQ(other.keys.Published().size(), 3u);
    EXPECT_EQ(other.keys.Published()[2].kid, first);

    co_await other.stored.Remove(Soon(), second, other.keys.Make(), audit::SomeAct());
    co_await Eventually([&] { return agree() && one.keys.Active().Kid() != second; });
    EXPECT_EQ(one.keys.Published().size(), 3u);
    EXPECT_EQ(one.reader.Reading().Now().failures, 0u);
    group.Cancel();
    co_await group.Join(Soon());
    for (auto* replica : {&one, &other}) co_await replica->database.Close(Soon());
  });
}

TEST(KeyReader, WithAnotherRootSecret_DoesNotBegin) {
  const testing::TemporaryDatabase disk(kMigrations);
  testing::RunLoop([&](boost::asio::io_context& io) -> Task<> {
    KeyReplica one(io, disk);
    co_await one.database.Open(Soon());
    co_await one.reader.Begin(Soon());
    SigningKeys foreign(std::string(32, 't'));
    KeyReader reader(one.stored, foreign);
    try {
      co_await reader.Begin(Soon());
      ADD_FAILURE();
    } catch (const std::runtime_error& error) {
      EXPECT_NE(std::string(error.what()).find("auth.root_key"), std::string::npos) << error.what();
    }
    co_await one.database.Close(Soon());
  });
}

}  // namespace
}  // namespace market::auth
