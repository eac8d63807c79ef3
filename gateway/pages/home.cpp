#include <algorithm>

#include "gateway/pages/page.hpp"
#include "gateway/pages/parts.hpp"

namespace market::pages {
namespace {

constexpr std::size_t kCollage = 3;
constexpr std::string_view kCollageSizes = "(min-width: 52rem) 22rem, 45vw";

// The newest product of each shop, then what is left: variety first.
std::vector<const object*> Mixed(const array& products) {
  std::vector<const object*> first;
  std::vector<const object*> rest;
  for (const auto& value : products) {
    const auto& product = ObjectOf(value);
    if (ListIn(product, "pictures").empty()) continue;
    const bool known = std::ranges::any_of(
        first, [&](const object* one) { return TextIn(*one, "sellerId") == TextIn(product, "sellerId"); });
    (known ? rest : first).push_back(&product);
  }
  first.insert(first.end(), rest.begin(), rest.end());
  return first;
}

class Home final : public Page {
 public:
  explicit Home(Scene scene) : scene_(std::move(scene)) {}

  std::vector<Question> Ask(int round, const Answers&) const override {
    if (round > 0) return {};
    return {{CategoriesUrl(scene_.speech.tag)}, {NewestUrl(scene_.speech.tag)}};
  }

  Document Write(const Answers& answers) const override {
    const auto& words = scene_.speech.words;
    const auto& categories = ListIn(answers.Of(CategoriesUrl(scene_.speech.tag)), "categories");
    const auto& products = ListIn(answers.Of(NewestUrl(scene_.speech.tag)), "products");
    const Head head{.title = words.name,
                    .description = words.home_lead,
                    .path = "/",
                    .facts = {Marketplace(), ListFact(scene_, products)}};
    return {.body = WriteDocument(scene_, head, &answers, [&](Html& html) {
              WriteHero(html, products);
              WriteCategories(html, categories);
              WriteNewest(html, products);
            })};
  }

  Document Refuse(const Refusal& refusal) const override { return Refused(scene_, refusal); }

 private:
  object Marketplace() const {
    return {{"@type", "Organization"},
            {"name", scene_.speech.words.name},
            {"url", scene_.Absolute("/")},
            {"description", scene_.speech.words.footer}};
  }

  void WriteHero(Html& html, const array& products) const {
    const auto& words = scene_.speech.words;
    const auto hero = html.In("section", {{"class", "hero"}});
    {
      const auto said = html.In("div");
      html.Element("h1", {{"tabindex", "-1"}}, words.home_heading);
      html.Element("p", {}, words.home_lead);
      html.Element("a", {{"class", "button button-main"}, {"href", scene_.Local(SearchPath())}},
                   words.home_browse);
    }
    const auto shown = Mixed(products);
    if (!products.empty() && shown.empty()) return;
    // They say nothing that the list below does not.
    const auto collage = html.In("div", {{"class", "collage"}, {"aria-hidden", "true"}});
    for (std::size_t at = 0; at < kCollage; ++at) {
      const auto place = html.In("div");
      if (at < shown.size())
        WritePicture(html, ObjectOf(ListIn(*shown[at], "pictures").front()),
                     {.sizes = kCollageSizes, .eager = true, .silent = true});
    }
  }

  void WriteCategories(Html& html, const array& categories) const {
    const auto& words = scene_.speech.words;
    const auto is_top = [](const auto& one) { return TextIn(ObjectOf(one), "parentId").empty(); };
    if (std::ranges::none_of(categories, is_top)) return;
    const auto tiles = html.In("nav", {{"class", "tiles"}, {"aria-label", words.home_categories}});
    html.Element("h2", {{"class", "unseen"}}, words.home_categories);
    const auto list = html.In("ul");
    for (const auto& value : categories) {
      if (!is_top(value)) continue;
      const auto& category = ObjectOf(value);
      const auto language = TextIn(category, "textLanguage");
      const auto item = html.In("li");
      html.Element("a",
                   {{"href", scene_.Local(CategoryPath(TextIn(category, "slug")))},
                    {"lang", language, scene_.IsForeign(language)}},
                   TextIn(category, "name"));
    }
  }

  void WriteNewest(Html& html, const array& products) const {
    const auto& words = scene_.speech.words;
    const auto row = html.In("section", {{"class", "home-row"}});
    {
      const auto heading = html.In("div", {{"class", "heading"}});
      html.Element("h2", {}, words.home_newest);
      Filters newest;
      newest.order = "newest";
      html.Element("a", {{"href", scene_.Local(SearchPath(newest))}}, words.home_newest_all);
    }
    if (products.empty()) {
      WriteEmpty(html,
                 {.heading = words.home_empty,
                  .hint = words.home_empty_hint,
                  .href = scene_.Local(SearchPath()),
                  .action = words.menu_all_products},
                 "h2");
    }
    WriteGrid(scene_, html, products, "h3");
  }

  const Scene scene_;
};

}  // namespace

PagePtr HomePage(Scene scene) { return std::make_unique<Home>(std::move(scene)); }

}  // namespace market::pages
