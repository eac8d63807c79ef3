#include "services/user/domain/people.hpp"

#include "platform/core/error.hpp"
#include "services/user/domain/country.hpp"

namespace market::user::domain {
namespace {

void CheckPresent(const std::optional<std::string>& value, const char* field) {
  if (value && value->empty()) throw InvalidArgument(field, "REQUIRED", "must not be empty");
}

}  // namespace

void CheckCountry(const std::string& code, const std::string& field) {
  if (!IsCountry(code))
    throw InvalidArgument(field, "UNKNOWN_COUNTRY", "is not a country code of ISO 3166-1");
}

void Check(const ProfileChange& change) { CheckPresent(change.display_name, "profile.displayName"); }

void Check(const AddressChange& change) {
  CheckPresent(change.recipient, "address.recipient");
  CheckPresent(change.city, "address.city");
  if (change.lines && change.lines->empty()) {
    throw InvalidArgument("address.lines", "REQUIRED", "must not be empty");
  }
  if (change.country_code) CheckCountry(*change.country_code, "address.countryCode");
}

}  // namespace market::user::domain
