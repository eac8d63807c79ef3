#include "services/product/storage/catalogue.hpp"

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
    request.add_pictures("https://example.com/a,b\"c.jpg");
    (*request.mutable_offers(0)->mutable_options())["size"] = "M";
    const auto product = co_await stores.catalogue.CreateProduct(Soon(), Uuid::NewV7(), request);
    EXPECT_EQ(product.state(), api::product::Product::DRAFT);
    EXPECT_EQ(product.title(), request.title());
    EXPECT_EQ(product.description(), request.description());
    EXPECT_EQ(product.attributes().at("mate\"rial"), "brass, größe \\ {}");
    EXPECT_EQ(product.pictures(0), request.pictures(0));
    EXPECT_GT(product.create_time().seconds(), 1'700'000'000);
    EXPECT_EQ(product.offers_size(), 2);
    EXPECT_EQ(product.offers(0).sku(), "B-2");  // what can be bought first
    EXPECT_EQ(product.offers(0).available(), 3);
    EXPECT_EQ(product.offers(0).options().at("size"), "M");
    EXPECT_EQ(product.offers(0).price().currency(), "EUR");
    EXPECT_EQ(product.offers(0).state(), api::product::Offer::ACTIVE);
    EXPECT_EQ(product.offers(1).available(), 0);

    const auto id = domain::ProductId::From(product.id());
    EXPECT_FALSE(co_await stores.catalogue.GetProduct(Soon(), id, {}));
    EXPECT_FALSE(co_await stores.catalogue.GetProduct(Soon(), id, {SellerId::New()}));
    EXPECT_TRUE(co_await stores.catalogue.GetProduct(Soon(), id, shop.Scope()));
    EXPECT_EQ(BrokenInvariants(), "0");
  });
}

TEST(Product_SameOperationTwice, IsOneProduct) {
  WithStores([](Stores& stores) -> Task<> {
    const auto shop = co_await OpenShop(stores);
    const auto operation = Uuid::NewV7();
    const auto request = ProductOf(shop, "Once", {OfferOf("ONCE", 100, 5)});
    const auto first = co_await stores.catalogue.CreateProduct(Soon(), operation, request);
    const auto second = co_await stores.catalogue.CreateProduct(Soon(), operation, request);
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
    EXPECT_EQ(co_await ReasonOf(stores.catalogue.CreateProduct(Soon(), Uuid::NewV7(), twins)), "SKU_TAKEN");
    auto lost = ProductOf(shop, "Lost");
    lost.set_category_id(Uuid::NewV7().ToString());
    EXPECT_EQ(co_await ReasonOf(stores.catalogue.CreateProduct(Soon(), Uuid::NewV7(), lost)), "NOT_FOUND");
    EXPECT_EQ(Sql("SELECT count(*) FROM product WHERE seller_id = '" + shop.seller.ToString() + "'"), "0");
  });
}

TEST(Product_Published, IsPublicAndItsEtagFollowsTheStock) {
  WithStores([](Stores& stores) -> Task<> {
    const auto shop = co_await OpenShop(stores);
    const auto product = co_await Put(stores, shop, ProductOf(shop, "Shown", {OfferOf("S-1", 100, 5)}));
    const auto id = domain::ProductId::From(product.id());
    const auto again = co_await stores.catalogue.PublishProduct(Soon(), id, shop.Scope());
    EXPECT_EQ(again.etag(), product.etag());

    const auto before = co_await stores.catalogue.GetProduct(Soon(), id, {});
    const auto offer = domain::OfferId::From(product.offers(0).id());
    co_await stores.reservations.Reserve(Soon(), domain::OrderId::New(), {LineOf(offer, 2)});
    const auto after = co_await stores.catalogue.GetProduct(Soon(), id, {});
    EXPECT_EQ(before->offers(0).available(), 5);
    EXPECT_EQ(after->offers(0).available(), 3);
    EXPECT_NE(before->etag(), after->etag());
  });
}

