#include "services/product/storage/products.hpp"

#include <gmock/gmock.h>

#include "platform/audit/testing/some_act.hpp"
#include "platform/events/testing/told.hpp"
#include "services/product/messages.hpp"
#include "services/product/testing/stores.hpp"

namespace market::product {
namespace {

TEST(Product_Created_IsADraft, ForItsSellerAlone) {
  WithStores([](Stores& stores) -> Task<> {
    const auto shop = co_await OpenShop(stores);
    auto request =
        ProductOf(shop, "Difference \"engine\" {1}", {OfferOf("B-2", 2500, 3), OfferOf("A-1", 1999, 0)});
    request.set_description("Brass,\nhand-finished.");
    (*request.mutable_attributes())["mate\"rial"] = "brass, größe \\ {}";
    const auto picture = co_await PutPicture(stores, shop, '1', "from \"above\", {by\\Ada}");
    request.add_picture_ids(picture.id.ToString());
    (*request.mutable_offers(0)->mutable_options())["size"] = "M";
    const auto product = co_await stores.products.Create(Soon(), Uuid::NewV7(), request);
    EXPECT_EQ(product.state(), api::product::Product::DRAFT);
    EXPECT_FALSE(product.has_product_safety());
    EXPECT_EQ(product.offers_by(), api::product::Product::ANYBODY);
    EXPECT_EQ(product.title(), request.title());
    EXPECT_EQ(product.description(), request.description());
    EXPECT_EQ(product.attributes().at("mate\"rial"), "brass, größe \\ {}");
    EXPECT_EQ(product.pictures(0).alt_text(), picture.alt_text);
    EXPECT_GT(product.create_time().seconds(), 1'700'000'000);
    EXPECT_EQ(product.offers_size(), 2);
    EXPECT_EQ(product.offers(0).sku(), "B-2");  // what can be bought first
    EXPECT_EQ(product.offers(0).available(), 3);
    EXPECT_EQ(product.offers(0).options().at("size"), "M");
    EXPECT_EQ(product.offers(0).price().currency(), "EUR");
    EXPECT_EQ(product.offers(0).state(), api::product::Offer::ACTIVE);
    EXPECT_EQ(product.offers(1).available(), 0);

    const auto id = domain::ProductId::From(product.id());
    EXPECT_FALSE(co_await stores.products.Get(Soon(), id, {}, kEur));
    EXPECT_FALSE(co_await stores.products.Get(Soon(), id, {.sellers = {SellerId::New()}}, kEur));
    EXPECT_TRUE(co_await stores.products.Get(Soon(), id, shop.Member(), kEur));
    EXPECT_TRUE(co_await stores.products.Get(Soon(), id, {.sees = storage::Sees::kEverything}, kEur));
    EXPECT_EQ(BrokenInvariants(), "0");
  });
}

TEST(Product_SameOperationTwice, IsOneProduct) {
  WithStores([](Stores& stores) -> Task<> {
    const auto shop = co_await OpenShop(stores);
    const auto operation = Uuid::NewV7();
    const auto request = ProductOf(shop, "Once", {OfferOf("ONCE", 100, 5)});
    const auto first = co_await stores.products.Create(Soon(), operation, request);
    const auto second = co_await stores.products.Create(Soon(), operation, request);
    EXPECT_EQ(first.id(), second.id());
    EXPECT_EQ(first.etag(), second.etag());
    EXPECT_EQ(Sql("SELECT count(*) FROM product WHERE seller_id = '" + shop.seller.ToString() + "'"), "1");
    EXPECT_EQ(StockOf(domain::OfferId::From(first.offers(0).id())), "5/0");
  });
}

TEST(Product_BadReferences, AreRefusedWhole) {
  WithStores([](Stores& stores) -> Task<> {
    const auto shop = co_await OpenShop(stores);
    const auto twins = ProductOf(shop, "Twins", {OfferOf("SAME", 1, 0), OfferOf("SAME", 2, 0)});
    EXPECT_EQ(co_await ReasonOf(stores.products.Create(Soon(), Uuid::NewV7(), twins)), "SKU_TAKEN");
    auto lost = ProductOf(shop, "Lost");
    lost.set_category_id(Uuid::NewV7().ToString());
    EXPECT_EQ(co_await ReasonOf(stores.products.Create(Soon(), Uuid::NewV7(), lost)), "NOT_FOUND");
    EXPECT_EQ(Sql("SELECT count(*) FROM product WHERE seller_id = '" + shop.seller.ToString() + "'"), "0");
  });
}

TEST(Product_Published, IsPublicAndItsEtagFollowsTheStock) {
  WithStores([](Stores& stores) -> Task<> {
    const auto shop = co_await OpenShop(stores);
    const auto product = co_await Put(stores, shop, ProductOf(shop, "Shown", {OfferOf("S-1", 100, 5)}));
    const auto id = domain::ProductId::From(product.id());
    const auto again = co_await Do(stores, shop, domain::ProductAct::kPublish, id.ToString());
    EXPECT_EQ(again.etag(), product.etag());

    const auto before = co_await stores.products.Get(Soon(), id, {}, kEur);
    const auto offer = domain::OfferId::From(product.offers(0).id());
    co_await stores.reservations.Reserve(Soon(), domain::OrderId::New(), {LineOf(offer, 2)});
    const auto after = co_await stores.products.Get(Soon(), id, {}, kEur);
    EXPECT_EQ(before->offers(0).available(), 5);
    EXPECT_EQ(after->offers(0).available(), 3);
    EXPECT_NE(before->etag(), after->etag());
  });
}

TEST(Product_PublishedByManyAtOnce, IsToldOnceAndAllSeeIt) {
  WithStores([](Stores& stores) -> Task<> {
    const auto shop = co_await OpenShop(stores);
    const auto draft = co_await stores.products.Create(Soon(), Uuid::NewV7(),
                                                       ProductOf(shop, "Rush", {OfferOf("R-1", 100, 1)}));
    const auto id = domain::ProductId::From(draft.id());
    std::vector<api::product::Product> answers;
    co_await testing::AtOnce(8, [&](int) -> Task<> {
      answers.push_back(co_await Do(stores, shop, domain::ProductAct::kPublish, id.ToString()));
    });
    for (const auto& answer : answers) {
      EXPECT_EQ(answer.state(), api::product::Product::PUBLISHED);
      EXPECT_TRUE(answer.etag().starts_with("2-")) << answer.etag();
    }
    EXPECT_EQ(events::Told(Disk(), "product/" + draft.id()),
              "product.ProductCreated 1, product.ProductStateChanged 2");
  });
}

// Each column its own value, so that no two can be mistaken for each other.
TEST(Product_EveryValue, ComesBackAsItWasWritten) {
  WithStores([](Stores& stores) -> Task<> {
    const auto shop = co_await OpenShop(stores);
    auto request = ProductOf(shop, "title", {OfferOf("sku-1", 1999, 7)});
    request.set_description("description");
    request.mutable_product_safety()->set_manufacturer("manufacturer");
    request.mutable_product_safety()->set_manufacturer_contact("manufacturer_contact");
    request.mutable_product_safety()->set_responsible_person("responsible_person");
    request.mutable_product_safety()->set_responsible_contact("responsible_contact");
    request.mutable_product_safety()->set_warnings("\"warnings\"\n");
    request.set_offers_by(api::product::Product::OWN_SHOP);
    (*request.mutable_attributes())["key"] = "value";
    for (const char digit : {'2', '1'})
      request.add_picture_ids((co_await PutPicture(stores, shop, digit)).id.ToString());
    (*request.mutable_offers(0)->mutable_options())["size"] = "M";
    const auto made = co_await Put(stores, shop, request);
    const auto id = domain::ProductId::From(made.id());
    const auto got = co_await stores.products.Get(Soon(), id, {}, kEur);
    const auto listed = co_await stores.products.ListOfSeller(Soon(), shop.seller, {}, {}, 10);
    for (const auto& product : {made, got.value(), listed.at(0)}) {
      EXPECT_EQ(product.id(), id.ToString());
      EXPECT_EQ(product.seller_id(), shop.seller.ToString());
      EXPECT_EQ(product.title(), "title");
      EXPECT_EQ(product.description(), "description");
      EXPECT_EQ(product.category_id(), shop.category.ToString());
      EXPECT_EQ(product.product_safety().SerializeAsString(), request.product_safety().SerializeAsString());
      EXPECT_EQ(product.offers_by(), api::product::Product::OWN_SHOP);
      EXPECT_FALSE(product.has_state_reason());
      EXPECT_EQ(product.attributes().at("key"), "value");
      EXPECT_EQ(product.pictures_size(), 2);
      for (int i = 0; i < 2; ++i) EXPECT_EQ(product.pictures(i).id(), request.picture_ids(i));
      EXPECT_EQ(product.state(), api::product::Product::PUBLISHED);
      EXPECT_TRUE(product.etag().starts_with("2"));
      EXPECT_LE(product.create_time().seconds(), product.update_time().seconds());
      EXPECT_EQ(product.offers_size(), 1);
      const auto& offer = product.offers(0);
      EXPECT_EQ(offer.product_id(), id.ToString());
      EXPECT_EQ(offer.seller_id(), shop.seller.ToString());
      EXPECT_EQ(offer.sku(), "sku-1");
      EXPECT_EQ(offer.options().at("size"), "M");
      EXPECT_EQ(offer.price().amount(), 1999);
      EXPECT_EQ(offer.price().currency(), "EUR");
      EXPECT_EQ(offer.available(), 7);
      EXPECT_EQ(offer.state(), api::product::Offer::ACTIVE);
      EXPECT_EQ(offer.etag(), "1");
    }
    const auto offer = domain::OfferId::From(made.offers(0).id());
    const auto for_sale = (co_await stores.offers.GetMany(Soon(), {offer}, kEur)).offers(0);
    EXPECT_EQ(for_sale.offer_id(), offer.ToString());
    EXPECT_EQ(for_sale.product_id(), id.ToString());
    EXPECT_EQ(for_sale.seller_id(), shop.seller.ToString());
    EXPECT_EQ(for_sale.title(), "title");
    EXPECT_EQ(for_sale.sku(), "sku-1");
    EXPECT_EQ(for_sale.options().at("size"), "M");
    EXPECT_EQ(for_sale.price().amount(), 1999);
    EXPECT_EQ(for_sale.price().currency(), "EUR");
    EXPECT_EQ(for_sale.available(), 7);
    EXPECT_TRUE(for_sale.for_sale());
  });
}

TEST(SellerProducts_Pages, AreNewestFirstWithoutGaps) {
  WithStores([](Stores& stores) -> Task<> {
    const auto shop = co_await OpenShop(stores);
    std::vector<std::string> made;
    for (int i = 0; i < 5; ++i) {
      const auto sku = "P-" + std::to_string(i);
      const auto request = ProductOf(shop, "Page", {OfferOf(sku, 10, 1), OfferOf(sku + "b", 20, 1)});
      made.insert(made.begin(), (co_await stores.products.Create(Soon(), Uuid::NewV7(), request)).id());
    }
    std::vector<std::string> seen;
    std::optional<domain::ProductId> after;
    do {
      const auto page = co_await stores.products.ListOfSeller(Soon(), shop.seller, {}, after, 2);
      for (const auto& product : page) {
        seen.push_back(product.id());
        EXPECT_EQ(product.offers_size(), 2);
      }
      after.reset();
      if (page.size() == 2) after = domain::ProductId::From(page.back().id());
    } while (after);
    EXPECT_EQ(seen, made);
    EXPECT_TRUE((co_await stores.products.ListOfSeller(Soon(), SellerId::New(), {}, {}, 2)).empty());
  });
}

TEST(Product_EveryAct, IsTold) {
  WithStores([](Stores& stores) -> Task<> {
    const auto shop = co_await OpenShop(stores);
    const auto told = [](std::string_view what, const std::string& id) {
      return events::Told(Disk(), std::string(what) + '/' + id);
    };
    EXPECT_EQ(told("category", shop.category.ToString()), "product.CategoryCreated 1");

    const auto operation = Uuid::NewV7();
    const auto request = ProductOf(shop, "Told", {OfferOf("T-1", 1999, 5)});
    const auto product = co_await stores.products.Create(Soon(), operation, request);
    co_await stores.products.Create(Soon(), operation, request);
    const auto id = domain::ProductId::From(product.id());
    for (int i = 0; i < 2; ++i) co_await Do(stores, shop, domain::ProductAct::kPublish, id.ToString());
    EXPECT_EQ(told("product", product.id()), "product.ProductCreated 1, product.ProductStateChanged 2");

    const auto offer = domain::OfferId::From(product.offers(0).id());
    storage::OfferEdit edit{.price = Money{2500, Currency::Parse("EUR")}, .if_version = 1};
    co_await stores.offers.Update(Soon(), offer, shop.Scope(), edit);
    EXPECT_EQ(co_await ReasonOf(stores.offers.Update(Soon(), offer, shop.Scope(), edit)), "ETAG_MISMATCH");
    EXPECT_EQ(told("offer", offer.ToString()), "product.OfferCreated 1, product.OfferChanged 2");
    const auto created = events::LastTold<api::product::OfferCreated>(Disk(), "offer/" + offer.ToString());
    EXPECT_EQ(created.sku(), "T-1");
    EXPECT_EQ(created.stock(), 5);
    const auto changed = events::LastTold<api::product::OfferChanged>(Disk(), "offer/" + offer.ToString());
    EXPECT_EQ(changed.price().amount(), 2500);
    EXPECT_EQ(changed.product_id(), product.id());
    const auto second = co_await stores.offers.Create(Soon(), domain::OfferId::New(), id, shop.Scope(),
                                                      OfferOf("T-2", 100, 1));
    EXPECT_EQ(told("offer", second.id()), "product.OfferCreated 1");

    storage::StockAdjustment adjustment{.operation_id = Uuid::NewV7(),
                                        .offer = offer,
                                        .delta = -2,
                                        .reason = "counted",
                                        .account = AccountId::New()};
    for (int i = 0; i < 2; ++i) co_await stores.stock.Adjust(Soon(), adjustment, shop.Scope());
    const auto order = domain::OrderId::New();
    co_await stores.reservations.Reserve(Soon(), order, {LineOf(offer, 1)});
    adjustment.operation_id = Uuid::NewV7();
    adjustment.delta = 7;
    co_await stores.stock.Adjust(Soon(), adjustment, shop.Scope());
    EXPECT_EQ(told("stock", offer.ToString()), "product.StockAdjusted 2, product.StockAdjusted 4")
        << "the reservation made version 3, and is told by its order";
    const auto adjusted = events::LastTold<api::product::StockAdjusted>(Disk(), "stock/" + offer.ToString());
    EXPECT_EQ(adjusted.delta(), 7);
    EXPECT_EQ(adjusted.available(), 9);
    EXPECT_EQ(adjusted.seller_id(), shop.seller.ToString());
    EXPECT_EQ(Sql("SELECT count(*) FROM event WHERE seller_id = '" + shop.seller.ToString() + "'"), "7");
  });
}

}  // namespace
}  // namespace market::product
