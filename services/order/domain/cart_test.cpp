#include "services/order/domain/cart.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace market::order::domain {
namespace {

Offer OfferAt(std::int64_t price_minor, std::int64_t available = 10) {
  Offer offer;
  offer.id = OfferId::New();
  offer.seller = SellerId::New();
  offer.price = Money{price_minor, Currency::Parse("EUR")};
  offer.available = available;
  offer.for_sale = true;
  return offer;
}

Cart CartOf(std::vector<CartItem> items, std::string currency = "EUR") {
  Cart cart;
  cart.id = CartId::New();
  cart.currency = std::move(currency);
  cart.items = std::move(items);
  return cart;
}

// "AVAILABLE LESS_LEFT …"
std::string StatesOf(const std::vector<CartLine>& lines) {
  std::string text;
  for (const auto& line : lines) text += (text.empty() ? "" : " ") + std::string(Name(line.state));
  return text;
}

TEST(CartLook, EachItemSaysHowItStands) {
  auto dear = OfferAt(1000);
  dear.price.reset();
  auto closed = OfferAt(1000);
  closed.for_sale = false;
  const std::vector offers = {OfferAt(1000, 2), OfferAt(1000, 1), OfferAt(1000, 0), closed, dear};
  std::vector<CartItem> items;
  for (const auto& offer : offers) items.push_back({offer.id, 2, std::nullopt});
  items.push_back({OfferId::New(), 1, std::nullopt});  // is no more
  const auto cart = CartOf(items);
  const auto lines = Look(cart, offers);
  EXPECT_EQ(StatesOf(lines), "AVAILABLE LESS_LEFT GONE GONE NO_PRICE GONE");
  EXPECT_EQ(lines.back().offer, nullptr);
  const auto buyable = Buyable(lines);
  ASSERT_EQ(buyable.size(), 1);
  EXPECT_EQ(buyable.front().offer, offers.front().id);
}

TEST(CartLook, APriceThatIsAnotherOneNow_IsTold) {
  const std::vector offers = {OfferAt(900), OfferAt(1100), OfferAt(1000), OfferAt(1000)};
  std::vector<CartItem> items;
  for (const auto& offer : offers) items.push_back({offer.id, 1, 1000});
  items.back().seen_minor.reset();
  const auto cart = CartOf(items);
  const auto lines = Look(cart, offers);
  std::vector<std::int64_t> told;
  for (const auto& line : lines) told.push_back(line.price_was ? line.price_was->minor : 0);
  EXPECT_EQ(told, (std::vector<std::int64_t>{1000, 1000, 0, 0}));
  const auto seen = SeenOf(lines);
  ASSERT_EQ(seen.size(), 4);
  EXPECT_EQ(seen[1].minor, 1100);
}

TEST(CartJoined, QuantitiesAddUp_ToTheLimits) {
  const auto both = OfferId::New();
  const auto much = OfferId::New();
  const auto only = OfferId::New();
  const auto own = CartOf({{both, 2, 100}, {much, 600, 100}});
  const auto joined = Joined(own, CartOf({{both, 3, 90}, {much, 600, 90}, {only, 1, 90}}));
  EXPECT_EQ(joined.id, own.id);
  EXPECT_EQ(joined.items,
            (std::vector<CartItem>{{both, 5, 100}, {much, kCartQuantityMax, 100}, {only, 1, 90}}));

  std::vector<CartItem> many;
  for (std::size_t i = 0; i < kCartItemsMax - 1; ++i) many.push_back({OfferId::New(), 1, std::nullopt});
  EXPECT_EQ(Joined(CartOf(many), CartOf({{both, 1, 1}, {only, 1, 1}})).items.size(), kCartItemsMax);
}

TEST(CartJoined, WhatTheAccountHasChosenStands) {
  auto own = CartOf({});
  auto guest = CartOf({{OfferId::New(), 1, 100}}, "USD");
  const auto shop = SellerId::New();
  const auto chosen = DeliveryMethodId::New();
  own.deliveries = {{shop, chosen}};
  own.coupons = {"WELCOME"};
  guest.deliveries = {{shop, DeliveryMethodId::New()}, {SellerId::New(), DeliveryMethodId::New()}};
  guest.coupons = {"WELCOME", "SPRING"};
  const auto joined = Joined(own, guest);
  EXPECT_EQ(joined.currency, "EUR");
  EXPECT_FALSE(joined.items.at(0).seen_minor.has_value()) << "that was seen in dollars";
  ASSERT_EQ(joined.deliveries.size(), 2);
  EXPECT_EQ(joined.deliveries[0].method, chosen);
  EXPECT_EQ(joined.coupons, (std::vector<std::string>{"WELCOME", "SPRING"}));
  own.currency = "";
  EXPECT_EQ(Joined(own, guest).currency, "USD");
}

}  // namespace
}  // namespace market::order::domain
