// Who stands on a document, as it was issued. Plain values.
#pragma once
#include <string>
#include <vector>

namespace market {

// Who sells, or who buys and where it goes; "" where nothing is known.
struct Party {
  std::string name;
  std::vector<std::string> lines = {};
  std::string city = {};
  std::string region = {};
  std::string postal_code = {};
  std::string country_code = {};  // ISO 3166-1
  std::string vat_number = {};
  std::string register_number = {};

  bool operator==(const Party&) const = default;
};

}  // namespace market
