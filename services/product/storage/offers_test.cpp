#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <tuple>

#include "services/product/storage/catalogue.hpp"
#include "services/product/testing/stores.hpp"

namespace market::product {
namespace {

// Fat ones, of other shops: 14 of 50 offers each, every seventh sold out.
void HangOffersOn(const std::string& product) {
  Sql("WITH made AS (INSERT INTO offer (id, product_id, seller_id, sku, options, price, currency) "
      "  SELECT gen_random_uuid(), '" +
      product +
      "', lpad(to_hex(i / 50), 32, '0')::uuid, gen_random_uuid()::text, "
      "    jsonb_build_object('size', repeat('x', 2000)), 1000 + i, 'EUR' FROM generate_series(0, 699) i"
      "  RETURNING id, CASE WHEN price % 7 = 0 THEN 0 ELSE 9 END AS units), "
      "stocked AS (INSERT INTO stock (id, offer_id, on_hand) SELECT gen_random_uuid(), id, units FROM made"
      "  RETURNING id, offer_id, on_hand) "
      "INSERT INTO stock_movement (kind, stock_id, offer_id, on_hand, reserved, cause_id) "
      "SELECT 'INITIAL', id, offer_id, on_hand, 0, offer_id FROM stocked WHERE on_hand > 0");
}

TEST(Product_With700OffersOfOthers, ShowsTheBestAndListsThemAll) {
  WithStores([](Stores& stores) -> Task<> {
    const auto shop = co_await OpenShop(stores);
    const auto product = co_await Put(stores, shop, ProductOf(shop, "Victim", {OfferOf("V", 5000, 1)}));
    const auto id = domain::ProductId::From(product.id());
    HangOffersOn(product.id());
    const auto shown = co_await stores.catalogue.GetProduct(Soon(), id, {});
    const auto published = co_await stores.catalogue.PublishProduct(Soon(), id, shop.Scope());
    const auto listed = co_await stores.catalogue.ListSellerProducts(Soon(), shop.seller, {}, 10);
    for (const auto& product : {shown.value(), published, listed.at(0)}) {
      EXPECT_EQ(product.offers_size(), storage::Catalogue::kOffersShown);
      EXPECT_LT(product.ByteSizeLong(), 60'000u);
      std::int64_t price = 0;
      for (const auto& offer : product.offers()) {
        EXPECT_GT(offer.available(), 0);
        EXPECT_GT(offer.price().amount(), price);
        price = offer.price().amount();
      }
      EXPECT_EQ(product.offers(0).price().amount(), 1000);
    }

    std::vector<std::string> seen;
    std::vector<std::tuple<bool, std::int64_t>> order;
    std::optional<storage::OfferPosition> after;
    while (true) {
      const auto page = co_await stores.catalogue.ListOffers(Soon(), id, {}, after, 90);
      if (!page || page->empty()) break;
      for (const auto& [offer, position] : *page) {
        seen.push_back(offer.id());
        order.emplace_back(offer.available() == 0, offer.price().amount());
      }
      after = page->back().position;
    }
    EXPECT_EQ(seen.size(), 701u);
    EXPECT_EQ(std::set(seen.begin(), seen.end()).size(), 701u);
    EXPECT_TRUE(std::ranges::is_sorted(order));
    for (int i = 0; i < shown->offers_size(); ++i) EXPECT_EQ(shown->offers(i).id(), seen.at(i));
  });
}

TEST(OffersOfAProduct, AreSeenByWhoSeesTheProduct) {
  WithStores([](Stores& stores) -> Task<> {
    const auto shop = co_await OpenShop(stores);
    const auto draft = co_await stores.catalogue.CreateProduct(
        Soon(), Uuid::NewV7(), ProductOf(shop, "Draft", {OfferOf("D", 1, 1)}));
    const auto id = domain::ProductId::From(draft.id());
    EXPECT_FALSE(co_await stores.catalogue.ListOffers(Soon(), id, {}, {}, 10));
    EXPECT_FALSE(co_await stores.catalogue.ListOffers(Soon(), id, {SellerId::New()}, {}, 10));
    EXPECT_EQ((co_await stores.catalogue.ListOffers(Soon(), id, shop.Scope(), {}, 10))->size(), 1u);
    co_await stores.catalogue.PublishProduct(Soon(), id, shop.Scope());
    EXPECT_EQ((co_await stores.catalogue.ListOffers(Soon(), id, {}, {}, 10))->size(), 1u);
    Sql("UPDATE offer SET state = 'ARCHIVED' WHERE product_id = '" + draft.id() + "'");
    EXPECT_TRUE((co_await stores.catalogue.ListOffers(Soon(), id, {}, {}, 10))->empty());
    EXPECT_FALSE(co_await stores.catalogue.ListOffers(Soon(), domain::ProductId::New(), {}, {}, 10));
  });
}

}  // namespace
}  // namespace market::product
