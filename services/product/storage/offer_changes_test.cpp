// Archived, restored, withdrawn, counted: what becomes of an offer, alone and against buyers.
#include <gtest/gtest.h>

#include "marketplace/product/v1/events.pb.h"
#include "platform/events/testing/told.hpp"
#include "services/product/testing/stores.hpp"

namespace market::product {
namespace {

constexpr storage::OfferEdit kNothing;

storage::OfferEdit To(domain::OfferState state) {
  auto edit = kNothing;
  edit.state = state;
  return edit;
}

storage::OfferEdit Counted(std::int64_t units, std::optional<std::int64_t> expected = std::nullopt) {
  auto edit = kNothing;
  edit.stock = {.units = units, .expected = expected, .reason = "counted", .account = AccountId::New()};
  edit.operation_id = Uuid::NewV7();
  return edit;
}

api::product::OfferDraft VariantOf(std::string sku, std::string size) {
  auto draft = OfferOf(std::move(sku), 100, 5);
  draft.clear_options();
  (*draft.mutable_options())["size"] = std::move(size);
  return draft;
}

TEST(Offer_Archived, IsNotSold_AndItsHoldsGoOn) {
  WithStores([](Stores& stores) -> Task<> {
    const auto shop = co_await OpenShop(stores);
    const auto offer = co_await PutOffer(stores, shop, 5);
    const auto order = domain::OrderId::New();
    const auto line = LineOf(offer, 2);
    co_await stores.reservations.Reserve(Soon(), order, {line});
    const auto archived =
        co_await stores.offers.Update(Soon(), offer, shop.Scope(), To(domain::OfferState::kArchived));
    EXPECT_EQ(archived.state(), api::product::Offer::ARCHIVED);
    EXPECT_EQ(archived.etag(), "2");
    EXPECT_EQ((co_await stores.offers.Update(Soon(), offer, shop.Scope(), To(domain::OfferState::kArchived)))
                  .etag(),
              "2")
        << "it was so before";
    const auto outcome =
        co_await stores.reservations.Reserve(Soon(), domain::OrderId::New(), {LineOf(offer, 1)});
    EXPECT_TRUE(std::holds_alternative<storage::NotForSale>(outcome));
    EXPECT_EQ(co_await stores.reservations.Commit(Soon(), order), storage::Step::kDone);
    EXPECT_EQ(co_await stores.reservations.Consume(Soon(), order, domain::CauseId::New(), {{line.id, 2}}),
              storage::Step::kDone);
    EXPECT_EQ(StockOf(offer), "3/0");
    const auto restored =
        co_await stores.offers.Update(Soon(), offer, shop.Scope(), To(domain::OfferState::kActive));
    EXPECT_EQ(restored.state(), api::product::Offer::ACTIVE);
    EXPECT_EQ(events::Told(Disk(), "offer/" + offer.ToString()),
              "product.OfferCreated 1, product.OfferChanged 2, product.OfferChanged 3");
    EXPECT_EQ(events::LastTold<api::product::OfferChanged>(Disk(), "offer/" + offer.ToString()).state(),
              "ACTIVE");
    EXPECT_EQ(co_await ReasonOf(
                  stores.offers.Update(Soon(), offer, {SellerId::New()}, To(domain::OfferState::kArchived))),
              "NOT_FOUND");
  });
}

TEST(Offer_WithOptionsOfAnother, IsRefused_WhereverItWouldBecomeActive) {
  WithStores([](Stores& stores) -> Task<> {
    const auto shop = co_await OpenShop(stores);
    const auto product =
        co_await Put(stores, shop, ProductOf(shop, "Sized", {VariantOf("M", "M"), VariantOf("L", "L")}));
    const auto id = domain::ProductId::From(product.id());
    const auto m = domain::OfferId::From(product.offers(0).id());
    const auto size = product.offers(0).options().at("size");
    const auto create = [&](storage::SellerScope scope, std::string sku) {
      return stores.offers.Create(Soon(), domain::OfferId::New(), id, scope, VariantOf(sku, size));
    };
    EXPECT_EQ(co_await ReasonOf(create(shop.Scope(), "M2")), "OPTIONS_TAKEN");
    EXPECT_EQ(co_await ReasonOf(create({SellerId::New()}, "M2")), "") << "another shop's";
    auto edit = kNothing;
    edit.options = product.offers(0).options();
    EXPECT_EQ(co_await ReasonOf(stores.offers.Update(Soon(), domain::OfferId::From(product.offers(1).id()),
                                                     shop.Scope(), edit)),
              "OPTIONS_TAKEN");
    co_await stores.offers.Update(Soon(), m, shop.Scope(), To(domain::OfferState::kArchived));
    EXPECT_EQ(co_await ReasonOf(create(shop.Scope(), "M2")), "") << "the other one is archived";
    EXPECT_EQ(
        co_await ReasonOf(stores.offers.Update(Soon(), m, shop.Scope(), To(domain::OfferState::kActive))),
        "OPTIONS_TAKEN");
    EXPECT_EQ(
        co_await ReasonOf(stores.products.Create(
            Soon(), Uuid::NewV7(), ProductOf(shop, "Twice", {VariantOf("A", "S"), VariantOf("B", "S")}))),
        "OPTIONS_TAKEN");
  });
}

TEST(Offer_OnAProductOfWhoSellsAlone, IsTheMakersAlone) {
  WithStores([](Stores& stores) -> Task<> {
    const auto shop = co_await OpenShop(stores);
    const auto id = domain::ProductId::From((co_await Put(stores, shop, ProductOf(shop, "Mine"))).id());
    Sql("UPDATE product SET offers_by = 'OWN_SHOP' WHERE id = '" + id.ToString() + "'");
    const auto create = [&](storage::SellerScope scope) {
      return stores.offers.Create(Soon(), domain::OfferId::New(), id, scope, OfferOf("O", 1, 1));
    };
    EXPECT_EQ(co_await ReasonOf(create({SellerId::New()})), "OFFERS_CLOSED");
    EXPECT_EQ(co_await ReasonOf(create(shop.Scope())), "");
  });
}

TEST(Offer_Detached, StaysArchived_OnRecord) {
  WithStores([](Stores& stores) -> Task<> {
    const auto shop = co_await OpenShop(stores);
    const auto offer = co_await PutOffer(stores, shop, 5);
    auto act = audit::SomeAct();
    act.reason = "is another thing";
    for (int i = 0; i < 2; ++i) {
      const auto detached = co_await stores.offers.Detach(Soon(), offer, act);
      EXPECT_EQ(detached.state(), api::product::Offer::ARCHIVED);
      EXPECT_EQ(detached.detached_reason(), "is another thing");
      EXPECT_EQ(detached.etag(), "2");
    }
    EXPECT_EQ(
        co_await ReasonOf(stores.offers.Update(Soon(), offer, shop.Scope(), To(domain::OfferState::kActive))),
        "ILLEGAL_TRANSITION");
    EXPECT_EQ(events::Told(Disk(), "offer/" + offer.ToString()),
              "product.OfferCreated 1, product.OfferChanged 2, product.OfferDetached 2");
    EXPECT_EQ(Sql("SELECT count(*) FROM audit_event WHERE target_id = '" + offer.ToString() + "'"), "1");
    EXPECT_EQ(co_await ReasonOf(stores.offers.Detach(Soon(), domain::OfferId::New(), act)), "NOT_FOUND");
  });
}

TEST(Offer_Shown, IsWholeToItsShopAndOperators_AndPublicToTheRest) {
  WithStores([](Stores& stores) -> Task<> {
    const auto shop = co_await OpenShop(stores);
    auto draft = OfferOf("SHOWN", 100, 5);
    draft.set_low_stock_threshold(2);
    draft.set_weight_grams(1200);
    draft.set_tax_class("reduced");
    const auto product = co_await Put(stores, shop, ProductOf(shop, "Shown", {draft}));
    EXPECT_FALSE(product.offers(0).has_low_stock_threshold()) << "pages of products are everybody's";
    const auto id = domain::OfferId::From(product.offers(0).id());
    const storage::Viewer own{.sellers = shop.Scope()};
    const storage::Viewer stranger{.sellers = {SellerId::New()}};
    const storage::Viewer operators{.sellers = {}, .sees = storage::Sees::kEverything};
    for (const auto& viewer : {own, operators}) {
      const auto offer = (co_await stores.offers.Get(Soon(), id, viewer, kEur)).value();
      EXPECT_EQ(offer.on_hand(), 5);
      EXPECT_EQ(offer.low_stock_threshold(), 2);
    }
    const auto offer = (co_await stores.offers.Get(Soon(), id, stranger, kEur)).value();
    EXPECT_FALSE(offer.has_on_hand() || offer.has_low_stock_threshold());
    EXPECT_EQ(offer.weight_grams(), 1200);
    EXPECT_EQ(offer.tax_class(), "reduced");
    const auto sold = co_await stores.offers.GetMany(Soon(), {id}, kEur);
    EXPECT_EQ(sold.offers(0).weight_grams(), 1200);
    EXPECT_EQ(sold.offers(0).tax_class(), "reduced");
    co_await stores.offers.Update(Soon(), id, shop.Scope(), To(domain::OfferState::kArchived));
    EXPECT_FALSE(co_await stores.offers.Get(Soon(), id, stranger, kEur));
    EXPECT_TRUE(co_await stores.offers.Get(Soon(), id, own, kEur));
    EXPECT_TRUE(co_await stores.offers.Get(Soon(), id, operators, kEur));
  });
}

TEST(Offer_Counted, MovesByTheDifference_OncePerOperation) {
  WithStores([](Stores& stores) -> Task<> {
    const auto shop = co_await OpenShop(stores);
    const auto offer = co_await PutOffer(stores, shop, 10);
    co_await stores.reservations.Reserve(Soon(), domain::OrderId::New(), {LineOf(offer, 4)});
    auto edit = Counted(12, 10);
    edit.price = Money{700, Currency::Parse("EUR")};
    edit.if_version = 1;
    EXPECT_EQ((co_await stores.offers.Update(Soon(), offer, shop.Scope(), edit)).on_hand(), 12);
    co_await stores.stock.Adjust(Soon(),
                                 {.operation_id = Uuid::NewV7(),
                                  .offer = offer,
                                  .delta = 1,
                                  .reason = "found one",
                                  .account = AccountId::New()},
                                 shop.Scope());
    const auto again = co_await stores.offers.Update(Soon(), offer, shop.Scope(), edit);
    EXPECT_EQ(again.on_hand(), 13) << "neither refused for its etag nor counted anew";
    EXPECT_EQ(again.etag(), "2");
    EXPECT_EQ(co_await ReasonOf(stores.offers.Update(Soon(), offer, shop.Scope(), Counted(9, 10))),
              "ETAG_MISMATCH");
    EXPECT_EQ(co_await ReasonOf(stores.offers.Update(Soon(), offer, shop.Scope(), Counted(3))),
              "STOCK_BELOW_RESERVED");
    auto priced = Counted(3);
    priced.price = Money{800, Currency::Parse("EUR")};
    EXPECT_EQ(co_await ReasonOf(stores.offers.Update(Soon(), offer, shop.Scope(), priced)),
              "STOCK_BELOW_RESERVED");
    const auto now = (co_await stores.offers.Get(Soon(), offer, {.sellers = shop.Scope()}, kEur)).value();
    EXPECT_EQ(now.price().amount(), 700) << "a row is done whole or not at all";
    EXPECT_EQ(now.available(), 9);
    EXPECT_EQ(BrokenInvariants(), "0");
  });
}

TEST(Stock_MovementsListed, AreNewestFirst_ForWhoSeesTheOffer) {
  WithStores([](Stores& stores) -> Task<> {
    const auto shop = co_await OpenShop(stores);
    const auto offer = co_await PutOffer(stores, shop, 10);
    const auto order = domain::OrderId::New();
    const auto line = LineOf(offer, 4);
    co_await stores.reservations.Reserve(Soon(), order, {line});
    co_await stores.reservations.Commit(Soon(), order);
    co_await stores.reservations.Consume(Soon(), order, domain::CauseId::New(), {{line.id, 3}});
    co_await stores.reservations.Release(Soon(), order, domain::CauseId::New(), {});
    co_await stores.offers.Update(Soon(), offer, shop.Scope(), Counted(9));
    const storage::Viewer own{.sellers = shop.Scope()};
    const auto all = (co_await stores.stock.ListMovements(Soon(), offer, own, {}, 10)).value();
    std::string told;
    for (const auto& [movement, position] : all) {
      told += api::product::StockMovement::Kind_Name(movement.kind()) + ' ' +
              std::to_string(movement.on_hand()) + '/' + std::to_string(movement.reserved()) + ' ';
    }
    EXPECT_EQ(told, "ADJUSTMENT 2/0 RELEASE 0/-1 SHIPMENT -3/-3 INITIAL 10/0 ");
    EXPECT_EQ(all.at(0).movement.reason(), "counted");
    EXPECT_TRUE(all.at(0).movement.has_account_id());
    EXPECT_EQ(all.at(1).movement.order_id(), order.ToString());
    const auto rest = co_await stores.stock.ListMovements(Soon(), offer, own, all.at(1).position, 1);
    EXPECT_EQ(rest->at(0).movement.kind(), api::product::StockMovement::SHIPMENT);
    const auto none = co_await stores.stock.ListMovements(Soon(), offer, own, all.at(3).position, 1);
    EXPECT_TRUE(none.has_value() && none->empty());
    EXPECT_FALSE(co_await stores.stock.ListMovements(Soon(), offer, {.sellers = {SellerId::New()}}, {}, 1));
    EXPECT_TRUE(co_await stores.stock.ListMovements(
        Soon(), offer, {.sellers = {}, .sees = storage::Sees::kEverything}, {}, 1));
  });
}

// --- at once

TEST(OfferRace_TwoOfOneVariant, OneWins) {
  int made = 0;
  int taken = 0;
  WithStores([&](Stores& stores) -> Task<> {
    const auto shop = co_await OpenShop(stores);
    const auto id = domain::ProductId::From((co_await Put(stores, shop, ProductOf(shop, "Raced"))).id());
    const auto create = [&](std::string sku) -> Task<> {
      const auto reason = co_await ReasonOf(
          stores.offers.Create(Soon(), domain::OfferId::New(), id, shop.Scope(), VariantOf(sku, "M")));
      (reason.empty() ? made : taken) += 1;
      if (!reason.empty()) EXPECT_EQ(reason, "OPTIONS_TAKEN");
    };
    runtime::TaskGroup group(stores.io.get_executor(), Unexpected);
    for (int i = 0; i < 8; ++i) group.Spawn("seller", create("R" + std::to_string(i)));
    co_await group.Join(After(50s));
  });
  EXPECT_EQ(made, 1);
  EXPECT_EQ(taken, 7);
}

TEST(OfferRace_ArchivedWhileItIsBought, SellsNothingAfterwards) {
  domain::OfferId offer;
  int sold = 0;
  WithStores([&](Stores& stores) -> Task<> {
    const auto shop = co_await OpenShop(stores);
    offer = co_await PutOffer(stores, shop, 100);
    const auto buy = [&]() -> Task<> {
      const auto outcome =
          co_await stores.reservations.Reserve(Soon(), domain::OrderId::New(), {LineOf(offer, 1)});
      if (std::holds_alternative<storage::Reserved>(outcome)) ++sold;
    };
    const auto flip = [&](domain::OfferState state) -> Task<> {
      co_await stores.offers.Update(Soon(), offer, shop.Scope(), To(state));
    };
    runtime::TaskGroup group(stores.io.get_executor(), Unexpected);
    for (int i = 0; i < 30; ++i) {
      group.Spawn("buyer", buy());
      if (i % 5 == 0) group.Spawn("seller", flip(domain::OfferState::kArchived));
      if (i % 5 == 3) group.Spawn("seller", flip(domain::OfferState::kActive));
    }
    co_await group.Join(After(50s));
    co_await flip(domain::OfferState::kArchived);
    const auto before = sold;
    co_await buy();
    EXPECT_EQ(sold, before);
  });
  EXPECT_EQ(StockOf(offer), "100/" + std::to_string(sold));
  EXPECT_EQ(BrokenInvariants(), "0");
}

TEST(OfferRace_CountedWhileItIsBought, AddsUp) {
  domain::OfferId offer;
  WithStores([&](Stores& stores) -> Task<> {
    const auto shop = co_await OpenShop(stores);
    offer = co_await PutOffer(stores, shop, 40);
    const auto buy = [&]() -> Task<> {
      const auto order = domain::OrderId::New();
      const auto line = LineOf(offer, 2);
      const auto outcome = co_await stores.reservations.Reserve(Soon(), order, {line});
      if (!std::holds_alternative<storage::Reserved>(outcome)) co_return;
      co_await stores.reservations.Commit(Soon(), order);
      co_await stores.reservations.Consume(Soon(), order, domain::CauseId::New(), {{line.id, 1}});
    };
    const auto count = [&](std::int64_t units) -> Task<> {
      auto edit = Counted(units);
      edit.price = Money{100 + units, Currency::Parse("EUR")};
      const auto reason = co_await ReasonOf(stores.offers.Update(Soon(), offer, shop.Scope(), edit));
      EXPECT_TRUE(reason.empty() || reason == "STOCK_BELOW_RESERVED") << reason;
    };
    runtime::TaskGroup group(stores.io.get_executor(), Unexpected);
    for (int i = 0; i < 20; ++i) {
      group.Spawn("buyer", buy());
      group.Spawn("seller", count(20 + i % 7));
    }
    co_await group.Join(After(50s));
    EXPECT_EQ((co_await stores.offers.Update(Soon(), offer, shop.Scope(), Counted(60))).on_hand(), 60);
  });
  EXPECT_EQ(BrokenInvariants(), "0");
}

}  // namespace
}  // namespace market::product
