#include "services/order/domain/delivery_method.hpp"

#include <gtest/gtest.h>

#include <array>
#include <string>
#include <variant>
#include <vector>

#include "platform/core/error.hpp"
#include "platform/core/money.hpp"

namespace market::order::domain {
namespace {

const Currency kEuros = Currency::Parse("EUR");
const Currency kDollars = Currency::Parse("USD");

DeliveryMethod AMethod(std::string name, std::int64_t price_minor) {
  return {.id = DeliveryMethodId::New(),
          .seller = SellerId::New(),
          .name = std::move(name),
          .prices = {{kEuros, {{0, price_minor}}}},
          .days_from = 2,
          .days_to = 4};
}

DeliveryMethod APickup() {
  auto method = AMethod("Fetch it", 0);
  method.pickup_place = "1 Dock Street";
  method.countries = {"GB"};
  return method;
}

Consignment To(std::string country, std::int64_t value = 2000, std::int64_t grams = 0) {
  return {.currency = kEuros, .value_minor = value, .weight_grams = grams, .country = std::move(country)};
}

using Answer = std::variant<std::int64_t, NotSent>;

TEST(DeliveryMethod, APriceByValue_IsThatOfTheLastBandThatBegan) {
  auto method = AMethod("Parcel", 490);
  method.prices[0].bands = {{0, 490}, {2000, 300}, {5000, 100}};
  for (const auto& [value, price] : std::vector<std::pair<std::int64_t, std::int64_t>>{
           {0, 490}, {1999, 490}, {2000, 300}, {4999, 300}, {5000, 100}, {1'000'000, 100}}) {
    EXPECT_EQ(PriceOf(method, To("DE", value)), Answer(price)) << value;
  }
  method.prices[0].free_from_minor = 6000;
  EXPECT_EQ(PriceOf(method, To("DE", 5999)), Answer(100));
  EXPECT_EQ(PriceOf(method, To("DE", 6000)), Answer(0));
}

TEST(DeliveryMethod, APriceByWeight_IsFreeByValueStill) {
  auto method = AMethod("Parcel", 490);
  method.basis = DeliveryBasis::kWeight;
  method.prices[0].bands = {{0, 490}, {2001, 690}};
  method.max_weight_grams = 31'500;
  EXPECT_EQ(PriceOf(method, To("DE", 9'000, 2000)), Answer(490));
  EXPECT_EQ(PriceOf(method, To("DE", 9'000, 2001)), Answer(690));
  EXPECT_EQ(PriceOf(method, To("DE", 9'000, 31'500)), Answer(690));
  EXPECT_EQ(PriceOf(method, To("DE", 9'000, 31'501)), Answer(NotSent::kTooHeavy));
  method.prices[0].free_from_minor = 9'000;
  EXPECT_EQ(PriceOf(method, To("DE", 9'000, 2001)), Answer(0));
  EXPECT_EQ(PriceOf(method, To("DE", 9'000, 31'501)), Answer(NotSent::kTooHeavy));
}

TEST(DeliveryMethod, WhereItGoes_AndInWhichCurrency) {
  auto method = AMethod("Parcel", 490);
  EXPECT_EQ(PriceOf(method, To("DE")), Answer(490));
  method.countries = {"AT", "DE"};
  EXPECT_EQ(PriceOf(method, To("DE")), Answer(490));
  EXPECT_EQ(PriceOf(method, To("FR")), Answer(NotSent::kCountryNotServed));
  EXPECT_EQ(PriceOf(method, To("")), Answer(490));  // nobody has said yet
  EXPECT_EQ(PriceOf(APickup(), To("FR")), Answer(0));
  auto in_dollars = To("DE");
  in_dollars.currency = kDollars;
  EXPECT_EQ(PriceOf(method, in_dollars), Answer(NotSent::kNoPrice));
  method.prices.push_back({kDollars, {{0, 590}}});
  EXPECT_EQ(PriceOf(method, in_dollars), Answer(590));
}

TEST(DeliveryMethod, Options_AreTheCheapestFirst) {
  const std::array methods = {AMethod("Express", 990), AMethod("Parcel", 490), APickup(), [] {
                                auto abroad = AMethod("Abroad", 100);
                                abroad.countries = {"FR"};
                                return abroad;
                              }()};
  const auto options = OptionsFor(To("DE"), methods);
  ASSERT_EQ(options.size(), 3u);
  EXPECT_EQ(options[0].way, methods[2].Way());
  EXPECT_EQ(options[1].way.name, "Parcel");
  EXPECT_EQ(options[2].price_minor, 990);
  EXPECT_EQ(options[2].way.days_to, 4);
}

TEST(DeliveryMethod, AShopWithoutOne_SendsForNothing) {
  const auto options = OptionsFor(To("DE"), {});
  ASSERT_EQ(options.size(), 1u);
  EXPECT_TRUE(options[0].way.method.IsNil());
  EXPECT_EQ(options[0].way.name, kFreeDelivery);
  EXPECT_EQ(std::get<DeliveryOption>(Choose(options, To("DE"), {}, std::nullopt)), options[0]);
  EXPECT_EQ(std::get<DeliveryOption>(Choose(options, To("DE"), {}, DeliveryMethodId())), options[0]);
}

TEST(DeliveryMethod, TheChoice_IsTheCheapestThatIsSent) {
  const std::array methods = {AMethod("Express", 990), AMethod("Parcel", 490), APickup()};
  const auto there = To("DE");
  const auto options = OptionsFor(there, methods);
  const auto chosen = [&](std::optional<DeliveryMethodId> wanted) {
    return std::get<DeliveryOption>(Choose(options, there, methods, wanted)).way.name;
  };
  EXPECT_EQ(chosen(std::nullopt), "Parcel");
  EXPECT_EQ(chosen(methods[0].id), "Express");
  EXPECT_EQ(chosen(methods[2].id), "Fetch it");
  const std::array only = {APickup()};
  EXPECT_EQ(std::get<DeliveryOption>(Choose(OptionsFor(there, only), there, only, std::nullopt)).way.name,
            "Fetch it");
}

TEST(DeliveryMethod, WhatCannotBeChosen_SaysWhy) {
  std::array methods = {AMethod("Parcel", 490), AMethod("Express", 990)};
  methods[0].countries = {"FR"};
  const auto there = To("DE");
  const auto refused = [&](std::span<const DeliveryMethod> of, std::optional<DeliveryMethodId> wanted) {
    return std::get<Unavailable>(Choose(OptionsFor(there, of), there, of, wanted));
  };
  EXPECT_EQ(refused(methods, methods[0].id).why, NotSent::kCountryNotServed);
  EXPECT_EQ(refused(methods, methods[0].id).method, methods[0].id);
  EXPECT_EQ(refused(methods, DeliveryMethodId::New()).why, NotSent::kMethodUnknown);
  EXPECT_EQ(refused(methods, DeliveryMethodId()).why, NotSent::kMethodUnknown);  // it has methods of its own
  EXPECT_EQ(refused({}, methods[0].id).why, NotSent::kMethodUnknown);
  const auto none = refused(std::span(methods).first(1), std::nullopt);
  EXPECT_EQ(none.why, NotSent::kCountryNotServed);
  EXPECT_EQ(none.method, std::nullopt);
}

TEST(DeliveryMethod, WhatCannotBe_IsRefusedByField) {
  const auto field = [](auto change) -> std::string {
    auto method = AMethod("Parcel", 490);
    change(method);
    try {
      Check(method);
      return "";
    } catch (const Error& error) {
      return error.fields.at(0).field;
    }
  };
  EXPECT_EQ(field([](auto&) {}), "");
  EXPECT_EQ(field([](auto& method) { method.name.clear(); }), "deliveryMethod.name");
  EXPECT_EQ(field([](auto& method) { method.prices.clear(); }), "deliveryMethod.prices");
  EXPECT_EQ(field([](auto& method) { method.prices.push_back(method.prices[0]); }),
            "deliveryMethod.prices[1].currency");
  EXPECT_EQ(field([](auto& method) { method.prices[0].bands.clear(); }), "deliveryMethod.prices[0].bands");
  EXPECT_EQ(field([](auto& method) { method.prices[0].bands[0].from = 1; }),
            "deliveryMethod.prices[0].bands[0].from");
  EXPECT_EQ(field([](auto& method) { method.prices[0].bands.push_back({0, 1}); }),
            "deliveryMethod.prices[0].bands[1].from");
  EXPECT_EQ(field([](auto& method) { method.days_to = 1; }), "deliveryMethod.daysTo");
  EXPECT_EQ(field([](auto& method) { method.countries = {"DE", "DE"}; }), "deliveryMethod.countries");
}

}  // namespace
}  // namespace market::order::domain
