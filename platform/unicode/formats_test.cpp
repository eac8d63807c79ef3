#include "platform/unicode/formats.hpp"

#include <gtest/gtest.h>

#include <limits>

namespace market::unicode {
namespace {

using std::chrono::sys_days;

TEST(FormatMoney, IsAsThePlaceWritesIt) {
  EXPECT_EQ(FormatMoney(123450, "EUR", "en_GB"), "€1,234.50");
  EXPECT_EQ(FormatMoney(123450, "EUR", "ru"), "1\u00a0234,50\u00a0€");
  EXPECT_EQ(FormatMoney(123450, "USD", "en_GB"), "US$1,234.50");
  EXPECT_EQ(FormatMoney(5, "CZK", "en_GB"), "CZK\u00a00.05");
  EXPECT_EQ(FormatMoney(-5, "EUR", "en_GB"), "-€0.05");
}

TEST(FormatMoney, HasTheDigitsOfItsCurrency) {
  EXPECT_EQ(FormatMoney(1235, "JPY", "en_GB"), "JP¥1,235");
  EXPECT_EQ(FormatMoney(1235, "KWD", "en_GB"), "KWD\u00a01.235");
}

TEST(FormatMoney, LosesNothingOfALargeAmount) {
  EXPECT_EQ(FormatMoney(std::numeric_limits<std::int64_t>::max(), "EUR", "en_GB"),
            "€92,233,720,368,547,758.07");
}

TEST(FormatMoney, RefusesWhatIsNoCurrency) {
  EXPECT_THROW(FormatMoney(1, "EURO", "en_GB"), std::runtime_error);
}

TEST(FormatAmount, IsTheSameWithoutTheCurrency) {
  EXPECT_EQ(FormatAmount(123450, "EUR", "en_GB"), "1,234.50");
  EXPECT_EQ(FormatAmount(123450, "EUR", "ru"), "1\u00a0234,50");
  EXPECT_EQ(FormatAmount(1235, "JPY", "en_GB"), "1,235");
  EXPECT_EQ(FormatAmount(1235, "KWD", "en_GB"), "1.235");
  EXPECT_EQ(FormatAmount(0, "EUR", "en_GB"), "0.00");
}

TEST(FormatPpm, HasTheDigitsThatItNeeds) {
  EXPECT_EQ(FormatPpm(190'000, "en_GB"), "19%");
  EXPECT_EQ(FormatPpm(55'000, "en_GB"), "5.5%");
  EXPECT_EQ(FormatPpm(190'000, "ru"), "19\u00a0%");
  EXPECT_EQ(FormatPpm(0, "en_GB"), "0%");
  EXPECT_EQ(FormatPpm(1, "en_GB"), "0.0001%");
}

TEST(CountryName, IsAsPeopleCallIt) {
  EXPECT_EQ(CountryName("DE", "en_GB"), "Germany");
  EXPECT_EQ(CountryName("DE", "ru"), "Германия");
  EXPECT_EQ(CountryName("XX", "en_GB"), "XX");
}

TEST(FormatUtc, IsAsThePlaceNamesTheMonth) {
  const auto time =
      sys_days(std::chrono::year(2026) / 5 / 9) + std::chrono::hours(7) + std::chrono::minutes(5);
  EXPECT_EQ(FormatUtc(time, "d MMMM y 'at' HH:mm", "en_GB"), "9 May 2026 at 07:05");
  EXPECT_EQ(FormatUtc(time, "HH:mm d MMMM y 'года'", "ru"), "07:05 9 мая 2026 года");
}

}  // namespace
}  // namespace market::unicode
