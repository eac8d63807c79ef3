#include "services/product/domain/market.hpp"

#include <gtest/gtest.h>

#include "platform/core/error.hpp"

namespace market::product::domain {
namespace {

Market Of(std::vector<std::string> codes) { return Market(codes); }

TEST(Market, TheFirstIsMeantWhereNothingIsSaid) {
  const auto market = Of({"USD", "EUR"});
  EXPECT_EQ(market.First().Code(), "USD");
  EXPECT_EQ(market.Chosen("").Code(), "USD");
  EXPECT_EQ(market.Chosen("EUR").Code(), "EUR");
}

TEST(Market, WhatItDoesNotSellInIsRefusedWithItsField) {
  const auto market = Of({"EUR"});
  for (const auto* code : {"USD", "XXX", "eur", "\xff"}) {
    try {
      market.Chosen(code, "offer.price.currency");
      ADD_FAILURE() << code;
    } catch (const Error& error) {
      ASSERT_EQ(error.fields.size(), 1u);
      EXPECT_EQ(error.fields[0].field, "offer.price.currency");
      EXPECT_EQ(error.fields[0].reason, "UNKNOWN_CURRENCY");
    }
  }
}

TEST(Market, SellsInOneCurrencyAtLeastEachOnce) {
  EXPECT_THROW(Of({}), Error);
  EXPECT_THROW(Of({"EUR", "USD", "EUR"}), Error);
  EXPECT_THROW(Of({"XXX"}), Error);
}

}  // namespace
}  // namespace market::product::domain
