#include "gateway/pages/results.hpp"

#include <algorithm>

namespace market::pages {
namespace {

void WriteBelow(const Scene& scene, Html& html, const Results& results) {
  const auto& words = scene.speech.words;
  const auto& counts = ListIn(ObjectIn(results.found, "facets"), "categories");
  const auto count_of = [&](const object& category) -> const object* {
    const auto found = std::ranges::find_if(counts, [&](const auto& one) {
      return TextIn(ObjectOf(one), "categoryId") == TextIn(category, "id");
    });
    return found == counts.end() ? nullptr : &ObjectOf(*found);
  };
  const auto is_shown = [&](const object& category) {
    return TextIn(category, "parentId") == results.category && count_of(category) != nullptr;
  };
  const auto none =
      std::ranges::none_of(results.categories, [&](const auto& one) { return is_shown(ObjectOf(one)); });
  if (results.in_shop || none) return;
  const auto facet = html.In("nav", {{"class", "facet"}, {"aria-label", words.search_category}});
  html.Element("h2", {}, words.search_category);
  const auto list = html.In("ul", {{"class", "category-facet"}});
  for (const auto& value : results.categories) {
    const auto& category = ObjectOf(value);
    if (!is_shown(category)) continue;
    const auto language = TextIn(category, "textLanguage");
    const auto item = html.In("li");
    html.Element("a",
                 {{"href", scene.Local(CategoryPath(TextIn(category, "slug"), results.filters))},
                  {"lang", language, scene.IsForeign(language)}},
                 TextIn(category, "name"));
    html.Element("span", {{"class", "quiet"}},
                 scene.speech.display.Number(NumberIn(*count_of(category), "count")));
  }
}

}  // namespace

void WriteResults(const Scene& scene, Html& html, const Results& results) {
  const auto& words = scene.speech.words;
  const auto& products = ListIn(results.found, "products");
  const auto all = html.In("div", {{"class", "results"}});
  {
    const auto panel = html.In("details", {{"class", "filter-panel"}});
    html.Element("summary", {{"class", "button"}}, words.search_filters);
    const auto filters = html.In("div", {{"class", "filters"}});
    WriteBelow(scene, html, results);
  }
  const auto found = html.In("div", {{"class", "results-found"}});
  {
    const auto bar = html.In("div", {{"class", "results-bar"}});
    const bool known = results.found.contains("total");
    const auto total = CountedText(scene, words.search_total, NumberIn(results.found, "total"));
    html.Element("p", {{"role", "status"}, {"class", "quiet"}}, known ? std::string_view(total) : "");
  }
  if (products.empty()) {
    const auto& said = results.filters.words;
    const auto heading = said.empty() ? words.search_none : Fill(words.search_none_for, said);
    WriteEmpty(html,
               {.heading = heading,
                .hint = words.search_none_hint,
                .href = scene.Local(results.all),
                .action = words.search_clear},
               "h2");
  }
  WriteGrid(scene, html, products, "h2");
}

}  // namespace market::pages
