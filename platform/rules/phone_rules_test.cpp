#include "platform/rules/phone_rules.hpp"

#include <gtest/gtest.h>

#include <map>
#include <set>

#include "platform/rules/phone_plans.hpp"

namespace market::rules {
namespace {

std::string Kept(std::string_view country, std::string_view written) {
  return PhoneNumber(country, written).value_or("none");
}

TEST(PhoneNumber, InInternationalForm_NeedsNoCountry) {
  for (const char* written : {"+442079460958", "+44 20 7946 0958", "+44 (0)20 7946-0958", "+44.20.7946.0958",
                              "(+44) 20 7946 0958", "+44\u00a020\u00a079460958", " +44/20/79460958 "}) {
    EXPECT_EQ(Kept("", written), "+442079460958") << written;
    EXPECT_EQ(Kept("FR", written), "+442079460958") << written;
    EXPECT_EQ(Kept("XX", written), "+442079460958") << written;
  }
  EXPECT_EQ(Kept("", "+39 06 1234 5678"), "+390612345678") << "the zero is a part of the number";
  EXPECT_EQ(Kept("", "+800 1234 5678"), "+80012345678") << "of no country";
}

// What libphonenumber makes of them.
TEST(PhoneNumber, AsItIsDialledInItsCountry) {
  struct Case {
    const char* country;
    const char* written;
    const char* kept;
  };
  for (const auto& [country, written, kept] :
       std::vector<Case>{{"GB", "020 7946 0958", "+442079460958"},
                         {"GB", "2079460958", "+442079460958"},
                         {"GB", "44 20 7946 0958", "+442079460958"},
                         {"GB", "0033 1 23 45 67 89", "+33123456789"},
                         {"DE", "030 123456", "+4930123456"},
                         {"DE", "0049 30 123456", "+4930123456"},
                         {"US", "(202) 555-0123", "+12025550123"},
                         {"US", "1 202 555 0123", "+12025550123"},
                         {"US", "011 44 20 7946 0958", "+442079460958"},
                         {"US", "416 555 0123", "+14165550123"},
                         {"AG", "464-1234", "+12684641234"},
                         {"IT", "06 1234 5678", "+390612345678"},
                         {"RU", "8 (301) 123-45-67", "+73011234567"},
                         {"RU", "8 800 123-45-67", "+78001234567"},
                         {"AR", "011 15-2345-6789", "+5491123456789"},
                         {"BR", "0 15 11 2345-6789", "+551123456789"},
                         {"CH", "021 234 56 78", "+41212345678"},
                         {"DK", "32 12 34 56", "+4532123456"},
                         {"JP", "03-1234-5678", "+81312345678"}}) {
    EXPECT_EQ(Kept(country, written), kept) << country << ' ' << written;
    EXPECT_EQ(Kept("", kept), kept) << "it stays itself";
  }
}

TEST(PhoneNumber, WhatIsNone_IsRefused) {
  for (const char* written :
       {"", "+", "+44", "+44 20 7946", "+44 20 7946 0958 1234", "+999 1234567", "+0 20 7946 0958",
        "020 7946 0958", "+44 20 7946 095O", "+44 20 7946 0958 x12", "++442079460958", "44+2079460958",
        "+44 20 7946 0958;ext=1", "tel:+442079460958", "+44\n2079460958", "+1 023 456 7890",
        "+123456789012345678901234567890", "\u0664\u0664"}) {
    EXPECT_EQ(Kept("", written), "none") << written;
  }
  EXPECT_EQ(Kept("GB", "020 7946"), "none");
  EXPECT_EQ(Kept("US", "020 7946 0958"), "none");
  EXPECT_EQ(Kept("gb", "020 7946 0958"), "none") << "no country has such a code";
}

// What Number and International take for granted.
TEST(PhonePlans, CallingCodes_AreNoBeginningsOfOthers) {
  std::set<std::string_view> codes;
  std::set<std::string_view> countries;
  for (const auto& plan : PhonePlans()) {
    codes.insert(plan.calling_code);
    if (!plan.country.empty()) EXPECT_TRUE(countries.insert(plan.country).second) << plan.country;
    EXPECT_NE(plan.lengths, 0u) << plan.country;
  }
  for (const auto one : codes) {
    for (const auto other : codes)
      EXPECT_TRUE(one == other || !other.starts_with(one)) << one << ' ' << other;
  }
  EXPECT_GT(countries.size(), 240u);
}

}  // namespace
}  // namespace market::rules
