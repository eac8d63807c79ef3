// The words of what payment issues for shops, in one language. `{…}` are filled in.
#pragma once
#include <string_view>

#include "platform/documents/sheet.hpp"

namespace market::payment::documents {

struct ShopWords {
  std::string_view marketplace, shop;
  // Statements.
  std::string_view statement, period, span, as_of;  // {from}, {until}
  std::string_view entry, entries, amount;
  std::string_view opening, moved, closing, nothing;
  // Commission invoices.
  std::string_view invoice, credit_note, issued;
  std::string_view item, count, net, rate, tax, total;
  std::string_view sum_net, sum_tax, sum_invoice, sum_credit;  // {rate}
  std::string_view kept, given_back, untaxed;
};
const ShopWords& WordsOf(market::documents::Language language);

// What moved a shop's money, by the word of its cause in the ledger; the word itself where there are none.
std::string_view WordsOfCause(std::string_view cause, market::documents::Language language);
// What of it was commission.
std::string_view WordsOfCommission(std::string_view cause, market::documents::Language language);

}  // namespace market::payment::documents
