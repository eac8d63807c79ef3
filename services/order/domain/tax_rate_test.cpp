#include "services/order/domain/tax_rate.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <vector>

namespace market::order::domain {
namespace {

const Time kToday{std::chrono::sys_days{std::chrono::year{2026} / 11 / 30}};
constexpr std::chrono::hours kDay{24};

TaxRate ARate(std::string country, std::string tax_class, std::int64_t ppm, std::string region = "") {
  return {.id = TaxRateId::New(),
          .country = std::move(country),
          .region = std::move(region),
          .tax_class = std::move(tax_class),
          .rate_ppm = ppm};
}

std::int64_t PpmOf(const std::vector<TaxRate>& rates, const Destination& to, std::string_view tax_class,
                   Time now = kToday) {
  return TermFor(rates, to, tax_class, now).rate_ppm;
}

// What is in 100.00 that somebody in each member state pays, at its standard rate and the lowest of its others: worked out by
// hand, on paper that knows no line of the code.
TEST(TaxRate, OfEachMemberState_IsInThePrice) {
  struct Case {
    const char* country;
    std::int64_t standard_ppm;
    std::int64_t standard_minor;
    std::int64_t lowest_ppm;  // 0: it has none
    std::int64_t lowest_minor;
  };
  const std::vector<Case> states = {{"AT", 200'000, 1667, 100'000, 909},  {"BE", 210'000, 1736, 60'000, 566},
                                    {"BG", 200'000, 1667, 90'000, 826},   {"CY", 190'000, 1597, 30'000, 291},
                                    {"CZ", 210'000, 1736, 120'000, 1071}, {"DE", 190'000, 1597, 70'000, 654},
                                    {"DK", 250'000, 2000, 0, 2000},       {"EE", 240'000, 1935, 90'000, 826},
                                    {"ES", 210'000, 1736, 40'000, 385},   {"FI", 255'000, 2032, 100'000, 909},
                                    {"FR", 200'000, 1667, 21'000, 206},   {"GR", 240'000, 1935, 60'000, 566},
                                    {"HR", 250'000, 2000, 50'000, 476},   {"HU", 270'000, 2126, 50'000, 476},
                                    {"IE", 230'000, 1870, 90'000, 826},   {"IT", 220'000, 1803, 40'000, 385},
                                    {"LT", 210'000, 1736, 50'000, 476},   {"LU", 170'000, 1453, 30'000, 291},
                                    {"LV", 210'000, 1736, 50'000, 476},   {"MT", 180'000, 1525, 50'000, 476},
                                    {"NL", 210'000, 1736, 90'000, 826},   {"PL", 230'000, 1870, 50'000, 476},
                                    {"PT", 230'000, 1870, 60'000, 566},   {"RO", 210'000, 1736, 110'000, 991},
                                    {"SE", 250'000, 2000, 60'000, 566},   {"SI", 220'000, 1803, 50'000, 476},
                                    {"SK", 230'000, 1870, 50'000, 476}};
  ASSERT_EQ(states.size(), 27u);
  std::vector<TaxRate> rates;
  for (const auto& state : states) {
    rates.push_back(ARate(state.country, "standard", state.standard_ppm));
    if (state.lowest_ppm > 0) rates.push_back(ARate(state.country, "lowest", state.lowest_ppm));
  }
  for (const auto& state : states) {
    const Destination to{.country = state.country};
    const auto in = [&](std::string_view tax_class) {
      return MakePrice(10'000, {}, TermFor(rates, to, tax_class, kToday), TaxMode::kIncluded)
          .tax.amount_minor;
    };
    EXPECT_EQ(in("standard"), state.standard_minor) << state.country;
    EXPECT_EQ(in("lowest"), state.lowest_minor) << state.country;
    EXPECT_EQ(in(""), state.standard_minor) << state.country;
  }
}

TEST(TaxRate, AClassThatACountryDoesNotHave_IsTheStandardOne) {
  const std::vector rates = {ARate("DE", "standard", 190'000), ARate("DE", "reduced", 70'000)};
  EXPECT_EQ(PpmOf(rates, {.country = "DE"}, "reduced"), 70'000);
  EXPECT_EQ(PpmOf(rates, {.country = "DE"}, "parking"), 190'000);
  const auto term = TermFor(rates, {.country = "DE"}, "reduced", kToday);
  EXPECT_EQ(term.rate, rates[1].id);
  EXPECT_EQ(term.none, NoTax::kNone);
}

TEST(TaxRate, WithoutARate_SaysWhy) {
  const std::vector rates = {ARate("DE", "standard", 190'000)};
  EXPECT_EQ(TermFor(rates, {.country = "US"}, "", kToday), (TaxTerm{.none = NoTax::kNoRate}));
  EXPECT_EQ(TermFor(rates, {}, "", kToday), (TaxTerm{.none = NoTax::kAddressNeeded}));
  EXPECT_EQ(TermFor(rates, {.country = "DE"}, "zero", kToday), (TaxTerm{.none = NoTax::kZeroRated}));
}

TEST(TaxRate, ARegion_ComesBeforeItsCountry) {
  const std::vector rates = {ARate("PT", "standard", 230'000), ARate("PT", "reduced", 130'000),
                             ARate("PT", "standard", 220'000, "Madeira")};
  EXPECT_EQ(PpmOf(rates, {.country = "PT", .region = "madeira"}, ""), 220'000);
  EXPECT_EQ(PpmOf(rates, {.country = "PT", .region = "madeira"}, "reduced"), 130'000);
  EXPECT_EQ(PpmOf(rates, {.country = "PT", .region = "Lisboa"}, ""), 230'000);
  EXPECT_EQ(PpmOf(rates, {.country = "PT"}, ""), 230'000);
}

TEST(TaxRate, OfSeveral_TheOneThatBeganLastHolds) {
  std::vector rates = {ARate("DE", "standard", 190'000), ARate("DE", "standard", 160'000),
                       ARate("DE", "standard", 170'000)};
  rates[1].valid_from = kToday;
  rates[1].valid_until = kToday + kDay;
  rates[2].valid_from = kToday + 2 * kDay;
  EXPECT_EQ(PpmOf(rates, {.country = "DE"}, "", kToday - std::chrono::seconds(1)), 190'000);
  EXPECT_EQ(PpmOf(rates, {.country = "DE"}, "", kToday), 160'000);
  EXPECT_EQ(PpmOf(rates, {.country = "DE"}, "", kToday + kDay), 190'000);
  EXPECT_EQ(PpmOf(rates, {.country = "DE"}, "", kToday + 2 * kDay), 170'000);
}

TEST(TaxRate, ADelivery_IsTaxedAsTheLineThatCostsMost) {
  const TaxTerm books{.rate_ppm = 70'000};
  const TaxTerm cups{.rate_ppm = 190'000};
  EXPECT_EQ(DeliveryTermOf(std::vector<Taxed>{{500, cups}, {501, books}}), books);
  EXPECT_EQ(DeliveryTermOf(std::vector<Taxed>{{500, cups}, {500, books}}), cups);
  EXPECT_EQ(DeliveryTermOf({}), TaxTerm());
}

TEST(AreTaxedAlike, IsTheSameCountryAndRegion) {
  EXPECT_TRUE(AreTaxedAlike({"PT", "Madeira"}, {"PT", "MADEIRA"}));
  EXPECT_FALSE(AreTaxedAlike({"PT", "Madeira"}, {"PT", ""}));
  EXPECT_FALSE(AreTaxedAlike({"PT", ""}, {"ES", ""}));
  EXPECT_TRUE(AreTaxedAlike({}, {}));
}

}  // namespace
}  // namespace market::order::domain
