#include "services/notification/workers/sweeper.hpp"

#include <gtest/gtest.h>

#include "platform/runtime/task_group.hpp"
#include "services/notification/testing/store_fixture.hpp"

namespace market::notification {
namespace {

using testing::Eventually;

class NotificationSweeper : public StoreFixture {};

// The pause between rounds is minutes, so all that is due must go in the first one.
TEST_F(NotificationSweeper, MoreThanOneChunk_GoesWithoutAPause) {
  Sql("INSERT INTO notification (id, account_id, kind, title, created_at) "
      "SELECT gen_random_uuid(), gen_random_uuid(), 'SALE', '', "
      "market_now() - CASE WHEN n > 3 THEN interval '91 days' ELSE '1 day' END FROM generate_series(1, 1203) "
      "n; "
      "INSERT INTO event_inbox (subscriber, event_id, at) SELECT 'notification', gen_random_uuid(), "
      "market_now() - CASE WHEN n > 2 THEN interval '31 days' ELSE '1 day' END FROM generate_series(1, 602) "
      "n; "
      "INSERT INTO writing_limit (account_id, kind, busy_until) VALUES "
      "(gen_random_uuid(), 'MESSAGE', market_now() - interval '1 hour'), "
      "(gen_random_uuid(), 'MESSAGE', market_now() + interval '1 hour')");
  testing::RunLoop([&](boost::asio::io_context& io) -> Task<> {
    postgres::Database database(io, temporary_.Options());
    co_await database.Open(Soon());
    storage::Notifications notifications(database);
    storage::Conversations conversations(database, {});
    Sweeper sweeper(database, notifications, conversations, {});
    runtime::TaskGroup group(io.get_executor(), [](std::string_view, std::exception_ptr) {});
    group.Keep("sweeper", sweeper.Sweeping().Run());
    co_await Eventually([&] { return Sql("SELECT count(*) FROM notification") == "3"; });
    co_await Eventually([&] { return Sql("SELECT count(*) FROM event_inbox") == "2"; });
    co_await Eventually([&] { return Sql("SELECT count(*) FROM writing_limit") == "1"; });
    EXPECT_EQ(sweeper.Sweeping().Now().failures, 0u);
    group.Cancel();
    co_await group.Join(Soon());
    co_await database.Close(Soon());
  });
}

}  // namespace
}  // namespace market::notification
