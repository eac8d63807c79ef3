#include "services/product/workers/sweeper.hpp"

#include "services/product/testing/stores.hpp"

namespace market::product {
namespace {

TEST(Sweeper_HoldsRunOut, GivesTheUnitsBack) {
  WithStores(
      [](Stores& stores, boost::asio::io_context& io) -> Task<> {
        const auto offer = co_await PutOffer(stores, co_await OpenShop(stores), 10);
        telemetry::Metrics metrics;
        Sweeper sweeper(stores.reservations, metrics, {.poll = 5ms, .chunk = 2});
        runtime::TaskGroup group(io.get_executor(), [](std::string_view, std::exception_ptr) {});
        for (int i = 0; i < 5; ++i)
          co_await stores.reservations.Reserve(After(5s), domain::OrderId::New(), {{offer, 2}});
        group.Spawn("sweeper", sweeper.Run());
        const auto& expired =
            metrics.AddCounter("product_holds_expired_total", "Holds that ended by time, not by their order");
        co_await Eventually([&] { return expired.Value() == 5; });
        EXPECT_EQ(StockOf(offer), "10/0");
        group.Cancel();
        co_await group.Join(After(5s));
        EXPECT_EQ(BrokenInvariants(), "0");
      },
      1ms);
}

}  // namespace
}  // namespace market::product
