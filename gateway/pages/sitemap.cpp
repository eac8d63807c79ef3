// What is there for search engines: each page in each language, with its other languages. A catalogue that fits in a few answers
// is one map; of a larger one the map is an index, with a map for each category: its newest products.
#include <algorithm>

#include "gateway/pages/page.hpp"
#include "gateway/pages/parts.hpp"

namespace market::pages {
namespace {

// Each is an answer of a hundred products.
constexpr int kRoundsMax = 10;
constexpr std::int64_t kProductsMax = 1000;
constexpr std::string_view kXml = "application/xml; charset=utf-8";
constexpr std::string_view kBegin = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";
constexpr std::string_view kSchema = "http://www.sitemaps.org/schemas/sitemap/0.9";
constexpr std::string_view kMapped[] = {"en", "ru"};

class Sitemap final : public Page {
 public:
  Sitemap(Scene scene, std::string category) : scene_(std::move(scene)), category_(std::move(category)) {}

  std::vector<Question> Ask(int round, const Answers& answers) const override {
    std::vector<Question> questions;
    if (round == 0) {
      questions.push_back({ListedUrl(category_, "")});
      if (category_.empty()) questions.push_back({CategoriesUrl(scene_.speech.tag)});
      return questions;
    }
    const auto pages = Pages(answers);
    const auto next = pages.empty() ? std::string_view() : TextIn(*pages.back(), "nextPageToken");
    if (next.empty() || round >= kRoundsMax || IsIndex(answers)) return questions;
    questions.push_back({ListedUrl(category_, next)});
    return questions;
  }

  Document Write(const Answers& answers) const override {
    std::string out(kBegin);
    Html xml(out);
    if (IsIndex(answers)) {
      WriteIndex(answers, xml);
    } else {
      WriteMap(answers, xml);
    }
    return {.type = kXml, .body = std::move(out)};
  }

  Document Refuse(const Refusal& refusal) const override { return Refused(scene_, refusal); }

 private:
  // Answers about products, each of which names the next.
  std::vector<const object*> Pages(const Answers& answers) const {
    std::vector<const object*> pages;
    std::string token;
    do {
      const auto url = ListedUrl(category_, token);
      if (!answers.Has(url)) break;
      pages.push_back(&answers.Of(url));
      token = TextIn(*pages.back(), "nextPageToken");
    } while (!token.empty() && pages.size() < kRoundsMax);
    return pages;
  }

  bool IsIndex(const Answers& answers) const {
    return category_.empty() && NumberIn(answers.Of(ListedUrl("", "")), "total") > kProductsMax;
  }

  const array& Categories(const Answers& answers) const {
    return ListIn(answers.Of(CategoriesUrl(scene_.speech.tag)), "categories");
  }

  void WriteIndex(const Answers& answers, Html& xml) const {
    const auto index = xml.In("sitemapindex", {{"xmlns", kSchema}});
    for (const auto& category : Categories(answers)) {
      const auto map = xml.In("sitemap");
      xml.Element("loc", {},
                  scene_.public_url + "/sitemap/" + EscapedPart(TextIn(ObjectOf(category), "id")) + ".xml");
    }
  }

  void WriteMap(const Answers& answers, Html& xml) const {
    const auto map = xml.In("urlset", {{"xmlns", kSchema}, {"xmlns:xhtml", "http://www.w3.org/1999/xhtml"}});
    if (category_.empty()) {
      WriteUrl(xml, "/", {});
      for (const auto& category : Categories(answers))
        WriteUrl(xml, CategoryPath(TextIn(ObjectOf(category), "slug")), {});
    }
    for (const auto* page : Pages(answers)) {
      for (const auto& value : ListIn(*page, "products")) {
        const auto& product = ObjectOf(value);
        // What is listed for a category is in one below it as well, whose map has it.
        if (category_.empty() || TextIn(product, "categoryId") == category_)
          WriteUrl(xml, "/p/" + EscapedPart(TextIn(product, "id")), TextIn(product, "updateTime"));
      }
    }
  }

  void WriteUrl(Html& xml, const std::string& path, std::string_view changed) const {
    for (const auto language : kMapped) {
      const auto url = xml.In("url");
      xml.Element("loc", {}, scene_.public_url + "/" + std::string(language) + path);
      if (!changed.empty()) xml.Element("lastmod", {}, changed);
      for (const auto other : kMapped)
        xml.Element("xhtml:link",
                    {{"rel", "alternate"},
                     {"hreflang", other},
                     {"href", scene_.public_url + "/" + std::string(other) + path}},
                    "");
    }
  }

  const Scene scene_;
  const std::string category_;
};

class Robots final : public Page {
 public:
  explicit Robots(const std::string& public_url) : public_url_(public_url) {}
  std::vector<Question> Ask(int, const Answers&) const override { return {}; }
  Document Write(const Answers&) const override {
    return {.type = "text/plain; charset=utf-8",
            .body = "User-agent: *\nDisallow: /v1/\nDisallow: /*/search?\nAllow: /\n\nSitemap: " +
                    public_url_ + "/sitemap.xml\n"};
  }
  Document Refuse(const Refusal&) const override { return Write({}); }

 private:
  const std::string& public_url_;
};

}  // namespace

PagePtr SitemapPage(Scene scene, std::string category) {
  return std::make_unique<Sitemap>(std::move(scene), std::move(category));
}

PagePtr RobotsPage(const std::string& public_url) { return std::make_unique<Robots>(public_url); }

}  // namespace market::pages
