// A whole document: what stands in its head, the frame around the page, and the answers it was written from.
//
// Pure. Every text of it goes through Html. What a browser's scripts show in the same place is in web/src/shop/frame.
#pragma once
#include <boost/json/object.hpp>
#include <functional>
#include <string>
#include <vector>

#include "gateway/pages/answers.hpp"
#include "gateway/pages/html.hpp"
#include "gateway/pages/speech.hpp"

namespace market::pages {

// What a page is written with.
struct Scene {
  const Speech& speech;
  const std::string& public_url;  // where people reach the marketplace: without a slash at the end
  std::string here;               // the path with its query, behind the language
  std::string trace_id{};         // of the request: shown where there is no page
  std::string words{};            // that were searched for

  // Of a path of a page: "/en/search".
  std::string Local(std::string_view path) const { return "/" + speech.tag + std::string(path); }
  std::string Absolute(std::string_view path) const { return public_url + Local(path); }
  // Whether a text in `tag` needs to say so.
  bool IsForeign(std::string_view tag) const { return !tag.empty() && tag != speech.tag; }
};

// What machines are told of a page.
struct Head {
  std::string title;        // without the name of the marketplace
  std::string description;  // empty: none
  std::string path;         // the one of all its spellings, behind the language; empty: it is nowhere
  bool indexed = true;
  std::string type = "website";
  std::string picture;        // a path or a URL; empty: none
  std::vector<object> facts;  // JSON-LD, each without its @context
};

// `main`: writes what the page shows; `answers`: null where it was written from none.
std::string WriteDocument(const Scene& scene, const Head& head, const Answers* answers,
                          const std::function<void(Html&)>& main);

// One line, 24 × 24, as web/src/ui/icon.tsx draws it; beside a text that says the same.
void WriteIcon(Html& html, std::string_view line);

// The first words of a text, for a description: without its lines, cut between two words.
std::string Excerpt(std::string_view text);

}  // namespace market::pages
