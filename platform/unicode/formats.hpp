// Amounts and times as the people of a place write them, by ICU's data (CLDR).
//
// Pure; any thread; some 50 µs each, as ICU reads the data of the place each time: for mails and documents,
// not for every request. `locale` is one of ICU's, "ru" or "en_GB"; one that it does not know reads as its
// root. Throws std::runtime_error when ICU has no data or no memory, or the currency is not of three letters.
#pragma once
#include <chrono>
#include <cstdint>
#include <string>

namespace market::unicode {

// "1 234,50 €", "US$1,234.50", "JP¥1,235": with the digits that the currency (ISO 4217) has. `minor` in its
// minor units.
std::string FormatMoney(std::int64_t minor, const std::string& currency, const std::string& locale);

// The same without the currency: "1 234,50", for columns whose heading names it.
std::string FormatAmount(std::int64_t minor, const std::string& currency, const std::string& locale);

// "19%", "5.5%", "19 %" of 190,000 and 55,000 parts per million.
std::string FormatPpm(std::int64_t ppm, const std::string& locale);

// "Germany" of "DE" (ISO 3166-1); what is no country stays as it is.
std::string CountryName(const std::string& country, const std::string& locale);

// How many digits the currency has behind the point: 2 of EUR, 0 of JPY.
int FractionDigits(const std::string& currency);

// In UTC, by a pattern of Unicode Technical Standard 35 such as "d MMMM y 'at' HH:mm".
std::string FormatUtc(std::chrono::sys_seconds time, const std::string& pattern, const std::string& locale);

}  // namespace market::unicode