TEST(Product_Publish, RefusesForeignAndArchived) {
  WithStores([](Stores& stores) -> Task<> {
    const auto shop = co_await OpenShop(stores);
    const auto product = co_await Put(stores, shop, ProductOf(shop, "Gone"));
    const auto id = domain::ProductId::From(product.id());
    EXPECT_EQ(co_await ReasonOf(stores.catalogue.PublishProduct(Soon(), id, {SellerId::New()})), "NOT_FOUND");
    Sql("UPDATE product SET state = 'ARCHIVED' WHERE id = '" + product.id() + "'");
    EXPECT_EQ(co_await ReasonOf(stores.catalogue.PublishProduct(Soon(), id, shop.Scope())),
              "ILLEGAL_TRANSITION");
    EXPECT_FALSE(co_await stores.catalogue.GetProduct(Soon(), id, {}));
  });
}

TEST(Product_PublishedByManyAtOnce, IsToldOnceAndAllSeeIt) {
  WithStores([](Stores& stores) -> Task<> {
    const auto shop = co_await OpenShop(stores);
    const auto draft =
        co_await stores.catalogue.CreateProduct(Soon(), Uuid::NewV7(), ProductOf(shop, "Rush"));
    const auto id = domain::ProductId::From(draft.id());
    std::vector<api::product::Product> answers;
    co_await testing::AtOnce(8, [&](int) -> Task<> {
      answers.push_back(co_await stores.catalogue.PublishProduct(Soon(), id, shop.Scope()));
    });
    for (const auto& answer : answers) {
      EXPECT_EQ(answer.state(), api::product::Product::PUBLISHED);
      EXPECT_TRUE(answer.etag().starts_with("2-")) << answer.etag();
    }
    EXPECT_EQ(events::Told(Disk(), "product/" + draft.id()),
              "product.ProductCreated 1, product.ProductPublished 2");
  });
}

// Each column its own value, so that no two can be mistaken for each other.
TEST(Catalogue_EveryValue, ComesBackAsItWasWritten) {
  WithStores([](Stores& stores) -> Task<> {
    const auto shop = co_await OpenShop(stores);
    auto request = ProductOf(shop, "title", {OfferOf("sku-1", 1999, 7)});
    request.set_description("description");
    (*request.mutable_attributes())["key"] = "value";
    request.add_pictures("https://example.com/1.jpg");
    request.add_pictures("https://example.com/2.jpg");
    (*request.mutable_offers(0)->mutable_options())["size"] = "M";
    const auto made = co_await Put(stores, shop, request);
    const auto id = domain::ProductId::From(made.id());
    const auto got = co_await stores.catalogue.GetProduct(Soon(), id, {});
    const auto listed = co_await stores.catalogue.ListSellerProducts(Soon(), shop.seller, {}, 10);
    for (const auto& product : {made, got.value(), listed.at(0)}) {
      EXPECT_EQ(product.id(), id.ToString());
      EXPECT_EQ(product.seller_id(), shop.seller.ToString());
      EXPECT_EQ(product.title(), "title");
      EXPECT_EQ(product.description(), "description");
      EXPECT_EQ(product.category_id(), shop.category.ToString());
      EXPECT_EQ(product.attributes().at("key"), "value");
      EXPECT_THAT(product.pictures(),
                  ::testing::ElementsAre("https://example.com/1.jpg", "https://example.com/2.jpg"));
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
    const auto for_sale = (co_await stores.catalogue.GetOffers(Soon(), {offer})).offers(0);
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
      made.insert(made.begin(),
                  (co_await stores.catalogue.CreateProduct(Soon(), Uuid::NewV7(), request)).id());
    }
    std::vector<std::string> seen;
    std::optional<domain::ProductId> after;
    do {
      const auto page = co_await stores.catalogue.ListSellerProducts(Soon(), shop.seller, after, 2);
      for (const auto& product : page) {
        seen.push_back(product.id());
        EXPECT_EQ(product.offers_size(), 2);
      }
      after.reset();
      if (page.size() == 2) after = domain::ProductId::From(page.back().id());
    } while (after);
    EXPECT_EQ(seen, made);
    EXPECT_TRUE((co_await stores.catalogue.ListSellerProducts(Soon(), SellerId::New(), {}, 2)).empty());
  });
}

