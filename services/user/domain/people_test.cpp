#include "services/user/domain/people.hpp"

#include <gtest/gtest.h>

#include "platform/core/error.hpp"
#include "services/user/domain/country.hpp"

namespace market::user::domain {
namespace {

template <class Change>
void ExpectRefused(const Change& change, std::string_view field) {
  try {
    Check(change);
    ADD_FAILURE() << field << " was accepted";
  } catch (const Error& error) {
    EXPECT_EQ(error.code, Code::kInvalidArgument);
    ASSERT_EQ(error.fields.size(), 1U);
    EXPECT_EQ(error.fields[0].field, field);
  }
}

TEST(Country, AssignedCodes_AreKnown) {
  for (const auto* code :
       {"AD", "DE", "GB", "US", "ZW", "XK", "UK", "EU", "de", "", "D", "DEU", "AA", "ZZ"}) {
    const std::string_view text = code;
    const bool known = text == "AD" || text == "DE" || text == "GB" || text == "US" || text == "ZW";
    EXPECT_EQ(IsCountry(text), known) << text;
  }
}

TEST(Country, WholeAlphabet_Has249Countries) {
  int countries = 0;
  for (char first = 'A'; first <= 'Z'; ++first) {
    for (char second = 'A'; second <= 'Z'; ++second) countries += IsCountry(std::string{first, second});
  }
  EXPECT_EQ(countries, 249);
}

TEST(ProfileChange, EmptyDisplayName_Refused) {
  ExpectRefused(ProfileChange{.display_name = ""}, "profile.displayName");
  EXPECT_NO_THROW(Check(ProfileChange{.display_name = "Ada", .given_name = "", .phone = ""}));
  EXPECT_NO_THROW(Check(ProfileChange{}));
}

TEST(AddressChange, WhatAnAddressNeeds_CannotBeEmptied) {
  ExpectRefused(AddressChange{.recipient = ""}, "address.recipient");
  ExpectRefused(AddressChange{.lines = std::vector<std::string>{}}, "address.lines");
  ExpectRefused(AddressChange{.city = ""}, "address.city");
  ExpectRefused(AddressChange{.country_code = ""}, "address.countryCode");
  ExpectRefused(AddressChange{.country_code = "XX"}, "address.countryCode");
  EXPECT_NO_THROW(Check(AddressChange{.region = "", .postal_code = "", .country_code = "FR", .phone = ""}));
}

}  // namespace
}  // namespace market::user::domain
