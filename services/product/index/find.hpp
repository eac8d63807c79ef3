// The search: documents that have all words and pass all filters, in one of five orders, a page of them; how
// many there are; facets.
//
// By relevance: what operators have pinned comes first (rules.hpp), whatever words it has; then the title that is the text; then
// the sum over the words of how rare a word is
// times how well it is found (title or article number before attributes, shop and options before text; whole
// before beginning before synonyms before pieces; all of that before mistyped); a title of which no word is left over; what
// can be bought; what is popular; the newest. A title is a title in whichever language of the product, and words may be of
// several. Orders are total, so that pages join: what compares equal goes
// by id.
//
// Pure; any thread; a snapshot may be searched by many at once. Throws Error DEADLINE_EXCEEDED (budget.hpp).
// Work: a few steps for each document that the words find.
#pragma once
#include "services/product/index/budget.hpp"
#include "services/product/index/query.hpp"
#include "services/product/index/snapshot.hpp"

namespace market::product::index {

Found Find(const Snapshot& snapshot, const Query& query, Budget& budget);

}  // namespace market::product::index
