#include "gateway/pages/site.hpp"

#include <algorithm>

namespace market::pages {
namespace {

constexpr std::string_view kHome = "/{language}/";
constexpr std::string_view kSearch = "/{language}/search";
constexpr std::string_view kCategory = "/{language}/c/{slug}";
constexpr std::string_view kProduct = "/{language}/p/{id}";
constexpr std::string_view kShop = "/{language}/s/{id}";
constexpr std::string_view kRobots = "/robots.txt";
constexpr std::string_view kSitemap = "/sitemap.xml";
constexpr std::string_view kSitemapOf = "/sitemap/{category}.xml";

bool IsHex(char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); }

// 8-4-4-4-12, as ids are written.
bool IsId(std::string_view text) {
  constexpr std::string_view kForm = "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx";
  return std::ranges::equal(text, kForm,
                            [](char c, char form) { return form == 'x' ? IsHex(c) : c == form; });
}

// What stands behind `prefix`, up to the next '/'; `rest` is what follows that.
std::optional<std::string_view> PartBehind(std::string_view path, std::string_view prefix,
                                           std::string_view& rest) {
  if (!path.starts_with(prefix)) return std::nullopt;
  path.remove_prefix(prefix.size());
  const auto end = path.find('/');
  rest = end == std::string_view::npos ? std::string_view() : path.substr(end + 1);
  return path.substr(0, end);
}

}  // namespace

Site Site::Read(const std::string& directory, std::string public_url) {
  Site site;
  while (public_url.ends_with("/")) public_url.pop_back();
  if (public_url.empty()) throw std::runtime_error("pages need pages.public_url, where people reach them");
  site.public_url_ = std::move(public_url);
  site.speeches_.push_back(Speech::Read(directory, "en", "en-GB"));
  site.speeches_.push_back(Speech::Read(directory, "ru", "ru"));
  return site;
}

std::vector<std::string_view> Site::Routes() {
  return {kHome, kSearch, kCategory, kProduct, kShop, kRobots, kSitemap, kSitemapOf};
}

std::optional<Site::Found> Site::At(std::string_view path, std::string_view query,
                                    std::string_view trace_id) const {
  if (path == kRobots) return Found{kRobots, RobotsPage(public_url_)};
  const auto plain = [&] {
    return Scene{.speech = speeches_.front(),
                 .public_url = public_url_,
                 .here = "/",
                 .trace_id = std::string(trace_id)};
  };
  if (path == kSitemap) return Found{kSitemap, SitemapPage(plain(), "")};
  std::string_view rest;
  if (const auto name = PartBehind(path, "/sitemap/", rest); name && name->ends_with(".xml")) {
    const auto id = name->substr(0, name->size() - std::string_view(".xml").size());
    if (IsId(id)) return Found{kSitemapOf, SitemapPage(plain(), std::string(id))};
    return std::nullopt;
  }
  for (const auto& speech : speeches_) {
    if (path.size() > speech.tag.size() + 1 && path.substr(1).starts_with(speech.tag) &&
        path[speech.tag.size() + 1] == '/')
      return InLanguage({.speech = speech,
                         .public_url = public_url_,
                         .here = std::string(path.substr(speech.tag.size() + 1)),
                         .trace_id = std::string(trace_id)},
                        query);
  }
  return std::nullopt;
}

std::optional<Site::Found> Site::InLanguage(Scene scene, std::string_view query) {
  const auto path = scene.here;
  if (!query.empty()) scene.here.append("?").append(query);
  if (path == "/") return Found{kHome, HomePage(std::move(scene))};
  if (path == "/search") return Found{kSearch, SearchPage(std::move(scene), query)};
  std::string_view rest;
  if (const auto slug = PartBehind(path, "/c/", rest); slug && !slug->empty() && rest.empty())
    return Found{kCategory, CategoryPage(std::move(scene), Decoded(*slug), query)};
  const auto titled = [&] { return rest.find('/') == std::string_view::npos; };
  if (const auto id = PartBehind(path, "/p/", rest); id && titled())
    return Found{kProduct,
                 IsId(*id) ? ProductPage(std::move(scene), std::string(*id)) : NoPage(std::move(scene))};
  if (const auto id = PartBehind(path, "/s/", rest); id && titled())
    return Found{kShop,
                 IsId(*id) ? ShopPage(std::move(scene), std::string(*id), query) : NoPage(std::move(scene))};
  return std::nullopt;
}

}  // namespace market::pages
