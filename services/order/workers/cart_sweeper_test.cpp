#include "services/order/workers/cart_sweeper.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <exception>
#include <string_view>

#include "platform/runtime/task_group.hpp"
#include "platform/testing/run_loop.hpp"
#include "services/order/testing/store_fixture.hpp"

namespace market::order {
namespace {

// The pause between rounds is minutes, so all that is due must go in the first one.
TEST(CartSweeper, MoreThanOneChunk_GoesWithoutAPause) {
  market::testing::RunLoop([](boost::asio::io_context& io) -> Task<> {
    testing::Store store(io);
    co_await store.database.Open(testing::Soon());
    testing::Sql(
        "INSERT INTO cart (id, currency, updated_at) SELECT gen_random_uuid(), 'SWP', market_now() - CASE "
        "WHEN n > 3 "
        "THEN interval '91 days' ELSE interval '89 days' END FROM generate_series(1, 1203) n");
    storage::Carts carts(store.database);
    CartSweeper sweeper(carts, std::chrono::days(90));
    runtime::TaskGroup group(io.get_executor(), [](std::string_view, std::exception_ptr) {});
    group.Keep("carts", sweeper.Sweeping().Run());
    co_await market::testing::Eventually(
        [] { return testing::Sql("SELECT count(*) FROM cart WHERE currency = 'SWP'") == "3"; });
    EXPECT_EQ(sweeper.Sweeping().Now().failures, 0u);
    group.Cancel();
    co_await group.Join(testing::Soon());
    co_await store.database.Close(testing::Soon());
  });
}

}  // namespace
}  // namespace market::order
