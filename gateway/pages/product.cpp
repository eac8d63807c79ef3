#include <algorithm>

#include "gateway/pages/offers.hpp"
#include "gateway/pages/page.hpp"
#include "gateway/pages/parts.hpp"

namespace market::pages {
namespace {

constexpr std::string_view kGallerySizes = "(min-width: 80rem) 36rem, (min-width: 52rem) 50vw, 92vw";
// So few that it is worth saying.
constexpr std::int64_t kFew = 5;
constexpr std::int64_t kHundredths = 100;
constexpr std::string_view kInStock = "https://schema.org/InStock";
constexpr std::string_view kSoldOut = "https://schema.org/OutOfStock";

std::string Joined(std::string_view first, std::string_view second) {
  std::string text(first);
  if (!first.empty() && !second.empty()) text.push_back('\n');
  return text.append(second);
}

// What a page shows, with what it needs to show it.
struct View {
  const Scene& scene;
  const Answers& answers;
  const object& product;
  const array& offers;
  const object* offer;  // that the page begins with; null: there is none
  bool foreign;         // its texts are in another language than the page
};

void WriteFacts(Html& html, std::string_view heading,
                const std::vector<std::pair<std::string_view, std::string>>& facts) {
  if (facts.empty()) return;
  const auto section = html.In("section");
  html.Element("h2", {}, heading);
  const auto list = html.In("dl", {{"class", "facts"}});
  for (const auto& [name, value] : facts) {
    const auto fact = html.In("div");
    html.Element("dt", {}, name);
    html.Element("dd", {}, value);
  }
}

void WriteGallery(const View& shown, Html& html) {
  const auto& pictures = ListIn(shown.product, "pictures");
  const auto gallery =
      html.In("section", {{"class", "gallery"}, {"aria-label", shown.scene.speech.words.product_pictures}});
  const object none;
  WritePicture(html, pictures.empty() ? none : ObjectOf(pictures.front()),
               {.sizes = kGallerySizes, .eager = true});
  if (pictures.size() < 2) return;
  const auto list = html.In("ul");
  for (std::size_t at = 0; at < pictures.size(); ++at) {
    const auto item = html.In("li");
    const auto button = html.In("button", {{"type", "button"}, {"aria-pressed", at == 0 ? "true" : "false"}});
    WritePicture(html, ObjectOf(pictures[at]), {.sizes = "5rem"});
  }
}

void WriteOptions(const View& shown, Html& html) {
  const auto& chosen = ObjectIn(*shown.offer, "options");
  for (const auto& [name, values] : OptionsOf(shown.offers)) {
    const auto options = html.In("fieldset", {{"class", "options"}});
    html.Element("legend", {}, name);
    const auto row = html.In("div", {{"class", "options-row"}});
    for (const auto value : values) {
      const bool there = IsThere(shown.offers, *shown.offer, name, value);
      const auto label = html.In("label", {{"class", "option"}, {"data-there", there ? "true" : "false"}});
      // What follows a choice needs a script.
      html.Single("input", {{"type", "radio"},
                            {"name", name},
                            {"value", value},
                            {"checked", "", TextIn(chosen, name) == value},
                            {"disabled", ""}});
      const auto said = html.In("span");
      html.Text(value);
      if (!there)
        html.Element("span", {{"class", "unseen"}}, " (" + shown.scene.speech.words.product_sold_out + ")");
    }
  }
}

void WriteStock(const View& shown, Html& html) {
  const auto& words = shown.scene.speech.words;
  const auto available = shown.offer == nullptr ? 0 : NumberIn(*shown.offer, "available");
  const auto text = available == 0     ? words.product_sold_out
                    : available > kFew ? words.product_in_stock
                                       : CountedText(shown.scene, words.product_left, available);
  html.Element("p", {{"class", "buying-stock"}, {"data-there", available > 0 ? "true" : "false"}}, text);
}

void WriteRivals(const View& shown, Html& html) {
  const auto rivals = RivalsOf(shown.offers, *shown.offer);
  if (rivals.empty()) return;
  const auto section = html.In("section");
  html.Element("h2", {}, shown.scene.speech.words.product_other_offers);
  const auto list = html.In("ul");
  for (const auto* rival : rivals) {
    const auto item = html.In("li");
    const auto& seller = shown.answers.Of(SellerUrl(TextIn(*rival, "sellerId")));
    if (!seller.empty()) {
      const auto name = TextIn(seller, "displayName");
      html.Element("a", {{"href", shown.scene.Local(ShopPath(TextIn(seller, "id"), name))}}, name);
    }
    html.Text(" " + MoneyText(shown.scene, ObjectIn(*rival, "price")));
  }
}

void WriteBuying(const View& shown, Html& html) {
  const auto& words = shown.scene.speech.words;
  const auto buying = html.In("div", {{"class", "buying"}});
  const auto& rating = ObjectIn(shown.product, "rating");
  if (const auto count = NumberIn(rating, "count"); count > 0) {
    const auto link = html.In("a", {{"class", "buying-rating"}, {"href", "#reviews"}});
    WriteStars(shown.scene, html, NumberIn(rating, "averageHundredths"));
    html.Text(" " + CountedText(shown.scene, words.reviews_count, count));
  }
  if (shown.offer != nullptr) {
    WritePrice(shown.scene, html, *shown.offer, true);
    WriteOptions(shown, html);
  }
  WriteStock(shown, html);
  if (const auto& seller = ObjectIn(shown.product, "seller"); !seller.empty()) {
    const auto line = html.In("p");
    html.Element("span", {{"class", "quiet"}}, words.product_sold);
    html.Text(" ");
    const auto name = TextIn(seller, "displayName");
    html.Element("a", {{"href", shown.scene.Local(ShopPath(TextIn(seller, "id"), name))}}, name);
  }
  if (shown.offer != nullptr) WriteRivals(shown, html);
}

void WriteDetails(const View& shown, Html& html) {
  const auto& words = shown.scene.speech.words;
  std::vector<std::pair<std::string_view, std::string>> facts;
  const auto& attributes = ObjectIn(shown.product, "attributes");
  for (const auto& one : attributes) facts.emplace_back(one.key(), TextIn(attributes, one.key()));
  WriteFacts(html, words.product_details, facts);
  const auto& safety = ObjectIn(shown.product, "productSafety");
  std::vector<std::pair<std::string_view, std::string>> safe = {
      {words.product_manufacturer,
       Joined(TextIn(safety, "manufacturer"), TextIn(safety, "manufacturerContact"))},
      {words.product_responsible,
       Joined(TextIn(safety, "responsiblePerson"), TextIn(safety, "responsibleContact"))},
      {words.product_warnings, std::string(TextIn(safety, "warnings"))}};
  std::erase_if(safe, [](const auto& one) { return one.second.empty(); });
  WriteFacts(html, words.product_safety, safe);
}

void WriteReview(const Scene& scene, Html& html, const object& review) {
  const auto& words = scene.speech.words;
  const auto article = html.In("article", {{"class", "review"}});
  WriteStars(scene, html, NumberIn(review, "rating") * kHundredths);
  const auto language = TextIn(review, "language");
  const Attribute spoken{"lang", language, !language.empty()};
  html.Element("h3", {spoken}, TextIn(review, "title"));
  html.Element("p", {{"class", "prose"}, spoken}, TextIn(review, "text"));
  const auto author = TextIn(review, "authorName");
  html.Element("p", {{"class", "quiet"}},
               std::string(author.empty() ? std::string_view(words.reviews_anonymous) : author) + ", " +
                   DayText(scene, TextIn(review, "createTime")));
  const auto& reply = ObjectIn(review, "reply");
  if (reply.empty()) return;
  const auto quote = html.In("blockquote");
  html.Element("p", {{"class", "quiet"}}, words.reviews_reply);
  html.Element("p", {{"class", "prose"}}, TextIn(reply, "text"));
}

void WriteReviews(const View& shown, Html& html) {
  const auto& words = shown.scene.speech.words;
  const auto& answer = shown.answers.Of(ReviewsUrl(TextIn(shown.product, "id")));
  const auto section = html.In("section", {{"class", "reviews"}, {"id", "reviews"}});
  html.Element("h2", {}, words.reviews_heading);
  const auto& reviews = ListIn(answer, "reviews");
  if (reviews.empty()) {
    const auto none = html.In("div");
    html.Element("p", {}, words.reviews_none);
    html.Element("p", {{"class", "quiet"}}, words.reviews_none_hint);
  }
  const auto& rating = ObjectIn(answer, "rating");
  if (const auto count = NumberIn(rating, "count"); count > 0) {
    const auto average = NumberIn(rating, "averageHundredths");
    const auto line = html.In("p", {{"class", "reviews-all"}});
    html.Element("strong", {}, shown.scene.speech.display.Tenths(average));
    WriteStars(shown.scene, html, average);
    html.Element("span", {{"class", "quiet"}}, CountedText(shown.scene, words.reviews_count, count));
  }
  if (reviews.empty()) return;
  const auto list = html.In("ul");
  for (const auto& review : reviews) {
    const auto item = html.In("li");
    WriteReview(shown.scene, html, ObjectOf(review));
  }
}

void WriteProduct(const View& shown, Html& html, const std::vector<const object*>& way) {
  const auto& words = shown.scene.speech.words;
  const auto language = TextIn(shown.product, "textLanguage");
  const Attribute foreign{"lang", language, shown.foreign};
  const auto article = html.In("article");
  WriteCrumbs(shown.scene, html, way);
  {
    const auto product = html.In("div", {{"class", "product"}});
    WriteGallery(shown, html);
    const auto facts = html.In("div", {{"class", "product-facts"}});
    html.Element("h1", {{"tabindex", "-1"}, foreign}, TextIn(shown.product, "title"));
    WriteBuying(shown, html);
    if (shown.foreign) html.Element("p", {{"class", "quiet product-foreign"}}, words.product_in_language);
    if (const auto description = TextIn(shown.product, "description"); !description.empty()) {
      const auto about = html.In("section");
      html.Element("h2", {}, words.product_about);
      html.Element("p", {{"class", "prose"}, foreign}, description);
    }
    WriteDetails(shown, html);
  }
  WriteReviews(shown, html);
}

object OfferFact(const View& shown, const object& offer, const std::string& path) {
  object fact{{"@type", "Offer"},
              {"price", PlainAmount(ObjectIn(offer, "price"))},
              {"priceCurrency", TextIn(ObjectIn(offer, "price"), "currency")},
              {"availability", NumberIn(offer, "available") > 0 ? kInStock : kSoldOut},
              {"sku", TextIn(offer, "sku")},
              {"url", shown.scene.Absolute(path)}};
  const auto& seller = ObjectIn(shown.product, "seller");
  if (TextIn(seller, "id") == TextIn(offer, "sellerId") && !seller.empty())
    fact["seller"] = object{{"@type", "Organization"}, {"name", TextIn(seller, "displayName")}};
  return fact;
}

object ProductFact(const View& shown, const std::string& path) {
  array offers;
  for (const auto& offer : shown.offers) offers.push_back(OfferFact(shown, ObjectOf(offer), path));
  array pictures;
  for (const auto& picture : ListIn(shown.product, "pictures")) {
    const auto address = AddressOf(ObjectOf(picture));
    if (!address.empty())
      pictures.push_back(boost::json::string(
          address.starts_with("/") ? shown.scene.public_url + std::string(address) : std::string(address)));
  }
  object fact{{"@type", "Product"},
              {"name", TextIn(shown.product, "title")},
              {"url", shown.scene.Absolute(path)},
              {"productID", TextIn(shown.product, "id")}};
  if (const auto text = TextIn(shown.product, "description"); !text.empty()) fact["description"] = text;
  if (!pictures.empty()) fact["image"] = std::move(pictures);
  if (!offers.empty()) fact["offers"] = std::move(offers);
  const auto& rating = ObjectIn(shown.product, "rating");
  if (NumberIn(rating, "count") > 0) fact["aggregateRating"] = RatingFact(rating);
  return fact;
}

class Product final : public Page {
 public:
  Product(Scene scene, std::string id) : scene_(std::move(scene)), id_(std::move(id)) {}

