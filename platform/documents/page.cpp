#include "platform/documents/page.hpp"

#include <string_view>

namespace market::documents {
namespace {

constexpr std::string_view kStyle = R"css(
:root { color-scheme: light; --ink: #1b2430; --soft: #5b6675; --rule: #d9dee5; --accent: #1f4b99; }
* { box-sizing: border-box; }
body { margin: 0; background: #eef1f5; color: var(--ink); font: 15px/1.5 "Noto Sans", system-ui, sans-serif; }
main { max-width: 60rem; margin: 2rem auto; padding: 3rem; background: #fff; border-top: 6px solid var(--accent); }
header { display: flex; flex-wrap: wrap; justify-content: space-between; align-items: baseline; gap: .5rem 2rem; }
header p { margin: 0; font-size: 1.15rem; font-weight: 600; overflow-wrap: anywhere; }
h1 { margin: 0; color: var(--accent); font-size: 2rem; font-weight: 600; line-height: 1.2; }
h2 { margin: 0 0 .25rem; color: var(--soft); font-size: .8rem; font-weight: 600; }
.parties { display: grid; grid-template-columns: repeat(auto-fit, minmax(16rem, 1fr)); gap: 1.5rem 2rem; margin: 2rem 0; }
.parties p { margin: 0; overflow-wrap: anywhere; }
.parties .name { font-weight: 600; }
.parties .more { margin-top: .5rem; color: var(--soft); font-size: .9rem; }
.facts { display: grid; grid-template-columns: repeat(auto-fit, minmax(9rem, 1fr)); gap: 1rem; margin: 0 0 2rem; padding: 1rem 1.25rem;
  background: #f5f7fa; }
.facts dt { color: var(--soft); font-size: .8rem; }
.facts dd { margin: 0; font-weight: 600; overflow-wrap: anywhere; }
.wide { overflow-x: auto; }
table { width: 100%; border-collapse: collapse; font-variant-numeric: tabular-nums; }
caption { padding-bottom: .25rem; color: var(--soft); font-size: .8rem; text-align: right; }
th { padding: .5rem 0 .5rem 1rem; border-bottom: 2px solid var(--ink); font-size: .8rem; font-weight: 600; text-align: right;
  vertical-align: bottom; }
td { padding: .6rem 0 .6rem 1rem; border-bottom: 1px solid var(--rule); text-align: right; vertical-align: top; white-space: nowrap; }
th:first-child, td:first-child { padding-left: 0; text-align: left; white-space: normal; overflow-wrap: anywhere; }
.item td:first-child { min-width: 12rem; }
.note { display: block; color: var(--soft); font-size: .85rem; }
.sums { display: flex; flex-wrap: wrap; justify-content: space-between; align-items: start; gap: 2rem; margin-top: 2rem; }
.sums section { flex: 1 1 20rem; max-width: 26rem; }
.sums dl { flex: 1 1 16rem; max-width: 22rem; margin: 0 0 0 auto; }
.sums dl div { display: flex; justify-content: space-between; gap: 1rem; padding: .35rem 0; }
.sums dl div:last-child { margin-top: .35rem; padding-top: .6rem; border-top: 2px solid var(--ink); color: var(--accent);
  font-size: 1.25rem; font-weight: 600; }
.sums dd { margin: 0; font-variant-numeric: tabular-nums; white-space: nowrap; }
.sums caption { text-align: left; }
.notes { margin-top: 2rem; color: var(--soft); }
@media (max-width: 40rem) { main { margin: 0; padding: 1.5rem 1rem; } }
@media print { body { background: none; font-size: 9pt; } main { max-width: none; margin: 0; padding: 0; border: 0; }
  tr, .sums, .parties { break-inside: avoid; } thead { display: table-header-group; } @page { size: A4; margin: 18mm; } }
)css";

// Every text that comes from somewhere goes through Text: there is no other way into the page.
class Writer {
 public:
  Writer& Markup(std::string_view ours) {
    html_ += ours;
    return *this;
  }
  Writer& Text(std::string_view text) {
    for (const char c : text) {
      switch (c) {
        case '&':
          html_ += "&amp;";
          break;
        case '<':
          html_ += "&lt;";
          break;
        case '>':
          html_ += "&gt;";
          break;
        case '"':
          html_ += "&quot;";
          break;
        case '\'':
          html_ += "&#39;";
          break;
        default:
          html_ += c;
      }
    }
    return *this;
  }
  Writer& Element(std::string_view open, std::string_view text, std::string_view close) {
    return Markup(open).Text(text).Markup(close);
  }
  std::string Take() && { return std::move(html_); }

 private:
  std::string html_;
};

void WriteBlock(Writer& page, const Block& block) {
  page.Markup("<section>\n").Element("<h2>", block.label, "</h2>\n");
  page.Element("<p class=\"name\" dir=\"auto\">", block.name, "</p>\n");
  for (const auto& line : block.lines) page.Element("<p dir=\"auto\">", line, "</p>\n");
  if (!block.facts.empty()) {
    page.Markup("<p class=\"more\">");
    for (const auto& fact : block.facts) {
      if (&fact != &block.facts.front()) page.Markup("<br>");
      page.Text(fact.label).Markup(" ").Text(fact.value);
    }
    page.Markup("</p>\n");
  }
  page.Markup("</section>\n");
}

void WriteFacts(Writer& page, const std::vector<Fact>& facts) {
  page.Markup("<dl class=\"facts\">\n");
  for (const auto& fact : facts)
    page.Element("<div><dt>", fact.label, "</dt>").Element("<dd>", fact.value, "</dd></div>\n");
  page.Markup("</dl>\n");
}

void WriteItems(Writer& page, const Section& section) {
  page.Markup("<div class=\"wide\"><table class=\"item\">\n")
      .Element("<caption>", section.note, "</caption>\n");
  page.Markup("<thead><tr>").Element("<th scope=\"col\">", section.heading, "</th>");
  for (const auto& column : section.columns) page.Element("<th scope=\"col\">", column.heading, "</th>");
  page.Markup("</tr></thead>\n<tbody>\n");
  for (const auto& item : section.items) {
    page.Element("<tr><td dir=\"auto\">", item.title, "");
    for (const auto& note : item.notes) page.Element("<span class=\"note\" dir=\"auto\">", note, "</span>");
    page.Markup("</td>");
    for (const auto& cell : item.cells) page.Element("<td>", cell, "</td>");
    page.Markup("</tr>\n");
  }
  page.Markup("</tbody>\n</table></div>\n");
}

void WriteBeside(Writer& page, const SmallTable& table) {
  page.Markup("<section><table>\n").Element("<caption>", table.title, "</caption>\n<thead><tr>");
  for (const auto& heading : table.headings) page.Element("<th scope=\"col\">", heading, "</th>");
  page.Markup("</tr></thead>\n<tbody>\n");
  for (const auto& row : table.rows) {
    page.Markup("<tr>");
    for (const auto& cell : row) page.Element("<td>", cell, "</td>");
    page.Markup("</tr>\n");
  }
  page.Markup("</tbody>\n</table></section>\n");
}

void WriteSection(Writer& page, const Section& section) {
  WriteItems(page, section);
  page.Markup("<div class=\"sums\">\n");
  if (!section.beside.rows.empty()) WriteBeside(page, section.beside);
  page.Markup("<dl>\n");
  for (const auto& sum : section.sums)
    page.Element("<div><dt>", sum.label, "</dt>").Element("<dd>", sum.value, "</dd></div>\n");
  page.Markup("</dl>\n</div>\n");
}

}  // namespace

std::string AsPage(const Sheet& sheet) {
  Writer page;
  page.Markup("<!DOCTYPE html>\n<html lang=\"")
      .Text(CodeOf(sheet.language))
      .Markup("\">\n<head>\n<meta charset=\"utf-8\">\n");
  page.Markup("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>");
  page.Text(sheet.title).Markup(" ").Text(sheet.number).Markup("</title>\n<style>").Markup(kStyle);
  page.Markup("</style>\n</head>\n<body>\n<main>\n<header>\n");
  page.Element("<p dir=\"auto\">", sheet.sender, "</p>\n");
  page.Markup("<h1>")
      .Text(sheet.title)
      .Markup(" ")
      .Text(sheet.number)
      .Markup("</h1>\n</header>\n<div class=\"parties\">\n");
  for (const auto& party : sheet.parties) WriteBlock(page, party);
  page.Markup("</div>\n");
  WriteFacts(page, sheet.facts);
  for (const auto& section : sheet.sections) WriteSection(page, section);
  if (!sheet.notes.empty()) {
    page.Markup("<div class=\"notes\">\n");
    for (const auto& note : sheet.notes) page.Element("<p>", note, "</p>\n");
    page.Markup("</div>\n");
  }
  page.Markup("</main>\n</body>\n</html>\n");
  return std::move(page).Take();
}

}  // namespace market::documents
