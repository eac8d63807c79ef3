// Amounts, numbers, days and countries as a browser's Intl writes them in a language: for pages, of which a browser writes the
// same ones again.
//
// Made once for a language, since ICU reads its data then: each text takes a microsecond or two. One thread at a time. Throws
// std::runtime_error when ICU has no data or no memory.
#pragma once
#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace market::unicode {

class Display {
 public:
  // A tag of BCP 47: "en-GB", "ru".
  explicit Display(const std::string& language);
  ~Display();
  Display(Display&&) noexcept;
  Display& operator=(Display&&) noexcept;

  // "€1,999.50", "1 999,50 €": `minor` in minor units; with the shortest sign of the currency (ISO 4217).
  std::string Money(std::int64_t minor, const std::string& currency) const;
  // "1,234"
  std::string Number(std::int64_t value) const;
  // 450 is "4.5"
  std::string Tenths(std::int64_t hundredths) const;
  // "30 November 2026", in UTC
  std::string Day(std::chrono::sys_seconds time) const;
  // ISO 3166; what it does not know is the code itself
  std::string Country(const std::string& code) const;
  // "one", "few", "many" or "other": which form of a word the language has for so many.
  std::string_view PluralForm(std::int64_t count) const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// "coffee-pot" of "Coffee pot!": small letters and digits of any script, at most 60 of them in UTF-16. As slugOf of
// web/src/shop/paths.ts, to the letter.
std::string SlugOf(std::string_view title);

}  // namespace market::unicode
