#include "services/payment/domain/iban.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>

namespace market::payment::domain {
namespace {

// The examples of the registry itself.
constexpr std::array kGood = {
    "DE89370400440532013000", "GB29NWBK60161331926819",          "FR1420041010050500013M02606",
    "NO9386011117947",        "MT84MALT011000012345MTLCAST001S", "NL91ABNA0417164300",
    "CH9300762011623852957",  "PL61109010140000071219812874",    "SE4550000000058398257466"};

TEST(Iban, TheRegistrysExamplesAreGood) {
  for (const std::string iban : kGood) EXPECT_EQ(IbanFrom(iban), iban);
}

TEST(Iban, IsKeptWithoutBlanksAndInCapitals) {
  EXPECT_EQ(IbanFrom("de89 3704 0044 0532 0130 00"), "DE89370400440532013000");
  EXPECT_EQ(IbanFrom("GB29-NWBK-6016-1331-9268-19"), "GB29NWBK60161331926819");
}

TEST(Iban, EveryWrongDigitAndEveryTwoThatChangedPlacesAreFound) {
  for (const std::string iban : kGood) {
    for (std::size_t at = 2; at < iban.size(); ++at) {
      auto wrong = iban;
      if (!std::isdigit(static_cast<unsigned char>(wrong[at]))) continue;
      wrong[at] = wrong[at] == '9' ? '0' : static_cast<char>(wrong[at] + 1);
      EXPECT_EQ(IbanFrom(wrong), std::nullopt) << wrong;
      if (at + 1 == iban.size() || iban[at] == iban[at + 1]) continue;
      wrong = iban;
      std::swap(wrong[at], wrong[at + 1]);
      EXPECT_EQ(IbanFrom(wrong), std::nullopt) << wrong;
    }
  }
}

TEST(Iban, WhatIsNoneIsRefused) {
  for (const auto* text : {"", "DE", "DE89", "DE8937040044053201300", "DE893704004405320130000",
                           "US64SVBKUS6S3300958879",  // a country without such numbers
                           "DE89370400440532013O00",  // a letter where a digit belongs
                           "DE00210501700012345678",  // check digits that are never given out
                           "\xD0\x94"
                           "E89370400440532013000",
                           "DE89_370400440532013000"})
    EXPECT_EQ(IbanFrom(text), std::nullopt) << text;
}

TEST(Iban, TheTableIsTheRegistrys) {
  EXPECT_GT(IbanFormats().size(), 80U);
  EXPECT_TRUE(std::ranges::is_sorted(IbanFormats(), {}, &IbanFormat::country));
}

}  // namespace
}  // namespace market::payment::domain
