// For the tests of this room: a shell with words in a directory of its own, and answers of the API about a small catalogue. For tests only.
#pragma once
#include <gtest/gtest.h>
#include <unistd.h>

#include <boost/json/serialize.hpp>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>
#include <string_view>

#include "gateway/pages/words.hpp"

namespace market::pages::testing {

// Every word is its own key, but for those that a test looks at.
inline std::string Catalogue() {
  boost::json::object words{{"name", "Marketplace"},
                            {"problem.unavailable", "A part of the marketplace cannot be reached"},
                            {"product.left", {{"one", "Only # left"}, {"other", "Only # left"}}}};
  const auto key_in = [](std::string_view said, std::string_view before) {
    const auto at = said.find(before);
    if (at == std::string_view::npos) return std::string();
    const auto rest = said.substr(at + before.size());
    return std::string(rest.substr(0, rest.find(' ')));
  };
  while (true) {
    try {
      Words::Read(words);
      return boost::json::serialize(words);
    } catch (const std::runtime_error& lacking) {
      const std::string_view said = lacking.what();
      if (const auto plural = key_in(said, "no forms for "); !plural.empty()) {
        words[plural] = {{"other", plural + " #"}};
      } else if (const auto filled = key_in(said, "its words for "); !filled.empty()) {
        words[filled] = filled + " {}";
      } else {
        const auto key = key_in(said, "no words for ");
        words[key] = key;
      }
    }
  }
}

// A directory as the build of the pages makes it.
inline std::string WrittenShell() {
  static int made = 0;
  const auto directory =
      ::testing::TempDir() + "pages_" + std::to_string(getpid()) + "_" + std::to_string(++made);
  std::filesystem::create_directories(directory);
  for (const std::string language : {"en", "ru"}) {
    std::ofstream(directory + "/" + language + ".json") << Catalogue();
    std::ofstream(directory + "/" + language + ".html")
        << "<!doctype html>\n<html lang=\"" << language << "\">\n<head><title>Marketplace</title>"
        << "<script type=\"module\" src=\"/assets/shop.js\"></script></head>\n<body>\n<div "
           "id=\"app\"></div>\n"
        << "<noscript><p>needs JavaScript</p></noscript>\n</body>\n</html>\n";
  }
  return directory;
}

// `pattern` with `text`, which is JSON's, in the place of each "@".
inline std::string Named(std::string_view pattern, std::string_view text) {
  std::string named;
  for (const char c : pattern) {
    if (c == '@') {
      named.append(text);
    } else {
      named.push_back(c);
    }
  }
  return named;
}

inline constexpr std::string_view kCategoriesAnswer = R"({"categories": [
  {"id": "01a22b80-8fca-7001-9f58-e168314d56bf", "name": @, "slug": "kitchen", "textLanguage": "en"},
  {"id": "01a22b80-8fca-7001-9f58-e168314d56be", "parentId": "01a22b80-8fca-7001-9f58-e168314d56bf", "name": @, "slug": "tea",
   "textLanguage": "ru"}]})";

inline constexpr std::string_view kProductAnswer = R"({
  "id": "01a22b80-8fca-7001-9f58-e168314d56bc", "sellerId": "01a22b80-8fca-7001-9f58-e168314d56aa", "title": @, "description": @,
  "categoryId": "01a22b80-8fca-7001-9f58-e168314d56be", "attributes": {@: @}, "textLanguage": "en",
  "pictures": [{"id": "1", "altText": @, "width": 800, "height": 600, "colour": @,
                "media": [{"width": 400, "webp": "/pictures/a.webp", "jpeg": "/pictures/a.jpg"}, {"width": 800, "webp": @, "jpeg": @}]},
               {"id": "2", "altText": @, "width": 8, "height": 8, "media": [{"width": 8, "webp": "/b.webp", "jpeg": "/b.jpg"}]}],
  "seller": {"id": "01a22b80-8fca-7001-9f58-e168314d56aa", "displayName": @, "slug": @},
  "productSafety": {"manufacturer": @, "manufacturerContact": @, "responsiblePerson": @, "responsibleContact": @, "warnings": @},
  "rating": {"averageHundredths": 450, "count": 2}, "updateTime": "2026-11-30T10:00:00Z",
  "offers": [
    {"id": "3", "sellerId": "01a22b80-8fca-7001-9f58-e168314d56aa", "sku": @, "options": {@: @}, "available": 3,
     "price": {"amount": 199950, "currency": "EUR"}, "compareAt": {"amount": 250000, "currency": "EUR"},
     "lowestPrice30d": {"amount": 199950, "currency": "EUR"}},
    {"id": "4", "sellerId": "01a22b80-8fca-7001-9f58-e168314d56bd", "sku": @, "options": {@: @}, "available": 9,
     "price": {"amount": 200000, "currency": "EUR"}}]})";

inline constexpr std::string_view kReviewsAnswer =
    R"({"rating": {"averageHundredths": 450, "count": 2}, "reviews": [
  {"id": "5", "rating": 4, "title": @, "text": @, "language": "en", "authorName": @, "createTime": "2026-11-30T10:00:00Z",
   "reply": {"text": @}},
  {"id": "6", "rating": 5, "title": @, "text": @, "createTime": @}]})";

inline constexpr std::string_view kSellerAnswer = R"({
  "id": "01a22b80-8fca-7001-9f58-e168314d56bd", "displayName": @, "slug": @, "countryCode": "DE", "description": @,
  "createTime": "2026-11-30T10:00:00Z", "shippingPolicy": @, "returnPolicy": @, "contactEmail": @, "contactPhone": @,
  "holiday": {"until": "2026-12-30T10:00:00Z", "note": @},
  "trader": {"legalName": @, "lines": [@, @], "postalCode": @, "city": @, "region": @, "countryCode": "DE", "registerNumber": @,
             "vatNumber": @}})";

}  // namespace market::pages::testing
