// Whom a threshold makes hear of what, and how often.
#include <gtest/gtest.h>

#include "marketplace/product/v1/events.pb.h"
#include "platform/events/testing/told.hpp"
#include "services/product/testing/stores.hpp"

namespace market::product {
namespace {

Task<domain::OfferId> PutWatched(Stores& stores, Shop shop, std::int64_t stock, std::int64_t threshold) {
  auto draft = OfferOf(Uuid::NewV7().ToString(), 100, stock);
  draft.set_low_stock_threshold(threshold);
  const auto product = co_await Put(stores, shop, ProductOf(shop, "Watched", {draft}));
  co_return domain::OfferId::From(product.offers(0).id());
}

std::string TimesTold(const domain::OfferId& offer) {
  return Sql("SELECT count(*) FROM event WHERE type = 'product.LowStock' AND aggregate = 'stock/" +
             offer.ToString() + "'");
}

Task<domain::OrderId> Hold(Stores& stores, domain::OfferId offer, std::int64_t units) {
  const auto order = domain::OrderId::New();
  co_await stores.reservations.Reserve(Soon(), order, {LineOf(offer, units)});
  co_return order;
}

Task<> Adjust(Stores& stores, Shop shop, domain::OfferId offer, std::int64_t delta) {
  co_await stores.stock.Adjust(Soon(),
                               {.operation_id = Uuid::NewV7(),
                                .offer = offer,
                                .delta = delta,
                                .reason = "counted",
                                .account = AccountId::New()},
                               shop.Scope());
}

TEST(LowStock, OfAReservation_IsToldOnce_AndAgainAfterItRose) {
  WithStores([](Stores& stores) -> Task<> {
    const auto shop = co_await OpenShop(stores);
    const auto offer = co_await PutWatched(stores, shop, 10, 3);
    co_await Hold(stores, offer, 6);
    EXPECT_EQ(Sql("SELECT count(*) FROM low_stock_look WHERE offer_id = '" + offer.ToString() + "'"), "0")
        << "nobody asks for a look above the threshold";
    const auto order = co_await Hold(stores, offer, 1);
    co_await stores.stock.TellLow(Soon(), 100);
    EXPECT_EQ(TimesTold(offer), "1");
    const auto told = events::LastTold<api::product::LowStock>(Disk(), "stock/" + offer.ToString());
    EXPECT_EQ(told.available(), 3);
    EXPECT_EQ(told.threshold(), 3);
    EXPECT_EQ(told.seller_id(), shop.seller.ToString());
    co_await Hold(stores, offer, 1);
    EXPECT_EQ(Sql("SELECT count(*) FROM low_stock_look WHERE offer_id = '" + offer.ToString() + "'"), "0")
        << "nor below it, once it was told";
    co_await stores.stock.TellLow(Soon(), 100);
    EXPECT_EQ(TimesTold(offer), "1");
    co_await stores.reservations.Release(Soon(), order, domain::CauseId::New(), {});
    co_await stores.stock.TellLow(Soon(), 100);
    EXPECT_EQ(TimesTold(offer), "1") << "three are no more than three";
    co_await Adjust(stores, shop, offer, 5);
    co_await stores.stock.TellLow(Soon(), 100);
    co_await Hold(stores, offer, 5);
    co_await stores.stock.TellLow(Soon(), 100);
    EXPECT_EQ(TimesTold(offer), "2");
    EXPECT_EQ(BrokenInvariants(), "0");
  });
}

TEST(LowStock, OfAnAdjustmentOrAnotherThreshold_IsTold) {
  WithStores([](Stores& stores) -> Task<> {
    const auto shop = co_await OpenShop(stores);
    const auto offer = co_await PutWatched(stores, shop, 10, 3);
    co_await Adjust(stores, shop, offer, -7);
    co_await stores.stock.TellLow(Soon(), 100);
    EXPECT_EQ(TimesTold(offer), "1");
    const auto set = [&](std::optional<std::int64_t> threshold) -> Task<> {
      const auto changed =
          co_await stores.offers.Update(Soon(), offer, shop.Scope(), {.low_stock_threshold = threshold});
      EXPECT_EQ(changed.has_low_stock_threshold(), threshold.has_value());
      co_await stores.stock.TellLow(Soon(), 100);
    };
    co_await set(2);
    EXPECT_EQ(TimesTold(offer), "1");
    co_await set(4);
    EXPECT_EQ(TimesTold(offer), "2");
    co_await set(9);
    EXPECT_EQ(TimesTold(offer), "2") << "it was low before";
    co_await set(std::nullopt);
    co_await Hold(stores, offer, 3);
    co_await stores.stock.TellLow(Soon(), 100);
    EXPECT_EQ(TimesTold(offer), "2") << "without a threshold";
    co_await set(0);
    EXPECT_EQ(TimesTold(offer), "3");
  });
}

TEST(LowStock, WhatBeginsLowOrIsNotForSale_IsNoNews) {
  WithStores([](Stores& stores) -> Task<> {
    const auto shop = co_await OpenShop(stores);
    const auto offer = co_await PutWatched(stores, shop, 2, 3);
    co_await Hold(stores, offer, 1);
    co_await stores.stock.TellLow(Soon(), 100);
    EXPECT_EQ(TimesTold(offer), "0");
    co_await stores.offers.Update(Soon(), offer, shop.Scope(), {.state = domain::OfferState::kArchived});
    co_await Adjust(stores, shop, offer, 1);
    co_await stores.stock.TellLow(Soon(), 100);
    EXPECT_EQ(TimesTold(offer), "0") << "nobody can buy it";
    co_await stores.offers.Update(Soon(), offer, shop.Scope(), {.state = domain::OfferState::kActive});
    co_await stores.stock.TellLow(Soon(), 100);
    EXPECT_EQ(TimesTold(offer), "1");
  });
}

TEST(LowStock, OfUnitsInTwoPlaces_IsTheirSum) {
  WithStores([](Stores& stores) -> Task<> {
    const auto shop = co_await OpenShop(stores);
    const auto offer = co_await PutWatched(stores, shop, 5, 6);
    PutStock(offer, "SECOND", 5);
    Sql("UPDATE stock SET low_at = 6, is_low = false WHERE offer_id = '" + offer.ToString() + "'");
    co_await Hold(stores, offer, 3);
    co_await stores.stock.TellLow(Soon(), 100);
    EXPECT_EQ(TimesTold(offer), "0") << "there are seven";
    co_await Hold(stores, offer, 1);
    co_await stores.stock.TellLow(Soon(), 100);
    EXPECT_EQ(TimesTold(offer), "1");
  });
}

TEST(LowStock, WithoutAThreshold_AnOrderWritesNothingMore) {
  WithStores([](Stores& stores) -> Task<> {
    const auto offer = co_await PutOffer(stores, co_await OpenShop(stores), 1);
    const auto order = co_await Hold(stores, offer, 1);
    co_await stores.reservations.Release(Soon(), order, domain::CauseId::New(), {});
    EXPECT_EQ(Sql("SELECT count(*) FROM low_stock_look WHERE offer_id = '" + offer.ToString() + "'"), "0");
  });
}

// Buyers, and lookers of several replicas, at once: it falls once, and is told once.
TEST(LowStockRace, OfManyBuyersAndLookers_IsToldOnce) {
  domain::OfferId offer;
  RunLoop([&](boost::asio::io_context& io) -> Task<> {
    Stores one(io, Settings());
    Stores other(io, Settings());
    co_await one.database.Open(Soon());
    co_await other.database.Open(Soon());
    offer = co_await PutWatched(one, co_await OpenShop(one), 30, 15);
    runtime::TaskGroup group(io.get_executor(), Unexpected);
    const auto buy = [&](Stores& stores) -> Task<> { co_await Hold(stores, offer, 1); };
    const auto look = [&](Stores& stores) -> Task<> { co_await stores.stock.TellLow(Soon(), 3); };
    for (int i = 0; i < 24; ++i) {
      auto& stores = i % 2 == 0 ? one : other;
      group.Spawn("buyer", buy(stores));
      group.Spawn("looker", look(stores));
    }
    co_await group.Join(After(50s));
    co_await one.stock.TellLow(Soon(), 1000);
    co_await one.database.Close(Soon());
    co_await other.database.Close(Soon());
  });
  EXPECT_EQ(TimesTold(offer), "1");
  EXPECT_EQ(BrokenInvariants(), "0");
}

}  // namespace
}  // namespace market::product
