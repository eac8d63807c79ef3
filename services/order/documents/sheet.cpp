#include "services/order/documents/sheet.hpp"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <iterator>
#include <utility>

#include "platform/unicode/formats.hpp"
#include "services/order/documents/words.hpp"

namespace market::order::documents {
namespace {

using domain::Invoice;
using domain::InvoiceKind;

constexpr std::string_view kOfCoupon = "coupon/";

// How amounts, dates and places are written on one document.
class Pen {
 public:
  Pen(const DocumentWords& words, const Currency& currency)
      : words_(words), locale_(words.locale), currency_(currency.Code()) {}

  std::string Amount(std::int64_t minor) const { return unicode::FormatAmount(minor, currency_, locale_); }
  std::string Money(std::int64_t minor) const { return unicode::FormatMoney(minor, currency_, locale_); }
  std::string Rate(std::int64_t ppm) const { return unicode::FormatPpm(ppm, locale_); }
  std::string Count(std::int64_t count) const { return std::to_string(count); }
  std::string Date(Time time) const {
    return unicode::FormatUtc(std::chrono::floor<std::chrono::seconds>(time), std::string(words_.date),
                              locale_);
  }
  std::string Country(const std::string& code) const { return unicode::CountryName(code, locale_); }
  const std::string& CurrencyCode() const { return currency_; }

 private:
  const DocumentWords& words_;
  const std::string locale_;
  const std::string currency_;
};

Block BlockOf(std::string_view label, const domain::Party& party, const DocumentWords& words,
              const Pen& pen) {
  Block block{.label = std::string(label), .name = party.name, .lines = party.lines, .facts = {}};
  std::string town = party.postal_code;
  if (!town.empty() && !party.city.empty()) town += ' ';
  town += party.city;
  if (!party.region.empty()) town += (town.empty() ? "" : ", ") + party.region;
  if (!town.empty()) block.lines.push_back(std::move(town));
  if (!party.country_code.empty()) block.lines.push_back(pen.Country(party.country_code));
  if (!party.vat_number.empty()) block.facts.push_back({std::string(words.vat_number), party.vat_number});
  if (!party.register_number.empty())
    block.facts.push_back({std::string(words.register_number), party.register_number});
  return block;
}

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

Item ItemOf(const struct domain::Price& price, const Pen& pen) {
  const auto& tax = price.tax;
  return {.title = {},
          .notes = {},
          .quantity = {},
          .unit_price = {},
          .net = pen.Amount(price.total_minor - tax.amount_minor),
          .rate = pen.Rate(tax.rate_ppm),
          .tax = pen.Amount(tax.amount_minor),
          .total = pen.Amount(price.total_minor)};
}

Item ItemOf(const domain::BilledLine& line, const DocumentWords& words, const Pen& pen) {
  auto item = ItemOf(line.price, pen);
  item.title = line.title;
  std::string options;
  for (const auto& [name, choice] : line.options)
    options += (options.empty() ? "" : " · ") + name + ": " + choice;
  if (!options.empty()) item.notes.push_back(std::move(options));
  if (!line.sku.empty()) item.notes.push_back(Filled(words.sku, "sku", line.sku));
  AddDiscounts(item.notes, line.price.discounts, words, pen);
  item.quantity = pen.Count(line.quantity);
  item.unit_price = pen.Amount(line.unit_price_minor);
  return item;
}

Item ItemOf(const domain::BilledDelivery& delivery, const DocumentWords& words, const Pen& pen) {
  auto item = ItemOf(delivery.price, pen);
  item.title = Filled(words.delivery, "name", delivery.name);
  AddDiscounts(item.notes, delivery.price.discounts, words, pen);
  item.quantity = pen.Count(1);
  item.unit_price = pen.Amount(delivery.price.base_minor);
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
                     .quantity = pen.Count(1),
                     .unit_price = pen.Amount(tax.Gross()),
                     .net = pen.Amount(tax.net_minor),
                     .rate = pen.Rate(tax.rate_ppm),
                     .tax = pen.Amount(tax.tax_minor),
                     .total = pen.Amount(tax.Gross())});
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

Language Nearest(const std::vector<std::string>& languages) {
  for (const auto& language : languages) {
    const auto primary = language.substr(0, language.find('-'));
    if (primary == CodeOf(Language::kEnglish)) return Language::kEnglish;
    if (primary == CodeOf(Language::kRussian)) return Language::kRussian;
  }
  return Language::kEnglish;
}

std::string_view CodeOf(Language language) { return language == Language::kRussian ? "ru" : "en"; }

Sheet SheetOf(const Invoice& invoice, Language language) {
  const auto& words = WordsOf(language);
  const Pen pen(words, invoice.currency);
  const auto& content = invoice.content;
  const auto text = [](std::string_view word) { return std::string(word); };
  Sheet sheet{
      .language = language,
      .title = text(invoice.kind == InvoiceKind::kInvoice ? words.invoice : words.credit_note),
      .number = invoice.number,
      .sender = content.seller.name,
      .seller = BlockOf(words.seller, content.seller, words, pen),
      .buyer = BlockOf(words.buyer, content.buyer, words, pen),
      .facts = FactsOf(invoice, words, pen),
      .currency_note = Filled(words.amounts_in, "currency", pen.CurrencyCode()),
      .headings = {text(words.item), text(words.quantity), text(words.unit_price), text(words.net),
                   text(words.rate), text(words.tax), text(words.total)},
      .items = ItemsOf(invoice, words, pen),
      .tax_title = text(words.tax_title),
      .tax_headings = {{}, {}, {}, text(words.net), text(words.rate), text(words.tax), text(words.gross)},
      .taxes = {},
      .sums = SumsOf(invoice, words, pen),
      .notes = NotesOf(content, words),
      .page = text(words.page)};
  for (const auto& tax : content.taxes) {
    sheet.taxes.push_back({pen.Rate(tax.rate_ppm), pen.Amount(tax.net_minor), pen.Amount(tax.tax_minor),
                           pen.Amount(tax.Gross())});
  }
  return sheet;
}

}  // namespace market::order::documents