TEST(Offer_Created, BelongsToTheProductsSellerOrTheOnlyOne) {
  WithStores([](Stores& stores) -> Task<> {
    const auto shop = co_await OpenShop(stores);
    const auto other = SellerId::New();
    const auto published =
        domain::ProductId::From((co_await Put(stores, shop, ProductOf(shop, "Shared"))).id());
    const auto draft = domain::ProductId::From(
        (co_await stores.catalogue.CreateProduct(Soon(), Uuid::NewV7(), ProductOf(shop, "Draft"))).id());
    const auto create = [&](domain::ProductId product, storage::SellerScope scope, std::string sku) {
      return stores.catalogue.CreateOffer(Soon(), domain::OfferId::New(), product, scope,
                                          OfferOf(sku, 500, 1));
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
    const auto refusal = co_await ReasonOf(stores.catalogue.CreateOffer(
        Soon(), domain::OfferId::New(), product, shop.Scope(), OfferOf("L-50", 100, 0)));
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
      return stores.catalogue.CreateOffer(Soon(), id, product, shop.Scope(), OfferOf("S-49", 100, 3));
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
      const auto edited = co_await stores.catalogue.UpdateOffer(Soon(), id, shop.Scope(), edit);
      EXPECT_EQ(edited.SerializeAsString(), offer.SerializeAsString());
    }
    same.if_version = 2;
    EXPECT_EQ(co_await ReasonOf(stores.catalogue.UpdateOffer(Soon(), id, shop.Scope(), same)),
              "ETAG_MISMATCH");
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
        co_await stores.catalogue.UpdateOffer(Soon(), id, shop.Scope(), {.price = price, .if_version = 1});
    EXPECT_EQ(edited.price().amount(), 250);
    EXPECT_EQ(edited.price().currency(), "USD");
    EXPECT_EQ(edited.options().at("size"), "M");
    EXPECT_NE(edited.etag(), offer.etag());
    EXPECT_EQ(co_await ReasonOf(
                  stores.catalogue.UpdateOffer(Soon(), id, shop.Scope(), {.price = price, .if_version = 1})),
              "ETAG_MISMATCH");
    EXPECT_EQ(
        co_await ReasonOf(stores.catalogue.UpdateOffer(Soon(), id, {SellerId::New()}, {.price = price})),
        "NOT_FOUND");
    storage::OfferEdit cleared;
    cleared.options.emplace();
    EXPECT_TRUE((co_await stores.catalogue.UpdateOffer(Soon(), id, shop.Scope(), cleared)).options().empty());
  });
}

