#include "services/payment/domain/iban.hpp"

#include <algorithm>
#include <charconv>

namespace market::payment::domain {
namespace {

bool IsDigit(char c) { return c >= '0' && c <= '9'; }
bool IsCapital(char c) { return c >= 'A' && c <= 'Z'; }

bool IsOfKind(char c, char kind) { return (kind != 'a' && IsDigit(c)) || (kind != 'n' && IsCapital(c)); }

bool IsLaidOut(std::string_view number, std::string_view layout) {
  while (!layout.empty()) {
    std::size_t count = 0;
    const auto kind = std::from_chars(layout.data(), layout.data() + layout.size(), count).ptr;
    if (number.size() < count) return false;
    if (!std::ranges::all_of(number.substr(0, count), [&](char c) { return IsOfKind(c, *kind); }))
      return false;
    number.remove_prefix(count);
    layout.remove_prefix(static_cast<std::size_t>(kind - layout.data()) + 1);
  }
  return number.empty();
}

// Letters count as 10 to 35; the country and the check digits come last.
int Remainder(const std::string& iban) {
  int remainder = 0;
  for (const char c : iban.substr(4) + iban.substr(0, 4)) {
    const int value = IsDigit(c) ? c - '0' : c - 'A' + 10;
    remainder = (remainder * (value < 10 ? 10 : 100) + value) % 97;
  }
  return remainder;
}

}  // namespace

std::optional<std::string> IbanFrom(std::string_view text) {
  std::string iban;
  for (const char c : text) {
    if (c == ' ' || c == '-') continue;
    iban.push_back(c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c);
  }
  if (iban.size() < 5 || !std::ranges::all_of(iban, [](char c) { return IsDigit(c) || IsCapital(c); }))
    return std::nullopt;
  const auto format =
      std::ranges::find(IbanFormats(), std::string_view(iban).substr(0, 2), &IbanFormat::country);
  if (format == IbanFormats().end() || iban.size() != format->length) return std::nullopt;
  if (!IsDigit(iban[2]) || !IsDigit(iban[3])) return std::nullopt;
  if (!IsLaidOut(std::string_view(iban).substr(4), format->layout)) return std::nullopt;
  // 00, 01 and 99 leave the same remainder as 97, 98 and 02, and are never given out.
  const auto digits = iban.substr(2, 2);
  if (digits < "02" || digits > "98" || Remainder(iban) != 1) return std::nullopt;
  return iban;
}

}  // namespace market::payment::domain
