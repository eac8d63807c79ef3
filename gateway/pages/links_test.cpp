#include "gateway/pages/links.hpp"

#include <gtest/gtest.h>

namespace market::pages {
namespace {

constexpr std::string_view kId = "01a22b80-8fca-7001-9f58-e168314d56bc";

TEST(Links, AreThoseOfTheScripts) {
  EXPECT_EQ(ProductPath(kId, "Чай"), "/p/01a22b80-8fca-7001-9f58-e168314d56bc/%D1%87%D0%B0%D0%B9");
  EXPECT_EQ(ProductPath(kId, "!!!"), "/p/01a22b80-8fca-7001-9f58-e168314d56bc");
  EXPECT_EQ(CategoryPath("tea"), "/c/tea");
  EXPECT_EQ(SearchPath(), "/search");
}

TEST(Links, WhatIsReadFromAUrlIsWrittenIntoIt) {
  const std::string query =
      "q=tea+%26+pots&shop=01a22b80-8fca-7001-9f58-e168314d56bc&a=colour%3Dblue&a=size%3DM%3DL&min=100&max="
      "5000&"
      "stock=1&stars=4&sort=-price";
  const auto filters = Filters::Read(query);
  EXPECT_EQ(filters.words, "tea & pots");
  EXPECT_EQ(filters.attributes, (std::vector<std::string>{"colour=blue", "size=M=L"}));
  EXPECT_EQ(filters.ToUrl(), "?" + query);
  EXPECT_EQ(Filters::Read("").ToUrl(), "");
}

TEST(Links, WhatIsNoFilterIsNone) {
  const auto filters =
      Filters::Read("min=-1&max=1e3&a=colour&a==x&stars=99&sort=name&stock=yes&q=%zz%ff&q=second");
  EXPECT_FALSE(filters.price_min || filters.price_max || filters.in_stock);
  EXPECT_TRUE(filters.attributes.empty());
  EXPECT_EQ(filters.stars, 5);
  EXPECT_EQ(filters.order, "");
  EXPECT_EQ(filters.words, "%zz\ufffd");
  EXPECT_EQ(Filters::Read("q=" + std::string(300, 'a')).words.size(), 200U);
}

TEST(Links, QuestionsHaveTheSpellingOfTheScripts) {
  Filters filters;
  filters.words = "two words";
  filters.attributes = {"b=1", "a=2"};
  EXPECT_EQ(
      FoundUrl("en", filters, {.category_id = "7", .seller_id = {}}),
      "/v1/products?attributes=b%3D1&attributes=a%3D2&categoryId=7&facets=true&language=en&orderBy=relevance&"
      "pageSize=30&query=two+words");
  EXPECT_EQ(NewestUrl("ru"), "/v1/products?inStock=true&language=ru&orderBy=newest&pageSize=12");
  EXPECT_EQ(ReviewsUrl(kId), "/v1/products/01a22b80-8fca-7001-9f58-e168314d56bc/reviews?pageSize=10");
}

}  // namespace
}  // namespace market::pages
