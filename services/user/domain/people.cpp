#include "services/user/domain/people.hpp"

#include "platform/core/error.hpp"
#include "services/user/domain/country.hpp"

namespace market::user::domain {
namespace {

void CheckPresent(const std::optional<std::string>& value, const char* field) {
  if (value && value->empty()) throw InvalidArgument(field, "REQUIRED", "must not be empty");
}

std::string BadPostalCode(const Country& country) {
  const auto example = country.postal_examples.substr(0, country.postal_examples.find(','));
  return "is not a postal code of " + std::string(country.code) + ", where one looks like " +
         std::string(example);
}

}  // namespace

void CheckCountry(const std::string& code, const std::string& field) {
  if (FindCountry(code) == nullptr)
    throw InvalidArgument(field, "UNKNOWN_COUNTRY", "is not a country code of ISO 3166-1");
}

void Check(const ProfileChange& change) { CheckPresent(change.display_name, "profile.displayName"); }

void Check(const AddressChange& change) {
  CheckPresent(change.recipient, "address.recipient");
  if (change.lines && change.lines->empty()) {
    throw InvalidArgument("address.lines", "REQUIRED", "must not be empty");
  }
  if (change.country_code) CheckCountry(*change.country_code, "address.countryCode");
}

bool ChangesPlace(const AddressChange& change) {
  return change.city || change.region || change.postal_code || change.country_code;
}

void SettlePlace(Address& address, const std::string& at) {
  CheckCountry(address.country_code, at + ".countryCode");
  const auto& country = *FindCountry(address.country_code);
  Error refusal(Code::kInvalidArgument, "INVALID_ARGUMENT", "the address is not complete for its country");
  const auto require = [&](Need need, const std::string& value, const char* field) {
    if (need == Need::kNo || !value.empty()) return;
    refusal.WithField(at + field, "REQUIRED", "is required in an address in " + address.country_code);
  };
  require(country.city, address.city, ".city");
  require(country.region, address.region, ".region");
  require(country.postal_code, address.postal_code, ".postalCode");
  if (!address.postal_code.empty()) {
    if (auto code = PostalCode(country, address.postal_code)) {
      address.postal_code = std::move(*code);
    } else {
      refusal.WithField(at + ".postalCode", "INVALID_POSTAL_CODE", BadPostalCode(country));
    }
  }
  if (!refusal.fields.empty()) throw refusal;
}

void SettlePlace(AddressChange& change, const Address& current) {
  Address changed;
  changed.city = change.city.value_or(current.city);
  changed.region = change.region.value_or(current.region);
  changed.postal_code = change.postal_code.value_or(current.postal_code);
  changed.country_code = change.country_code.value_or(current.country_code);
  SettlePlace(changed);
  if (change.postal_code || changed.postal_code != current.postal_code)
    change.postal_code = changed.postal_code;
}

}  // namespace market::user::domain
