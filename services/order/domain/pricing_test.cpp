#include "services/order/domain/pricing.hpp"

#include <gtest/gtest.h>

#include "platform/core/error.hpp"

namespace market::order::domain {
namespace {

const Currency kEur = Currency::Parse("EUR");
const SellerId kAnna = SellerId::New();
const SellerId kBob = SellerId::New();

Offer AnOffer(std::int64_t price_minor, const SellerId& seller) {
  Offer offer;
  offer.id = OfferId::New();
  offer.product = ProductId::New();
  offer.seller = seller;
  offer.title = "Engine";
  offer.price = Money{price_minor, kEur};
  offer.for_sale = true;
  return offer;
}

std::string ReasonOf(const std::vector<Item>& items, const std::vector<Offer>& offers) {
  try {
    Price(items, offers, {});
    return "";
  } catch (const Error& error) {
    return error.reason;
  }
}

TEST(Merge, SameOfferTwice_IsOneLine) {
  const OfferId a = OfferId::New();
  const OfferId b = OfferId::New();
  const std::vector<Item> items = {{a, 1}, {b, 2}, {a, 3}};
  const auto merged = Merge(items);
  ASSERT_EQ(merged.size(), 2u);
  EXPECT_EQ(merged[0].offer, a);
  EXPECT_EQ(merged[0].quantity, 4);
}

TEST(Price, ALine_KeepsItsCategoriesTheNearestFirst) {
  auto offer = AnOffer(1999, kAnna);
  const std::vector<CategoryId> from_above = {CategoryId::New(), CategoryId::New(), CategoryId::New()};
  offer.categories = from_above;
  const auto priced = Price(std::vector<Item>{{offer.id, 1}}, std::vector{offer}, {});
  EXPECT_EQ(priced.parts.at(0).lines.at(0).categories,
            std::vector<CategoryId>(from_above.rbegin(), from_above.rend()));
}

TEST(Price, TwoSellers_SplitsAndSumsToTheWhole) {
  const std::vector<Offer> offers = {AnOffer(1999, kAnna), AnOffer(500, kBob), AnOffer(1, kAnna)};
  const auto priced =
      Price(std::vector<Item>{{offers[0].id, 2}, {offers[1].id, 1}, {offers[2].id, 3}}, offers, {});
  ASSERT_EQ(priced.parts.size(), 2u);
  EXPECT_EQ(priced.parts[0].seller, kAnna);
  EXPECT_EQ(priced.parts[0].total.minor, 2 * 1999 + 3);
  EXPECT_EQ(priced.parts[1].total.minor, 500);
  EXPECT_EQ(priced.total.minor, 2 * 1999 + 3 + 500);
}

TEST(Price, Terms_AreOfTheLinesTheyName) {
  const std::vector<Offer> offers = {AnOffer(1999, kAnna), AnOffer(500, kBob)};
  const Terms terms{.tax_mode = TaxMode::kAdded,
                    .taxes = {{offers[0].id, {.rate_ppm = 190'000}}},
                    .discounts = {{offers[0].id, {{"coupon/TEN", Funder::kMarketplace, 400}}}}};
  const auto priced = Price(std::vector<Item>{{offers[0].id, 2}, {offers[1].id, 1}}, offers, terms);
  const auto& line = priced.parts.at(0).lines.at(0);
  EXPECT_EQ(line.discounts, terms.discounts.at(offers[0].id));
  EXPECT_EQ(line.tax,
            (Tax{.rate_ppm = 190'000, .mode = TaxMode::kAdded, .amount_minor = 684}));  // 19 % of 3,598
  EXPECT_EQ(line.total.minor, 3598 + 684);
  EXPECT_EQ(priced.parts.at(1).lines.at(0).tax.amount_minor, 0);
  EXPECT_EQ(priced.total.minor, 3598 + 684 + 500);
}

TEST(Price, ADelivery_IsOfItsPartAndInTheTotal) {
  const std::vector<Offer> offers = {AnOffer(1999, kAnna), AnOffer(500, kBob)};
  const std::vector<Item> items = {{offers[0].id, 1}, {offers[1].id, 1}};
  Terms terms{.tax_mode = TaxMode::kAdded, .deliveries = {{kBob, {.price_minor = 490}}}};
  auto& term = terms.deliveries.at(kBob);
  term.way.name = "Parcel";
  term.discounts = {{"coupon/X", Funder::kSeller, 90}};
  term.tax.rate_ppm = 200'000;
  const auto priced = Price(items, offers, terms);
  EXPECT_EQ(priced.parts.at(0).delivery.way.name, kFreeDelivery);
  EXPECT_EQ(priced.parts[0].total.minor, 1999);
  const auto& delivery = priced.parts.at(1).delivery;
  EXPECT_EQ(delivery.way, term.way);
  EXPECT_EQ(delivery.price.base_minor, 490);
  EXPECT_EQ(delivery.price.total_minor, 480);
  EXPECT_EQ(priced.parts[1].total.minor, 980);
  EXPECT_EQ(priced.total.minor, 2979);

  term.price_minor = kTotalMinorMax;
  EXPECT_THROW(Price(items, offers, terms), Error);
}

TEST(Price, QuoteHash_ChangesWithThePriceOnly) {
  std::vector<Offer> offers = {AnOffer(1999, kAnna)};
  const std::vector<Item> items = {{offers[0].id, 2}};
  const auto before = Price(items, offers, {}).quote_hash;
  offers[0].title = "Another title";
  EXPECT_EQ(Price(items, offers, {}).quote_hash, before);
  offers[0].price->minor += 1;
  EXPECT_NE(Price(items, offers, {}).quote_hash, before);
}

TEST(SoldOut, NamesWhatNothingIsLeftOf) {
  std::vector<Offer> offers = {AnOffer(1999, kAnna), AnOffer(500, kBob), AnOffer(1, kAnna)};
  offers[0].available = 1;
  const std::vector<Item> items = {{offers[2].id, 1}, {offers[0].id, 2}, {offers[1].id, 1}};
  EXPECT_EQ(SoldOut(items, offers), (std::vector<Shortage>{{offers[2].id, 0}, {offers[1].id, 0}}));
}

TEST(ChangesSince, NamesTheLinesThatCostSomethingElse) {
  std::vector<Offer> offers = {AnOffer(1999, kAnna), AnOffer(500, kBob), AnOffer(1, kAnna)};
  const std::vector<Item> items = {{offers[0].id, 2}, {offers[1].id, 1}, {offers[2].id, 3}};
  const auto quote = Price(items, offers, {}).quote_hash;
  EXPECT_TRUE(ChangesSince(quote, Price(items, offers, {})).Empty());
  EXPECT_TRUE(ChangesSince("", Price(items, offers, {})).Empty());

  offers[1].price->minor = 450;
  offers[2].price->minor = 2;
  const auto changes = ChangesSince(quote, Price(items, offers, {})).lines;
  ASSERT_EQ(changes.size(), 2u);  // the lines of one seller stand together
  EXPECT_EQ(changes[0].offer, offers[2].id);
  EXPECT_EQ(changes[0].before, (Money{1, kEur}));
  EXPECT_EQ(changes[0].now, (Money{2, kEur}));
  EXPECT_EQ(changes[1].offer, offers[1].id);
  EXPECT_EQ(changes[1].before, (Money{500, kEur}));
}

TEST(ChangesSince, NamesTheSellersWhoseDeliveryOrTotalChanged) {
  const std::vector<Offer> offers = {AnOffer(1999, kAnna), AnOffer(500, kBob)};
  const std::vector<Item> items = {{offers[0].id, 1}, {offers[1].id, 1}};
  const auto quote = Price(items, offers, {}).quote_hash;
  auto changes = ChangesSince(quote, Price(items, offers, {.deliveries = {{kBob, {.price_minor = 490}}}}));
  EXPECT_TRUE(changes.lines.empty());
  ASSERT_EQ(changes.parts.size(), 1u);
  EXPECT_EQ(changes.parts[0].seller, kBob);
  EXPECT_EQ(changes.parts[0].before, (PartCost{{0, kEur}, {500, kEur}}));
  EXPECT_EQ(changes.parts[0].now, (PartCost{{490, kEur}, {990, kEur}}));

  const Terms taxed{.tax_mode = TaxMode::kAdded, .taxes = {{offers[0].id, {.rate_ppm = 100'000}}}};
  changes = ChangesSince(quote, Price(items, offers, taxed));
  EXPECT_TRUE(changes.lines.empty());
  ASSERT_EQ(changes.parts.size(), 1u);
  EXPECT_EQ(changes.parts[0].now, (PartCost{{0, kEur}, {2199, kEur}}));
  // What is in the price already is no other price.
  const Terms included{.taxes = {{offers[0].id, {.rate_ppm = 100'000}}}};
  EXPECT_TRUE(ChangesSince(quote, Price(items, offers, included)).Empty());
}

TEST(ChangesSince, ANewCurrency_ChangesEveryLine) {
  std::vector<Offer> offers = {AnOffer(1999, kAnna)};
  const std::vector<Item> items = {{offers[0].id, 1}};
  const auto quote = Price(items, offers, {}).quote_hash;
  offers[0].price->currency = Currency::Parse("USD");
  const auto changes = ChangesSince(quote, Price(items, offers, {})).lines;
  ASSERT_EQ(changes.size(), 1u);
  EXPECT_EQ(changes[0].before, (Money{1999, kEur}));
}

TEST(ChangesSince, AnythingButAQuoteOfTheseItems_IsRefused) {
  const std::vector<Offer> offers = {AnOffer(1999, kAnna)};
  const auto priced = Price(std::vector<Item>{{offers[0].id, 1}}, offers, {});
  const auto more = Price(std::vector<Item>{{offers[0].id, 2}}, offers, {});
  const std::string name = priced.quote_hash.substr(0, priced.quote_hash.find('.'));
  for (const std::string& quote :
       {more.quote_hash, std::string("x"), std::string("...."), name, name + ".EUR", name + ".EUR.",
        name + ".E.1", name + ".EUR.1999", name + ".EUR.1999.0", name + ".EUR.1x", name + ".EUR.-1",
        name + ".EUR.99999999999999999999"}) {
    EXPECT_THROW(ChangesSince(quote, priced), Error) << quote;
  }
}

TEST(Price, WhatCantBeBought_IsNamedByLine) {
  const std::vector<Offer> offers = {AnOffer(1999, kAnna)};
  const auto gone = OfferId::New();
  try {
    Price(std::vector<Item>{{offers[0].id, 1}, {gone, 3}}, offers, {});
    FAIL() << "it was sold";
  } catch (const Error& error) {
    EXPECT_EQ(error.fields.at(0).field, "items[1].offerId");
    EXPECT_EQ(error.metadata.at(0),
              std::pair(std::string("lines"), R"([{"field":"items[1].offerId","offerId":")" +
                                                  gone.ToString() + R"(","requested":3,"available":0}])"));
  }
}

TEST(Price, WhatCantBeBought_IsRefusedByReason) {
  std::vector<Offer> offers = {AnOffer(1999, kAnna), AnOffer(5, kBob)};
  EXPECT_EQ(ReasonOf({{OfferId::New(), 1}}, offers), "OFFER_UNAVAILABLE");
  offers[0].for_sale = false;
  EXPECT_EQ(ReasonOf({{offers[0].id, 1}}, offers), "OFFER_UNAVAILABLE");
  offers[0].for_sale = true;
  offers[1].price.reset();
  EXPECT_EQ(ReasonOf({{offers[0].id, 1}, {offers[1].id, 1}}, offers), "NO_PRICE_IN_CURRENCY");
  offers[1].for_sale = false;
  EXPECT_EQ(ReasonOf({{offers[0].id, 1}, {offers[1].id, 1}}, offers), "OFFER_UNAVAILABLE");
  offers[0].price->minor = kTotalMinorMax;
  EXPECT_EQ(ReasonOf({{offers[0].id, 2}}, offers), "AMOUNT_TOO_LARGE");
}

TEST(OrderNumber, IsTheDayAndFortyBitsOfChance) {
  const Time day{std::chrono::sys_days{std::chrono::year{2026} / 1 / 9}};
  EXPECT_EQ(OrderNumber(day, 0), "260109-00000000");
  EXPECT_EQ(OrderNumber(day, 31), "260109-0000000Z");
  EXPECT_EQ(OrderNumber(day, ~std::uint64_t{0}), "260109-ZZZZZZZZ");
  EXPECT_EQ(OrderNumber(day, std::uint64_t{1} << 40), "260109-00000000");
}

TEST(MakeOrder, StartsPendingWithNumberedParts) {
  const std::vector<Offer> offers = {AnOffer(1999, kAnna), AnOffer(500, kBob)};
  const Time now{std::chrono::sys_days{std::chrono::year{2026} / 11 / 24}};
  const auto order = MakeOrder(Uuid::NewV7(), AccountId::New(),
                               Price(std::vector<Item>{{offers[0].id, 1}, {offers[1].id, 1}}, offers, {}), {},
                               "pm_card_visa", now);
  EXPECT_EQ(order.number.substr(0, 7), "261124-");
  EXPECT_EQ(order.number.size(), 15u);
  EXPECT_EQ(order.parts[1].number, order.number + "-2");
  EXPECT_EQ(order.CurrentState(), State::kPendingPayment);
}

}  // namespace
}  // namespace market::order::domain
