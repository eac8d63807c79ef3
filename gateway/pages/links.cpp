#include "gateway/pages/links.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>
#include <map>

#include "platform/core/utf8.hpp"
#include "platform/unicode/display.hpp"

namespace market::pages {
namespace {

constexpr std::size_t kWordsMax = 200;  // of UTF-16
constexpr std::size_t kAttributesMax = 20;
constexpr std::int64_t kPriceMax = 1'000'000'000'000;
constexpr std::int64_t kStarsMax = 5;
constexpr std::array<std::string_view, 5> kOrders = {"relevance", "newest", "price", "-price", "rating"};
// Whole rows of two, three and four.
constexpr std::string_view kNewestShown = "12";
constexpr std::string_view kPage = "30";
constexpr std::string_view kReviewsShown = "10";
constexpr std::string_view kListed = "100";

bool IsPlain(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'); }

int DigitOf(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

void AppendPercent(char c, std::string& out) {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  const auto byte = static_cast<unsigned char>(c);
  out.push_back('%');
  out.push_back(kDigits[byte >> 4]);
  out.push_back(kDigits[byte & 15]);
}

void AppendFormPart(std::string_view text, std::string& out) {
  for (const char c : text) {
    if (IsPlain(c) || c == '*' || c == '-' || c == '.' || c == '_') {
      out.push_back(c);
    } else if (c == ' ') {
      out.push_back('+');
    } else {
      AppendPercent(c, out);
    }
  }
}

// What is no percent-encoding stands for itself, as browsers have it.
std::string DecodedBytes(std::string_view text, bool form) {
  std::string bytes;
  for (std::size_t at = 0; at < text.size(); ++at) {
    const bool escape =
        text[at] == '%' && at + 2 < text.size() && DigitOf(text[at + 1]) >= 0 && DigitOf(text[at + 2]) >= 0;
    if (escape) {
      bytes.push_back(static_cast<char>(DigitOf(text[at + 1]) * 16 + DigitOf(text[at + 2])));
      at += 2;
    } else {
      bytes.push_back(form && text[at] == '+' ? ' ' : text[at]);
    }
  }
  return ToValidUtf8(bytes, std::numeric_limits<std::size_t>::max());
}

// Its first characters, in so many units of UTF-16.
std::string Shortened(std::string text, std::size_t units) {
  std::size_t used = 0;
  for (std::size_t at = 0; at < text.size();) {
    const auto size = Utf8SequenceLength(std::string_view(text).substr(at));
    used += size == 4 ? 2 : 1;
    if (used > units) return text.substr(0, at);
    at += std::max<std::size_t>(size, 1);
  }
  return text;
}

std::optional<std::int64_t> Whole(std::string_view text, std::int64_t most) {
  if (text.empty() || text.size() > 15 ||
      !std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; }))
    return std::nullopt;
  std::int64_t value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return std::min(value, most);
}

bool IsAttribute(std::string_view text) {
  const auto equals = text.find('=');
  return equals != std::string_view::npos && equals > 0 && equals + 1 < text.size();
}

std::string Titled(std::string base, std::string_view title) {
  const auto slug = unicode::SlugOf(title);
  return slug.empty() ? base : base + "/" + EscapedPart(slug);
}

// In the order of their names, as the scripts of the pages put them before they look for an answer.
std::string AskedAt(std::string path, const Parameters& parameters) {
  // Those of one name stay in their order.
  const std::multimap<std::string, std::string> ordered(parameters.begin(), parameters.end());
  return std::move(path) + "?" + WriteQuery({ordered.begin(), ordered.end()});
}

}  // namespace

Parameters ReadQuery(std::string_view query) {
  Parameters parameters;
  while (!query.empty()) {
    const auto end = query.find('&');
    const auto part = query.substr(0, end);
    query.remove_prefix(end == std::string_view::npos ? query.size() : end + 1);
    if (part.empty()) continue;
    const auto equals = part.find('=');
    parameters.emplace_back(
        DecodedBytes(part.substr(0, equals), true),
        equals == std::string_view::npos ? "" : DecodedBytes(part.substr(equals + 1), true));
  }
  return parameters;
}

std::string WriteQuery(const Parameters& parameters) {
  std::string text;
  for (const auto& [name, value] : parameters) {
    if (!text.empty()) text.push_back('&');
    AppendFormPart(name, text);
    text.push_back('=');
    AppendFormPart(value, text);
  }
  return text;
}

std::string EscapedPart(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (IsPlain(c) || c == '-' || c == '_' || c == '.' || c == '~') {
      out.push_back(c);
    } else {
      AppendPercent(c, out);
    }
  }
  return out;
}

std::string Decoded(std::string_view text) { return DecodedBytes(text, false); }

