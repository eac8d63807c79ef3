// The countries of ISO 3166-1, by their alpha-2 codes.
#pragma once
#include <string_view>

namespace market::user::domain {

// Officially assigned, in capitals.
bool IsCountry(std::string_view alpha2);

}  // namespace market::user::domain
