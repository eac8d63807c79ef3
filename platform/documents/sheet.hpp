// What stands on a document for people, as words in their language: the one source of its page (page.hpp) and of its PDF
// (pdf.hpp), so that both say the same. Which words those are is for the service that issues it.
//
// Plain values; any thread.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace market::documents {

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

// Somebody whom the document is between.
struct Block {
  std::string label;
  std::string name;
  std::vector<std::string> lines;
  std::vector<Fact> facts;
};

// Of numbers; `width` is in points, on paper.
struct Column {
  std::string heading;
  double width = 0;
};

// A row of a section; amounts are without their currency, which the section's note names.
struct Item {
  std::string title;
  std::vector<std::string> notes;  // below it, smaller
  std::vector<std::string> cells;  // one for each column
};

struct SmallTable {
  std::string title;
  std::vector<std::string> headings;           // the first one of what is named, the others of numbers
  std::vector<std::vector<std::string>> rows;  // as many cells as there are headings
};

// A table and what it comes to.
struct Section {
  std::string note;     // "All amounts in EUR"
  std::string heading;  // of what the items are called
  std::vector<Column> columns;
  std::vector<Item> items;
  SmallTable beside;       // beside the sums; not there without rows
  std::vector<Fact> sums;  // at least one; the last one is what it comes to
};

struct Sheet {
  Language language = Language::kEnglish;
  std::string title;  // "Invoice"
  std::string number;
  std::string sender;  // who issues it
  std::vector<Block> parties;
  std::vector<Fact> facts;
  std::vector<Section> sections;
  std::vector<std::string> notes;
  std::string page;  // "Page {page} of {pages}"
};

}  // namespace market::documents
