#include "services/product/imports/price.hpp"

#include <algorithm>
#include <charconv>

#include "platform/unicode/formats.hpp"

namespace market::product::imports {
namespace {

std::size_t DigitsOf(const Currency& currency) {
  return static_cast<std::size_t>(unicode::FractionDigits(std::string(currency.Code())));
}

bool AreDigits(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

}  // namespace

std::optional<std::int64_t> MinorFrom(std::string_view text, const Currency& currency) {
  const auto digits = DigitsOf(currency);
  const auto point = text.find('.');
  const auto whole = text.substr(0, point);
  std::string minor(whole);
  if (!AreDigits(whole)) return std::nullopt;
  if (point != std::string_view::npos) {
    const auto fraction = text.substr(point + 1);
    if (!AreDigits(fraction) || fraction.size() > digits) return std::nullopt;
    minor += fraction;
    minor.append(digits - fraction.size(), '0');
  } else {
    minor.append(digits, '0');
  }
  std::int64_t value = 0;
  const auto [end, fault] = std::from_chars(minor.data(), minor.data() + minor.size(), value);
  if (fault != std::errc() || end != minor.data() + minor.size()) return std::nullopt;
  return value;
}

std::string PriceText(std::int64_t minor, const Currency& currency) {
  const auto digits = DigitsOf(currency);
  auto text = std::to_string(minor);
  if (digits == 0) return text;
  if (text.size() <= digits) text.insert(0, digits + 1 - text.size(), '0');
  return text.insert(text.size() - digits, ".");
}

}  // namespace market::product::imports
