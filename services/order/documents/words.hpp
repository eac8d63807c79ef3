// The words of a document in one language. `{…}` are filled in.
#pragma once
#include <array>
#include <string_view>

#include "services/order/documents/sheet.hpp"

namespace market::order::documents {

struct DocumentWords {
  std::string_view locale;  // of ICU
  std::string_view date;    // pattern of ICU
  std::string_view invoice, credit_note;
  std::string_view seller, buyer, vat_number, register_number;
  std::string_view issued, order, ordered, supplied, corrects, corrected;  // of {number}, {date}
  std::string_view amounts_in;                                             // {currency}
  std::string_view item, quantity, unit_price, net, rate, tax, total, gross;
  std::string_view sku, coupon, discount, delivery;  // {code}, {amount}; {name}
  std::string_view tax_title, sum_net, sum_tax, sum_invoice, sum_credit;
  std::string_view credit_note_line;       // {number}
  std::array<std::string_view, 6> no_tax;  // by domain::NoTax; "" where nothing is said
  std::string_view page;                   // {page}, {pages}
};

const DocumentWords& WordsOf(Language language);

// Puts a value in the place of a name in braces.
std::string Filled(std::string_view text, std::string_view name, std::string_view value);

}  // namespace market::order::documents