Filters Filters::Read(std::string_view query) {
  Filters filters;
  bool words = false, shop = false, lowest = false, highest = false, stock = false, stars = false,
       order = false;
  // Of what is there twice the first counts.
  const auto first = [](bool& seen) { return !std::exchange(seen, true); };
  for (auto& [name, value] : ReadQuery(query)) {
    if (name == "q" && first(words)) filters.words = Shortened(std::move(value), kWordsMax);
    if (name == "shop" && first(shop)) filters.shop = std::move(value);
    if (name == "a" && IsAttribute(value) && filters.attributes.size() < kAttributesMax)
      filters.attributes.push_back(std::move(value));
    if (name == "min" && first(lowest)) filters.price_min = Whole(value, kPriceMax);
    if (name == "max" && first(highest)) filters.price_max = Whole(value, kPriceMax);
    if (name == "stock" && first(stock)) filters.in_stock = value == "1";
    if (name == "stars" && first(stars)) filters.stars = Whole(value, kStarsMax).value_or(0);
    if (name == "sort" && first(order) && std::ranges::find(kOrders, value) != kOrders.end())
      filters.order = value;
  }
  return filters;
}

bool Filters::Narrow() const {
  return !shop.empty() || !attributes.empty() || price_min || price_max || in_stock || stars > 0 ||
         !order.empty();
}

std::string Filters::ToUrl() const {
  Parameters said;
  if (!words.empty()) said.emplace_back("q", words);
  if (!shop.empty()) said.emplace_back("shop", shop);
  auto sorted = attributes;
  std::ranges::sort(sorted);
  for (auto& one : sorted) said.emplace_back("a", std::move(one));
  if (price_min) said.emplace_back("min", std::to_string(*price_min));
  if (price_max) said.emplace_back("max", std::to_string(*price_max));
  if (in_stock) said.emplace_back("stock", "1");
  if (stars > 0) said.emplace_back("stars", std::to_string(stars));
  if (!order.empty()) said.emplace_back("sort", order);
  return said.empty() ? "" : "?" + WriteQuery(said);
}

std::string SearchPath(const Filters& filters) { return "/search" + filters.ToUrl(); }

std::string CategoryPath(std::string_view slug, const Filters& filters) {
  return "/c/" + EscapedPart(slug) + filters.ToUrl();
}

std::string ProductPath(std::string_view id, std::string_view title) {
  return Titled("/p/" + EscapedPart(id), title);
}

std::string ShopPath(std::string_view id, std::string_view name) {
  return Titled("/s/" + EscapedPart(id), name);
}

std::string CategoriesUrl(std::string_view language) {
  return AskedAt("/v1/categories", {{"language", std::string(language)}});
}

std::string NewestUrl(std::string_view language) {
  return AskedAt("/v1/products", {{"language", std::string(language)},
                                  {"orderBy", "newest"},
                                  {"inStock", "true"},
                                  {"pageSize", std::string(kNewestShown)}});
}

std::string FoundUrl(std::string_view language, const Filters& filters, const Within& within) {
  Parameters asked{{"language", std::string(language)}, {"facets", "true"}, {"pageSize", std::string(kPage)}};
  const auto& seller = within.seller_id.empty() ? filters.shop : within.seller_id;
  if (!filters.words.empty()) asked.emplace_back("query", filters.words);
  if (!within.category_id.empty()) asked.emplace_back("categoryId", within.category_id);
  if (!seller.empty()) asked.emplace_back("sellerId", seller);
  for (const auto& one : filters.attributes) asked.emplace_back("attributes", one);
  if (filters.price_min) asked.emplace_back("minPrice", std::to_string(*filters.price_min));
  if (filters.price_max) asked.emplace_back("maxPrice", std::to_string(*filters.price_max));
  if (filters.in_stock) asked.emplace_back("inStock", "true");
  if (filters.stars > 0) asked.emplace_back("minRating", std::to_string(filters.stars));
  const std::string usual = filters.words.empty() ? "newest" : "relevance";
  asked.emplace_back("orderBy", filters.order.empty() ? usual : filters.order);
  return AskedAt("/v1/products", asked);
}

std::string ProductUrl(std::string_view language, std::string_view id) {
  return AskedAt("/v1/products/" + EscapedPart(id), {{"language", std::string(language)}});
}

std::string ReviewsUrl(std::string_view product_id) {
  return AskedAt("/v1/products/" + EscapedPart(product_id) + "/reviews",
                 {{"pageSize", std::string(kReviewsShown)}});
}

std::string SellerUrl(std::string_view id) { return "/v1/sellers/" + EscapedPart(id); }

std::string ListedUrl(std::string_view category_id, std::string_view page_token) {
  Parameters asked{{"orderBy", "newest"}, {"pageSize", std::string(kListed)}};
  if (!category_id.empty()) asked.emplace_back("categoryId", category_id);
  if (page_token.empty()) asked.emplace_back("facets", "true");  // with how many there are
  if (!page_token.empty()) asked.emplace_back("pageToken", page_token);
  return AskedAt("/v1/products", asked);
}

}  // namespace market::pages
