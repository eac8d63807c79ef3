#include "gateway/pages/site.hpp"

#include <gtest/gtest.h>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <filesystem>
#include <fstream>
#include <map>

#include "gateway/pages/testing/catalogue.hpp"

namespace market::pages {
namespace {

constexpr std::string_view kProduct = "01a22b80-8fca-7001-9f58-e168314d56bc";
constexpr std::string_view kSeller = "01a22b80-8fca-7001-9f58-e168314d56bd";
constexpr std::string_view kCategory = "01a22b80-8fca-7001-9f58-e168314d56be";
// What would run, end an element, an attribute, a comment or a script in a page that took it for more than words.
constexpr std::string_view kMischief =
    "\"'><script>alert(1)</script><img src=x onerror=alert(1)><!-- ]]> </title>&lt;";

class SiteTest : public ::testing::Test {
 protected:
  SiteTest() : site_(Site::Read(testing::WrittenShell(), "https://shop.example/")) { Tell("Tea & pot"); }

  // All answers, with this in the place of each text of people.
  void Tell(std::string_view text) {
    const auto said = boost::json::serialize(boost::json::string(text));
    const auto named = [&](std::string_view pattern) { return testing::Named(pattern, said); };
    const auto product = named(testing::kProductAnswer);
    answers_ = {{"/v1/categories", named(testing::kCategoriesAnswer)},
                {"/v1/products", R"({"total": 1, "products": [)" + product +
                                     R"(], "facets": {"categories": [{"categoryId": ")" +
                                     std::string(kCategory) + R"(", "count": 1}]}})"},
                {"/v1/products/" + std::string(kProduct), product},
                {"/v1/products/" + std::string(kProduct) + "/reviews", named(testing::kReviewsAnswer)},
                {"/v1/sellers/" + std::string(kSeller), named(testing::kSellerAnswer)}};
  }

  Document Show(std::string_view target) {
    const auto mark = target.find('?');
    const auto query = mark == std::string_view::npos ? std::string_view() : target.substr(mark + 1);
    const auto found = site_.At(target.substr(0, mark), query, "0123456789abcdef");
    if (!found) return {.status = 0, .type = {}, .body = {}};
    Answers answers;
    asked_.clear();
    for (int round = 0;; ++round) {
      const auto questions = found->page->Ask(round, answers);
      if (questions.empty()) break;
      for (const auto& question : questions) {
        asked_.push_back(question.url);
        const auto answer = answers_.find(question.url.substr(0, question.url.find('?')));
        if (answer == answers_.end()) {
          if (question.needed) return found->page->Refuse({.status = 404, .reason = "NOT_FOUND"});
          continue;
        }
        answers.Add(question.url, answer->second);
      }
    }
    return found->page->Write(answers);
  }

  static std::size_t Count(const std::string& text, std::string_view part) {
    std::size_t count = 0;
    for (auto at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++count;
    return count;
  }

  // The data blocks of a type, each as what it is.
  static std::vector<boost::json::value> Blocks(const std::string& html, const std::string& type) {
    std::vector<boost::json::value> blocks;
    const std::string begin = "<script type=\"" + type + "\"";
    for (auto at = html.find(begin); at != std::string::npos; at = html.find(begin, at + 1)) {
      const auto from = html.find('>', at) + 1;
      blocks.push_back(boost::json::parse(html.substr(from, html.find("</script>", from) - from)));
    }
    return blocks;
  }

  Site site_;
  std::map<std::string, std::string> answers_;
  std::vector<std::string> asked_;
};

#define EXPECT_HAS(document, part) EXPECT_NE((document).body.find(part), std::string::npos) << (document).body

const std::string kPages[] = {"/en/",
                              "/ru/",
                              "/en/search",
                              "/en/search?q=tea",
                              "/ru/c/tea",
                              "/en/p/" + std::string(kProduct) + "/x",
                              "/ru/s/" + std::string(kSeller)};

TEST_F(SiteTest, AProductIsReadableAndDescribed) {
  const auto page = Show("/en/p/" + std::string(kProduct) + "/a-title");
  EXPECT_EQ(page.status, 200);
  EXPECT_HAS(page, "<title>Tea &amp; pot · Marketplace</title>");
  EXPECT_HAS(page, "<h1 tabindex=\"-1\">Tea &amp; pot</h1>");
  EXPECT_HAS(page, "<strong>€1,999.50</strong>");
  EXPECT_HAS(page,
             "<link rel=\"canonical\" href=\"https://shop.example/en/p/" + std::string(kProduct) + "\">");
  EXPECT_HAS(page, "hreflang=\"ru\" href=\"https://shop.example/ru/p/");
  EXPECT_HAS(page, "hreflang=\"x-default\" href=\"https://shop.example/en/p/");
  EXPECT_HAS(page, "<meta property=\"og:type\" content=\"product\">");
  EXPECT_HAS(page, "width=\"800\" height=\"600\" alt=\"Tea &amp; pot\"");
  EXPECT_HAS(page, "Only 3 left");
  EXPECT_HAS(page, "<html lang=\"en\">");
  const auto facts = Blocks(page.body, "application/ld+json");
  ASSERT_EQ(facts.size(), 2U);
  EXPECT_EQ(facts[0].at("@type"), "Product");
  EXPECT_EQ(facts[0].at("name"), "Tea & pot");
  EXPECT_EQ(facts[0].at("offers").at(0).at("price"), "1999.50");
  EXPECT_EQ(facts[0].at("offers").at(0).at("availability"), "https://schema.org/InStock");
  EXPECT_EQ(facts[0].at("aggregateRating").at("ratingValue"), 4.5);
  EXPECT_EQ(facts[1].at("@type"), "BreadcrumbList");
}

