#include "platform/core/money.hpp"

#include <gtest/gtest.h>

#include <limits>

#include "platform/core/error.hpp"

namespace market {
namespace {

const Currency kEur = Currency::Parse("EUR");

TEST(Money, Arithmetic_KeepsTheCurrency) {
  const Money price{1999, kEur};
  EXPECT_EQ(price * 3, (Money{5997, kEur}));
  EXPECT_EQ(price + price, (Money{3998, kEur}));
  EXPECT_EQ((price - price).minor, 0);
}

TEST(Money, MixedCurrencies_Throw) {
  EXPECT_THROW((Money{1, kEur} + Money{1, Currency::Parse("USD")}), MoneyError);
  EXPECT_THROW((Money{1, kEur} - Money{1, Currency::Parse("USD")}), MoneyError);
}

TEST(Money, Overflow_Throws) {
  const Money most{std::numeric_limits<std::int64_t>::max(), kEur};
  EXPECT_THROW((most + Money{1, kEur}), MoneyError);
  EXPECT_THROW(most * 2, MoneyError);
  EXPECT_THROW((Money{std::numeric_limits<std::int64_t>::min(), kEur} - Money{1, kEur}), MoneyError);
}

TEST(Currency, Parse_RefusesWhatIsNotTraded) {
  for (const char* code : {"", "eur", "EURO", "XXX", "EU"})
    EXPECT_THROW(Currency::Parse(code), Error) << code;
}

}  // namespace
}  // namespace market
