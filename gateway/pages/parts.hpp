// What several pages show: pictures, prices, stars, cards of products, the way to a category, and what they are to machines. The
// same elements and classes as in web/src, so that nothing moves when scripts show the page again.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/pages/document.hpp"
#include "gateway/pages/links.hpp"

namespace market::pages {

struct Shown {
  std::string_view sizes;
  bool eager = false;
  // Instead of the shop's own words: a text beside it says the same.
  bool silent = false;
};

void WritePicture(Html& html, const object& picture, const Shown& shown);
// The address of the largest of its files; empty: it has none.
std::string_view AddressOf(const object& picture);

std::string MoneyText(const Scene& scene, const object& money);
// As JSON-LD has it: "1999.50".
std::string PlainAmount(const object& money);
void WritePrice(const Scene& scene, Html& html, const object& offer, bool whole);
void WriteStars(const Scene& scene, Html& html, std::int64_t hundredths);
std::string CountedText(const Scene& scene, const Counted& counted, std::int64_t count);
// "30 November 2026" of a time in an answer; what is no time stays as it is.
std::string DayText(const Scene& scene, std::string_view time);

void WriteGrid(const Scene& scene, Html& html, const array& products, Word heading);
// What is nowhere, or empty: what that means and the one thing to do.
struct Empty {
  std::string_view heading;
  std::string_view hint;
  std::string href;
  std::string_view action;
};
void WriteEmpty(Html& html, const Empty& empty, Word heading);

// From the top of all categories down to this one.
std::vector<const object*> WayTo(const array& categories, std::string_view id);
void WriteCrumbs(const Scene& scene, Html& html, const std::vector<const object*>& way);

// For machines.
object CrumbsFact(const Scene& scene, const std::vector<const object*>& way);
object ListFact(const Scene& scene, const array& products);
object RatingFact(const object& rating);

}  // namespace market::pages
