#include "platform/unicode/display.hpp"

#include <gtest/gtest.h>

namespace market::unicode {
namespace {

using namespace std::chrono_literals;

TEST(Display, WritesMoneyAsABrowserDoes) {
  const Display english("en-GB");
  const Display russian("ru");
  EXPECT_EQ(english.Money(199950, "EUR"), "€1,999.50");
  EXPECT_EQ(english.Money(500, "JPY"), "¥500");
  EXPECT_EQ(english.Money(1250, "USD"), "$12.50");
  EXPECT_EQ(english.Money(100, "RUB"), "₽1.00");
  EXPECT_EQ(english.Money(0, "EUR"), "€0.00");
  EXPECT_EQ(russian.Money(199950, "EUR"), "1\u00a0999,50\u00a0€");
  EXPECT_EQ(russian.Money(1250, "USD"), "12,50\u00a0$");
  EXPECT_EQ(russian.Money(500, "JPY"), "500\u00a0¥");
  EXPECT_EQ(russian.Money(9007199254740991, "RUB"), "90\u00a0071\u00a0992\u00a0547\u00a0409,91\u00a0₽");
}

TEST(Display, WritesNumbersDaysAndCountries) {
  const Display english("en-GB");
  const Display russian("ru");
  EXPECT_EQ(english.Number(1234), "1,234");
  EXPECT_EQ(russian.Number(1234), "1\u00a0234");
  EXPECT_EQ(english.Tenths(450), "4.5");
  EXPECT_EQ(russian.Tenths(425), "4,3");  // half up, as Intl
  const std::chrono::sys_seconds day = std::chrono::sys_days(std::chrono::year(2026) / 11 / 30) + 12h;
  EXPECT_EQ(english.Day(day), "30 November 2026");
  // Which blank stands before the last word is another in each version of ICU.
  EXPECT_TRUE(russian.Day(day).starts_with("30 ноября 2026") && russian.Day(day).ends_with("г."));
  EXPECT_EQ(english.Country("DE"), "Germany");
  EXPECT_EQ(russian.Country("DE"), "Германия");
}

TEST(Display, KnowsTheFormsOfWords) {
  const Display english("en-GB");
  const Display russian("ru");
  EXPECT_EQ(english.PluralForm(1), "one");
  EXPECT_EQ(english.PluralForm(2), "other");
  EXPECT_EQ(russian.PluralForm(21), "one");
  EXPECT_EQ(russian.PluralForm(22), "few");
  EXPECT_EQ(russian.PluralForm(11), "many");
}

TEST(Display, SlugsAreThoseOfThePages) {
  EXPECT_EQ(SlugOf("Coffee pot!"), "coffee-pot");
  EXPECT_EQ(SlugOf("  Чайник «Ёлка» №5 "), "чайник-ёлка-5");
  EXPECT_EQ(SlugOf("<script>"), "script");
  EXPECT_EQ(SlugOf("!?"), "");
  EXPECT_EQ(SlugOf(std::string(80, 'a')), std::string(60, 'a'));
  EXPECT_EQ(SlugOf(std::string(59, 'a') + "𝒜"), std::string(59, 'a'));
}

}  // namespace
}  // namespace market::unicode