TEST(Catalogue_EveryAct, IsTold) {
  WithStores([](Stores& stores) -> Task<> {
    const auto shop = co_await OpenShop(stores);
    const auto told = [](std::string_view what, const std::string& id) {
      return events::Told(Disk(), std::string(what) + '/' + id);
    };
    EXPECT_EQ(told("category", shop.category.ToString()), "product.CategoryCreated 1");

    const auto operation = Uuid::NewV7();
    const auto request = ProductOf(shop, "Told", {OfferOf("T-1", 1999, 5)});
    const auto product = co_await stores.catalogue.CreateProduct(Soon(), operation, request);
    co_await stores.catalogue.CreateProduct(Soon(), operation, request);
    const auto id = domain::ProductId::From(product.id());
    for (int i = 0; i < 2; ++i) co_await stores.catalogue.PublishProduct(Soon(), id, shop.Scope());
    EXPECT_EQ(told("product", product.id()), "product.ProductCreated 1, product.ProductPublished 2");

    const auto offer = domain::OfferId::From(product.offers(0).id());
    storage::OfferEdit edit{.price = Money{2500, Currency::Parse("EUR")}, .if_version = 1};
    co_await stores.catalogue.UpdateOffer(Soon(), offer, shop.Scope(), edit);
    EXPECT_EQ(co_await ReasonOf(stores.catalogue.UpdateOffer(Soon(), offer, shop.Scope(), edit)),
              "ETAG_MISMATCH");
    EXPECT_EQ(told("offer", offer.ToString()), "product.OfferCreated 1, product.OfferChanged 2");
    const auto created = events::LastTold<api::product::OfferCreated>(Disk(), "offer/" + offer.ToString());
    EXPECT_EQ(created.sku(), "T-1");
    EXPECT_EQ(created.stock(), 5);
    const auto changed = events::LastTold<api::product::OfferChanged>(Disk(), "offer/" + offer.ToString());
    EXPECT_EQ(changed.price().amount(), 2500);
    EXPECT_EQ(changed.product_id(), product.id());
    const auto second = co_await stores.catalogue.CreateOffer(Soon(), domain::OfferId::New(), id,
                                                              shop.Scope(), OfferOf("T-2", 100, 1));
    EXPECT_EQ(told("offer", second.id()), "product.OfferCreated 1");

    storage::StockAdjustment adjustment{.operation_id = Uuid::NewV7(),
                                        .offer = offer,
                                        .delta = -2,
                                        .reason = "counted",
                                        .account = AccountId::New()};
    for (int i = 0; i < 2; ++i) co_await stores.catalogue.AdjustStock(Soon(), adjustment, shop.Scope());
    const auto order = domain::OrderId::New();
    co_await stores.reservations.Reserve(Soon(), order, {LineOf(offer, 1)});
    adjustment.operation_id = Uuid::NewV7();
    adjustment.delta = 7;
    co_await stores.catalogue.AdjustStock(Soon(), adjustment, shop.Scope());
    EXPECT_EQ(told("stock", offer.ToString()), "product.StockAdjusted 2, product.StockAdjusted 4")
        << "the reservation made version 3, and is told by its order";
    const auto adjusted = events::LastTold<api::product::StockAdjusted>(Disk(), "stock/" + offer.ToString());
    EXPECT_EQ(adjusted.delta(), 7);
    EXPECT_EQ(adjusted.available(), 9);
    EXPECT_EQ(adjusted.seller_id(), shop.seller.ToString());
    EXPECT_EQ(Sql("SELECT count(*) FROM event WHERE seller_id = '" + shop.seller.ToString() + "'"), "7");
  });
}

TEST(GetOffers_Mixed, LeavesUnknownOnesOut) {
  WithStores([](Stores& stores) -> Task<> {
    const auto shop = co_await OpenShop(stores);
    const auto offer = co_await PutOffer(stores, shop, 5);
    const auto draft = co_await stores.catalogue.CreateProduct(
        Soon(), Uuid::NewV7(), ProductOf(shop, "Draft", {OfferOf("D-1", 300, 1)}));
    const auto drafted = domain::OfferId::From(draft.offers(0).id());
    const auto response =
        co_await stores.catalogue.GetOffers(Soon(), {offer, drafted, domain::OfferId::New()});
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

TEST(GetOffers_Often, IsPlannedAFewTimesOnly) {
  RunLoop([](boost::asio::io_context& io) -> Task<> {
    auto options = Settings();
    options.read_connections = 1;
    Stores stores(io, options);
    co_await stores.database.Open(Soon());
    for (int i = 0; i < 20; ++i) co_await stores.catalogue.GetOffers(Soon(), {domain::OfferId::New()});
    constexpr postgres::Statement kPlans{"test.plans",
                                         "SELECT custom_plans, generic_plans FROM pg_prepared_statements "
                                         "WHERE statement LIKE 'SELECT o.id, %'"};
    const auto plans = co_await stores.database.Read(Soon(), kPlans);
    EXPECT_EQ(plans.One().Int(0), 5);
    EXPECT_EQ(plans.One().Int(1), 15);
    co_await stores.database.Close(Soon());
  });
}

}  // namespace
}  // namespace market::product
