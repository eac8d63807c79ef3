// What people see of an invoice: the words, the page, and the PDF as a program reads it.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "platform/documents/page.hpp"
#include "platform/documents/pdf.hpp"
#include "platform/documents/testing/pdf_text.hpp"
#include "services/order/documents/books.hpp"
#include "services/order/documents/sheet.hpp"

namespace market::order::documents {
namespace {

using domain::Invoice;
using domain::InvoiceKind;
using market::documents::AsPage;
using market::documents::AsPdf;
using market::documents::Fact;
using market::documents::Language;
using market::documents::TextOf;

constexpr const char* kHostile = "<script>alert('x')</script> & \"Söhne\"";

domain::BilledLine ALine(std::string title, std::int64_t quantity, std::int64_t unit_minor,
                         std::int64_t rate_ppm, std::vector<domain::Discount> discounts = {}) {
  return {.line = domain::LineId::New(),
          .title = std::move(title),
          .sku = "E-1",
          .options = {{"colour", "brass"}, {"size", "M"}},
          .quantity = quantity,
          .unit_price_minor = unit_minor,
          .price = domain::MakePrice(quantity * unit_minor, std::move(discounts), {.rate_ppm = rate_ppm},
                                     domain::TaxMode::kIncluded)};
}

Invoice AnInvoice(const std::string& currency = "EUR") {
  using namespace std::chrono;
  Invoice invoice{.id = domain::InvoiceId::New(),
                  .kind = InvoiceKind::kInvoice,
                  .year = 2026,
                  .position = 1,
                  .number = "2026-000001",
                  .currency = Currency::Parse(currency),
                  .issued_at = Time(sys_days(2026y / 11 / 30) + 12h)};
  invoice.content = {.seller = {.name = "Analytical Engines Ltd",
                                .lines = {"12 St James's Square"},
                                .city = "London",
                                .postal_code = "SW1Y 4JH",
                                .country_code = "GB",
                                .vat_number = "GB123456789",
                                .register_number = "Companies House 01234567"},
                     .buyer = {.name = "Ада Лавлейс",
                               .lines = {"Unter den Linden 1", "Hinterhaus"},
                               .city = "Berlin",
                               .postal_code = "10117",
                               .country_code = "DE"},
                     .order_number = "261124-8F3K2M9Q-1",
                     .ordered_at = Time(sys_days(2026y / 11 / 24)),
                     .supplied_at = Time(sys_days(2026y / 11 / 29))};
  auto& lines = invoice.content.lines;
  lines.push_back(
      ALine("Difference engine", 2, 199'900, 190'000, {{"coupon/WELCOME", domain::Funder::kSeller, 10'000}}));
  lines.push_back(ALine("差分机 说明书", 1, 4'900, 70'000));
  lines.push_back(ALine("كتاب المحرك", 3, 1'250, 70'000));
  invoice.content.delivery = {
      .name = "Parcel",
      .price = domain::MakePrice(490, {}, {.rate_ppm = 190'000}, domain::TaxMode::kIncluded)};
  std::vector<struct domain::Price> prices{invoice.content.delivery->price};
  for (const auto& line : lines) prices.push_back(line.price);
  for (const auto& sum : domain::SumByRate(prices))
    invoice.content.taxes.push_back({sum.rate_ppm, sum.net_minor, sum.amount_minor});
  const auto sum = domain::SumOf(invoice.content.taxes);
  invoice.net_minor = sum.net_minor;
  invoice.tax_minor = sum.tax_minor;
  invoice.total_minor = sum.Gross();
  return invoice;
}

Invoice ACreditNote() {
  auto note = AnInvoice();
  note.kind = InvoiceKind::kCreditNote;
  note.number = "CN-2026-000001";
  note.content.corrects = {note.id, "2026-000001", note.issued_at};
  note.content.lines.clear();
  note.content.delivery.reset();
  note.content.taxes = {{190'000, 1'000, 190}};
  note.net_minor = 1'000;
  note.tax_minor = 190;
  note.total_minor = 1'190;
  return note;
}

std::string ValueOf(const std::vector<Fact>& facts, const std::string& label) {
  const auto found = std::ranges::find(facts, label, &Fact::label);
  return found == facts.end() ? "" : found->value;
}

std::ptrdiff_t PagesIn(const std::string& text) { return std::ranges::count(text, '\f'); }

TEST(Sheet, SaysWhatTheInvoiceSays) {
  const auto sheet = SheetOf(AnInvoice(), Language::kEnglish);
  EXPECT_EQ(sheet.title, "Invoice");
  EXPECT_EQ(sheet.parties[0].name, "Analytical Engines Ltd");
  EXPECT_EQ(sheet.parties[0].lines,
            (std::vector<std::string>{"12 St James's Square", "SW1Y 4JH London", "United Kingdom"}));
  EXPECT_EQ(ValueOf(sheet.parties[0].facts, "VAT no."), "GB123456789");
  EXPECT_EQ(ValueOf(sheet.parties[0].facts, "Register"), "Companies House 01234567");
  EXPECT_EQ(sheet.parties[1].lines.back(), "Germany");
  EXPECT_EQ(sheet.number, "2026-000001");
  EXPECT_EQ(ValueOf(sheet.facts, "Date of issue"), "30 November 2026");
  EXPECT_EQ(ValueOf(sheet.facts, "Date of supply"), "29 November 2026");
  EXPECT_EQ(ValueOf(sheet.facts, "Order"), "261124-8F3K2M9Q-1");
  const auto& section = sheet.sections.at(0);
  ASSERT_EQ(section.items.size(), 4u);
  const auto& item = section.items[0];
  EXPECT_EQ(item.title, "Difference engine");
  EXPECT_EQ(item.notes,
            (std::vector<std::string>{"colour: brass · size: M", "Item no. E-1", "Coupon WELCOME: −100.00"}));
  EXPECT_EQ(item.cells, (std::vector<std::string>{"2", "1,999.00", "3,275.63", "19%", "622.37", "3,898.00"}));
  EXPECT_EQ(section.items[3].title, "Delivery: Parcel");
  EXPECT_EQ(section.note, "All amounts in EUR");
  ASSERT_EQ(section.beside.rows.size(), 2u);
  EXPECT_EQ(section.beside.rows[1][0], "7%");
  EXPECT_EQ(section.sums.back(), (Fact{"Invoice total", "€3,989.40"}));
  EXPECT_EQ(ValueOf(section.sums, "VAT 19%"), "623.15");
  EXPECT_TRUE(sheet.notes.empty());
}

TEST(Sheet, InRussian_IsAsRussiansWriteIt) {
  const auto sheet = SheetOf(AnInvoice(), Language::kRussian);
  EXPECT_EQ(sheet.title, "Счёт-фактура");
  EXPECT_EQ(ValueOf(sheet.facts, "Дата выставления"), "30 ноября 2026 г.");
  EXPECT_EQ(sheet.parties[1].lines.back(), "Германия");
  EXPECT_EQ(sheet.sections.at(0).items[0].cells[1], "1\u00a0999,00");
  EXPECT_EQ(sheet.sections.at(0).sums.back().value, "3\u00a0989,40\u00a0€");
}

TEST(Sheet, WithoutTax_SaysWhy) {
  auto invoice = AnInvoice();
  invoice.content.untaxed = {domain::NoTax::kNotRegistered, domain::NoTax::kZeroRated};
  const auto sheet = SheetOf(invoice, Language::kEnglish);
  ASSERT_EQ(sheet.notes.size(), 2u);
  EXPECT_TRUE(sheet.notes[0].contains("not registered for VAT"));
  for (const auto language : {Language::kEnglish, Language::kRussian}) {
    for (const auto why : {domain::NoTax::kNotCharged, domain::NoTax::kNotRegistered, domain::NoTax::kNoRate,
                           domain::NoTax::kZeroRated, domain::NoTax::kAddressNeeded}) {
      invoice.content.untaxed = {why};
      EXPECT_EQ(SheetOf(invoice, language).notes.size(), 1u) << Name(why);
    }
  }
}

TEST(Sheet, OfACreditNote_NamesTheInvoice) {
  const auto sheet = SheetOf(ACreditNote(), Language::kEnglish);
  EXPECT_EQ(sheet.title, "Credit note");
  EXPECT_EQ(ValueOf(sheet.facts, "Corrects invoice"), "2026-000001 of 30 November 2026");
  ASSERT_EQ(sheet.sections.at(0).items.size(), 1u);
  EXPECT_EQ(sheet.sections[0].items[0].title, "Refund of invoice 2026-000001");
  EXPECT_EQ(sheet.sections[0].items[0].cells[4], "1.90");
  EXPECT_EQ(sheet.sections.at(0).sums.back(), (Fact{"Amount credited", "€11.90"}));
}

TEST(Sheet, HasTheDigitsOfItsCurrency) {
  EXPECT_EQ(SheetOf(AnInvoice("JPY"), Language::kEnglish).sections.at(0).items[0].cells[1], "199,900");
}

TEST(Page, EscapesWhateverStandsOnIt) {
  auto invoice = AnInvoice();
  auto& content = invoice.content;
  for (auto* text :
       {&content.seller.name, &content.seller.city, &content.seller.vat_number, &content.buyer.name,
        &content.lines[0].title, &content.lines[0].sku, &content.delivery->name, &content.order_number})
    *text = kHostile;
  content.buyer.lines = {kHostile};
  content.lines[0].options = {{kHostile, kHostile}};
  const auto page = AsPage(SheetOf(invoice, Language::kEnglish));
  EXPECT_FALSE(page.contains("<script"));
  EXPECT_FALSE(page.contains("& \""));
  std::size_t found = 0;
  const std::string escaped = "&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt; &amp; &quot;Söhne&quot;";
  for (auto at = page.find(escaped); at != std::string::npos; at = page.find(escaped, at + 1)) ++found;
  EXPECT_EQ(found, 12u) << "the seller's name is there twice, and an option's name with its choice";
  EXPECT_TRUE(page.starts_with("<!DOCTYPE html>\n<html lang=\"en\">"));
  EXPECT_FALSE(page.contains("http")) << "it needs nothing from anywhere";
}

TEST(Page, IsInItsLanguage) {
  const auto page = AsPage(SheetOf(AnInvoice(), Language::kRussian));
  EXPECT_TRUE(page.contains("<html lang=\"ru\">"));
  EXPECT_TRUE(page.contains("<h1>Счёт-фактура 2026-000001</h1>"));
  EXPECT_TRUE(page.contains("差分机 说明书"));
}

TEST(Pdf, HasEveryScript_AndEveryAmount) {
  const auto invoice = AnInvoice();
  const auto text = TextOf(AsPdf(SheetOf(invoice, Language::kEnglish), invoice.issued_at));
  for (const auto* words :
       {"Invoice", "2026-000001", "Analytical Engines Ltd", "GB123456789", "Ада Лавлейс", "Germany",
        "30 November 2026", "Difference engine", "差分机", "1,999.00", "3,898.00", "€3,989.40",
        "Coupon WELCOME", "Delivery: Parcel", "19%", "Page 1 of 1"})
    EXPECT_TRUE(text.contains(words)) << words << "\n" << text;
  // From right to left, as a reader of PDF gives it back: its letters, joined or not.
  EXPECT_TRUE(text.contains("كتاب") || text.contains("باتك") || text.contains("ﻛﺘﺎب")) << text;
  EXPECT_EQ(PagesIn(text), 1);
  const auto russian = TextOf(AsPdf(SheetOf(invoice, Language::kRussian), invoice.issued_at));
  for (const auto* words : {"Счёт-фактура", "Итого по счёту", "Германия", "Страница 1 из 1"})
    EXPECT_TRUE(russian.contains(words)) << words << "\n" << russian;
}

TEST(Pdf, OfALongInvoice_HasPages) {
  auto invoice = AnInvoice();
  for (int i = 0; i < 97; ++i)
    invoice.content.lines.push_back(ALine("Engine part " + std::to_string(i), 1, 100, 0));
  invoice.content.lines.back().title = std::string(200, 'W');
  const auto pdf = AsPdf(SheetOf(invoice, Language::kEnglish), invoice.issued_at);
  const auto text = TextOf(pdf);
  const auto pages = PagesIn(text);
  EXPECT_GT(pages, 3);
  EXPECT_TRUE(text.contains("Page " + std::to_string(pages) + " of " + std::to_string(pages)));
  for (int i = 0; i < 96; ++i) EXPECT_TRUE(text.contains("Engine part " + std::to_string(i))) << i;
  std::size_t headings = 0;
  for (auto at = text.find("Description"); at != std::string::npos; at = text.find("Description", at + 1))
    ++headings;
  EXPECT_GE(headings, static_cast<std::size_t>(pages - 1)) << "on each page with items";
  EXPECT_LT(pdf.size(), 512u * 1024);
}

TEST(Pdf, LeavesOutWhatNoFontHas) {
  auto invoice = AnInvoice();
  const auto without = AsPdf(SheetOf(invoice, Language::kEnglish), invoice.issued_at);
  invoice.content.lines[0].title += "\U0010fffd";
  EXPECT_EQ(AsPdf(SheetOf(invoice, Language::kEnglish), invoice.issued_at), without);
}

TEST(Pdf, IsTheSameEachTime) {
  const auto invoice = AnInvoice();
  const auto sheet = SheetOf(invoice, Language::kEnglish);
  const auto pdf = AsPdf(sheet, invoice.issued_at);
  EXPECT_EQ(AsPdf(sheet, invoice.issued_at), pdf);
  EXPECT_TRUE(pdf.contains("20261130120000Z")) << "it says when it was issued, not when it was drawn";
}

TEST(Books, HaveARowForEachRate) {
  auto invoice = AnInvoice();
  invoice.content.buyer.name = "=HYPERLINK(\"x\")";
  std::string file(BooksHeader());
  AppendToBooks(file, invoice);
  AppendToBooks(file, ACreditNote());
  EXPECT_EQ(file,
            "kind,number,issued,supplied,order,corrects,buyer,country,currency,tax_percent,net,tax,gross\r\n"
            "INVOICE,2026-000001,2026-11-30,2026-11-29,261124-8F3K2M9Q-1,,\"'=HYPERLINK(\"\"x\"\")\",DE,EUR,"
            "19,3279.75,623.15,3902.90\r\n"
            "INVOICE,2026-000001,2026-11-30,2026-11-29,261124-8F3K2M9Q-1,,\"'=HYPERLINK(\"\"x\"\")\",DE,EUR,"
            "7,80.84,5.66,86.50\r\n"
            "CREDIT_NOTE,CN-2026-000001,2026-11-30,2026-11-29,261124-8F3K2M9Q-1,2026-000001,Ада "
            "Лавлейс,DE,EUR,19,-10.00,-1.90,-11.90\r\n");
  auto yen = AnInvoice("JPY");
  yen.content.taxes = {{55'000, 5, 0}};
  file.clear();
  AppendToBooks(file, yen);
  EXPECT_TRUE(file.ends_with(",JPY,5.5,5,0,5\r\n")) << file;
}

}  // namespace
}  // namespace market::order::documents
