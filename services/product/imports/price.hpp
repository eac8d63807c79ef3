// Prices as they stand in files: decimals of their currency, exact. Pure.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "platform/core/money.hpp"

namespace market::product::imports {

// "19.99", "20" and "19.9" of a currency with hundredths; nullopt for all else: a comma, more digits than the currency has,
// a sign, an exponent, what fits no amount.
std::optional<std::int64_t> MinorFrom(std::string_view text, const Currency& currency);
// With all digits of the currency: "19.90".
std::string PriceText(std::int64_t minor, const Currency& currency);

}  // namespace market::product::imports
