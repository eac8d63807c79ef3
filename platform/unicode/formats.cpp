#include "platform/unicode/formats.hpp"

#include <unicode/locid.h>
#include <unicode/measunit.h>
#include <unicode/numberformatter.h>
#include <unicode/smpdtfmt.h>
#include <unicode/timezone.h>
#include <unicode/ucurr.h>
#include <unicode/unistr.h>

#include "platform/unicode/icu.hpp"

namespace market::unicode {
std::string FormatMoney(std::int64_t minor, const std::string& currency, const std::string& locale) {
  UErrorCode status = U_ZERO_ERROR;
  const icu::CurrencyUnit unit(icu::StringPiece(currency), status);
  const auto digits = FractionDigits(currency);
  RequireIcu(status);
  const auto decimal = DecimalText(minor, digits);
  const auto text = icu::number::NumberFormatter::withLocale(icu::Locale(locale.c_str()))
                        .unit(unit)
                        .formatDecimal(decimal, status)
                        .toString(status);
  RequireIcu(status);
  return Utf8Of(text);
}

std::string FormatAmount(std::int64_t minor, const std::string& currency, const std::string& locale) {
  UErrorCode status = U_ZERO_ERROR;
  const auto digits = FractionDigits(currency);
  const auto decimal = DecimalText(minor, digits);
  const auto text = icu::number::NumberFormatter::withLocale(icu::Locale(locale.c_str()))
                        .precision(icu::number::Precision::fixedFraction(digits))
                        .formatDecimal(decimal, status)
                        .toString(status);
  RequireIcu(status);
  return Utf8Of(text);
}

std::string FormatPpm(std::int64_t ppm, const std::string& locale) {
  UErrorCode status = U_ZERO_ERROR;
  const auto text = icu::number::NumberFormatter::withLocale(icu::Locale(locale.c_str()))
                        .unit(icu::NoUnit::percent())
                        .precision(icu::number::Precision::maxFraction(4))
                        .formatDecimal(DecimalText(ppm, 4), status)
                        .toString(status);
  RequireIcu(status);
  return Utf8Of(text);
}

std::string CountryName(const std::string& country, const std::string& locale) {
  icu::UnicodeString name;
  icu::Locale("", country.c_str()).getDisplayCountry(icu::Locale(locale.c_str()), name);
  return Utf8Of(name);
}

int FractionDigits(const std::string& currency) {
  UErrorCode status = U_ZERO_ERROR;
  const icu::CurrencyUnit unit(icu::StringPiece(currency), status);
  const auto digits = ucurr_getDefaultFractionDigits(unit.getISOCurrency(), &status);
  RequireIcu(status);
  return digits;
}

std::string FormatUtc(std::chrono::sys_seconds time, const std::string& pattern, const std::string& locale) {
  UErrorCode status = U_ZERO_ERROR;
  icu::SimpleDateFormat format(icu::UnicodeString::fromUTF8(pattern), icu::Locale(locale.c_str()), status);
  RequireIcu(status);
  format.setTimeZone(*icu::TimeZone::getGMT());
  icu::UnicodeString text;
  format.format(static_cast<UDate>(time.time_since_epoch().count()) * U_MILLIS_PER_SECOND, text);
  return Utf8Of(text);
}

}  // namespace market::unicode
