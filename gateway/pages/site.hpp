// The public pages: which path is which, in every language that there is, and all that they are written with.
//
//   const auto site = pages::Site::Read("/usr/share/marketplace/site/shop", "https://shop.example");
//   if (const auto found = site.At("/en/", "", trace_id)) …
//
// Owner: the gateway. Read at start; io thread only. What its pages name of their addresses comes from the setting alone, never from a
// request. Throws std::runtime_error for a build that is not whole.
#pragma once
#include <deque>
#include <optional>
#include <string>
#include <string_view>

#include "gateway/pages/page.hpp"
#include "gateway/pages/speech.hpp"

namespace market::pages {

class Site {
 public:
  // `directory`: the HTML and the words that the build of the pages made; `public_url`: "https://shop.example".
  static Site Read(const std::string& directory, std::string public_url);

  struct Found {
    std::string_view route;  // as metrics call it: "/{language}/p/{id}"
    PagePtr page;
  };
  // Nothing: it is no path of a page. `query` is what stands behind the '?'; `trace_id` is shown where there is no page. What it
  // gives must not outlive this.
  std::optional<Found> At(std::string_view path, std::string_view query, std::string_view trace_id) const;
  // Of all that At can give.
  static std::vector<std::string_view> Routes();

 private:
  static std::optional<Found> InLanguage(Scene scene, std::string_view query);

  std::deque<Speech> speeches_;  // the first is for what has no language
  std::string public_url_;
};

}  // namespace market::pages
