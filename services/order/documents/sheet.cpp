#include "services/order/documents/sheet.hpp"

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "platform/documents/pen.hpp"
#include "services/order/documents/words.hpp"

namespace market::order::documents {
namespace {

using domain::Invoice;
using domain::InvoiceKind;
using market::documents::Fact;
using market::documents::Filled;
using market::documents::Item;
using market::documents::Pen;

constexpr std::string_view kOfCoupon = "coupon/";

// What came off, each rule once: who bears it is nothing of the buyer's.
void AddDiscounts(std::vector<std::string>& notes, const std::vector<domain::Discount>& discounts,
                  const DocumentWords& words, const Pen& pen) {
  std::vector<std::pair<std::string, std::int64_t>> by_source;
  for (const auto& discount : discounts) {
    const auto known =
        std::ranges::find(by_source, discount.source, &std::pair<std::string, std::int64_t>::first);
    if (known == by_source.end()) {
      by_source.emplace_back(discount.source, discount.amount_minor);
    } else {
      known->second += discount.amount_minor;
    }
  }
  for (const auto& [source, minor] : by_source) {
    if (minor == 0) continue;
    const bool coupon = source.starts_with(kOfCoupon);
    auto note = Filled(coupon ? words.coupon : words.discount, "amount", pen.Amount(minor));
    if (coupon) note = Filled(note, "code", std::string_view(source).substr(kOfCoupon.size()));
    notes.push_back(std::move(note));
  }
}

// The cells of a row, in the order of the columns (SheetOf).
std::vector<std::string> CellsOf(std::int64_t quantity, std::int64_t unit_minor, const domain::TaxAmount& tax,
                                 const Pen& pen) {
  return {pen.Count(quantity),    pen.Amount(unit_minor),    pen.Amount(tax.net_minor),
          pen.Rate(tax.rate_ppm), pen.Amount(tax.tax_minor), pen.Amount(tax.Gross())};
}

domain::TaxAmount TaxedOf(const struct domain::Price& price) {
  return {.rate_ppm = price.tax.rate_ppm,
          .net_minor = price.total_minor - price.tax.amount_minor,
          .tax_minor = price.tax.amount_minor};
}

Item ItemOf(const domain::BilledLine& line, const DocumentWords& words, const Pen& pen) {
  Item item{.title = line.title,
            .notes = {},
            .cells = CellsOf(line.quantity, line.unit_price_minor, TaxedOf(line.price), pen)};
  std::string options;
  for (const auto& [name, choice] : line.options)
    options += (options.empty() ? "" : " · ") + name + ": " + choice;
  if (!options.empty()) item.notes.push_back(std::move(options));
  if (!line.sku.empty()) item.notes.push_back(Filled(words.sku, "sku", line.sku));
  AddDiscounts(item.notes, line.price.discounts, words, pen);
  return item;
}

Item ItemOf(const domain::BilledDelivery& delivery, const DocumentWords& words, const Pen& pen) {
  Item item{.title = Filled(words.delivery, "name", delivery.name),
            .notes = {},
            .cells = CellsOf(1, delivery.price.base_minor, TaxedOf(delivery.price), pen)};
  AddDiscounts(item.notes, delivery.price.discounts, words, pen);
  return item;
}

// A credit note has an item for each rate.
std::vector<Item> ItemsOf(const Invoice& invoice, const DocumentWords& words, const Pen& pen) {
  std::vector<Item> items;
  const auto& content = invoice.content;
  for (const auto& line : content.lines) items.push_back(ItemOf(line, words, pen));
  if (content.delivery) items.push_back(ItemOf(*content.delivery, words, pen));
  if (!content.corrects) return items;
  for (const auto& tax : content.taxes) {
    items.push_back({.title = Filled(words.credit_note_line, "number", content.corrects->number),
                     .notes = {},
                     .cells = CellsOf(1, tax.Gross(), tax, pen)});
  }
  return items;
}

std::vector<Fact> FactsOf(const Invoice& invoice, const DocumentWords& words, const Pen& pen) {
  const auto& content = invoice.content;
  std::vector<Fact> facts{{std::string(words.issued), pen.Date(invoice.issued_at)}};
  if (content.corrects) {
    const auto date = pen.Date(content.corrects->issued_at);
    facts.push_back({std::string(words.corrects),
                     Filled(Filled(words.corrected, "number", content.corrects->number), "date", date)});
  }
  facts.push_back({std::string(words.order), content.order_number});
  if (!content.corrects) facts.push_back({std::string(words.ordered), pen.Date(content.ordered_at)});
  facts.push_back({std::string(words.supplied), pen.Date(content.supplied_at)});
  return facts;
}

std::vector<Fact> SumsOf(const Invoice& invoice, const DocumentWords& words, const Pen& pen) {
  std::vector<Fact> sums{{std::string(words.sum_net), pen.Amount(invoice.net_minor)}};
  for (const auto& tax : invoice.content.taxes) {
    if (tax.rate_ppm > 0)
      sums.push_back({Filled(words.sum_tax, "rate", pen.Rate(tax.rate_ppm)), pen.Amount(tax.tax_minor)});
  }
  const auto& total = invoice.kind == InvoiceKind::kInvoice ? words.sum_invoice : words.sum_credit;
  sums.push_back({std::string(total), pen.Money(invoice.total_minor)});
  return sums;
}

std::vector<std::string> NotesOf(const domain::InvoiceContent& content, const DocumentWords& words) {
  std::vector<std::string> notes;
  for (const auto why : content.untaxed) {
    const std::string note(words.no_tax.at(static_cast<std::size_t>(why)));
    if (!note.empty() && std::ranges::find(notes, note) == notes.end()) notes.push_back(note);
  }
  return notes;
}

}  // namespace

market::documents::Sheet SheetOf(const Invoice& invoice, market::documents::Language language) {
  const auto& words = WordsOf(language);
  const Pen pen(language, invoice.currency.Code());
  const auto& content = invoice.content;
  const auto text = [](std::string_view word) { return std::string(word); };
  market::documents::Section section{
      .note = pen.AmountsNote(),
      .heading = text(words.item),
      .columns = {{text(words.quantity), 38},
                  {text(words.unit_price), 60},
                  {text(words.net), 62},
                  {text(words.rate), 38},
                  {text(words.tax), 58},
                  {text(words.total), 66}},
      .items = ItemsOf(invoice, words, pen),
      .beside = {.title = text(words.tax_title),
                 .headings = {text(words.rate), text(words.net), text(words.tax), text(words.gross)},
                 .rows = {}},
      .sums = SumsOf(invoice, words, pen)};
  for (const auto& tax : content.taxes) {
    section.beside.rows.push_back({pen.Rate(tax.rate_ppm), pen.Amount(tax.net_minor),
                                   pen.Amount(tax.tax_minor), pen.Amount(tax.Gross())});
  }
  return {.language = language,
          .title = text(invoice.kind == InvoiceKind::kInvoice ? words.invoice : words.credit_note),
          .number = invoice.number,
          .sender = content.seller.name,
          .parties = {pen.BlockOf(words.seller, content.seller), pen.BlockOf(words.buyer, content.buyer)},
          .facts = FactsOf(invoice, words, pen),
          .sections = {std::move(section)},
          .notes = NotesOf(content, words),
          .page = text(market::documents::PaperWordsOf(language).page)};
}

}  // namespace market::order::documents
