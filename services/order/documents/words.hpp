// The words of an invoice in one language. `{…}` are filled in.
#pragma once
#include <array>
#include <string_view>

#include "platform/documents/sheet.hpp"

namespace market::order::documents {

struct DocumentWords {
  std::string_view invoice, credit_note;
  std::string_view seller, buyer;
  std::string_view issued, order, ordered, supplied, corrects, corrected;  // of {number}, {date}
  std::string_view item, quantity, unit_price, net, rate, tax, total, gross;
  std::string_view sku, coupon, discount, delivery;  // {code}, {amount}; {name}
  std::string_view tax_title, sum_net, sum_tax, sum_invoice, sum_credit;
  std::string_view credit_note_line;       // {number}
  std::array<std::string_view, 6> no_tax;  // by domain::NoTax; "" where nothing is said
};

const DocumentWords& WordsOf(market::documents::Language language);

}  // namespace market::order::documents
