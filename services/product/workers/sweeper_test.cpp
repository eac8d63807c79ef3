#include "services/product/workers/sweeper.hpp"

#include "services/product/testing/stores.hpp"

namespace market::product {
namespace {

TEST(Sweeper_HoldsRunOut, GivesTheUnitsBack) {
  WithStores(
      [](Stores& stores, boost::asio::io_context& io) -> Task<> {
        const auto offer = co_await PutOffer(stores, co_await OpenShop(stores), 10);
        telemetry::Metrics registry;
        Metrics metrics(registry);
        Sweeper sweeper(stores.reservations, metrics, {.poll = 5ms, .chunk = 2});
        runtime::TaskGroup group(io.get_executor(), Unexpected);
        for (int i = 0; i < 5; ++i)
          co_await stores.reservations.Reserve(Soon(), domain::OrderId::New(), {{offer, 2}});
        group.Keep("sweeper", sweeper.Sweeping().Run());
        const auto& expired = registry.AddCounter("product_holds_expired_total",
                                                  "reservations that ran out before their order was decided");
        co_await Eventually([&] { return expired.Value() == 5; });
        EXPECT_EQ(StockOf(offer), "10/0");
        group.Cancel();
        co_await group.Join(Soon());
        EXPECT_EQ(BrokenInvariants(), "0");
      },
      1ms);
}

TEST(Sweeper_AHoldThatBreaks, IsSetAsideAndTheOthersEnd) {
  WithStores(
      [](Stores& stores, boost::asio::io_context& io) -> Task<> {
        const auto shop = co_await OpenShop(stores);
        const auto broken = co_await PutOffer(stores, shop, 10);
        const auto whole = co_await PutOffer(stores, shop, 10);
        co_await stores.reservations.Reserve(Soon(), domain::OrderId::New(), {{broken, 2}});
        // Ending the hold would make it less than nothing.
        Sql("UPDATE stock SET reserved = 0 WHERE offer_id = '" + broken.ToString() + "'");
        for (int i = 0; i < 3; ++i)
          co_await stores.reservations.Reserve(Soon(), domain::OrderId::New(), {{whole, 2}});
        telemetry::Metrics registry;
        Metrics metrics(registry);
        Sweeper sweeper(stores.reservations, metrics, {.poll = 5ms, .set_aside_for = 50ms});
        runtime::TaskGroup group(io.get_executor(), Unexpected);
        group.Keep("sweeper", sweeper.Sweeping().Run());
        co_await Eventually([&] { return StockOf(whole) == "10/0"; });
        co_await Eventually([&] { return sweeper.Sweeping().Now().parked == 1; });
        EXPECT_EQ(StockOf(broken), "10/0");
        EXPECT_EQ(BrokenInvariants(), "1");
        Sql("UPDATE stock SET reserved = 2 WHERE offer_id = '" + broken.ToString() + "'");
        co_await Eventually([&] { return sweeper.Sweeping().Now().parked == 0; });
        group.Cancel();
        co_await group.Join(Soon());
        EXPECT_EQ(StockOf(broken), "10/0");
        EXPECT_EQ(BrokenInvariants(), "0");
      },
      1ms);
}

TEST(Sweeper_ATableThatIsAway, IsSweptWhenItIsBack) {
  WithStores(
      [](Stores& stores, boost::asio::io_context& io) -> Task<> {
        const auto offer = co_await PutOffer(stores, co_await OpenShop(stores), 10);
        telemetry::Metrics registry;
        Metrics metrics(registry);
        Sweeper sweeper(stores.reservations, metrics, {.poll = 5ms});
        runtime::TaskGroup group(io.get_executor(), Unexpected);
        group.Keep("sweeper", sweeper.Sweeping().Run());
        Sql("ALTER TABLE reservation RENAME TO away");
        co_await Eventually([&] { return sweeper.Sweeping().Now().failures_in_a_row > 0; });
        Sql("ALTER TABLE away RENAME TO reservation");
        co_await stores.reservations.Reserve(Soon(), domain::OrderId::New(), {{offer, 2}});
        co_await Eventually([&] { return StockOf(offer) == "10/0"; });
        co_await Eventually([&] { return sweeper.Sweeping().Now().failures_in_a_row == 0; });
        group.Cancel();
        co_await group.Join(Soon());
      },
      1ms);
}

}  // namespace
}  // namespace market::product
