#include "gateway/pages/document.hpp"

#include <array>
#include <boost/json/serialize.hpp>

#include "gateway/pages/links.hpp"
#include "platform/core/utf8.hpp"

namespace market::pages {
namespace {

constexpr std::size_t kExcerptBytes = 200;

// Languages of the pages, as they call themselves.
struct Named {
  std::string_view tag;
  std::string_view name;
};
constexpr std::array<Named, 2> kLanguages = {{{"en", "English"}, {"ru", "Русский"}}};
constexpr std::string_view kDefault = "en";

// Of web/src/ui/icon.tsx.
constexpr std::string_view kSearchIcon = "M11 4a7 7 0 1 0 0 14 7 7 0 0 0 0-14Zm5.2 12.2L20 20";
constexpr std::string_view kPersonIcon = "M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8Zm-7.5 8a7.5 7.5 0 0 1 15 0";
constexpr std::string_view kShopIcon =
    "M4 10v10h16V10M3 10l2-6h14l2 6a3 3 0 0 1-6 0 3 3 0 0 1-6 0 3 3 0 0 1-6 0Z";

std::string AbsoluteUrl(const Scene& scene, std::string_view url) {
  return url.starts_with("/") ? scene.public_url + std::string(url) : std::string(url);
}

void WriteMeta(Html& html, std::string_view property, std::string_view content) {
  if (!content.empty()) html.Single("meta", {{"property", property}, {"content", content}});
}

void WriteHead(const Scene& scene, const Head& head, Html& html) {
  const auto& name = scene.speech.words.name;
  html.Element("title", {}, head.title == name ? name : head.title + " · " + name);
  if (!head.description.empty())
    html.Single("meta", {{"name", "description"}, {"content", head.description}});
  if (!head.indexed || head.path.empty()) html.Single("meta", {{"name", "robots"}, {"content", "noindex"}});
  if (head.path.empty()) return;
  html.Single("link", {{"rel", "canonical"}, {"href", scene.Absolute(head.path)}});
  for (const auto& [tag, own_name] : kLanguages) {
    const auto url = scene.public_url + "/" + std::string(tag) + head.path;
    html.Single("link", {{"rel", "alternate"}, {"hreflang", tag}, {"href", url}});
    if (tag == kDefault)
      html.Single("link", {{"rel", "alternate"}, {"hreflang", "x-default"}, {"href", url}});
  }
  WriteMeta(html, "og:site_name", name);
  WriteMeta(html, "og:title", head.title);
  WriteMeta(html, "og:description", head.description);
  WriteMeta(html, "og:type", head.type);
  WriteMeta(html, "og:url", scene.Absolute(head.path));
  WriteMeta(html, "og:locale", scene.speech.tag);
  WriteMeta(html, "og:image", head.picture.empty() ? "" : AbsoluteUrl(scene, head.picture));
  for (const auto& fact : head.facts) {
    object whole{{"@context", "https://schema.org"}};
    for (const auto& [key, value] : fact) whole[key] = value;
    html.Data("application/ld+json", "", boost::json::serialize(whole));
  }
}

void WriteSearchBox(const Scene& scene, Html& html) {
  const auto& words = scene.speech.words;
  const auto search = html.In("search", {{"class", "search-box"}});
  const auto form = html.In("form", {{"action", scene.Local("/search")}});
  {
    const auto combobox = html.In("div", {{"class", "combobox"}});
    html.Single("input", {{"type", "search"},
                          {"name", "q"},
                          {"aria-label", words.search_label},
                          {"placeholder", words.search_placeholder},
                          {"maxlength", "200"},
                          {"value", scene.words}});
  }
  const auto go = html.In("button", {{"type", "submit"}, {"aria-label", words.search_go}});
  WriteIcon(html, kSearchIcon);
}

void WriteHeader(const Scene& scene, Html& html) {
  const auto& words = scene.speech.words;
  const auto header = html.In("header", {{"class", "header"}});
  html.Element("a", {{"class", "skip"}, {"href", "#content"}}, words.skip);
  const auto inside = html.In("div", {{"class", "header-inside"}});
  {
    const auto brand = html.In("a", {{"class", "brand"}, {"href", scene.Local("/")}});
    WriteIcon(html, kShopIcon);
    html.Element("span", {}, words.name);
  }
  WriteSearchBox(scene, html);
  const auto menu = html.In("nav", {{"class", "header-menu"}, {"aria-label", words.menu_label}});
  html.Element("a", {{"class", "header-all"}, {"href", scene.Local("/search")}}, words.menu_all_products);
  const auto enter = html.In("a", {{"class", "header-enter"}, {"href", scene.Local("/sign-in")}});
  WriteIcon(html, kPersonIcon);
  html.Element("span", {}, words.menu_sign_in);
}

void WriteFooter(const Scene& scene, Html& html) {
  const auto& words = scene.speech.words;
  const auto footer = html.In("footer", {{"class", "footer"}});
  const auto inside = html.In("div", {{"class", "footer-inside"}});
  html.Element("p", {{"class", "footer-word"}}, words.footer);
  {
    const auto list = html.In("ul", {{"class", "footer-links"}});
    {
      const auto item = html.In("li");
      html.Element("a", {{"href", scene.Local("/terms")}}, words.menu_terms);
    }
    const auto item = html.In("li");
    html.Element("a", {{"href", "/docs"}}, words.menu_api);
  }
  const auto languages = html.In("nav", {{"class", "footer-links"}, {"aria-label", words.menu_language}});
  for (const auto& [tag, name] : kLanguages) {
    html.Element("a",
                 {{"href", "/" + std::string(tag) + scene.here},
                  {"hreflang", tag},
                  {"lang", tag},
                  {"aria-current", "true", tag == scene.speech.tag}},
                 name);
  }
}

}  // namespace

std::string WriteDocument(const Scene& scene, const Head& head, const Answers* answers,
                          const std::function<void(Html&)>& main) {
  const auto& shell = scene.speech.shell;
  std::string out;
  constexpr std::size_t kUsual = 64 << 10;
  out.reserve(kUsual);
  Html html(out);
  out.append(shell.begin);
  WriteHead(scene, head, html);
  out.append(shell.middle);
  WriteHeader(scene, html);
  {
    const auto content = html.In("main", {{"id", "content"}, {"class", "page"}, {"tabindex", "-1"}});
    main(html);
  }
  WriteFooter(scene, html);
  const auto rest = std::string_view(shell.end);
  // Behind the element whose content scripts put in place of this one.
  constexpr std::string_view kEnd = "</div>";
  out.append(kEnd);
  if (answers != nullptr) html.Data("application/json", "answers", answers->ToJson());
  out.append(rest.substr(kEnd.size()));
  return out;
}

void WriteIcon(Html& html, std::string_view line) {
  const auto icon = html.In(
      "svg", {{"class", "icon"}, {"viewBox", "0 0 24 24"}, {"aria-hidden", "true"}, {"focusable", "false"}});
  html.Element("path", {{"d", line}}, "");
}

std::string Excerpt(std::string_view text) {
  std::string words;
  bool blank = false;
  for (const char c : text) {
    const bool is_blank = c == ' ' || c == '\n' || c == '\r' || c == '\t';
    if (!is_blank && blank && !words.empty()) words.push_back(' ');
    blank = is_blank;
    if (!is_blank) words.push_back(c);
    if (words.size() > kExcerptBytes + 4) break;
  }
  if (words.size() <= kExcerptBytes) return words;
  words = ToValidUtf8(words, kExcerptBytes);
  const auto end = words.rfind(' ');
  if (end != std::string::npos) words.resize(end);
  return words + "…";
}

}  // namespace market::pages
