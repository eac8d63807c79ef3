#include "services/auth/storage/signing_keys.hpp"

#include <gtest/gtest.h>

#include <functional>

#include "platform/audit/testing/some_act.hpp"
#include "platform/runtime/task_group.hpp"
#include "platform/testing/run_loop.hpp"
#include "platform/testing/temporary_database.hpp"
#include "services/auth/migrations.hpp"

namespace market::auth::storage {
namespace {

using testing::Soon;
using namespace std::chrono_literals;

constexpr KeyTimes kTimes{.published_before = 10min, .published_after = 1h};

domain::NewSigningKey KeyCalled(std::string kid) {
  return {.kid = kid, .x = "x" + kid, .y = "y" + kid, .sealed = "s" + kid};
}

class SigningKeysStorageTest : public ::testing::Test {
 protected:
  void RunKeys(std::function<Task<>(SigningKeys&)> body) {
    testing::RunLoop([&](boost::asio::io_context& io) -> Task<> {
      postgres::Database database(io, disk_.Options());
      co_await database.Open(Soon());
      SigningKeys keys(database, kTimes);
      co_await body(keys);
      co_await database.Close(Soon());
    });
  }
  static Task<> BeginWith(SigningKeys& keys, std::string active, std::string next) {
    co_await keys.Begin(Soon(), KeyCalled(std::move(active)), KeyCalled(std::move(next)));
  }
  static Task<bool> RotateTo(SigningKeys& keys, std::string next) {
    const auto done = co_await keys.Rotate(Soon(), KeyCalled(std::move(next)), audit::SomeAct());
    co_return std::holds_alternative<Rotated>(done);
  }
  static Task<bool> Take(SigningKeys& keys, std::string kid, std::string next) {
    const auto done =
        co_await keys.Remove(Soon(), std::move(kid), KeyCalled(std::move(next)), audit::SomeAct());
    co_return std::holds_alternative<KeyRemoved>(done);
  }
  // "a ACTIVE, b NEXT": as published.
  static Task<std::string> Told(SigningKeys& keys) {
    std::string text;
    for (const auto& key : co_await keys.Published(Soon()))
      text += (text.empty() ? "" : ", ") + key.kid + " " + std::string(Name(key.state));
    co_return text;
  }
  void NextIsOld() {
    disk_.Execute(
        "UPDATE signing_key SET created_at = created_at - interval '11 minutes' WHERE state = 'NEXT'");
  }

