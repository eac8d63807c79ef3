// Where everything is: paths of pages as web/src/shop/paths.ts writes them, and what the API is asked as web/src/api/catalogue.ts
// asks it. Pure.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace market::pages {

// Names and values of a query, decoded; what is no UTF-8 is replaced.
using Parameters = std::vector<std::pair<std::string, std::string>>;
Parameters ReadQuery(std::string_view query);
// As URLSearchParams writes them; "" for none, without a '?'.
std::string WriteQuery(const Parameters& parameters);
// As encodeURIComponent, but for what it leaves: !*'() are escaped, too.
std::string EscapedPart(std::string_view text);
std::string Decoded(std::string_view text);

// What narrows a list, as the URL of a page says it. Nothing in it is trusted: what is no filter is none.
struct Filters {
  static Filters Read(std::string_view query);

  std::string words;
  std::string shop;
  std::vector<std::string> attributes;
  std::optional<std::int64_t> price_min;
  std::optional<std::int64_t> price_max;
  bool in_stock = false;
  std::int64_t stars = 0;
  std::string order;

  bool Narrow() const;
  // For the URL of a page: "?q=…", or "".
  std::string ToUrl() const;
};

// Of pages, without the language before them.
std::string SearchPath(const Filters& filters = {});
std::string CategoryPath(std::string_view slug, const Filters& filters = {});
std::string ProductPath(std::string_view id, std::string_view title);
std::string ShopPath(std::string_view id, std::string_view name);

// Of the API.
std::string CategoriesUrl(std::string_view language);
std::string NewestUrl(std::string_view language);
struct Within {
  std::string category_id;
  std::string seller_id;
};
std::string FoundUrl(std::string_view language, const Filters& filters, const Within& within);
std::string ProductUrl(std::string_view language, std::string_view id);
std::string ReviewsUrl(std::string_view product_id);
std::string SellerUrl(std::string_view id);
// For maps of the site: all that are there, newest first.
std::string ListedUrl(std::string_view category_id, std::string_view page_token);

}  // namespace market::pages
