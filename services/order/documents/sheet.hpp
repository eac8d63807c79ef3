// What stands on an invoice or a credit note for people, as words in their language: the one source of the page and of the
// PDF, so that both say the same.
//
// Pure; any thread; some 30 ms for a hundred lines, as ICU reads the data of a place for each number: not on the io thread.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "services/order/domain/invoice.hpp"

namespace market::order::documents {

enum class Language : std::uint8_t { kEnglish, kRussian };
// The first of the languages (BCP 47) that there is; English where there is none.
Language Nearest(const std::vector<std::string>& languages);
// "en", "ru"
std::string_view CodeOf(Language language);

struct Fact {
  std::string label;
  std::string value;

  bool operator==(const Fact&) const = default;
};

// Who sells, or who buys.
struct Block {
  std::string label;
  std::string name;
  std::vector<std::string> lines;
  std::vector<Fact> facts;
};

// A row of the table; amounts are without their currency, which a heading names.
struct Item {
  std::string title;
  std::vector<std::string> notes;  // below it, smaller
  std::string quantity;
  std::string unit_price;
  std::string net;
  std::string rate;
  std::string tax;
  std::string total;
};

struct TaxRow {
  std::string rate;
  std::string net;
  std::string tax;
  std::string gross;
};

// What the columns of a table are called.
struct Headings {
  std::string item, quantity, unit_price, net, rate, tax, total;
};

struct Sheet {
  Language language = Language::kEnglish;
  std::string title;  // "Invoice"
  std::string number;
  std::string sender;  // the seller's name, at the foot of each page
  Block seller;
  Block buyer;
  std::vector<Fact> facts;
  std::string currency_note;
  Headings headings;
  std::vector<Item> items;
  std::string tax_title;
  Headings tax_headings;  // of `taxes`
  std::vector<TaxRow> taxes;
  std::vector<Fact> sums;  // the last one is what it comes to
  std::vector<std::string> notes;
  std::string page;  // "Page {page} of {pages}"
};

Sheet SheetOf(const domain::Invoice& invoice, Language language);

}  // namespace market::order::documents
