// The number of a bank account (ISO 13616). Pure.
#pragma once
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace market::payment::domain {

// What such numbers look like in one country.
struct IbanFormat {
  std::string_view country;  // ISO 3166-1
  std::size_t length;        // of the whole number
  std::string_view
      layout;  // behind the check digits: how many characters of which kind; n digits, a letters, c either
};

// By country (iban_formats.cpp).
std::span<const IbanFormat> IbanFormats();

// As it is kept: capitals and digits without blanks. Nothing unless its country has such numbers, it is as long and laid out as
// they are, and its check digits are right (ISO 7064, MOD 97-10).
std::optional<std::string> IbanFrom(std::string_view text);

}  // namespace market::payment::domain
