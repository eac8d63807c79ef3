#include <algorithm>

#include "gateway/pages/page.hpp"
#include "gateway/pages/results.hpp"

namespace market::pages {
namespace {

class Search final : public Page {
 public:
  Search(Scene scene, std::string_view query) : scene_(std::move(scene)), filters_(Filters::Read(query)) {
    scene_.words = filters_.words;
  }

  std::vector<Question> Ask(int round, const Answers&) const override {
    if (round > 0) return {};
    return {{CategoriesUrl(scene_.speech.tag)}, {FoundUrl(scene_.speech.tag, filters_, {})}};
  }

  Document Write(const Answers& answers) const override {
    const auto& words = scene_.speech.words;
    const auto& found = answers.Of(FoundUrl(scene_.speech.tag, filters_, {}));
    const auto heading =
        filters_.words.empty() ? words.search_heading : Fill(words.search_heading_for, filters_.words);
    Filters alone;
    alone.words = filters_.words;
    Filters ordered = alone;
    ordered.order = filters_.order;
    // What somebody has searched for is no page of its own to a search engine.
    const Head head{.title = heading,
                    .description = words.home_lead,
                    .path = SearchPath(alone),
                    .indexed = filters_.words.empty() && !filters_.Narrow(),
                    .facts = {ListFact(scene_, ListIn(found, "products"))}};
    return {.body = WriteDocument(scene_, head, &answers, [&](Html& html) {
              html.Element("h1", {{"tabindex", "-1"}}, heading);
              const auto& categories = ListIn(answers.Of(CategoriesUrl(scene_.speech.tag)), "categories");
              WriteResults(scene_, html,
                           {.found = found,
                            .categories = categories,
                            .category = {},
                            .filters = filters_,
                            .all = SearchPath(ordered)});
            })};
  }

  Document Refuse(const Refusal& refusal) const override { return Refused(scene_, refusal); }

 private:
  Scene scene_;
  const Filters filters_;
};

// Its id stands in the categories, so its products are asked for a round later.
class Category final : public Page {
 public:
  Category(Scene scene, std::string slug, std::string_view query)
      : scene_(std::move(scene)), slug_(std::move(slug)), filters_(Filters::Read(query)) {
    scene_.words = filters_.words;
  }

  std::vector<Question> Ask(int round, const Answers& answers) const override {
    if (round == 0) return {{CategoriesUrl(scene_.speech.tag)}};
    const auto& category = Find(answers);
    if (round > 1 || category.empty()) return {};
    return {{FoundUrl(scene_.speech.tag, filters_,
                      {.category_id = std::string(TextIn(category, "id")), .seller_id = {}})}};
  }

  Document Write(const Answers& answers) const override {
    const auto& words = scene_.speech.words;
    const auto& category = Find(answers);
    if (category.empty()) return NotThere(scene_, words.problem_not_found, words.problem_not_found_hint);
    const auto name = TextIn(category, "name");
    const auto id = TextIn(category, "id");
    const auto& categories = CategoriesIn(answers);
    const auto way = WayTo(categories, id);
    const auto& found =
        answers.Of(FoundUrl(scene_.speech.tag, filters_, {.category_id = std::string(id), .seller_id = {}}));
    Filters ordered;
    ordered.words = filters_.words;
    ordered.order = filters_.order;
    const Head head{.title = std::string(name),
                    .description = words.home_lead,
                    .path = CategoryPath(TextIn(category, "slug")),
                    .indexed = filters_.words.empty() && !filters_.Narrow(),
                    .facts = {CrumbsFact(scene_, way), ListFact(scene_, ListIn(found, "products"))}};
    return {.body = WriteDocument(scene_, head, &answers, [&](Html& html) {
              WriteCrumbs(scene_, html, {way.begin(), std::prev(way.end())});
              html.Element("h1", {{"tabindex", "-1"}}, name);
              WriteResults(scene_, html,
                           {.found = found,
                            .categories = categories,
                            .category = id,
                            .filters = filters_,
                            .all = CategoryPath(TextIn(category, "slug"), ordered)});
            })};
  }

  Document Refuse(const Refusal& refusal) const override { return Refused(scene_, refusal); }

 private:
  const array& CategoriesIn(const Answers& answers) const {
    return ListIn(answers.Of(CategoriesUrl(scene_.speech.tag)), "categories");
  }
  const object& Find(const Answers& answers) const {
    const auto& all = CategoriesIn(answers);
    const auto found =
        std::ranges::find_if(all, [&](const auto& one) { return TextIn(ObjectOf(one), "slug") == slug_; });
    return found == all.end() ? ObjectOf(boost::json::value()) : ObjectOf(*found);
  }

  Scene scene_;
  const std::string slug_;
  const Filters filters_;
};

}  // namespace

PagePtr SearchPage(Scene scene, std::string_view query) {
  return std::make_unique<Search>(std::move(scene), query);
}

PagePtr CategoryPage(Scene scene, std::string slug, std::string_view query) {
  return std::make_unique<Category>(std::move(scene), std::move(slug), query);
}

}  // namespace market::pages
