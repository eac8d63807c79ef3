// The countries an address or a shop can be in (ISO 3166-1, and XK), and what an address needs in each: data,
// written by tools/write_countries.py. Pure; any thread.
#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace market::user::domain {

enum class Need : std::uint8_t { kNo, kYes };

struct Country {
  std::string_view code;  // alpha-2, in capitals
  Need city;
  Need region;
  Need postal_code;
  std::string_view postal_pattern = {};   // of RE2, matched whole; empty: none is known
  std::string_view postal_examples = {};  // joined by commas; together they have every layout with separators
  std::string_view postal_prefix = {};    // what people put before a code, or leave away
};

// In the order of their codes.
std::span<const Country> Countries();

// Null when there is none.
const Country* FindCountry(std::string_view alpha2);

// A postal code as the country writes it, of one in any case, with separators of its own or none, with or
// without the country before it; nullopt when it is none. Where no pattern is known it stays as it is.
std::optional<std::string> PostalCode(const Country& country, std::string_view written);

}  // namespace market::user::domain
