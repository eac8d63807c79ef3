// A sheet as a page, and as a PDF that a program reads.
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <string>
#include <vector>

#include "platform/documents/page.hpp"
#include "platform/documents/pdf.hpp"
#include "platform/documents/pen.hpp"
#include "platform/documents/printer.hpp"
#include "platform/documents/testing/pdf_text.hpp"

namespace market::documents {
namespace {

constexpr const char* kHostile = "<script>alert('x')</script> & \"Söhne\"";
constexpr Time kIssued = Time(std::chrono::sys_days(std::chrono::year(2026) / 11 / 30));

Section ASection(std::size_t items) {
  Section section{.note = "All amounts in EUR",
                  .heading = "What",
                  .columns = {{"Entries", 60}, {"Amount", 90}},
                  .items = {},
                  .beside = {},
                  .sums = {{"Before", "1.00"}, {"After", "€3.00"}}};
  for (std::size_t i = 0; i < items; ++i)
    section.items.push_back({"Item " + std::to_string(i) + ";", {}, {"1", std::to_string(i) + ".00"}});
  return section;
}

Sheet ASheet(std::size_t sections = 1, std::size_t items = 2) {
  Sheet sheet{.language = Language::kEnglish,
              .title = "Statement",
              .number = "2026-11",
              .sender = "Market",
              .parties = {{"From", "Market", {"A street"}, {{"VAT no.", "GB1"}}}, {"For", "Shop", {}, {}}},
              .facts = {{"Until", "30 November 2026"}},
              .sections = {},
              .notes = {"A note."},
              .page = "Page {page} of {pages}"};
  for (std::size_t i = 0; i < sections; ++i) sheet.sections.push_back(ASection(items));
  return sheet;
}

TEST(Languages, AreTheNearest) {
  EXPECT_EQ(Nearest({}), Language::kEnglish);
  EXPECT_EQ(Nearest({"ru-RU", "en"}), Language::kRussian);
  EXPECT_EQ(Nearest({"de", "fr"}), Language::kEnglish);
  EXPECT_EQ(Nearest({"de", "ru"}), Language::kRussian);
  EXPECT_EQ(Nearest({"en-GB", "ru"}), Language::kEnglish);
}

TEST(Pen, WritesAsPeopleDo) {
  const Pen english(Language::kEnglish, "EUR");
  EXPECT_EQ(english.Amount(-123'456), "-1,234.56");
  EXPECT_EQ(english.Money(123'456), "€1,234.56");
  EXPECT_EQ(english.Rate(190'000), "19%");
  EXPECT_EQ(english.Date(kIssued), "30 November 2026");
  EXPECT_EQ(english.AmountsNote(), "All amounts in EUR");
  const auto block = english.BlockOf(
      "Seller", {.name = "Ada", .city = "Köln", .postal_code = "50667", .country_code = "DE"});
  EXPECT_EQ(block.lines, (std::vector<std::string>{"50667 Köln", "Germany"}));
  EXPECT_EQ(Pen(Language::kRussian, "EUR").Date(kIssued), "30 ноября 2026 г.");
}

TEST(Page, EscapesWhateverStandsOnIt) {
  auto sheet = ASheet();
  auto& section = sheet.sections[0];
  section.beside = {kHostile, {kHostile, kHostile}, {{kHostile, kHostile}}};
  for (auto* text :
       {&sheet.title, &sheet.number, &sheet.sender, &sheet.parties[0].label, &sheet.parties[0].name,
        &sheet.parties[0].lines[0], &sheet.facts[0].label, &sheet.facts[0].value, &section.note,
        &section.heading, &section.columns[0].heading, &section.items[0].title, &section.items[0].cells[0],
        &section.sums[0].label, &section.sums[0].value, &sheet.notes[0]})
    *text = kHostile;
  sheet.parties[0].facts = {{kHostile, kHostile}};
  section.items[0].notes = {kHostile};
  const auto page = AsPage(sheet);
  EXPECT_FALSE(page.contains("<script"));
  EXPECT_FALSE(page.contains("& \""));
  const std::string escaped = "&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt; &amp; &quot;Söhne&quot;";
  std::size_t found = 0;
  for (auto at = page.find(escaped); at != std::string::npos; at = page.find(escaped, at + 1)) ++found;
  EXPECT_EQ(found, 26u) << "each of them once, title and number in the head, too";
  EXPECT_FALSE(page.contains("http")) << "it needs nothing from anywhere";
}

TEST(Page, HasEverySection) {
  const auto page = AsPage(ASheet(2));
  std::size_t tables = 0;
  for (auto at = page.find("<table class=\"item\">"); at != std::string::npos;
       at = page.find("<table class=\"item\">", at + 1))
    ++tables;
  EXPECT_EQ(tables, 2u);
}

TEST(Pdf, OfManySections_HasPages) {
  const auto sheet = ASheet(3, 40);
  const auto pdf = AsPdf(sheet, kIssued);
  const auto text = TextOf(pdf);
  const auto pages = std::ranges::count(text, '\f');
  EXPECT_GT(pages, 2);
  EXPECT_TRUE(text.contains("Page 1 of " + std::to_string(pages))) << text;
  std::size_t last = 0;
  for (auto at = text.find("Item 39;"); at != std::string::npos; at = text.find("Item 39;", at + 1)) ++last;
  EXPECT_EQ(last, 3u) << "of each section";
  EXPECT_TRUE(text.contains("€3.00") && text.contains("A note."));
  EXPECT_EQ(AsPdf(sheet, kIssued), pdf) << "the same each time";
}

TEST(Pdf, OfNothing_IsAPage) {
  const auto text = TextOf(AsPdf(ASheet(0), kIssued));
  EXPECT_TRUE(text.contains("Statement") && text.contains("Page 1 of 1")) << text;
}

TEST(Pieces, AreOfTheDocument) {
  const std::string document(1'300'000, 'x');
  std::string whole;
  std::string after;
  std::size_t pieces = 0;
  do {
    auto piece = PieceOf(document, after);
    whole += piece.content;
    after = piece.next;
    ++pieces;
  } while (!after.empty());
  EXPECT_EQ(whole, document);
  EXPECT_EQ(pieces, 3u);
  EXPECT_EQ(PieceOf(document, "99999999").content, "") << "nothing is behind its end";
}

}  // namespace
}  // namespace market::documents
