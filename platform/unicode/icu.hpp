// What every file of this room does with ICU's answers. For this room alone: others do not see ICU. Pure; any thread.
#pragma once
#include <unicode/unistr.h>
#include <unicode/utypes.h>

#include <cstdint>
#include <stdexcept>
#include <string>

namespace market::unicode {

// Throws std::runtime_error.
inline void RequireIcu(UErrorCode status) {
  if (U_FAILURE(status)) throw std::runtime_error(std::string("ICU: ") + u_errorName(status));
}

inline std::string Utf8Of(const icu::UnicodeString& text) {
  std::string utf8;
  text.toUTF8String(utf8);
  return utf8;
}

// `value` with so many digits behind the point, for formatDecimal(): a double has not all amounts.
inline std::string DecimalText(std::int64_t value, int digits) {
  return std::to_string(value) + "E-" + std::to_string(digits);
}

}  // namespace market::unicode
