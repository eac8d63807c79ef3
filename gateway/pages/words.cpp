#include "gateway/pages/words.hpp"

#include <stdexcept>

namespace market::pages {
namespace {

constexpr std::string_view kPlace = "{}";

struct Plain {
  std::string_view key;
  std::string Words::* word;
};

constexpr Plain kPlain[] = {
    {"name", &Words::name},
    {"skip", &Words::skip},
    {"menu.label", &Words::menu_label},
    {"menu.categories", &Words::menu_categories},
    {"menu.allProducts", &Words::menu_all_products},
    {"menu.signIn", &Words::menu_sign_in},
    {"menu.language", &Words::menu_language},
    {"menu.terms", &Words::menu_terms},
    {"menu.api", &Words::menu_api},
    {"footer", &Words::footer},
    {"search.label", &Words::search_label},
    {"search.placeholder", &Words::search_placeholder},
    {"search.go", &Words::search_go},
    {"search.heading", &Words::search_heading},
    {"search.filters", &Words::search_filters},
    {"search.category", &Words::search_category},
    {"search.everywhere", &Words::search_everywhere},
    {"search.more", &Words::search_more},
    {"search.none", &Words::search_none},
    {"search.noneHint", &Words::search_none_hint},
    {"search.clear", &Words::search_clear},
    {"home.heading", &Words::home_heading},
    {"home.lead", &Words::home_lead},
    {"home.browse", &Words::home_browse},
    {"home.newest", &Words::home_newest},
    {"home.newestAll", &Words::home_newest_all},
    {"home.categories", &Words::home_categories},
    {"home.empty", &Words::home_empty},
    {"home.emptyHint", &Words::home_empty_hint},
    {"product.pictures", &Words::product_pictures},
    {"product.sold", &Words::product_sold},
    {"product.soldOut", &Words::product_sold_out},
    {"product.inStock", &Words::product_in_stock},
    {"product.before", &Words::product_before},
    {"product.about", &Words::product_about},
    {"product.details", &Words::product_details},
    {"product.safety", &Words::product_safety},
    {"product.manufacturer", &Words::product_manufacturer},
    {"product.responsible", &Words::product_responsible},
    {"product.warnings", &Words::product_warnings},
    {"product.otherOffers", &Words::product_other_offers},
    {"product.inLanguage", &Words::product_in_language},
    {"product.notFound", &Words::product_not_found},
    {"product.notFoundHint", &Words::product_not_found_hint},
    {"reviews.heading", &Words::reviews_heading},
    {"reviews.none", &Words::reviews_none},
    {"reviews.noneHint", &Words::reviews_none_hint},
    {"reviews.anonymous", &Words::reviews_anonymous},
    {"reviews.reply", &Words::reviews_reply},
    {"shop.heading", &Words::shop_heading},
    {"shop.delivery", &Words::shop_delivery},
    {"shop.returns", &Words::shop_returns},
    {"shop.contact", &Words::shop_contact},
    {"shop.trader", &Words::shop_trader},
    {"shop.notFound", &Words::shop_not_found},
    {"problem.heading", &Words::problem_heading},
    {"problem.trace", &Words::problem_trace},
    {"problem.notFound", &Words::problem_not_found},
    {"problem.notFoundHint", &Words::problem_not_found_hint},
    {"problem.toHome", &Words::problem_to_home},
    {"problem.other", &Words::problem_other},
    {"problem.overloaded", &Words::problem_overloaded},
    {"problem.unavailable", &Words::problem_unavailable},
    {"problem.late", &Words::problem_late},
    {"problem.many", &Words::problem_many},
};

constexpr Plain kFilled[] = {
    {"search.headingFor", &Words::search_heading_for},
    {"search.noneFor", &Words::search_none_for},
    {"product.lowest", &Words::product_lowest},
    {"reviews.average", &Words::reviews_average},
    {"shop.since", &Words::shop_since},
    {"shop.away", &Words::shop_away},
};

struct Plural {
  std::string_view key;
  Counted Words::* word;
};

constexpr Plural kPlural[] = {
    {"search.total", &Words::search_total},
    {"product.left", &Words::product_left},
    {"reviews.count", &Words::reviews_count},
};

const boost::json::value& ValueOf(const boost::json::object& catalogue, std::string_view key) {
  const auto* value = catalogue.if_contains(key);
  if (value == nullptr) throw std::runtime_error("it has no words for " + std::string(key));
  return *value;
}

std::string TextOf(const boost::json::object& catalogue, std::string_view key) {
  const auto* text = ValueOf(catalogue, key).if_string();
  if (text == nullptr || text->empty()) throw std::runtime_error("it has no words for " + std::string(key));
  return {text->data(), text->size()};
}

Counted CountedOf(const boost::json::value& forms, std::string_view key) {
  const auto* object = forms.if_object();
  if (object == nullptr || !object->contains("other"))
    throw std::runtime_error("it has no forms for " + std::string(key));
  Counted counted;
  for (const auto& [name, form] : {std::pair{"one", &Counted::one}, std::pair{"few", &Counted::few},
                                   std::pair{"many", &Counted::many}, std::pair{"other", &Counted::other}}) {
    if (object->contains(name)) counted.*form = TextOf(*object, name);
  }
  return counted;
}

std::string Put(std::string_view pattern, std::string_view place, std::string_view value) {
  const auto at = pattern.find(place);
  if (at == std::string_view::npos) return std::string(pattern);
  return std::string(pattern.substr(0, at)).append(value).append(pattern.substr(at + place.size()));
}

}  // namespace

std::string Counted::With(std::string_view form, std::string_view number) const {
  const auto& chosen = form == "one" ? one : form == "few" ? few : form == "many" ? many : other;
  return Put(chosen.empty() ? other : chosen, "#", number);
}

std::string Fill(std::string_view pattern, std::string_view value) { return Put(pattern, kPlace, value); }

Words Words::Read(const boost::json::value& catalogue) {
  const auto* object = catalogue.if_object();
  if (object == nullptr) throw std::runtime_error("it is no catalogue of words");
  Words words;
  for (const auto& [key, word] : kPlain) words.*word = TextOf(*object, key);
  for (const auto& [key, word] : kFilled) {
    words.*word = TextOf(*object, key);
    if ((words.*word).find(kPlace) == std::string::npos)
      throw std::runtime_error("its words for " + std::string(key) + " have no place for a value");
  }
  for (const auto& [key, word] : kPlural) words.*word = CountedOf(ValueOf(*object, key), key);
  return words;
}

}  // namespace market::pages