TEST_F(SiteTest, AnswersGoAlongUnderTheNameTheyAreAskedBy) {
  for (const auto& path : kPages) {
    const auto page = Show(path);
    EXPECT_EQ(page.status, 200) << path;
    const auto blocks = Blocks(page.body, "application/json");
    ASSERT_EQ(blocks.size(), 1U) << path;
    EXPECT_EQ(blocks[0].as_object().size(), asked_.size()) << path;
    for (const auto& url : asked_) EXPECT_TRUE(blocks[0].as_object().contains(url)) << url;
  }
}

TEST_F(SiteTest, WhatPeopleWriteIsNothingButWords) {
  std::map<std::string, std::size_t> scripts;
  std::map<std::string, std::size_t> elements;
  for (const auto& path : kPages) {
    const auto plain = Show(path);
    scripts[path] = Count(plain.body, "<script");
    elements[path] = Count(plain.body, "<");
  }
  Tell(kMischief);
  for (const auto& path : kPages) {
    const auto page = Show(path);
    EXPECT_EQ(Count(page.body, "<script"), scripts[path]) << path;
    EXPECT_EQ(Count(page.body, "</script"), scripts[path]) << path;
    // Not one more of anything that begins as an element does.
    EXPECT_EQ(Count(page.body, "<"), elements[path]) << path;
    EXPECT_EQ(Count(page.body, "onerror=alert(1)>"), 0U) << path;
    for (const auto& block : Blocks(page.body, "application/json"))
      EXPECT_NE(boost::json::serialize(block).find("alert(1)"), std::string::npos);
    for (const auto& fact : Blocks(page.body, "application/ld+json"))
      EXPECT_EQ(fact.at("@context"), "https://schema.org");
  }
}

TEST_F(SiteTest, WhatIsInTheUrlIsNothingButWordsEither) {
  const auto page = Show("/en/search?q=%22%3E%3Cscript%3Ealert(1)%3C/script%3E&\"><script>=1");
  EXPECT_EQ(Count(page.body, "<script"), Count(Show("/en/search").body, "<script"));
  EXPECT_HAS(page, "value=\"&quot;&gt;&lt;script&gt;alert(1)&lt;/script&gt;\"");
  EXPECT_HAS(page, "<meta name=\"robots\" content=\"noindex\">");
}

TEST_F(SiteTest, WhatIsNotThereIsSaidOnAPage) {
  for (const std::string path : {"/en/p/01a22b80-8fca-7001-9f58-000000000000", "/en/c/none", "/ru/s/none",
                                 "/en/p/01a22b80x8fca-7001-9f58-000000000000"}) {
    const auto page = Show(path);
    EXPECT_EQ(page.status, 404) << path;
    EXPECT_HAS(page, "<h1>");
    EXPECT_HAS(page, "<code>0123456789abcdef</code>");
    EXPECT_HAS(page, "<meta name=\"robots\" content=\"noindex\">");
    EXPECT_EQ(Count(page.body, "rel=\"canonical\""), 0U);
  }
  for (const std::string path :
       {"/", "/en", "/de/", "/en/none", "/en/c/", "/en/c/a/b", "/v1/products", "/sitemap/x.xml"})
    EXPECT_EQ(Show(path).status, 0) << path;
}

TEST_F(SiteTest, WhatCannotBeHadIsSaidWithItsStatus) {
  const auto found = site_.At("/en/", "", "0123456789abcdef");
  const auto page = found->page->Refuse({.status = 503, .reason = "UNAVAILABLE"});
  EXPECT_EQ(page.status, 503);
  EXPECT_HAS(page, "A part of the marketplace cannot be reached");
  EXPECT_HAS(page, "<code>0123456789abcdef</code>");
  EXPECT_EQ(Blocks(page.body, "application/json").size(), 0U);
}

TEST_F(SiteTest, AnotherLanguageSaysSo) {
  const auto page = Show("/ru/p/" + std::string(kProduct));
  EXPECT_HAS(page, "<h1 tabindex=\"-1\" lang=\"en\">");
  EXPECT_HAS(page, "1\u00a0999,50\u00a0€");
  EXPECT_HAS(page, "<html lang=\"ru\">");
}

TEST_F(SiteTest, MapsNameEveryPageInEveryLanguage) {
  const auto map = Show("/sitemap.xml");
  EXPECT_EQ(map.type, "application/xml; charset=utf-8");
  const auto product = "/ru/p/" + std::string(kProduct);
  for (const char* path : {"/en/", "/ru/", "/en/c/tea", product.c_str()})
    EXPECT_HAS(map, "<loc>https://shop.example" + std::string(path) + "</loc>");
  answers_["/v1/products"] = R"({"total": 5000, "products": []})";
  const auto index = Show("/sitemap.xml");
  EXPECT_HAS(index,
             "<sitemap><loc>https://shop.example/sitemap/" + std::string(kCategory) + ".xml</loc></sitemap>");
  EXPECT_HAS(Show("/robots.txt"), "Sitemap: https://shop.example/sitemap.xml");
}

TEST_F(SiteTest, ABuildThatIsNotWholeIsNotTaken) {
  const auto directory = testing::WrittenShell();
  EXPECT_THROW(Site::Read(directory + "/none", "https://shop.example"), std::runtime_error);
  EXPECT_THROW(Site::Read(directory, ""), std::runtime_error);
  std::ofstream(directory + "/ru.html") << "<title></title>";
  try {
    Site::Read(directory, "https://shop.example");
    FAIL() << "taken";
  } catch (const std::runtime_error& error) {
    EXPECT_NE(std::string(error.what()).find("ru.html: it is no page of the shop"), std::string::npos)
        << error.what();
  }
}

}  // namespace
}  // namespace market::pages
