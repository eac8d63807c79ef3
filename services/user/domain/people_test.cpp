#include "services/user/domain/people.hpp"

#include <gtest/gtest.h>

#include "platform/core/error.hpp"

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

TEST(ProfileChange, EmptyDisplayName_Refused) {
  ExpectRefused(ProfileChange{.display_name = ""}, "profile.displayName");
  EXPECT_NO_THROW(Check(ProfileChange{.display_name = "Ada", .given_name = "", .phone = ""}));
  EXPECT_NO_THROW(Check(ProfileChange{}));
}

TEST(AddressChange, WhatAnAddressNeeds_CannotBeEmptied) {
  ExpectRefused(AddressChange{.recipient = ""}, "address.recipient");
  ExpectRefused(AddressChange{.lines = std::vector<std::string>{}}, "address.lines");
  ExpectRefused(AddressChange{.country_code = ""}, "address.countryCode");
  ExpectRefused(AddressChange{.country_code = "XX"}, "address.countryCode");
  EXPECT_NO_THROW(
      Check(AddressChange{.city = "", .region = "", .postal_code = "", .country_code = "FR", .phone = ""}));
}

Address In(std::string country, std::string city, std::string region = "", std::string postal_code = "") {
  return {.city = std::move(city),
          .region = std::move(region),
          .postal_code = std::move(postal_code),
          .country_code = std::move(country)};
}

// "address.city REQUIRED; …", or the postal code as it is kept.
std::string Settled(Address address) {
  try {
    SettlePlace(address);
    return address.postal_code;
  } catch (const Error& error) {
    std::string text;
    for (const auto& field : error.fields)
      text += (text.empty() ? "" : "; ") + field.field + " " + field.reason;
    return text;
  }
}

TEST(Place, WhatACountryNeeds_IsRequired) {
  EXPECT_EQ(Settled(In("GB", "London", "", "NW1 6XE")), "NW1 6XE");
  EXPECT_EQ(Settled(In("GB", "", "", "")), "address.city REQUIRED; address.postalCode REQUIRED");
  for (const char* country : {"US", "CA", "AU"}) {
    EXPECT_EQ(Settled(In(country, "", "", "")),
              "address.city REQUIRED; address.region REQUIRED; address.postalCode REQUIRED")
        << country;
  }
  EXPECT_EQ(Settled(In("US", "Boise", "ID", "83702")), "83702");
  EXPECT_EQ(Settled(In("SG", "", "", "546080")), "546080");
  EXPECT_EQ(Settled(In("SG", "", "", "")), "address.postalCode REQUIRED");
  EXPECT_EQ(Settled(In("VA", "")), "");
  EXPECT_EQ(Settled(In("HK", "")), "");
  EXPECT_EQ(Settled(In("XK", "Prishtina", "", "10000")), "10000");
  EXPECT_EQ(Settled(In("IE", "Dublin")), "");
  EXPECT_EQ(Settled(In("AQ", "McMurdo")), "");
}

TEST(Place, BadPostalCode_IsNamedWithAnExample) {
  EXPECT_EQ(Settled(In("DE", "Berlin", "", "1011")), "address.postalCode INVALID_POSTAL_CODE");
  EXPECT_EQ(Settled(In("XX", "Nowhere")), "address.countryCode UNKNOWN_COUNTRY");
  auto address = In("GB", "London", "", "SW1");
  try {
    SettlePlace(address);
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.fields.at(0).detail, "is not a postal code of GB, where one looks like EC1Y 8SY");
  }
}

TEST(Place, AChange_IsJudgedByWhatItMakes) {
  const auto london = In("GB", "London", "", "NW1 6XE");
  EXPECT_FALSE(ChangesPlace({.recipient = "Ada"}));
  EXPECT_TRUE(ChangesPlace({.city = "Leeds"}));
  AddressChange paris{.city = "Paris", .country_code = "FR"};
  EXPECT_THROW(SettlePlace(paris, london), Error);  // NW1 6XE is not in France
  paris.postal_code = "75 001";
  EXPECT_NO_THROW(SettlePlace(paris, london));
  EXPECT_EQ(paris.postal_code, "75 001");
  AddressChange nowhere{.city = ""};
  EXPECT_THROW(SettlePlace(nowhere, london), Error);
  AddressChange lower{.postal_code = "nw16xe"};
  SettlePlace(lower, london);
  EXPECT_EQ(lower.postal_code, "NW1 6XE");
  AddressChange leeds{.city = "Leeds"};
  SettlePlace(leeds, london);
  EXPECT_EQ(leeds.postal_code, std::nullopt);
}

}  // namespace
}  // namespace market::user::domain