  std::vector<Question> Ask(int round, const Answers& answers) const override {
    const auto& tag = scene_.speech.tag;
    if (round == 0) return {{ProductUrl(tag, id_)}, {CategoriesUrl(tag)}, {ReviewsUrl(id_)}};
    std::vector<Question> questions;
    if (round > 1) return questions;
    // A price is whole without the name of who asks it: the script asks for that then.
    const auto& offers = ListIn(answers.Of(ProductUrl(tag, id_)), "offers");
    const auto* first = FirstOf(offers);
    if (first == nullptr) return questions;
    for (const auto* rival : RivalsOf(offers, *first))
      questions.push_back({.url = SellerUrl(TextIn(*rival, "sellerId")), .needed = false});
    return questions;
  }

  Document Write(const Answers& answers) const override {
    const auto& tag = scene_.speech.tag;
    const auto& product = answers.Of(ProductUrl(tag, id_));
    const auto& offers = ListIn(product, "offers");
    const View shown{.scene = scene_,
                     .answers = answers,
                     .product = product,
                     .offers = offers,
                     .offer = FirstOf(offers),
                     .foreign = scene_.IsForeign(TextIn(product, "textLanguage"))};
    const auto way =
        WayTo(ListIn(answers.Of(CategoriesUrl(tag)), "categories"), TextIn(product, "categoryId"));
    const auto path = "/p/" + EscapedPart(id_);
    const auto& pictures = ListIn(product, "pictures");
    const Head head{.title = std::string(TextIn(product, "title")),
                    .description = Excerpt(TextIn(product, "description")),
                    .path = path,
                    .type = "product",
                    .picture = pictures.empty() ? "" : std::string(AddressOf(ObjectOf(pictures.front()))),
                    .facts = {ProductFact(shown, path), CrumbsFact(scene_, way)}};
    return {.body =
                WriteDocument(scene_, head, &answers, [&](Html& html) { WriteProduct(shown, html, way); })};
  }

  Document Refuse(const Refusal& refusal) const override {
    const auto& words = scene_.speech.words;
    if (refusal.status == 404) return NotThere(scene_, words.product_not_found, words.product_not_found_hint);
    return Refused(scene_, refusal);
  }

 private:
  const Scene scene_;
  const std::string id_;
};

}  // namespace

PagePtr ProductPage(Scene scene, std::string id) {
  return std::make_unique<Product>(std::move(scene), std::move(id));
}

}  // namespace market::pages
