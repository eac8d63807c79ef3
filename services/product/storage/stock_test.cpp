// What an offer has: adjusted, in several places, on record.
#include <gtest/gtest.h>

#include "services/product/storage/offers.hpp"
#include "services/product/testing/stores.hpp"

namespace market::product {
namespace {

TEST(Stock_Adjusted, MovesOncePerOperationAndNeverBelowReserved) {
  WithStores([](Stores& stores) -> Task<> {
    const auto shop = co_await OpenShop(stores);
    const auto offer = co_await PutOffer(stores, shop, 5);
    storage::StockAdjustment delivery{.operation_id = Uuid::NewV7(),
                                      .offer = offer,
                                      .delta = 7,
                                      .reason = "delivery",
                                      .account = AccountId::New()};
    EXPECT_EQ((co_await stores.stock.Adjust(Soon(), delivery, shop.Scope())).available(), 12);
    EXPECT_EQ((co_await stores.stock.Adjust(Soon(), delivery, shop.Scope())).available(), 12);
    EXPECT_EQ(StockOf(offer), "12/0");

    co_await stores.reservations.Reserve(Soon(), domain::OrderId::New(), {LineOf(offer, 10)});
    auto loss = delivery;
    loss.operation_id = Uuid::NewV7();
    loss.delta = -3;
    EXPECT_EQ(co_await ReasonOf(stores.stock.Adjust(Soon(), loss, shop.Scope())), "STOCK_BELOW_RESERVED");
    loss.delta = -2;
    EXPECT_EQ((co_await stores.stock.Adjust(Soon(), loss, shop.Scope())).available(), 0);
    loss.operation_id = Uuid::NewV7();
    EXPECT_EQ(co_await ReasonOf(stores.stock.Adjust(Soon(), loss, {SellerId::New()})), "NOT_FOUND");
    loss.delta = 1'000'000'000'000;
    EXPECT_EQ(co_await ReasonOf(stores.stock.Adjust(Soon(), loss, shop.Scope())), "INVALID_ARGUMENT");
    EXPECT_EQ(StockOf(offer), "10/10");
    EXPECT_EQ(BrokenInvariants(), "0");
  });
}

TEST(Stock_InTwoPlaces, IsSummedWhereverItIsShown) {
  WithStores([](Stores& stores) -> Task<> {
    const auto shop = co_await OpenShop(stores);
    const auto product =
        co_await Put(stores, shop, ProductOf(shop, "Spread", {OfferOf("A", 100, 0), OfferOf("B", 200, 1)}));
    const auto id = domain::ProductId::From(product.id());
    const auto first = domain::OfferId::From(product.offers(1).id());
    EXPECT_EQ(product.offers(1).sku(), "A") << "sold out";
    PutStock(first, "SECOND", 4);
    const auto shown = (co_await stores.products.Get(Soon(), id, {}, kEur)).value();
    const auto listed = (co_await stores.offers.ListOfProduct(Soon(), id, {}, kEur, {}, 10)).value();
    const auto own = co_await stores.products.ListOfSeller(Soon(), shop.seller, {}, {}, 10);
    for (const auto& offer : {shown.offers(0), listed.at(0).offer, own.at(0).offers(0)}) {
      EXPECT_EQ(offer.sku(), "A");
      EXPECT_EQ(offer.available(), 4);
    }
    for (const auto order : {storage::SearchOrder::kNewest, storage::SearchOrder::kPriceUp}) {
      const auto found = co_await stores.search.Find(
          Soon(), {.currency = kEur, .seller = shop.seller, .in_stock = true, .order = order}, {}, 10);
      EXPECT_EQ(found.products.at(0).offers(0).sku(), "A");
      EXPECT_EQ(found.products.at(0).offers(0).available(), 4);
    }
    const storage::StockAdjustment delivery{.operation_id = Uuid::NewV7(),
                                            .offer = first,
                                            .delta = 2,
                                            .reason = "delivery",
                                            .account = AccountId::New()};
    EXPECT_EQ((co_await stores.stock.Adjust(Soon(), delivery, shop.Scope())).available(), 6);
    EXPECT_EQ(
        Sql("SELECT string_agg(location || on_hand, ' ' ORDER BY location) FROM stock WHERE offer_id = '" +
            first.ToString() + "'"),
        "MAIN2 SECOND4");
    EXPECT_EQ(BrokenInvariants(), "0");
  });
}

TEST(Stock_Movements, AreAppendOnly) {
  WithStores([](Stores& stores) -> Task<> {
    const auto offer = co_await PutOffer(stores, co_await OpenShop(stores), 5);
    const auto where = " WHERE offer_id = '" + offer.ToString() + "'";
    EXPECT_THROW(Sql("UPDATE stock_movement SET on_hand = 6" + where), std::exception);
    EXPECT_THROW(Sql("DELETE FROM stock_movement" + where), std::exception);
    EXPECT_THROW(Sql("TRUNCATE stock_movement"), std::exception);
    EXPECT_THROW(Sql("UPDATE stock SET reserved = 6" + where), std::exception);
    EXPECT_THROW(Sql("UPDATE offer_price SET amount = 0" + where), std::exception);
  });
}

}  // namespace
}  // namespace market::product
