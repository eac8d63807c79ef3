// What to go on with while typing: words that end the last one, then titles that have all words. Each finds
// something. A title is shown in the first of the languages asked for that it is there in, else as it was written; a word
// as it stands in titles that are shown, else as it stands in the others of the same products.
//
// Cheap rather than complete: of many titles only the newest are looked at. Pure; any thread. Throws Error
// DEADLINE_EXCEEDED (budget.hpp).
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "services/product/index/budget.hpp"
#include "services/product/index/query.hpp"
#include "services/product/index/snapshot.hpp"

namespace market::product::index {

inline constexpr std::size_t kSuggestionsMax = 10;
inline constexpr std::size_t kWordsSuggestedMax = 3;

struct Suggestion {
  std::string text;
  std::optional<domain::ProductId> product;  // whose title it is
  std::string language;                      // of the title
};

// Of the query, only the text, the languages, the category, the tree and the inactive sellers count.
std::vector<Suggestion> Suggest(const Snapshot& snapshot, const Query& query, Budget& budget);

}  // namespace market::product::index
