#include "services/auth/storage/caller_limits.hpp"

#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>

#include "platform/testing/run_loop.hpp"
#include "platform/testing/temporary_database.hpp"
#include "services/auth/migrations.hpp"

namespace market::auth::storage {
namespace {

using namespace std::chrono_literals;
using testing::Soon;

class CallerLimitsTest : public ::testing::Test {
 protected:
  template <typename Body>
  void Run(Body body) {
    testing::RunLoop([&](boost::asio::io_context& io) -> Task<> {
      postgres::Database database(io, temporary_.Options());
      postgres::Database replica(io, temporary_.Options());
      co_await database.Open(Soon());
      co_await replica.Open(Soon());
      CallerLimits here(database);
      CallerLimits there(replica);
      co_await body(here, there);
      co_await database.Close(Soon());
      co_await replica.Close(Soon());
    });
  }

  // As if so much time had gone by.
  void Pass(const std::string& interval) {
    temporary_.Execute("UPDATE caller_limit SET busy_until = busy_until - interval '" + interval + "'");
  }

  testing::TemporaryDatabase temporary_{kMigrations};
  static constexpr domain::RateLimit kThree{.count = 3, .window = 30s};
};

TEST_F(CallerLimitsTest, SoManyAtOnce_ThenOneForEachShareOfTheWindow) {
  Run([this](CallerLimits& limits, CallerLimits&) -> Task<> {
    for (int i = 0; i < 3; ++i) EXPECT_FALSE(co_await limits.Take(Soon(), "ada", kThree));
    const auto wait = co_await limits.Take(Soon(), "ada", kThree);
    EXPECT_TRUE(wait && *wait > 8s && *wait <= 10s);
    EXPECT_FALSE(co_await limits.Take(Soon(), "bob", kThree)) << "counted apart";
    Pass("10 seconds");
    EXPECT_FALSE(co_await limits.Take(Soon(), "ada", kThree));
    EXPECT_TRUE(co_await limits.Take(Soon(), "ada", kThree)) << "those that were refused cost nothing";
    Pass("1 hour");
    for (int i = 0; i < 3; ++i) EXPECT_FALSE(co_await limits.Take(Soon(), "ada", kThree));
    EXPECT_TRUE(co_await limits.Take(Soon(), "ada", kThree)) << "time is not saved up";
  });
}

TEST_F(CallerLimitsTest, TwoReplicasAtOnce_LetInNoMoreThanOne) {
  Run([](CallerLimits& here, CallerLimits& there) -> Task<> {
    int in = 0;
    co_await testing::AtOnce(40, [&](int i) -> Task<> {
      auto& limits = i % 2 == 0 ? here : there;
      if (!co_await limits.Take(Soon(), "ada", {.count = 10, .window = 1h})) ++in;
    });
    EXPECT_EQ(in, 10);
  });
}

TEST_F(CallerLimitsTest, Sweep_TakesWhoMayComeAsIfNeverSeen) {
  Run([this](CallerLimits& limits, CallerLimits&) -> Task<> {
    co_await limits.Take(Soon(), "ada", kThree);
    Pass("11 seconds");
    co_await limits.Take(Soon(), "bob", kThree);
    EXPECT_EQ(co_await limits.Sweep(Soon(), 100), 1);
    EXPECT_EQ(co_await limits.Sweep(Soon(), 100), 0);
  });
}

}  // namespace
}  // namespace market::auth::storage
