#include <algorithm>

#include "gateway/pages/page.hpp"
#include "gateway/pages/results.hpp"
#include "platform/core/utf8.hpp"

namespace market::pages {
namespace {

void AppendLine(std::string_view line, std::string_view between, std::string& text) {
  if (line.empty()) return;
  if (!text.empty()) text.append(between);
  text.append(line);
}

// By law, before anybody buys: who stands behind a shop.
std::string TraderText(const Scene& scene, const object& trader) {
  std::string text;
  if (trader.empty()) return text;
  AppendLine(TextIn(trader, "legalName"), "\n", text);
  for (const auto& line : ListIn(trader, "lines")) {
    const auto* words = line.if_string();
    if (words != nullptr) AppendLine({words->data(), words->size()}, "\n", text);
  }
  std::string city(TextIn(trader, "postalCode"));
  AppendLine(TextIn(trader, "city"), " ", city);
  AppendLine(city, "\n", text);
  AppendLine(TextIn(trader, "region"), "\n", text);
  AppendLine(scene.speech.display.Country(std::string(TextIn(trader, "countryCode"))), "\n", text);
  AppendLine(TextIn(trader, "registerNumber"), "\n", text);
  AppendLine(TextIn(trader, "vatNumber"), "\n", text);
  return text;
}

void WriteShopHead(const Scene& scene, Html& html, const object& shop) {
  const auto& words = scene.speech.words;
  const auto name = TextIn(shop, "displayName");
  const auto header = html.In("header", {{"class", "shop-head"}});
  html.Element("span", {{"class", "shop-sign"}, {"aria-hidden", "true"}},
               name.substr(0, Utf8SequenceLength(name)));
  const auto said = html.In("div");
  html.Element("h1", {{"tabindex", "-1"}}, name);
  std::string where = scene.speech.display.Country(std::string(TextIn(shop, "countryCode")));
  AppendLine(Fill(words.shop_since, DayText(scene, TextIn(shop, "createTime"))), " · ", where);
  html.Element("p", {{"class", "quiet"}}, where);
  const auto& holiday = ObjectIn(shop, "holiday");
  if (!holiday.empty()) {
    html.Element("p", {{"class", "shop-away"}},
                 Fill(words.shop_away, DayText(scene, TextIn(holiday, "until"))) + " " +
                     std::string(TextIn(holiday, "note")));
  }
  if (const auto text = TextIn(shop, "description"); !text.empty())
    html.Element("p", {{"class", "prose"}}, text);
}

void WriteShopTerms(const Scene& scene, Html& html, const object& shop) {
  const auto& words = scene.speech.words;
  std::string contact(TextIn(shop, "contactEmail"));
  AppendLine(TextIn(shop, "contactPhone"), "\n", contact);
  std::vector<std::pair<std::string_view, std::string>> said = {
      {words.shop_delivery, std::string(TextIn(shop, "shippingPolicy"))},
      {words.shop_returns, std::string(TextIn(shop, "returnPolicy"))},
      {words.shop_contact, std::move(contact)},
      {words.shop_trader, TraderText(scene, ObjectIn(shop, "trader"))}};
  std::erase_if(said, [](const auto& one) { return one.second.empty(); });
  if (said.empty()) return;
  const auto terms = html.In("div", {{"class", "shop-terms"}});
  for (const auto& [heading, text] : said) {
    const auto section = html.In("section");
    html.Element("h2", {}, heading);
    html.Element("p", {{"class", "prose"}}, text);
  }
}

class Shop final : public Page {
 public:
  Shop(Scene scene, std::string id, std::string_view query)
      : scene_(std::move(scene)), id_(std::move(id)), filters_(Filters::Read(query)) {
    scene_.words = filters_.words;
  }

  std::vector<Question> Ask(int round, const Answers&) const override {
    if (round > 0) return {};
    return {{SellerUrl(id_)}, {FoundAt()}, {CategoriesUrl(scene_.speech.tag)}};
  }

  Document Write(const Answers& answers) const override {
    const auto& shop = answers.Of(SellerUrl(id_));
    const auto& found = answers.Of(FoundAt());
    const auto name = TextIn(shop, "displayName");
    const auto path = "/s/" + EscapedPart(id_);
    object fact{{"@type", "Organization"}, {"name", name}, {"url", scene_.Absolute(path)}};
    const auto description = TextIn(shop, "description");
    if (!description.empty()) fact["description"] = description;
    Filters ordered;
    ordered.words = filters_.words;
    ordered.order = filters_.order;
    const Head head{.title = std::string(name),
                    .description = Excerpt(description),
                    .path = path,
                    .indexed = filters_.words.empty() && !filters_.Narrow(),
                    .facts = {std::move(fact), ListFact(scene_, ListIn(found, "products"))}};
    return {.body = WriteDocument(scene_, head, &answers, [&](Html& html) {
              WriteShopHead(scene_, html, shop);
              html.Element("h2", {}, scene_.speech.words.shop_heading);
              WriteResults(scene_, html,
                           {.found = found,
                            .categories = ListIn(answers.Of(CategoriesUrl(scene_.speech.tag)), "categories"),
                            .category = {},
                            .in_shop = true,
                            .filters = filters_,
                            .all = ShopPath(id_, name) + ordered.ToUrl()});
              WriteShopTerms(scene_, html, shop);
            })};
  }

  Document Refuse(const Refusal& refusal) const override {
    if (refusal.status == 404)
      return NotThere(scene_, scene_.speech.words.shop_not_found, scene_.speech.words.problem_not_found_hint);
    return Refused(scene_, refusal);
  }

 private:
  std::string FoundAt() const {
    return FoundUrl(scene_.speech.tag, filters_, {.category_id = {}, .seller_id = id_});
  }

  Scene scene_;
  const std::string id_;
  const Filters filters_;
};

}  // namespace

PagePtr ShopPage(Scene scene, std::string id, std::string_view query) {
  return std::make_unique<Shop>(std::move(scene), std::move(id), query);
}

}  // namespace market::pages
