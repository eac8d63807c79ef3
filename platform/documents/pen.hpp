// How amounts, dates, places and people are written on one document, and the words that every document has.
//
// Pure; any thread; some 30 ms for a hundred amounts, as ICU reads the data of a place for each number: not on the io thread.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

#include "platform/core/clock.hpp"
#include "platform/core/party.hpp"
#include "platform/documents/sheet.hpp"

namespace market::documents {

// Puts a value in the place of a name in braces.
std::string Filled(std::string_view text, std::string_view name, std::string_view value);

struct PaperWords {
  std::string_view locale;  // of ICU
  std::string_view date;    // pattern of ICU
  std::string_view vat_number, register_number;
  std::string_view amounts_in;  // {currency}
  std::string_view page;        // {page}, {pages}
};
const PaperWords& PaperWordsOf(Language language);

// Amounts are in minor units of the currency (ISO 4217); days are those of UTC.
class Pen {
 public:
  Pen(Language language, std::string_view currency);

  std::string Amount(std::int64_t minor) const;  // without the currency
  std::string Money(std::int64_t minor) const;
  std::string Rate(std::int64_t ppm) const;
  std::string Count(std::int64_t count) const { return std::to_string(count); }
  std::string Date(Time time) const;
  std::string AmountsNote() const;
  // Throws nothing for what is unknown: an empty part of an address is left out.
  Block BlockOf(std::string_view label, const Party& party) const;

 private:
  const PaperWords& words_;
  std::string locale_;
  std::string currency_;
};

}  // namespace market::documents
