#include "services/user/domain/country.hpp"

#include <gtest/gtest.h>
#include <re2/re2.h>

namespace market::user::domain {
namespace {

TEST(Country, IsoCodesAndKosovo_AreKnown) {
  for (const auto* code : {"AD", "DE", "GB", "US", "XK", "ZW", "TW", "PS", "VA"})
    EXPECT_NE(FindCountry(code), nullptr) << code;
  for (const auto* code : {"UK", "EU", "de", "", "D", "DEU", "AA", "ZZ", "AC", "TA", "AN", "SU", "XX"}) {
    EXPECT_EQ(FindCountry(code), nullptr) << code;
  }
  EXPECT_EQ(Countries().size(), 250u);
}

// Every country's own examples, in any case and without separators, come to be written as they were.
TEST(Country, Examples_AreWrittenTheSameHoweverTyped) {
  for (const auto& country : Countries()) {
    if (country.postal_pattern.empty()) continue;
    EXPECT_FALSE(country.postal_examples.empty()) << country.code;
    ASSERT_TRUE(re2::RE2(std::string(country.postal_pattern)).ok()) << country.code;
    for (auto rest = country.postal_examples; !rest.empty();) {
      const std::string example(rest.substr(0, rest.find(',')));
      rest.remove_prefix(std::min(example.size() + 1, rest.size()));
      EXPECT_EQ(PostalCode(country, example), example) << country.code;
      std::string typed = example;
      std::erase_if(typed, [](char c) { return c == ' ' || c == '-'; });
      for (char& c : typed) c = static_cast<char>(std::tolower(c));
      EXPECT_EQ(PostalCode(country, typed), example) << country.code;
    }
  }
}

TEST(PostalCode, IsKeptAsItsCountryWritesIt) {
  struct Case {
    const char* country;
    const char* written;
    const char* kept;
  };
  for (const auto& [country, written, kept] :
       std::initializer_list<Case>{{"GB", "nw16xe", "NW1 6XE"},        {"GB", "NW1  6XE", "NW1 6XE"},
                                   {"GB", "GB-NW1 6XE", "NW1 6XE"},    {"GB", "bfpo 61", "BFPO 61"},
                                   {"CA", "k1a0b1", "K1A 0B1"},        {"CA", "K1A-0B1", "K1A 0B1"},
                                   {"US", "22162 1010", "22162-1010"}, {"US", "95014", "95014"},
                                   {"JP", "1540023", "154-0023"},      {"BR", "40301110", "40301-110"},
                                   {"PL", "00950", "00-950"},          {"PL", "00 950", "00-950"},
                                   {"NL", "1234ab", "1234 AB"},        {"SE", "114 55", "114 55"},
                                   {"SE", "SE-114 55", "11455"},       {"CH", "CH-8001", "8001"},
                                   {"LU", "L-4750", "4750"},           {"LV", "1073", "LV-1073"},
                                   {"LV", "lv1073", "LV-1073"},        {"LI", "FL-9490", "9490"},
                                   {"PT", "2725079", "2725-079"},      {"IE", "a65f4e2", "A65 F4E2"},
                                   {"HK", "whatever", "whatever"},     {"KY", "ky11100", "KY1-1100"}}) {
    EXPECT_EQ(PostalCode(*FindCountry(country), written), kept) << country << ' ' << written;
  }
}

TEST(PostalCode, OfAnotherCountry_IsNone) {
  struct Case {
    const char* country;
    const char* written;
  };
  for (const auto& [country, written] : std::initializer_list<Case>{{"GB", "SW1"},
                                                                    {"GB", "75001"},
                                                                    {"US", "9501"},
                                                                    {"US", "SW1Y 4JH"},
                                                                    {"US", "95014-12"},
                                                                    {"CA", "Z1A 0B1"},
                                                                    {"DE", "1011"},
                                                                    {"DE", "D-"},
                                                                    {"SG", "54608"},
                                                                    {"VA", "00121"},
                                                                    {"JP", "〒"},
                                                                    {"FR", "75001 CEDEX"}}) {
    EXPECT_EQ(PostalCode(*FindCountry(country), written), std::nullopt) << country << ' ' << written;
  }
}

}  // namespace
}  // namespace market::user::domain
