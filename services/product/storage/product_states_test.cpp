// What becomes of products: their life from draft to take-down, and changes of them.
#include <gmock/gmock.h>

#include "platform/audit/testing/some_act.hpp"
#include "platform/events/testing/told.hpp"
#include "services/product/messages.hpp"
#include "services/product/storage/products.hpp"
#include "services/product/testing/stores.hpp"

namespace market::product {
namespace {

using api::product::Product;
using domain::ProductAct;

std::string ToldOf(const std::string& product) { return events::Told(Disk(), "product/" + product); }

Task<Product> Moderated(Stores& stores, ProductAct act, std::string product, std::string reason = {}) {
  auto record = audit::SomeAct();
  record.reason = std::move(reason);
  return stores.products.Do(Soon(), act, domain::ProductId::From(product),
                            {.sees = storage::Sees::kEverything}, record);
}

Task<Product> Draft(Stores& stores, Shop shop) {
  return stores.products.Create(Soon(), Uuid::NewV7(),
                                ProductOf(shop, "Life", {OfferOf(Uuid::NewV7().ToString(), 100, 5)}));
}

std::string ActsOn(const std::string& product) {
  return Sql(
      "SELECT coalesce(string_agg((before->>'state') || '>' || (after->>'state') || ':' || reason, ' ' "
      "ORDER BY id), '') FROM audit_event WHERE target_type = 'product' AND target_id = '" +
      product + "'");
}

TEST(ProductLife_OfOneThatIsModerated, IsToldAndOnRecord) {
  WithStores([](Stores& stores) -> Task<> {
    const auto shop = co_await OpenShop(stores);
    const auto id = (co_await Draft(stores, shop)).id();
    const auto seen = [&]() -> Task<bool> {
      co_return (co_await stores.products.Get(Soon(), domain::ProductId::From(id), {}, kEur)).has_value();
    };
    EXPECT_EQ((co_await Do(stores, shop, ProductAct::kPropose, id)).state(), Product::PROPOSED);
    EXPECT_FALSE(co_await seen());
    const auto back = co_await Moderated(stores, ProductAct::kRequestChanges, id, "more light");
    EXPECT_EQ(back.state(), Product::CHANGES_REQUESTED);
    EXPECT_EQ(back.state_reason(), "more light");
    EXPECT_FALSE(co_await seen());
    EXPECT_FALSE((co_await Do(stores, shop, ProductAct::kPropose, id)).has_state_reason());
    EXPECT_EQ((co_await Moderated(stores, ProductAct::kApprove, id)).state(), Product::PUBLISHED);
    EXPECT_TRUE(co_await seen());
    for (int i = 0; i < 2; ++i) {
      const auto gone = co_await Moderated(stores, ProductAct::kTakeDown, id, "a patent");
      EXPECT_EQ(gone.state(), Product::TAKEN_DOWN);
      EXPECT_EQ(gone.state_reason(), "a patent");
      EXPECT_TRUE(gone.etag().starts_with("6-")) << gone.etag();
      EXPECT_FALSE(co_await seen());
    }
    const auto told = events::LastTold<api::product::ProductStateChanged>(Disk(), "product/" + id);
    EXPECT_EQ(told.from(), Product::PUBLISHED);
    EXPECT_EQ(told.state(), Product::TAKEN_DOWN);
    EXPECT_EQ(told.reason(), "a patent");
    EXPECT_EQ(told.title(), "Life");
    EXPECT_EQ(told.seller_id(), shop.seller.ToString());
    EXPECT_FALSE((co_await Moderated(stores, ProductAct::kApprove, id)).has_state_reason());
    EXPECT_EQ(ActsOn(id),
              "PROPOSED>CHANGES_REQUESTED:more light PROPOSED>PUBLISHED: PUBLISHED>TAKEN_DOWN:a patent "
              "TAKEN_DOWN>PUBLISHED:");
    EXPECT_EQ(ToldOf(id),
              "product.ProductCreated 1, product.ProductStateChanged 2, product.ProductStateChanged 3, "
              "product.ProductStateChanged 4, product.ProductStateChanged 5, product.ProductStateChanged 6, "
              "product.ProductStateChanged 7");
  });
}

TEST(ProductLife_ActsThatTheStateDoesNotAllow, SayFromAndTo) {
  WithStores([](Stores& stores) -> Task<> {
    const auto shop = co_await OpenShop(stores);
    const auto id = (co_await Draft(stores, shop)).id();
    std::string refusal;
    try {
      co_await Moderated(stores, ProductAct::kTakeDown, id, "why");
    } catch (const Error& error) {
      refusal = error.reason;
      for (const auto& [name, value] : error.metadata) refusal += " " + name + "=" + value;
    }
    EXPECT_EQ(refusal, "ILLEGAL_TRANSITION from=DRAFT to=TAKEN_DOWN");
    Shop stranger;
    EXPECT_EQ(co_await ReasonOf(Do(stores, stranger, ProductAct::kPublish, id)), "NOT_FOUND");
    EXPECT_EQ(co_await ReasonOf(Moderated(stores, ProductAct::kApprove, Uuid::NewV7().ToString())),
              "NOT_FOUND");
    EXPECT_EQ(ToldOf(id), "product.ProductCreated 1");
    EXPECT_EQ(ActsOn(id), "");
  });
}

TEST(ProductLife_WithoutAnActiveOffer, NothingIsPublished) {
  WithStores([](Stores& stores) -> Task<> {
    const auto shop = co_await OpenShop(stores);
    const auto made = co_await stores.products.Create(Soon(), Uuid::NewV7(), ProductOf(shop, "Bare"));
    for (const auto act : {ProductAct::kPublish, ProductAct::kPropose}) {
      EXPECT_EQ(co_await ReasonOf(Do(stores, shop, act, made.id())), "NO_ACTIVE_OFFER");
    }
    // Anybody's counts, and one that is sold out.
    Sql("INSERT INTO offer (id, product_id, seller_id, sku, options, own_currency) VALUES "
        "(gen_random_uuid(), '" +
        made.id() + "', gen_random_uuid(), 'OTHER', '{}', 'EUR')");
    EXPECT_EQ((co_await Do(stores, shop, ProductAct::kPropose, made.id())).state(), Product::PROPOSED);
    Sql("UPDATE offer SET state = 'ARCHIVED' WHERE product_id = '" + made.id() + "'");
    EXPECT_EQ(co_await ReasonOf(Moderated(stores, ProductAct::kApprove, made.id())), "NO_ACTIVE_OFFER");
    EXPECT_EQ(ToldOf(made.id()), "product.ProductCreated 1, product.ProductStateChanged 2");
  });
}

TEST(ProductLife_OfAnArchivedOne, GoesOnWhereItWas) {
  WithStores([](Stores& stores) -> Task<> {
    const auto shop = co_await OpenShop(stores);
    const auto id = (co_await Draft(stores, shop)).id();
    const auto restored = [&]() -> Task<Product::State> {
      EXPECT_EQ((co_await Do(stores, shop, ProductAct::kArchive, id)).state(), Product::ARCHIVED);
      EXPECT_FALSE(co_await stores.products.Get(Soon(), domain::ProductId::From(id), {}, kEur));
      co_return (co_await Do(stores, shop, ProductAct::kRestore, id)).state();
    };
    EXPECT_EQ(co_await restored(), Product::DRAFT) << "it never was published";
    co_await Do(stores, shop, ProductAct::kPublish, id);
    const auto published_at = "SELECT published_at FROM product WHERE id = '" + id + "'";
    const auto before = Sql(published_at);
    EXPECT_EQ(co_await restored(), Product::PUBLISHED);
    EXPECT_EQ((co_await Do(stores, shop, ProductAct::kRestore, id)).state(), Product::PUBLISHED);
    EXPECT_EQ(Sql(published_at), before) << "it is no newer than it was";
    const auto other = (co_await Draft(stores, shop)).id();
    Sql("UPDATE offer SET product_id = '" + other + "' WHERE product_id = '" + id + "'");
    EXPECT_EQ(co_await restored(), Product::DRAFT) << "nobody offers it";
  });
}

TEST(ProductLife_WhereOperatorsLookFirst, PublishingIsProposing) {
  WithStores([](Stores& stores) -> Task<> {
    const auto shop = co_await OpenShop(stores);
    const auto published = (co_await Draft(stores, shop)).id();
    co_await Do(stores, shop, ProductAct::kPublish, published);
    const auto draft = (co_await Draft(stores, shop)).id();
    storage::Products moderated(stores.database, domain::Moderation::kAll);
    const auto act = [&](ProductAct what, std::string id) {
      return moderated.Do(Soon(), what, domain::ProductId::From(id), shop.Member(), std::nullopt);
    };
    EXPECT_EQ(co_await ReasonOf(act(ProductAct::kPublish, draft)), "MODERATION_REQUIRED");
    EXPECT_EQ((co_await act(ProductAct::kPropose, draft)).state(), Product::PROPOSED);
    EXPECT_EQ((co_await act(ProductAct::kPublish, published)).state(), Product::PUBLISHED) << "it was before";
    co_await act(ProductAct::kArchive, published);
    EXPECT_EQ((co_await act(ProductAct::kRestore, published)).state(), Product::DRAFT);
  });
}

TEST(ProductLife_TwoOperatorsAtOnce, ComeToOneOutcomeAndOneEvent) {
  WithStores([](Stores& stores) -> Task<> {
    const auto shop = co_await OpenShop(stores);
    for (int round = 0; round < 8; ++round) {
      const auto id = (co_await Draft(stores, shop)).id();
      co_await Do(stores, shop, ProductAct::kPropose, id);
      std::vector<std::string> reasons(2);
      co_await testing::AtOnce(2, [&](int i) -> Task<> {
        const auto act = i == 0 ? ProductAct::kApprove : ProductAct::kRequestChanges;
        reasons[static_cast<std::size_t>(i)] = co_await ReasonOf(Moderated(stores, act, id, "why"));
      });
      EXPECT_THAT(reasons, ::testing::UnorderedElementsAre("", "ILLEGAL_TRANSITION"));
      const auto product =
          co_await stores.products.Get(Soon(), domain::ProductId::From(id), shop.Member(), kEur);
      EXPECT_EQ(product->state(), reasons[0].empty() ? Product::PUBLISHED : Product::CHANGES_REQUESTED);
      EXPECT_EQ(ToldOf(id),
                "product.ProductCreated 1, product.ProductStateChanged 2, "
                "product.ProductStateChanged 3");
    }
  });
}

// Each is allowed after the other, so whoever comes last has it: the events say in which order.
TEST(ProductLife_ApprovedAndTakenDownAtOnce, IsWhatTheLastEventSays) {
  WithStores([](Stores& stores) -> Task<> {
    const auto shop = co_await OpenShop(stores);
    for (int round = 0; round < 8; ++round) {
      const auto id = (co_await Draft(stores, shop)).id();
      co_await Do(stores, shop, ProductAct::kPropose, id);
      co_await testing::AtOnce(2, [&](int i) -> Task<> {
        const auto act = i == 0 ? ProductAct::kApprove : ProductAct::kTakeDown;
        EXPECT_EQ(co_await ReasonOf(Moderated(stores, act, id, "why")), "");
      });
      EXPECT_EQ(ToldOf(id),
                "product.ProductCreated 1, product.ProductStateChanged 2, "
                "product.ProductStateChanged 3, product.ProductStateChanged 4");
      const auto told = events::LastTold<api::product::ProductStateChanged>(Disk(), "product/" + id);
      const auto product =
          co_await stores.products.Get(Soon(), domain::ProductId::From(id), shop.Member(), kEur);
      EXPECT_EQ(product->state(), told.state());
      EXPECT_EQ(told.from(), told.state() == Product::PUBLISHED ? Product::TAKEN_DOWN : Product::PUBLISHED);
      EXPECT_EQ(Sql("SELECT count(*) FROM audit_event WHERE target_id = '" + id + "'"), "2");
    }
  });
}

TEST(ProductLife_TakenDownManyTimesAtOnce, IsTakenDownOnce) {
  WithStores([](Stores& stores) -> Task<> {
    const auto shop = co_await OpenShop(stores);
    const auto id = (co_await Draft(stores, shop)).id();
    co_await Do(stores, shop, ProductAct::kPublish, id);
    co_await testing::AtOnce(8, [&](int i) -> Task<> {
      const auto gone = co_await Moderated(stores, ProductAct::kTakeDown, id, std::to_string(i));
      EXPECT_EQ(gone.state(), Product::TAKEN_DOWN);
      EXPECT_TRUE(gone.etag().starts_with("3-")) << gone.etag();
    });
    EXPECT_EQ(ToldOf(id),
              "product.ProductCreated 1, product.ProductStateChanged 2, "
              "product.ProductStateChanged 3");
    EXPECT_EQ(Sql("SELECT count(*) FROM audit_event WHERE target_id = '" + id + "'"), "1");
  });
}

TEST(Product_Update, ChangesWhatItNames) {
  WithStores([](Stores& stores) -> Task<> {
    const auto shop = co_await OpenShop(stores);
    const auto other = co_await OpenShop(stores);
    auto request = ProductOf(shop, "Before", {OfferOf("U-1", 100, 5)});
    request.set_description("about");
    (*request.mutable_attributes())["material"] = "brass";
    const auto picture = co_await PutPicture(stores, shop, '1');
    request.add_picture_ids(picture.id.ToString());
    request.mutable_product_safety()->set_warnings("gears");
    const auto made = co_await stores.products.Create(Soon(), Uuid::NewV7(), request);
    const auto id = domain::ProductId::From(made.id());
    const auto update = [&](storage::ProductEdit edit) {
      return stores.products.Update(Soon(), id, shop.Member(), std::move(edit));
    };
    const auto same = co_await update({.title = "Before", .pictures = std::vector{picture.id}});
    EXPECT_EQ(same.etag(), made.etag());
    EXPECT_EQ(ToldOf(made.id()), "product.ProductCreated 1");

    auto product = co_await update({.title = "After", .if_version = 1});
    EXPECT_EQ(product.title() + product.description(), "Afterabout");
    EXPECT_EQ(product.attributes().at("material"), "brass");
    EXPECT_EQ(product.product_safety().warnings(), "gears");
    EXPECT_TRUE(product.etag().starts_with("2-"));
    EXPECT_EQ(co_await ReasonOf(update({.title = "Late", .if_version = 1})), "ETAG_MISMATCH");
    EXPECT_EQ(co_await ReasonOf(update({.category = domain::CategoryId::New()})), "NOT_FOUND");
    EXPECT_EQ(co_await ReasonOf(stores.products.Update(Soon(), id, other.Member(), {.title = "Theirs"})),
              "NOT_FOUND");

    api::product::ProductSafety safety;
    safety.set_manufacturer("Clement");
    product = co_await update({.description = "",
                               .category = other.category,
                               .attributes = google::protobuf::Map<std::string, std::string>(),
                               .pictures = std::vector<domain::PictureId>(),
                               .safety = safety,
                               .offers_by = domain::OffersBy::kOwnShop});
    EXPECT_EQ(product.title() + product.description(), "After");
    EXPECT_EQ(product.category_id(), other.category.ToString());
    EXPECT_EQ(product.attributes_size() + product.pictures_size(), 0);
    EXPECT_EQ(product.product_safety().SerializeAsString(), safety.SerializeAsString());
    EXPECT_EQ(product.offers_by(), Product::OWN_SHOP);
    EXPECT_FALSE((co_await update({.safety = api::product::ProductSafety()})).has_product_safety());
    EXPECT_EQ(ToldOf(made.id()),
              "product.ProductCreated 1, product.ProductChanged 2, "
              "product.ProductChanged 3, product.ProductChanged 4");
  });
}

TEST(Product_UpdatedWhenTakenDown, StaysAsItIs) {
  WithStores([](Stores& stores) -> Task<> {
    const auto shop = co_await OpenShop(stores);
    const auto made = co_await Draft(stores, shop);
    const auto id = domain::ProductId::From(made.id());
    const auto rename = [&](std::string title) {
      return ReasonOf(stores.products.Update(Soon(), id, shop.Member(), {.title = std::move(title)}));
    };
    co_await Do(stores, shop, ProductAct::kPublish, made.id());
    EXPECT_EQ(co_await rename("Published"), "");
    co_await Do(stores, shop, ProductAct::kArchive, made.id());
    EXPECT_EQ(co_await rename("Archived"), "");
    co_await Moderated(stores, ProductAct::kTakeDown, made.id(), "why");
    EXPECT_EQ(co_await rename("Taken down"), "ILLEGAL_TRANSITION");
  });
}

TEST(Product_UpdatedByManyAtOnceFromOneVersion, IsChangedByOne) {
  WithStores([](Stores& stores) -> Task<> {
    const auto shop = co_await OpenShop(stores);
    const auto made = co_await Draft(stores, shop);
    int refused = 0;
    co_await testing::AtOnce(6, [&](int i) -> Task<> {
      storage::ProductEdit edit{.title = "Title " + std::to_string(i), .if_version = 1};
      const auto reason = co_await ReasonOf(
          stores.products.Update(Soon(), domain::ProductId::From(made.id()), shop.Member(), std::move(edit)));
      refused += reason == "ETAG_MISMATCH" ? 1 : 0;
    });
    EXPECT_EQ(refused, 5);
    EXPECT_EQ(ToldOf(made.id()), "product.ProductCreated 1, product.ProductChanged 2");
  });
}

TEST(ProductsForOperators, ComeInTheOrderOfTheirLastChange) {
  WithStores([](Stores& stores) -> Task<> {
    const auto shop = co_await OpenShop(stores);
    std::vector<std::string> made;
    for (int i = 0; i < 4; ++i) made.push_back((co_await Draft(stores, shop)).id());
    const std::vector<std::string> proposed{made[2], made[0], made[3]};
    for (const auto& id : proposed) co_await Do(stores, shop, ProductAct::kPropose, id);
    const auto walk = [&](std::optional<domain::ProductState> state) -> Task<std::vector<std::string>> {
      std::vector<std::string> seen;
      std::optional<storage::Products::Position> after;
      do {
        const auto page =
            co_await stores.products.ListMatching(Soon(), {.state = state, .seller = shop.seller}, after, 2);
        after.reset();
        for (const auto& product : page) {
          seen.push_back(product.id());
          EXPECT_EQ(product.offers_size(), 1);
          after = {Time(std::chrono::seconds(product.update_time().seconds()) +
                        std::chrono::duration_cast<Time::duration>(
                            std::chrono::nanoseconds(product.update_time().nanos()))),
                   domain::ProductId::From(product.id())};
        }
      } while (after);
      co_return seen;
    };
    EXPECT_EQ(co_await walk(domain::ProductState::kProposed), proposed);
    EXPECT_EQ(co_await walk(domain::ProductState::kTakenDown), std::vector<std::string>());
    EXPECT_EQ(co_await walk(std::nullopt), (std::vector<std::string>{made[1], made[2], made[0], made[3]}));
    const auto drafts =
        co_await stores.products.ListOfSeller(Soon(), shop.seller, domain::ProductState::kDraft, {}, 10);
    EXPECT_EQ(drafts.size(), 1U);
    EXPECT_EQ(drafts.at(0).id(), made[1]);
  });
}

TEST(Product_Schema, HasAReasonWhereNobodyElseSeesIt) {
  const auto put = [](const std::string& state, const std::string& reason) {
    Sql("INSERT INTO product (id, operation_id, seller_id, category_id, title, description, attributes, "
        "pictures, state, state_reason, published_at) SELECT gen_random_uuid(), gen_random_uuid(), "
        "gen_random_uuid(), id, 'T', '', '{}', '{}', '" +
        state + "', " + reason + ", market_now() FROM category LIMIT 1");
  };
  Sql("INSERT INTO category (id, name, slug) VALUES (gen_random_uuid(), 'S', 'schema-reason')");
  EXPECT_NO_THROW(put("TAKEN_DOWN", "'why'"));
  EXPECT_THROW(put("PUBLISHED", "'why'"), std::exception);
  EXPECT_THROW(put("TAKEN_DOWN", "NULL"), std::exception);
}

}  // namespace
}  // namespace market::product
