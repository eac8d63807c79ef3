#include "services/order/domain/price.hpp"

#include <gtest/gtest.h>

#include <stdexcept>

namespace market::order::domain {
namespace {

TEST(Price, WithoutRules_IsWhatWasAsked) {
  const auto price = MakePrice(5997, {}, {}, TaxMode::kIncluded);
  EXPECT_EQ(price.base_minor, 5997);
  EXPECT_EQ(price.total_minor, 5997);
  EXPECT_EQ(price.tax.amount_minor, 0);
}

TEST(Price, Tax_IsRoundedHalfUpOnce) {
  struct Case {
    std::int64_t base;
    std::int64_t rate;
    TaxMode mode;
    std::int64_t tax;
    std::int64_t total;
  };
  for (const Case& c : {Case{11900, 190'000, TaxMode::kIncluded, 1900, 11900},
                        Case{10000, 190'000, TaxMode::kAdded, 1900, 11900},
                        Case{50, 10'000, TaxMode::kAdded, 1, 51},      // 0.50 is 1
                        Case{49, 10'000, TaxMode::kAdded, 0, 49},      // 0.49 is 0
                        Case{3, 1'000'000, TaxMode::kIncluded, 2, 3},  // 1.50 is 2
                        Case{1'000'000'000'000, 250'000, TaxMode::kAdded, 250'000'000'000, 1'250'000'000'000},
                        Case{0, 190'000, TaxMode::kAdded, 0, 0}}) {
    const auto price = MakePrice(c.base, {}, {.rate_ppm = c.rate}, c.mode);
    EXPECT_EQ(price.tax.amount_minor, c.tax) << c.base << " at " << c.rate;
    EXPECT_EQ(price.total_minor, c.total) << c.base << " at " << c.rate;
  }
}

TEST(Price, Discounts_ComeOffBeforeTheTax) {
  const auto price =
      MakePrice(2000, {{"coupon/a", Funder::kSeller, 300}, {"coupon/b", Funder::kMarketplace, 700}},
                {.rate_ppm = 200'000}, TaxMode::kAdded);
  EXPECT_EQ(price.tax.amount_minor, 200);
  EXPECT_EQ(price.total_minor, 1200);
  EXPECT_EQ(
      MakePrice(2000, {{"all", Funder::kSeller, 2000}}, {.rate_ppm = 200'000}, TaxMode::kAdded).total_minor,
      0);
}

TEST(Price, WhatCannotBe_IsRefused) {
  EXPECT_THROW(MakePrice(-1, {}, {}, TaxMode::kIncluded), std::invalid_argument);
  EXPECT_THROW(MakePrice(1, {}, {.rate_ppm = -1}, TaxMode::kIncluded), std::invalid_argument);
  EXPECT_THROW(MakePrice(1, {{"x", Funder::kSeller, 2}}, {}, TaxMode::kIncluded), std::invalid_argument);
  EXPECT_THROW(MakePrice(1, {{"x", Funder::kSeller, -1}}, {}, TaxMode::kIncluded), std::invalid_argument);
}

TEST(SumByRate, AddsWhatIsWrittenDown_TheHighestRateFirst) {
  const auto at = [](std::int64_t base, std::int64_t rate, TaxMode mode = TaxMode::kIncluded) {
    return MakePrice(base, {}, {.rate_ppm = rate}, mode);
  };
  EXPECT_EQ(SumByRate(std::vector{at(107, 70'000), at(119, 190'000), at(3, 190'000), at(50, 0), at(0, 0)}),
            (std::vector<TaxSum>{{190'000, TaxMode::kIncluded, 103, 19},  // of 3 there is none
                                 {70'000, TaxMode::kIncluded, 100, 7},
                                 {0, TaxMode::kIncluded, 50, 0}}));
  EXPECT_EQ(SumByRate(std::vector{at(100, 190'000, TaxMode::kAdded)}),
            (std::vector<TaxSum>{{190'000, TaxMode::kAdded, 100, 19}}));
  EXPECT_TRUE(SumByRate({}).empty());
}

}  // namespace
}  // namespace market::order::domain
