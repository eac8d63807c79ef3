#include "services/payment/documents/sheets.hpp"

#include <cstdio>
#include <map>
#include <string>
#include <utility>

#include "platform/documents/pen.hpp"
#include "services/payment/documents/words.hpp"

namespace market::payment::documents {
namespace {

using market::documents::Fact;
using market::documents::Filled;
using market::documents::Language;
using market::documents::Pen;
using market::documents::Section;
using market::documents::Sheet;

std::string Text(std::string_view word) { return std::string(word); }

Time FirstDay(std::chrono::year_month month) { return Time(std::chrono::sys_days(month / 1)); }

std::string MonthText(std::chrono::year_month month) {
  char text[16];
  std::snprintf(text, sizeof text, "%04d-%02u", static_cast<int>(month.year()),
                static_cast<unsigned>(month.month()));
  return text;
}

Section SectionOf(const domain::StatementBalance& balance, const ShopWords& words, Language language) {
  const Pen pen(language, balance.currency.Code());
  Section section{.note = pen.AmountsNote(),
                  .heading = Text(words.entry),
                  .columns = {{Text(words.entries), 70}, {Text(words.amount), 100}},
                  .items = {},
                  .beside = {},
                  .sums = {}};
  std::int64_t moved = 0;
  for (const auto& line : balance.lines) {
    section.items.push_back({.title = Text(WordsOfCause(Name(line.cause), language)),
                             .notes = {},
                             .cells = {pen.Count(line.entries), pen.Amount(line.amount_minor)}});
    moved += line.amount_minor;
  }
  section.sums = {{Text(words.opening), pen.Amount(balance.opening_minor)},
                  {Text(words.moved), pen.Amount(moved)},
                  {Text(words.closing), pen.Money(balance.closing_minor)}};
  return section;
}

}  // namespace

Sheet SheetOf(const domain::Statement& statement, const Party& marketplace, const Party& shop, Time now,
              Language language) {
  const auto& words = WordsOf(language);
  const auto end = FirstDay(statement.month + std::chrono::months(1));
  const Pen pen(language, "EUR");  // of days and addresses alone
  const auto last_day = pen.Date(end - std::chrono::days(1));
  Sheet sheet{
      .language = language,
      .title = Text(words.statement),
      .number = MonthText(statement.month),
      .sender = marketplace.name,
      .parties = {pen.BlockOf(words.marketplace, marketplace), pen.BlockOf(words.shop, shop)},
      .facts = {{Text(words.period),
                 Filled(Filled(words.span, "from", pen.Date(FirstDay(statement.month))), "until", last_day)}},
      .sections = {},
      .notes = {},
      .page = Text(market::documents::PaperWordsOf(language).page)};
  for (const auto& balance : statement.balances)
    sheet.sections.push_back(SectionOf(balance, words, language));
  if (now < end) sheet.notes.push_back(Text(words.as_of));
  if (statement.balances.empty()) sheet.notes.push_back(Text(words.nothing));
  return sheet;
}

Sheet SheetOf(const domain::CommissionInvoice& invoice, Language language) {
  const auto& words = WordsOf(language);
  const Pen pen(language, invoice.currency.Code());
  const bool credit = invoice.kind == domain::CommissionInvoiceKind::kCreditNote;
  const auto amount = [&](std::int64_t minor) { return pen.Amount(credit ? -minor : minor); };
  Section section{.note = pen.AmountsNote(),
                  .heading = Text(words.item),
                  .columns = {{Text(words.count), 55},
                              {Text(words.net), 70},
                              {Text(words.rate), 40},
                              {Text(words.tax), 70},
                              {Text(words.total), 75}},
                  .items = {},
                  .beside = {},
                  .sums = {{Text(words.sum_net), amount(invoice.net_minor)}}};
  std::map<std::int64_t, std::int64_t, std::greater<>> taxes;
  for (const auto& line : invoice.content.lines) {
    section.items.push_back(
        {.title = Text(WordsOfCommission(Name(line.cause), language)),
         .notes = {},
         .cells = {pen.Count(line.entries), amount(line.net_minor), pen.Rate(line.rate_ppm),
                   amount(line.tax_minor), amount(line.Gross())}});
    if (line.rate_ppm > 0) taxes[line.rate_ppm] += line.tax_minor;
  }
  for (const auto& [rate, tax] : taxes)
    section.sums.push_back({Filled(words.sum_tax, "rate", pen.Rate(rate)), amount(tax)});
  const auto total = credit ? -invoice.total_minor : invoice.total_minor;
  section.sums.push_back({Text(credit ? words.sum_credit : words.sum_invoice), pen.Money(total)});
  std::vector<std::string> notes{Text(credit ? words.given_back : words.kept)};
  if (taxes.empty()) notes.push_back(Text(words.untaxed));
  const auto& [marketplace, shop, lines] = invoice.content;
  return {.language = language,
          .title = Text(credit ? words.credit_note : words.invoice),
          .number = invoice.number,
          .sender = marketplace.name,
          .parties = {pen.BlockOf(words.marketplace, marketplace), pen.BlockOf(words.shop, shop)},
          .facts = {{Text(words.issued), pen.Date(invoice.issued_at)}, {Text(words.period), invoice.month}},
          .sections = {std::move(section)},
          .notes = std::move(notes),
          .page = Text(market::documents::PaperWordsOf(language).page)};
}

}  // namespace market::payment::documents
