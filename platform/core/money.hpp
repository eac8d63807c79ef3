// Money in minor units with its currency (ISO 4217 alphabetic code). Arithmetic is checked: overflow or mixed
// currencies throw, they never wrap. No floating point anywhere.
#pragma once
#include <array>
#include <compare>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>

namespace market {

class Currency {
 public:
  constexpr Currency() = default;
  // Throws Error INVALID_ARGUMENT unless `code` is one of the currencies the marketplace trades in.
  static Currency Parse(std::string_view code);
  std::string_view Code() const { return {code_.data(), code_.size()}; }
  auto operator<=>(const Currency&) const = default;

 private:
  std::array<char, 3> code_{'X', 'X', 'X'};
};

class MoneyError : public std::logic_error {
 public:
  using std::logic_error::logic_error;
};

struct Money {
  std::int64_t minor = 0;
  Currency currency;

  bool operator==(const Money&) const = default;
  Money operator+(const Money& other) const;
  Money operator-(const Money& other) const;
  Money operator*(std::int64_t quantity) const;
  bool IsZero() const { return minor == 0; }
  std::string ToString() const;  // "1999 EUR", for logs
};

}  // namespace market