  testing::TemporaryDatabase disk_{kMigrations};
};

TEST_F(SigningKeysStorageTest, FirstOfManyReplicas_MakesThem) {
  RunKeys([&](SigningKeys& keys) -> Task<> {
    EXPECT_EQ(co_await Told(keys), "");
    const auto executor = co_await boost::asio::this_coro::executor;
    int failures = 0;
    runtime::TaskGroup group(executor, [&](std::string_view, std::exception_ptr error) {
      ++failures;
      try {
        std::rethrow_exception(error);
      } catch (const std::exception& what) {
        ADD_FAILURE() << what.what();
      }
    });
    for (const std::string name : {"1", "2", "3", "4"})
      group.Spawn("begin", BeginWith(keys, "a" + name, "n" + name));
    co_await group.Join(Soon());
    EXPECT_EQ(failures, 0);
    const auto published = co_await keys.Published(Soon());
    EXPECT_EQ(published.size(), 2u);
    EXPECT_EQ(published[0].state, domain::KeyState::kActive);
    EXPECT_EQ(published[0].kid.substr(1), published[1].kid.substr(1));  // of one replica
    EXPECT_EQ(published[0].sealed, "s" + published[0].kid);
    EXPECT_TRUE(published[0].activated_at);
  });
}

TEST_F(SigningKeysStorageTest, Rotation_WaitsUntilTheNextIsKnown) {
  RunKeys([&](SigningKeys& keys) -> Task<> {
    co_await BeginWith(keys, "a", "b");
    const auto early = co_await keys.Rotate(Soon(), KeyCalled("c"), audit::SomeAct());
    EXPECT_TRUE(std::holds_alternative<TooEarly>(early));
    const auto wait = std::get<TooEarly>(early).wait;
    EXPECT_GT(wait, 9min);
    EXPECT_LE(wait, 10min);
    EXPECT_EQ(co_await Told(keys), "a ACTIVE, b NEXT");
    NextIsOld();
    EXPECT_TRUE(co_await RotateTo(keys, "c"));
    EXPECT_EQ(co_await Told(keys), "b ACTIVE, c NEXT, a RETIRED");
    EXPECT_FALSE(co_await RotateTo(keys, "d"));
  });
  EXPECT_EQ(disk_.Execute("SELECT target_type || ' ' || target_id || ' ' || (before->>'active') || ' ' || "
                          "(after->>'next') FROM audit_event"),
            "signing_key b a c");
  EXPECT_EQ(disk_.Execute("SELECT sealed FROM signing_key WHERE kid = 'a'"), "");
}

TEST_F(SigningKeysStorageTest, Retired_IsPublishedAsLongAsItsTokensLive) {
  RunKeys([&](SigningKeys& keys) -> Task<> {
    co_await BeginWith(keys, "a", "b");
    NextIsOld();
    EXPECT_TRUE(co_await RotateTo(keys, "c"));
    disk_.Execute("UPDATE signing_key SET retired_at = market_now() - interval '59 minutes' WHERE kid = 'a'");
    EXPECT_EQ(co_await Told(keys), "b ACTIVE, c NEXT, a RETIRED");
    disk_.Execute("UPDATE signing_key SET retired_at = market_now() - interval '61 minutes' WHERE kid = 'a'");
    EXPECT_EQ(co_await Told(keys), "b ACTIVE, c NEXT");
    EXPECT_EQ((co_await keys.List(Soon())).size(), 3u);
  });
}

TEST_F(SigningKeysStorageTest, OfTwoRotationsAtOnce_OneHappens) {
  RunKeys([&](SigningKeys& keys) -> Task<> {
    co_await BeginWith(keys, "a", "b");
    NextIsOld();
    const auto executor = co_await boost::asio::this_coro::executor;
    int done = 0;
    runtime::TaskGroup group(executor, [](std::string_view, std::exception_ptr) { ADD_FAILURE(); });
    for (const std::string next : {"c", "d", "e"}) {
      group.Spawn("rotate", [](SigningKeys& of, std::string kid, int& count) -> Task<> {
        if (co_await RotateTo(of, kid)) ++count;
      }(keys, next, done));
    }
    co_await group.Join(Soon());
    EXPECT_EQ(done, 1);
    EXPECT_EQ((co_await keys.Published(Soon())).size(), 3u);
  });
}

TEST_F(SigningKeysStorageTest, WhenAllAreRemoved_WhoStartsMakesNewOnes) {
  RunKeys([&](SigningKeys& keys) -> Task<> {
    co_await BeginWith(keys, "a", "b");
    EXPECT_EQ(co_await keys.RemoveAll(Soon(), audit::SomeAct()), 2);
    EXPECT_EQ(co_await Told(keys), "");
    EXPECT_EQ(co_await keys.RemoveAll(Soon(), audit::SomeAct()), 0);
    co_await BeginWith(keys, "c", "d");
    EXPECT_EQ(co_await Told(keys), "c ACTIVE, d NEXT");
  });
  EXPECT_EQ(disk_.Execute("SELECT string_agg(target_id, ' ' ORDER BY target_id) FROM audit_event"), "a b");
}

TEST_F(SigningKeysStorageTest, Removed_IsGoneWhateverItsState) {
  struct Case {
    const char* kid;
    const char* left;
  };
  for (const auto& [kid, left] : {Case{"b", "c ACTIVE, n NEXT, a RETIRED"},
                                  Case{"c", "b ACTIVE, n NEXT, a RETIRED"}, Case{"a", "b ACTIVE, c NEXT"}}) {
    disk_.Execute("DELETE FROM signing_key");
    RunKeys([&](SigningKeys& keys) -> Task<> {
      co_await BeginWith(keys, "a", "b");
      NextIsOld();
      EXPECT_TRUE(co_await RotateTo(keys, "c"));
      EXPECT_TRUE(co_await Take(keys, kid, "n"));
      EXPECT_EQ(co_await Told(keys), left);
      EXPECT_TRUE(co_await Take(keys, kid, "m")) << "again";
      EXPECT_EQ(co_await Told(keys), left);
      EXPECT_FALSE(co_await Take(keys, "nobody's", "m"));
    });
    EXPECT_EQ(disk_.Execute("SELECT sealed || state FROM signing_key WHERE kid = '" + std::string(kid) + "'"),
              "REMOVED");
  }
  EXPECT_EQ(disk_.Execute("SELECT count(*) FROM audit_event WHERE after->>'state' = 'REMOVED'"), "3");
}

}  // namespace
}  // namespace market::auth::storage
