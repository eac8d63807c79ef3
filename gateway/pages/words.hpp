// The words of the pages in one language, of the catalogue that the pages of a browser have (web/src/text): the build of the pages
// writes those that stand here into a file, so that none is written twice.
//
// Pure; read at start. Throws std::runtime_error for a file that lacks one.
#pragma once
#include <boost/json/value.hpp>
#include <initializer_list>
#include <string>
#include <string_view>

namespace market::pages {

// A word with a number before it: "# product", "# products".
struct Counted {
  std::string one;
  std::string few;
  std::string many;
  std::string other;

  // `form` as Display::PluralForm says; `number` as it is shown.
  std::string With(std::string_view form, std::string_view number) const;
};

struct Words {
  // `catalogue`: the object of the file.
  static Words Read(const boost::json::value& catalogue);

  std::string name;
  std::string skip;
  std::string menu_label;
  std::string menu_categories;
  std::string menu_all_products;
  std::string menu_sign_in;
  std::string menu_language;
  std::string menu_terms;
  std::string menu_api;
  std::string footer;
  std::string search_label;
  std::string search_placeholder;
  std::string search_go;
  std::string search_heading;
  std::string search_filters;
  std::string search_category;
  std::string search_everywhere;
  std::string search_more;
  std::string search_none;
  std::string search_none_hint;
  std::string search_clear;
  std::string home_heading;
  std::string home_lead;
  std::string home_browse;
  std::string home_newest;
  std::string home_newest_all;
  std::string home_categories;
  std::string home_empty;
  std::string home_empty_hint;
  std::string product_pictures;
  std::string product_sold;
  std::string product_sold_out;
  std::string product_in_stock;
  std::string product_before;
  std::string product_about;
  std::string product_details;
  std::string product_safety;
  std::string product_manufacturer;
  std::string product_responsible;
  std::string product_warnings;
  std::string product_other_offers;
  std::string product_in_language;
  std::string product_not_found;
  std::string product_not_found_hint;
  std::string reviews_heading;
  std::string reviews_none;
  std::string reviews_none_hint;
  std::string reviews_anonymous;
  std::string reviews_reply;
  std::string shop_heading;
  std::string shop_delivery;
  std::string shop_returns;
  std::string shop_contact;
  std::string shop_trader;
  std::string shop_not_found;
  std::string problem_heading;
  std::string problem_trace;
  std::string problem_not_found;
  std::string problem_not_found_hint;
  std::string problem_to_home;
  std::string problem_other;
  std::string problem_overloaded;
  std::string problem_unavailable;
  std::string problem_late;
  std::string problem_many;
  // With a place for what is said about: see Fill.
  std::string search_heading_for;
  std::string search_none_for;
  std::string product_lowest;
  std::string reviews_average;
  std::string shop_since;
  std::string shop_away;
  Counted search_total;
  Counted product_left;
  Counted reviews_count;
};

// `pattern` with `value` in the place of its "{}".
std::string Fill(std::string_view pattern, std::string_view value);

}  // namespace market::pages
