// What a text is found by, and what a query looks for.
//
// Both are cut alike: into words as people write them ("3.5mm", "AC/DC", "d3.js", "C++", ".net", "R&B"),
// which stay whole and are there in their pieces too; texts without spaces into the words of ICU's
// dictionaries and, as no two texts are cut alike, into single letters and pairs. Pure; any thread; linear in
// the text.
#pragma once
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace market::product::index {

inline constexpr std::size_t kWordsMax = 24;      // of a query; what comes after them is not looked for
inline constexpr std::size_t kTermBytesMax = 64;  // of a longer word the beginning counts
// What the terms of single letters and pairs begin with: nothing that is typed is one of them.
inline constexpr char kGramMark = '\x01';

// In no order, each once.
std::vector<std::string> TermsOf(std::string_view text);
// An article number is looked for as a whole or by its beginning: its pieces say nothing.
std::vector<std::string> TermsOfSku(std::string_view sku);

struct Word {
  std::string whole;
  // What it consists of, each a word by itself; empty: of nothing smaller.
  std::vector<Word> pieces;
  // Terms of letters and pairs that a text with this word inside has; empty where words have spaces.
  std::vector<std::string> grams;
  // "c++" without "++".
  std::string bare;
  // How many simple words it counts for.
  std::size_t size = 1;
  // Letters alone, which people mistype; in a number each digit means something.
  bool may_be_mistyped = false;
};
// At most kWordsMax.
std::vector<Word> WordsOf(std::string_view query);

// How words begin, a bit for each beginning of at most three letters: those of a word that is looked for (one), and those of
// the words of a title. Tells whose words a title has, but for chance.
std::uint64_t BeginningOf(std::string_view word);
std::uint64_t BeginningsIn(std::string_view title);

// One number for all texts that have the same letters and digits in the same order; 0 for none.
std::uint64_t TitleHash(std::string_view text);

}  // namespace market::product::index
