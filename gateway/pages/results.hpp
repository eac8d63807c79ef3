// What a search finds, with a way into the categories below: on the page of a search, a category and a shop. As
// web/src/shop/search/results.tsx.
#pragma once
#include <functional>
#include <string>
#include <string_view>

#include "gateway/pages/parts.hpp"

namespace market::pages {

struct Results {
  const object& found;        // the answer of the search
  const array& categories;    // all there are
  std::string_view category;  // the id of the one that the page is about; empty: none
  bool in_shop = false;       // whose page leads to none of the categories
  const Filters& filters;
  std::string all;  // the path of the page without what narrows it
};

void WriteResults(const Scene& scene, Html& html, const Results& results);

}  // namespace market::pages
