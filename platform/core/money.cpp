#include "platform/core/money.hpp"

#include <algorithm>
#include <array>

#include "platform/core/error.hpp"
#include "platform/core/utf8.hpp"

namespace market {
namespace {

// The currencies the marketplace trades in, sorted. Their minor units follow ISO 4217.
constexpr std::array<std::string_view, 12> kCurrencies = {"AUD", "CAD", "CHF", "CZK", "DKK", "EUR",
                                                          "GBP", "JPY", "NOK", "PLN", "SEK", "USD"};

void RequireSame(const Currency& a, const Currency& b) {
  if (a != b) throw MoneyError("currencies differ: " + std::string(a.Code()) + ", " + std::string(b.Code()));
}

}  // namespace

Currency Currency::Parse(std::string_view code) {
  if (!std::binary_search(kCurrencies.begin(), kCurrencies.end(), code)) {
    throw InvalidArgument("currency", "UNKNOWN_CURRENCY",
                          "'" + ToValidUtf8(code, 8) + "' is not a currency of this marketplace");
  }
  Currency currency;
  std::copy_n(code.begin(), 3, currency.code_.begin());
  return currency;
}

Money Money::operator+(const Money& other) const {
  RequireSame(currency, other.currency);
  Money sum{0, currency};
  if (__builtin_add_overflow(minor, other.minor, &sum.minor)) throw MoneyError("sum overflows");
  return sum;
}

Money Money::operator-(const Money& other) const {
  RequireSame(currency, other.currency);
  Money difference{0, currency};
  if (__builtin_sub_overflow(minor, other.minor, &difference.minor)) throw MoneyError("difference overflows");
  return difference;
}

Money Money::operator*(std::int64_t quantity) const {
  Money product{0, currency};
  if (__builtin_mul_overflow(minor, quantity, &product.minor)) throw MoneyError("product overflows");
  return product;
}

std::string Money::ToString() const { return std::to_string(minor) + " " + std::string(currency.Code()); }

}  // namespace market
