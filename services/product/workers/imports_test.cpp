#include "services/product/workers/imports.hpp"

#include <gtest/gtest.h>

#include "platform/runtime/task_group.hpp"
#include "services/product/testing/fake_users.hpp"
#include "services/product/testing/files.hpp"

namespace market::product {
namespace {

std::string FileOf(const Shop& shop, int rows) {
  std::string file = "sku,title,category,price,currency\n";
  for (int i = 0; i < rows; ++i)
    file += "A-" + std::to_string(i) + ",T," + shop.category.ToString() + ",1,EUR\n";
  return file;
}

TEST(ImportWork, DrivesShopsByTurns_AndOnlyOneImportOfEach) {
  RunLoop([](boost::asio::io_context& io) -> Task<> {
    Stores stores(io, Settings());
    co_await stores.database.Open(Soon());
    FakeUsers users;
    SellerDirectory sellers(users);
    Importer importer({stores.uploads, stores.imports, stores.categories, stores.products, stores.offers,
                       sellers, stores.market},
                      {.rows = 2});
    telemetry::Tracer tracer;
    telemetry::Metrics registry;
    Metrics metrics(registry);
    ImportWork work(stores.imports, importer, tracer, metrics, {.poll = 1h, .concurrency = 1});
    const auto first = co_await OpenShop(stores);
    const auto second = co_await OpenShop(stores);
    const auto large = co_await BeginImport(stores, first.seller, FileOf(first, 40));
    const auto later = co_await BeginImport(stores, first.seller, FileOf(first, 1));
    const auto small = co_await BeginImport(stores, second.seller, FileOf(second, 1));
    runtime::TaskGroup group(io.get_executor(), Unexpected);
    group.Keep("imports", work.Driving().Run());
    const auto state = [&](const Shop& shop, domain::ImportId id) -> Task<api::product::Import::State> {
      co_return (co_await stores.imports.Get(Soon(), shop.seller, id))->state();
    };
    while (co_await state(second, small) != api::product::Import::DONE) co_await runtime::SleepFor(1ms);
    EXPECT_EQ(co_await state(first, large), api::product::Import::RUNNING)
        << "a small one need not wait for its end";
    EXPECT_EQ(co_await state(first, later), api::product::Import::PENDING);
    while (co_await state(first, later) != api::product::Import::DONE) co_await runtime::SleepFor(1ms);
    EXPECT_EQ(co_await state(first, large), api::product::Import::DONE);
    EXPECT_EQ((co_await stores.imports.Get(Soon(), first.seller, later))->rows_unchanged(), 1);
    EXPECT_TRUE(registry.Exposition().contains("product_import_rows_total{outcome=\"created\"} 41\n"));
    group.Cancel();
    co_await group.Join(Soon());
    co_await stores.database.Close(Soon());
  });
}

TEST(ImportWork, SweepsUntilNothingIsOld) {
  RunLoop([](boost::asio::io_context& io) -> Task<> {
    Stores stores(io, Settings());
    co_await stores.database.Open(Soon());
    FakeUsers users;
    SellerDirectory sellers(users);
    Importer importer({stores.uploads, stores.imports, stores.categories, stores.products, stores.offers,
                       sellers, stores.market},
                      {});
    telemetry::Tracer tracer;
    telemetry::Metrics registry;
    Metrics metrics(registry);
    ImportWork work(stores.imports, importer, tracer, metrics, {});
    for (int i = 0; i < 5; ++i) co_await BeginImport(stores, SellerId::New(), "sku\n");
    Sql("UPDATE product_import SET state = 'DONE', finished_at = market_now() - interval '91 days'");
    runtime::TaskGroup group(io.get_executor(), Unexpected);
    group.Keep("sweep", work.Sweeping().Run());
    co_await Eventually([] { return Sql("SELECT count(*) FROM product_import") == "0"; });
    group.Cancel();
    co_await group.Join(Soon());
    co_await stores.database.Close(Soon());
  });
}

}  // namespace
}  // namespace market::product
