#include "services/notification/workers/live_watch.hpp"

#include "platform/runtime/task_group.hpp"
#include "services/notification/testing/store_fixture.hpp"

namespace market::notification {
namespace {

class LiveWatchTest : public StoreFixture {};

TEST_F(LiveWatchTest, ForgetsWhatIsOld_AndNothingElse) {
  Run([&](postgres::Database& database) -> Task<> {
    storage::LiveEvents events(database);
    telemetry::Metrics registry;
    Metrics metrics(registry);
    Live live(events, metrics, [](std::string, runtime::Deadline) -> Task<bool> { co_return true; }, {});
    LiveWatch watch(live, events, std::chrono::hours(24));
    Sql("INSERT INTO live_news (listener_id, kind, at) SELECT gen_random_uuid(), 'ORDER', market_now() - "
        "age * interval '1 "
        "hour' FROM generate_series(1, 30) age ORDER BY age DESC");
    co_await Settled();
    runtime::TaskGroup group(co_await boost::asio::this_coro::executor, [](auto, auto) {});
    group.Keep("live", watch.Watching().Run());
    co_await testing::Eventually([&] { return Sql("SELECT count(*) FROM live_news") != "30"; });
    EXPECT_EQ(Sql("SELECT count(*) FROM live_news WHERE at < market_now() - interval '24 hours'"), "0");
    EXPECT_GE(std::stoi(Sql("SELECT count(*) FROM live_news")), 23);
    group.Cancel();
    co_await group.Join();
  });
}

}  // namespace
}  // namespace market::notification
