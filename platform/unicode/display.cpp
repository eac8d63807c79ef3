#include "platform/unicode/display.hpp"

#include <unicode/datefmt.h>
#include <unicode/locid.h>
#include <unicode/normalizer2.h>
#include <unicode/numberformatter.h>
#include <unicode/plurrule.h>
#include <unicode/timezone.h>
#include <unicode/uchar.h>
#include <unicode/unistr.h>

#include <map>
#include <stdexcept>

#include "platform/unicode/formats.hpp"
#include "platform/unicode/icu.hpp"

namespace market::unicode {
namespace {

using icu::number::LocalizedNumberFormatter;
using icu::number::NumberFormatter;
using icu::number::Precision;

constexpr std::int32_t kSlugUnitsMax = 60;

icu::Locale LocaleOf(const std::string& language) {
  UErrorCode status = U_ZERO_ERROR;
  auto locale = icu::Locale::forLanguageTag(language, status);
  RequireIcu(status);
  return locale;
}

std::string FormatDecimal(const LocalizedNumberFormatter& formatter, std::int64_t value, int digits) {
  UErrorCode status = U_ZERO_ERROR;
  const auto text = formatter.formatDecimal(DecimalText(value, digits), status).toString(status);
  RequireIcu(status);
  return Utf8Of(text);
}

}  // namespace

struct Display::State {
  struct Currency {
    LocalizedNumberFormatter formatter;
    int digits;
  };

  explicit State(const std::string& language)
      : locale(LocaleOf(language)),
        numbers(NumberFormatter::withLocale(locale)),
        tenths(NumberFormatter::withLocale(locale)
                   .precision(Precision::fixedFraction(1))
                   .roundingMode(UNUM_ROUND_HALFUP)) {
    UErrorCode status = U_ZERO_ERROR;
    plurals.reset(icu::PluralRules::forLocale(locale, status));
    RequireIcu(status);
    days.reset(icu::DateFormat::createDateInstance(icu::DateFormat::kLong, locale));
    if (!days) throw std::runtime_error("ICU has no dates in " + language);
    days->setTimeZone(*icu::TimeZone::getGMT());
  }

  const Currency& Of(const std::string& code) {
    const auto known = currencies.find(code);
    if (known != currencies.end()) return known->second;
    UErrorCode status = U_ZERO_ERROR;
    const icu::CurrencyUnit unit(icu::StringPiece(code), status);
    RequireIcu(status);
    const auto digits = FractionDigits(code);
    auto formatter = NumberFormatter::withLocale(locale).unit(unit).unitWidth(UNUM_UNIT_WIDTH_NARROW);
    return currencies.emplace(code, Currency{.formatter = std::move(formatter), .digits = digits})
        .first->second;
  }

  icu::Locale locale;
  LocalizedNumberFormatter numbers;
  LocalizedNumberFormatter tenths;
  std::unique_ptr<icu::PluralRules> plurals;
  std::unique_ptr<icu::DateFormat> days;
  std::map<std::string, Currency> currencies;  // of ISO 4217, so they are few
};

Display::Display(const std::string& language) : state_(std::make_unique<State>(language)) {}
Display::~Display() = default;
Display::Display(Display&&) noexcept = default;
Display& Display::operator=(Display&&) noexcept = default;

std::string Display::Money(std::int64_t minor, const std::string& currency) const {
  const auto& known = state_->Of(currency);
  return FormatDecimal(known.formatter, minor, known.digits);
}

std::string Display::Number(std::int64_t value) const { return FormatDecimal(state_->numbers, value, 0); }

std::string Display::Tenths(std::int64_t hundredths) const {
  return FormatDecimal(state_->tenths, hundredths, 2);
}

std::string Display::Day(std::chrono::sys_seconds time) const {
  icu::UnicodeString text;
  state_->days->format(static_cast<UDate>(time.time_since_epoch().count()) * U_MILLIS_PER_SECOND, text);
  return Utf8Of(text);
}

std::string Display::Country(const std::string& code) const {
  icu::UnicodeString text;
  icu::Locale("", code.c_str()).getDisplayCountry(state_->locale, text);
  return Utf8Of(text);
}

std::string_view Display::PluralForm(std::int64_t count) const {
  const auto form = state_->plurals->select(static_cast<std::int32_t>(count % 1'000'000'000));
  for (const std::string_view name : {"one", "few", "many"}) {
    if (form == icu::UnicodeString::fromUTF8({name.data(), static_cast<std::int32_t>(name.size())}))
      return name;
  }
  return "other";
}

std::string SlugOf(std::string_view title) {
  UErrorCode status = U_ZERO_ERROR;
  auto text = icu::UnicodeString::fromUTF8({title.data(), static_cast<std::int32_t>(title.size())});
  const auto* nfc = icu::Normalizer2::getNFCInstance(status);
  RequireIcu(status);
  text = nfc->normalize(text.toLower(icu::Locale::getRoot()), status);
  RequireIcu(status);
  icu::UnicodeString slug;
  for (std::int32_t at = 0; at < text.length(); at = text.moveIndex32(at, 1)) {
    const UChar32 point = text.char32At(at);
    constexpr auto kKept = U_GC_L_MASK | U_GC_N_MASK;
    if ((U_GET_GC_MASK(point) & kKept) != 0) {
      slug.append(point);
    } else if (!slug.isEmpty() && slug.charAt(slug.length() - 1) != u'-') {
      slug.append(u'-');
    }
  }
  if (slug.endsWith(icu::UnicodeString(u'-'))) slug.truncate(slug.length() - 1);
  // Not in the middle of a character.
  if (slug.length() > kSlugUnitsMax) slug.truncate(slug.getChar32Start(kSlugUnitsMax));
  return Utf8Of(slug);
}

}  // namespace market::unicode
