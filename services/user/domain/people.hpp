// Profiles and addresses as values, and what an owner may change of them.
//
// A change names the new values only; what it leaves out stays. Its rules beyond the contract's field rules
// are here, and are refused as Error INVALID_ARGUMENT naming the field by its JSON path.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "platform/core/clock.hpp"
#include "platform/core/id.hpp"

namespace market::user::domain {

using AddressId = Id<struct AddressTag>;

inline constexpr int kAddressesMax = 50;

struct Profile {
  AccountId id;
  std::string display_name;
  std::string given_name;
  std::string family_name;
  std::string phone;
  std::string locale;
  std::int64_t version = 1;
  Time created_at;
  Time updated_at;
};

struct ProfileChange {
  std::optional<std::string> display_name;
  std::optional<std::string> given_name;
  std::optional<std::string> family_name;
  std::optional<std::string> phone;
  std::optional<std::string> locale;
};

void Check(const ProfileChange& change);

struct Address {
  AddressId id;
  std::string recipient;
  std::vector<std::string> lines;
  std::string city;
  std::string region;
  std::string postal_code;
  std::string country_code;
  std::string phone;
  bool is_default = false;
  std::int64_t version = 1;
  Time created_at;
  Time updated_at;
};

struct AddressChange {
  std::optional<std::string> recipient;
  std::optional<std::vector<std::string>> lines;
  std::optional<std::string> city;
  std::optional<std::string> region;
  std::optional<std::string> postal_code;
  std::optional<std::string> country_code;
  std::optional<std::string> phone;
  std::optional<bool> is_default;
};

void Check(const AddressChange& change);

// Whether it touches what the rules of a country are about: country, city, region or postal code.
bool ChangesPlace(const AddressChange& change);

// The rules of its country for an address as a whole: all that is missing or malformed is refused at once, as
// Error INVALID_ARGUMENT. The postal code comes to be written as the country does.
// `at` is the JSON path of what it is a part of.
void SettlePlace(Address& address, const std::string& at = "address");
// The same for what `change` makes of `current`.
void SettlePlace(AddressChange& change, const Address& current);

// Throws Error INVALID_ARGUMENT on `field` unless it is a country of services/user/domain/country.hpp.
void CheckCountry(const std::string& code, const std::string& field);

}  // namespace market::user::domain
