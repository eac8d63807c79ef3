#include "services/product/workers/low_stock.hpp"

#include <gtest/gtest.h>

#include "platform/runtime/task_group.hpp"
#include "services/product/testing/stores.hpp"

namespace market::product {
namespace {

TEST(LowStockWorker, LooksByItself) {
  RunLoop([](boost::asio::io_context& io) -> Task<> {
    Stores stores(io, Settings());
    co_await stores.database.Open(Soon());
    const auto shop = co_await OpenShop(stores);
    auto draft = OfferOf("WATCHED", 100, 5);
    draft.set_low_stock_threshold(3);
    const auto product = co_await Put(stores, shop, ProductOf(shop, "Watched", {draft}));
    co_await stores.reservations.Reserve(Soon(), domain::OrderId::New(),
                                         {LineOf(domain::OfferId::From(product.offers(0).id()), 2)});
    LowStock low(stores.stock);
    runtime::TaskGroup group(io.get_executor(), [](std::string_view, std::exception_ptr) {});
    group.Keep("low_stock", low.Looking().Run());
    co_await Eventually([&] {
      return Sql("SELECT count(*) FROM event WHERE type = 'product.LowStock' AND aggregate = 'stock/" +
                 product.offers(0).id() + "'") == "1";
    });
    EXPECT_EQ(Sql("SELECT count(*) FROM low_stock_look"), "0");
    group.Cancel();
    co_await group.Join(Soon());
    co_await stores.database.Close(Soon());
  });
}

}  // namespace
}  // namespace market::product
