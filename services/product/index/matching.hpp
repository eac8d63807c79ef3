// Which documents the words of a query find, and how well.
//
// Every word must be found: as a whole, as the beginning of a word, in its pieces; only a word that nobody
// has like that is looked for with mistakes. Pure; one search on one thread.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "services/product/index/budget.hpp"
#include "services/product/index/query.hpp"
#include "services/product/index/snapshot.hpp"
#include "services/product/index/text.hpp"

namespace market::product::index {

// A word, and the terms that it may be a mistyped form of.
struct Wanted {
  Word word;
  std::vector<std::string> meant;
  const Rules::Phrases* synonyms = nullptr;  // null: none
};

// What is looked for, given the terms that there are. `forgiving`: mistakes even in words that are known. `rules` may be null,
// and outlive what is answered.
std::vector<Wanted> WantedOf(const Snapshot& snapshot, std::string_view text, bool forgiving,
                             const Rules* rules, Budget& budget);

// Documents that have a word equally well.
struct Level {
  Bitmap documents;
  std::uint32_t weight = 0;
  bool in_title = false;
};

// Where one word occurs in one segment.
class Occurrence {
 public:
  Occurrence(const Segment& segment, const Wanted& wanted, Budget& budget);

  // The best first.
  const std::vector<Level>& Levels() const { return levels_; }
  const Bitmap& Anywhere() const { return anywhere_; }
  // What the word's rarity is judged by.
  std::uint32_t Count() const { return whole_ > 0 ? whole_ : anywhere_.Count(); }

 private:
  enum class How : std::uint8_t { kWhole, kPrefix, kInside, kMistyped, kSynonym };

  void Add(How how, ByField lists);
  void AddPrefix(const Segment& segment, const std::string& prefix, Budget& budget);
  void AddAll(How how, const Segment& segment, const std::vector<std::string>& terms, Budget& budget);
  void Add(How how, Bitmap title, Bitmap attribute, Bitmap text);

  std::vector<Level> levels_;
  Bitmap anywhere_;
  std::uint32_t whole_ = 0;
};

}  // namespace market::product::index
