#include "platform/postgres/metrics.hpp"

#include <gmock/gmock.h>

#include "platform/postgres/testing/database_fixture.hpp"
#include "platform/telemetry/metrics.hpp"

namespace market::postgres {
namespace {

using ::testing::HasSubstr;

TEST_F(DatabaseTest, Metrics_CountStatementsAndFailuresByName) {
  telemetry::Metrics metrics;
  Options options = Settings();
  options.name = "stock";
  MeasureQueries(options, metrics);
  Run(options, [](Database& db) -> Task<> {
    co_await db.Write(Soon(), kPut, 1, 7);
    co_await db.Read(Soon(), kGet, 1);
    co_await db.Read(Soon(), kGet, 1);
    EXPECT_EQ(co_await StateOf(db.Write(Soon(), kPut, 1, 7)), "23505");
  });
  const auto text = metrics.Exposition();
  for (const std::string_view line : {R"(db_query_seconds_count{database="stock",statement="item.get"} 2)",
                                      R"(db_query_seconds_count{database="stock",statement="item.put"} 2)",
                                      R"(db_query_errors_total{database="stock",statement="item.get"} 0)",
                                      R"(db_query_errors_total{database="stock",statement="item.put"} 1)",
                                      R"(db_pool_wait_seconds_count{database="stock"} 0)"}) {
    EXPECT_THAT(text, HasSubstr(line));
  }
}

TEST_F(DatabaseTest, Metrics_ShowWhoHoldsConnectionsAndWhoWaits) {
  telemetry::Metrics metrics;
  Options options = Settings();
  options.name = "stock";
  options.read_connections = 1;
  options.write_connections = 1;
  options.pool_wait = 5s;
  MeasureQueries(options, metrics);
  Run(options, [&](Database& db, boost::asio::io_context& io) -> Task<> {
    MeasurePool(db, metrics);
    EXPECT_THAT(metrics.Exposition(),
                HasSubstr(R"(db_pool_connections{class="writes",database="stock",state="open"} 1)"));
    bool let_go = false;
    const auto hold = [&let_go](Tx& tx) -> Task<> {
      co_await tx.Execute(kCount);
      co_await Eventually([&] { return let_go; });
    };
    runtime::TaskGroup group(io.get_executor(), Unexpected);
    group.Spawn("first", db.Transaction(Soon(), hold));
    group.Spawn("second", db.Transaction(Soon(), hold));
    co_await Eventually([&] { return db.Snapshot().waiting == 1; });
    const auto text = metrics.Exposition();
    EXPECT_THAT(text, HasSubstr(R"(db_pool_connections{class="writes",database="stock",state="leased"} 1)"));
    EXPECT_THAT(text, HasSubstr(R"(db_pool_connections{class="writes",database="stock",state="waiting"} 1)"));
    let_go = true;
    co_await group.Join(Soon());
    EXPECT_THAT(metrics.Exposition(), HasSubstr(R"(db_pool_wait_seconds_count{database="stock"} 1)"));
  });
}

}  // namespace
}  // namespace market::postgres
