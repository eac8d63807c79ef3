#include "services/product/storage/offers.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <tuple>

#include "platform/events/testing/told.hpp"
#include "services/product/messages.hpp"
#include "services/product/testing/stores.hpp"

namespace market::product {
namespace {

// Fat ones, of other shops: 14 of 50 offers each, every seventh sold out.
void HangOffersOn(const std::string& product) {
  Sql("WITH made AS (INSERT INTO offer (id, product_id, seller_id, sku, options, own_currency) "
      "  SELECT gen_random_uuid(), '" +
      product +
      "', lpad(to_hex(i / 50), 32, '0')::uuid, 'FAT-' || 1000 + i, "
      "    jsonb_build_object('size', repeat('x', 2000) || i), 'EUR' FROM generate_series(0, 699) i"
      "  RETURNING id, CASE WHEN substr(sku, 5)::int % 7 = 0 THEN 0 ELSE 9 END AS units), "
      "stocked AS (INSERT INTO stock (id, offer_id, on_hand) SELECT gen_random_uuid(), id, units FROM made"
      "  RETURNING id, offer_id, on_hand) "
      "INSERT INTO stock_movement (kind, stock_id, offer_id, on_hand, reserved, cause_id) "
      "SELECT 'INITIAL', id, offer_id, on_hand, 0, offer_id FROM stocked WHERE on_hand > 0");
  Sql("SELECT count(set_prices(id, '{EUR}', '{NULL}', '{NULL}', ARRAY[substr(sku, 5)::bigint], '{NULL}')) "
      "FROM offer WHERE sku LIKE 'FAT-%' AND product_id = '" +
      product + "'");
}

TEST(Product_With700OffersOfOthers, ShowsTheBestAndListsThemAll) {
  WithStores([](Stores& stores) -> Task<> {
    const auto shop = co_await OpenShop(stores);
    const auto product = co_await Put(stores, shop, ProductOf(shop, "Victim", {OfferOf("V", 5000, 1)}));
    const auto id = domain::ProductId::From(product.id());
    HangOffersOn(product.id());
    const auto shown = co_await stores.products.Get(Soon(), id, {}, kEur);
    const auto published = co_await Do(stores, shop, domain::ProductAct::kPublish, id.ToString());
    const auto listed = co_await stores.products.ListOfSeller(Soon(), shop.seller, {}, {}, 10);
    for (const auto& product : {shown.value(), published, listed.at(0)}) {
      EXPECT_EQ(product.offers_size(), storage::Products::kOffersShown);
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
      const auto page = co_await stores.offers.ListOfProduct(Soon(), id, {}, kEur, after, 90);
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
    const auto draft = co_await stores.products.Create(Soon(), Uuid::NewV7(),
                                                       ProductOf(shop, "Draft", {OfferOf("D", 1, 1)}));
    const auto id = domain::ProductId::From(draft.id());
    EXPECT_FALSE(co_await stores.offers.ListOfProduct(Soon(), id, {}, kEur, {}, 10));
    EXPECT_FALSE(
        co_await stores.offers.ListOfProduct(Soon(), id, {.sellers = {SellerId::New()}}, kEur, {}, 10));
    EXPECT_EQ((co_await stores.offers.ListOfProduct(Soon(), id, shop.Member(), kEur, {}, 10))->size(), 1u);
    co_await Do(stores, shop, domain::ProductAct::kPublish, id.ToString());
    EXPECT_EQ((co_await stores.offers.ListOfProduct(Soon(), id, {}, kEur, {}, 10))->size(), 1u);
    Sql("UPDATE offer SET state = 'ARCHIVED' WHERE product_id = '" + draft.id() + "'");
    EXPECT_TRUE((co_await stores.offers.ListOfProduct(Soon(), id, {}, kEur, {}, 10))->empty());
    EXPECT_FALSE(co_await stores.offers.ListOfProduct(Soon(), domain::ProductId::New(), {}, kEur, {}, 10));
  });
}

}  // namespace
TEST(Offer_Created, BelongsToTheProductsSellerOrTheOnlyOne) {
  WithStores([](Stores& stores) -> Task<> {
    const auto shop = co_await OpenShop(stores);
    const auto other = SellerId::New();
    const auto published =
        domain::ProductId::From((co_await Put(stores, shop, ProductOf(shop, "Shared"))).id());
    const auto draft = domain::ProductId::From(
        (co_await stores.products.Create(Soon(), Uuid::NewV7(), ProductOf(shop, "Draft"))).id());
    const auto create = [&](domain::ProductId product, storage::SellerScope scope, std::string sku) {
      return stores.offers.Create(Soon(), domain::OfferId::New(), product, scope, OfferOf(sku, 500, 1));
    };
    EXPECT_EQ((co_await create(published, {other, shop.seller}, "MINE")).seller_id(), shop.seller.ToString());
    EXPECT_EQ((co_await create(published, {other}, "MINE")).seller_id(), other.ToString());
    EXPECT_EQ((co_await create(draft, shop.Scope(), "DRAFT")).seller_id(), shop.seller.ToString());
    EXPECT_EQ(co_await ReasonOf(create(draft, {other}, "FOREIGN")), "NOT_FOUND");
    EXPECT_EQ(co_await ReasonOf(create(published, {other, SellerId::New()}, "WHOSE")), "INVALID_ARGUMENT");
    EXPECT_EQ(co_await ReasonOf(create(published, shop.Scope(), "MINE")), "SKU_TAKEN");
  });
}

TEST(Offer_PastTheLimit, IsRefused) {
  WithStores([](Stores& stores) -> Task<> {
    const auto shop = co_await OpenShop(stores);
    std::vector<api::product::OfferDraft> offers;
    for (int i = 0; i < 50; ++i) offers.push_back(OfferOf("L-" + std::to_string(i), 100, 0));
    const auto product =
        domain::ProductId::From((co_await Put(stores, shop, ProductOf(shop, "Full", offers))).id());
    const auto refusal = co_await ReasonOf(
        stores.offers.Create(Soon(), domain::OfferId::New(), product, shop.Scope(), OfferOf("L-50", 100, 0)));
    EXPECT_EQ(refusal, "LIMIT_REACHED");
  });
}

TEST(Offer_SameId, IsTheSameOffer) {
  WithStores([](Stores& stores) -> Task<> {
    const auto shop = co_await OpenShop(stores);
    std::vector<api::product::OfferDraft> offers;
    for (int i = 0; i < 49; ++i) offers.push_back(OfferOf("S-" + std::to_string(i), 100, 0));
    const auto product =
        domain::ProductId::From((co_await Put(stores, shop, ProductOf(shop, "Nearly full", offers))).id());
    const auto id = domain::OfferId::New();
    const auto create = [&] {
      return stores.offers.Create(Soon(), id, product, shop.Scope(), OfferOf("S-49", 100, 3));
    };
    const auto made = co_await create();
    EXPECT_EQ((co_await create()).SerializeAsString(), made.SerializeAsString());
    EXPECT_EQ(StockOf(id), "3/0");
  });
}

TEST(Offer_UpdatedToWhatItIs, KeepsVersionAndTellsNothing) {
  WithStores([](Stores& stores) -> Task<> {
    const auto shop = co_await OpenShop(stores);
    auto request = ProductOf(shop, "Same", {OfferOf("N-1", 100, 5)});
    (*request.mutable_offers(0)->mutable_options())["size"] = "M";
    const auto offer = (co_await Put(stores, shop, request)).offers(0);
    const auto id = domain::OfferId::From(offer.id());
    storage::OfferEdit same{.price = Money{100, Currency::Parse("EUR")}, .options = offer.options()};
    for (const auto& edit : {storage::OfferEdit(), storage::OfferEdit{.if_version = 1}, same}) {
      const auto edited = co_await stores.offers.Update(Soon(), id, shop.Scope(), edit);
      EXPECT_EQ(edited.etag(), offer.etag());
      EXPECT_EQ(edited.update_time().DebugString(), offer.update_time().DebugString());
    }
    same.if_version = 2;
    EXPECT_EQ(co_await ReasonOf(stores.offers.Update(Soon(), id, shop.Scope(), same)), "ETAG_MISMATCH");
    EXPECT_EQ(events::Told(Disk(), "offer/" + offer.id()), "product.OfferCreated 1");
  });
}

TEST(Offer_Updated, KeepsTheRestAndHonoursIfMatch) {
  WithStores([](Stores& stores) -> Task<> {
    const auto shop = co_await OpenShop(stores);
    auto request = ProductOf(shop, "Edited", {OfferOf("E-1", 100, 5)});
    (*request.mutable_offers(0)->mutable_options())["size"] = "M";
    const auto offer = (co_await Put(stores, shop, request)).offers(0);
    const auto id = domain::OfferId::From(offer.id());

    const Money price{250, Currency::Parse("USD")};
    const auto edited =
        co_await stores.offers.Update(Soon(), id, shop.Scope(), {.price = price, .if_version = 1});
    EXPECT_EQ(edited.price().amount(), 250);
    EXPECT_EQ(edited.price().currency(), "USD");
    EXPECT_EQ(edited.options().at("size"), "M");
    EXPECT_NE(edited.etag(), offer.etag());
    EXPECT_EQ(
        co_await ReasonOf(stores.offers.Update(Soon(), id, shop.Scope(), {.price = price, .if_version = 1})),
        "ETAG_MISMATCH");
    EXPECT_EQ(co_await ReasonOf(stores.offers.Update(Soon(), id, {SellerId::New()}, {.price = price})),
              "NOT_FOUND");
    storage::OfferEdit cleared;
    cleared.options.emplace();
    EXPECT_TRUE((co_await stores.offers.Update(Soon(), id, shop.Scope(), cleared)).options().empty());
  });
}

TEST(GetOffers_Mixed, LeavesUnknownOnesOut) {
  WithStores([](Stores& stores) -> Task<> {
    const auto shop = co_await OpenShop(stores);
    const auto offer = co_await PutOffer(stores, shop, 5);
    const auto draft = co_await stores.products.Create(Soon(), Uuid::NewV7(),
                                                       ProductOf(shop, "Draft", {OfferOf("D-1", 300, 1)}));
    const auto drafted = domain::OfferId::From(draft.offers(0).id());
    const auto response =
        co_await stores.offers.GetMany(Soon(), {offer, drafted, domain::OfferId::New()}, kEur);
    EXPECT_EQ(response.offers_size(), 2);
    for (const auto& found : response.offers()) {
      const bool sold = found.offer_id() == offer.ToString();
      EXPECT_EQ(found.for_sale(), sold);
      EXPECT_EQ(found.title(), sold ? "Thing" : "Draft");
      EXPECT_EQ(found.price().amount(), sold ? 1999 : 300);
      EXPECT_EQ(found.available(), sold ? 5 : 1);
      EXPECT_EQ(found.seller_id(), shop.seller.ToString());
    }
  });
}

// The way from the root to the category of the product, for whoever asks.
TEST(GetOffers_WithCategories, TellsThemFromTheRootDown) {
  WithStores([](Stores& stores) -> Task<> {
    const auto shop = co_await OpenShop(stores);
    const auto offer = co_await PutOffer(stores, shop, 5);
    const auto above = domain::CategoryId::New().ToString();
    const auto root = domain::CategoryId::New().ToString();
    const auto own =
        Sql("SELECT category_id FROM product p JOIN offer o ON o.product_id = p.id WHERE o.id = '" +
            offer.ToString() + "'");
    Sql("INSERT INTO category (id, parent_id, name, slug) VALUES ('" + root + "', NULL, 'Root', 'root-" +
        root.substr(24) + "'), ('" + above + "', '" + root + "', 'Above', 'above')");
    Sql("UPDATE category SET parent_id = '" + above + "' WHERE id = '" + own + "'");
    const auto told = co_await stores.offers.GetMany(Soon(), {offer}, kEur, storage::WithCategories::kYes);
    const auto& ids = told.offers(0).category_ids();
    EXPECT_EQ(std::vector<std::string>(ids.begin(), ids.end()), (std::vector{root, above, own}));
    EXPECT_EQ((co_await stores.offers.GetMany(Soon(), {offer}, kEur)).offers(0).category_ids_size(), 0);
  });
}

TEST(GetOffers_Often, IsPlannedAFewTimesOnly) {
  RunLoop([](boost::asio::io_context& io) -> Task<> {
    auto options = Settings();
    options.read_connections = 1;
    Stores stores(io, options);
    co_await stores.database.Open(Soon());
    for (int i = 0; i < 20; ++i) co_await stores.offers.GetMany(Soon(), {domain::OfferId::New()}, kEur);
    constexpr postgres::Statement kPlans{"test.plans",
                                         "SELECT custom_plans, generic_plans FROM pg_prepared_statements "
                                         "WHERE statement LIKE 'SELECT o.id, %'"};
    const auto plans = co_await stores.database.Read(Soon(), kPlans);
    EXPECT_EQ(plans.One().Int(0), 5);
    EXPECT_EQ(plans.One().Int(1), 15);
    co_await stores.database.Close(Soon());
  });
}

}  // namespace market::product
