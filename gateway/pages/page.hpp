// One page that everybody may see, asked for once: what it asks the API, round after round, and the document that its answers
// make. Pure.
#pragma once
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/pages/answers.hpp"
#include "gateway/pages/document.hpp"
#include "gateway/pages/links.hpp"

namespace market::pages {

struct Document {
  int status = 200;
  std::string_view type = "text/html; charset=utf-8";
  std::string body;
};

// Why a page can't be shown, as the API told it.
struct Refusal {
  int status = 503;
  std::string reason;
};

class Page {
 public:
  virtual ~Page() = default;

  // What is asked in round 0, 1, … ; nothing: there is no more to ask. Of all that is asked at once the answers come together.
  virtual std::vector<Question> Ask(int round, const Answers& answers) const = 0;
  virtual Document Write(const Answers& answers) const = 0;
  // A needed question was refused.
  virtual Document Refuse(const Refusal& refusal) const = 0;
};

using PagePtr = std::unique_ptr<const Page>;

// The pages, by what they are about. `scene` and what it refers to must outlive them.
PagePtr HomePage(Scene scene);
PagePtr SearchPage(Scene scene, std::string_view query);
PagePtr CategoryPage(Scene scene, std::string slug, std::string_view query);
PagePtr ProductPage(Scene scene, std::string id);
PagePtr ShopPage(Scene scene, std::string id, std::string_view query);

// A path below a language that is no page.
PagePtr NoPage(Scene scene);

// What machines read. `category`: the id of the one whose products are listed; empty: the whole.
PagePtr SitemapPage(Scene scene, std::string category);
PagePtr RobotsPage(const std::string& public_url);

// What a page is when there is nothing where it should be, and what when it can't be had.
Document NotThere(const Scene& scene, std::string_view heading, std::string_view hint);
Document Refused(const Scene& scene, const Refusal& refusal);

}  // namespace market::pages
