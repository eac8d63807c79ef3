#include "gateway/pages/parts.hpp"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cstdlib>

#include "platform/unicode/formats.hpp"

namespace market::pages {
namespace {

// The first row is there before anybody scrolls.
constexpr std::size_t kEager = 5;
constexpr std::string_view kCardSizes = "(min-width: 80rem) 14rem, (min-width: 52rem) 22vw, 45vw";
constexpr int kStars = 5;
constexpr std::int64_t kHalfStar = 50;
constexpr std::string_view kStar =
    "m12 3.6 2.6 5.4 5.9.8-4.3 4.1 1 5.9-5.2-2.8-5.2 2.8 1-5.9-4.3-4.1 5.9-.8Z";
constexpr std::string_view kPictureIcon = "M4 5h16v14H4zM4 16l5-5 4 4 3-3 4 4M15.5 9.5h.01";
constexpr std::size_t kWayMax = 20;

std::string SetOf(const object& picture, std::string_view kind) {
  std::string set;
  for (const auto& value : ListIn(picture, "media")) {
    const auto& medium = ObjectOf(value);
    if (!set.empty()) set.append(", ");
    set.append(TextIn(medium, kind))
        .append(" ")
        .append(std::to_string(NumberIn(medium, "width")))
        .append("w");
  }
  return set;
}

void WriteCard(const Scene& scene, Html& html, const object& product, Word heading, bool eager) {
  const auto& words = scene.speech.words;
  const auto card = html.In("article", {{"class", "product-card"}});
  const auto& pictures = ListIn(product, "pictures");
  const object none;
  WritePicture(html, pictures.empty() ? none : ObjectOf(pictures.front()),
               {.sizes = kCardSizes, .eager = eager, .silent = true});
  const auto title = TextIn(product, "title");
  const auto language = TextIn(product, "textLanguage");
  {
    const auto name = html.In(heading);
    html.Element("a",
                 {{"href", scene.Local(ProductPath(TextIn(product, "id"), title))},
                  {"lang", language, scene.IsForeign(language)}},
                 title);
  }
  const auto& seller = ObjectIn(product, "seller");
  if (!seller.empty()) html.Element("p", {{"class", "product-card-shop"}}, TextIn(seller, "displayName"));
  const auto& rating = ObjectIn(product, "rating");
  if (const auto count = NumberIn(rating, "count"); count > 0) {
    const auto line = html.In("p", {{"class", "product-card-rating"}});
    WriteStars(scene, html, NumberIn(rating, "averageHundredths"));
    html.Text(" " + scene.speech.display.Number(count));
  }
  const auto& offers = ListIn(product, "offers");
  if (!offers.empty()) WritePrice(scene, html, ObjectOf(offers.front()), false);
  if (offers.empty() || NumberIn(ObjectOf(offers.front()), "available") == 0)
    html.Element("p", {{"class", "product-card-sold"}}, words.product_sold_out);
}

}  // namespace

std::string_view AddressOf(const object& picture) {
  const auto& media = ListIn(picture, "media");
  return media.empty() ? std::string_view() : TextIn(ObjectOf(media.back()), "jpeg");
}

void WritePicture(Html& html, const object& picture, const Shown& shown) {
  const auto address = AddressOf(picture);
  if (address.empty()) {
    const auto frame = html.In("div", {{"class", "picture picture-none"}});
    WriteIcon(html, kPictureIcon);
    return;
  }
  const auto frame = html.In("picture", {{"class", "picture"}});
  html.Single("source", {{"type", "image/webp"}, {"srcset", SetOf(picture, "webp")}, {"sizes", shown.sizes}});
  html.Single("img", {{"src", address},
                      {"srcset", SetOf(picture, "jpeg")},
                      {"sizes", shown.sizes},
                      {"width", std::to_string(NumberIn(picture, "width"))},
                      {"height", std::to_string(NumberIn(picture, "height"))},
                      {"alt", shown.silent ? std::string_view() : TextIn(picture, "altText")},
                      {"loading", shown.eager ? "eager" : "lazy"},
                      {"decoding", "async"}});
}

std::string MoneyText(const Scene& scene, const object& money) {
  return scene.speech.display.Money(NumberIn(money, "amount"), std::string(TextIn(money, "currency")));
}

std::string PlainAmount(const object& money) {
  const auto amount = NumberIn(money, "amount");
  const auto digits = unicode::FractionDigits(std::string(TextIn(money, "currency")));
  std::string text = std::to_string(std::abs(amount));
  if (digits > 0) {
    const auto fraction = static_cast<std::size_t>(digits);
    if (text.size() <= fraction) text.insert(0, fraction + 1 - text.size(), '0');
    text.insert(text.size() - fraction, ".");
  }
  return amount < 0 ? "-" + text : text;
}

void WritePrice(const Scene& scene, Html& html, const object& offer, bool whole) {
  const auto& words = scene.speech.words;
  const auto tag = html.In("p", {{"class", whole ? "price-tag price-tag-whole" : "price-tag"}});
  html.Element("strong", {}, MoneyText(scene, ObjectIn(offer, "price")));
  const auto& before = ObjectIn(offer, "compareAt");
  if (before.empty()) return;
  html.Text(" ");
  html.Element("span", {{"class", "unseen"}}, words.product_before);
  html.Text(" ");
  html.Element("s", {}, MoneyText(scene, before));
  const auto& lowest = ObjectIn(offer, "lowestPrice30d");
  if (whole && !lowest.empty())
    html.Element("small", {}, Fill(words.product_lowest, MoneyText(scene, lowest)));
}

void WriteStars(const Scene& scene, Html& html, std::int64_t hundredths) {
  const auto& speech = scene.speech;
  const auto label = Fill(speech.words.reviews_average, speech.display.Tenths(hundredths));
  // Halves of a star.
  const auto full = (hundredths + kHalfStar / 2) / kHalfStar;
  const auto stars = html.In("span", {{"class", "stars"}, {"role", "img"}, {"aria-label", label}});
  for (int star = 0; star < kStars; ++star) {
    const auto share = std::clamp<std::int64_t>(full - 2 * star, 0, 2);
    const auto drawn = html.In("svg", {{"viewBox", "0 0 24 24"},
                                       {"aria-hidden", "true"},
                                       {"data-share", share == 0   ? "0"
                                                      : share == 1 ? "0.5"
                                                                   : "1"}});
    html.Element("path", {{"class", "star-empty"}, {"d", kStar}}, "");
    if (share > 0) html.Element("path", {{"class", "star-full"}, {"d", kStar}}, "");
  }
}

std::string CountedText(const Scene& scene, const Counted& counted, std::int64_t count) {
  const auto& display = scene.speech.display;
  return counted.With(display.PluralForm(count), display.Number(count));
}

std::string DayText(const Scene& scene, std::string_view time) {
  // "2026-11-30T…": as REST writes a time, always in UTC.
  const auto number = [&](std::size_t from, std::size_t size) {
    int value = -1;
    const auto part = time.substr(std::min(from, time.size()), size);
    std::from_chars(part.data(), part.data() + part.size(), value);
    return value;
  };
  const std::chrono::year_month_day day(std::chrono::year(number(0, 4)),
                                        std::chrono::month(static_cast<unsigned>(number(5, 2))),
                                        std::chrono::day(static_cast<unsigned>(number(8, 2))));
  if (time.size() < 10 || !day.ok()) return std::string(time);
  return scene.speech.display.Day(std::chrono::sys_days(day));
}

void WriteGrid(const Scene& scene, Html& html, const array& products, Word heading) {
  if (products.empty()) return;
  const auto grid = html.In("ul", {{"class", "product-grid"}});
  for (std::size_t at = 0; at < products.size(); ++at) {
    const auto item = html.In("li");
    WriteCard(scene, html, ObjectOf(products[at]), heading, at < kEager);
  }
}

void WriteEmpty(Html& html, const Empty& empty, Word heading) {
  const auto section = html.In("section", {{"class", "empty"}});
  html.Element(heading, {}, empty.heading);
  if (!empty.hint.empty()) html.Element("p", {}, empty.hint);
  html.Element("a", {{"class", "button button-main"}, {"href", empty.href}}, empty.action);
}

std::vector<const object*> WayTo(const array& categories, std::string_view id) {
  std::vector<const object*> way;
  while (!id.empty() && way.size() < kWayMax) {
    const auto found =
        std::ranges::find_if(categories, [&](const auto& one) { return TextIn(ObjectOf(one), "id") == id; });
    if (found == categories.end()) break;
    way.insert(way.begin(), &ObjectOf(*found));
    id = TextIn(*way.front(), "parentId");
  }
  return way;
}

void WriteCrumbs(const Scene& scene, Html& html, const std::vector<const object*>& way) {
  const auto& words = scene.speech.words;
  const auto crumbs = html.In("nav", {{"class", "crumbs"}, {"aria-label", words.menu_categories}});
  const auto list = html.In("ol");
  {
    const auto item = html.In("li");
    html.Element("a", {{"href", scene.Local(SearchPath())}}, words.search_everywhere);
  }
  for (const auto* one : way) {
    const auto language = TextIn(*one, "textLanguage");
    const auto item = html.In("li", {{"lang", language, scene.IsForeign(language)}});
    html.Element("a", {{"href", scene.Local(CategoryPath(TextIn(*one, "slug")))}}, TextIn(*one, "name"));
  }
}

object CrumbsFact(const Scene& scene, const std::vector<const object*>& way) {
  array items;
  const auto add = [&](std::string_view name, const std::string& path) {
    items.push_back(object{{"@type", "ListItem"},
                           {"position", items.size() + 1},
                           {"name", name},
                           {"item", scene.Absolute(path)}});
  };
  add(scene.speech.words.search_everywhere, SearchPath());
  for (const auto* one : way) add(TextIn(*one, "name"), CategoryPath(TextIn(*one, "slug")));
  return {{"@type", "BreadcrumbList"}, {"itemListElement", std::move(items)}};
}

object ListFact(const Scene& scene, const array& products) {
  array items;
  for (const auto& value : products) {
    const auto& product = ObjectOf(value);
    items.push_back(object{{"@type", "ListItem"},
                           {"position", items.size() + 1},
                           {"name", TextIn(product, "title")},
                           {"url", scene.Absolute("/p/" + EscapedPart(TextIn(product, "id")))}});
  }
  return {{"@type", "ItemList"}, {"itemListElement", std::move(items)}};
}

object RatingFact(const object& rating) {
  const auto average = static_cast<double>(NumberIn(rating, "averageHundredths")) / 100;
  return {{"@type", "AggregateRating"},
          {"ratingValue", average},
          {"reviewCount", NumberIn(rating, "count")},
          {"bestRating", kStars}};
}

}  // namespace market::pages
