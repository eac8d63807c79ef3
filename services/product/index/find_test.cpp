#include "services/product/index/find.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "services/product/index/suggest.hpp"
#include "services/product/index/testing/things.hpp"
#include "services/product/index/text.hpp"

namespace market::product::index {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

Snapshot Of(std::vector<Document> documents) { return Snapshot().Changed(std::move(documents), {}); }

TEST(Find_Text, WantsAllWordsInAnyOrder) {
  const auto snapshot =
      Of({Thing(1, "Red engine"), Thing(2, "Engine"), Thing(3, "Engine, red and old"), Thing(4, "Red")});
  EXPECT_THAT(Numbers(snapshot, "engine red"), ElementsAre(1, 3));  // nothing of its title is left over
  EXPECT_THAT(Numbers(snapshot, "ENGINE old red"), ElementsAre(3));
  EXPECT_THAT(Numbers(snapshot, "engine blue"), IsEmpty());
  EXPECT_THAT(Numbers(snapshot, "!?"), IsEmpty());
  EXPECT_THAT(Numbers(snapshot, ""), ElementsAre(4, 3, 2, 1));
}

TEST(Find_Relevance, TheTitleThatIsTheText_ComesFirst) {
  const auto snapshot = Of({Thing(1, "Mug"), Thing(2, "Mug mug holder"), Thing(3, "The mug")});
  EXPECT_THAT(Numbers(snapshot, "mug"), ElementsAre(1, 3, 2));
}

TEST(Find_Relevance, TitleAttributeText) {
  auto attributed = Thing(2, "B");
  attributed.attributes = {{"fits", "zeppelin"}};
  const auto snapshot = Of({Thing(1, "A zeppelin"), attributed, Thing(3, "C", "Like a zeppelin.")});
  EXPECT_THAT(Numbers(snapshot, "zeppelin"), ElementsAre(1, 2, 3));
}

TEST(Find_Relevance, WholeWordBeginningMistake) {
  const auto snapshot = Of({Thing(1, "Old cable"), Thing(2, "Cableway ticket"), Thing(3, "Old cabel")});
  EXPECT_THAT(Numbers(snapshot, "cable"), ElementsAre(1, 2));  // known: nobody meant the other
  EXPECT_THAT(Numbers(snapshot, "cbale"), ElementsAre(1));
}

Rules RulesOf(std::vector<std::vector<std::string>> synonyms, std::string query = "",
              std::vector<std::uint32_t> pins = {}) {
  std::vector<domain::SearchRule> rules;
  for (auto& words : synonyms)
    rules.push_back({.id = {}, .synonyms = std::move(words), .query = "", .products = {}, .created_at = {}});
  auto& pinning = rules.emplace_back();
  pinning.query = std::move(query);
  for (const auto pin : pins) pinning.products.emplace_back(UuidOf(pin));
  return Rules(rules);
}

std::vector<std::uint32_t> NumbersBy(const Snapshot& snapshot, Query query, Rules rules) {
  query.rules = std::make_shared<const Rules>(std::move(rules));
  return Numbers(FoundBy(snapshot, std::move(query)));
}

TEST(Find_Synonyms, AreFoundAfterTheWordItself) {
  const auto snapshot =
      Of({Thing(1, "Blue sofa"), Thing(2, "Red couch"), Thing(3, "Couchette"), Thing(4, "Flat screen"),
          Thing(5, "Television set"), Thing(6, "Set of cups"), Thing(7, "Coach")});
  const auto rules = RulesOf({{"sofa", "couch", "Canapé"}, {"tv", "television set", "flat screen"}});
  EXPECT_THAT(NumbersBy(snapshot, ByText("couch"), rules), ElementsAre(2, 3, 1));
  EXPECT_THAT(NumbersBy(snapshot, ByText("canape"), rules), ElementsAre(2, 1))
      << "nobody has the word: no mistake is meant";
  EXPECT_THAT(NumbersBy(snapshot, ByText("blue couch"), rules), ElementsAre(1));
  EXPECT_THAT(NumbersBy(snapshot, ByText("TV"), rules), ElementsAre(5, 4)) << "all words of a phrase";
  EXPECT_THAT(NumbersBy(snapshot, ByText("set"), rules), ElementsAre(6, 5))
      << "a phrase is no word to look for";
}

TEST(Find_Pins, ComeFirst_WhateverWordsTheyHave_ForThatQueryByRelevance) {
  auto sold_out = Thing(3, "Zither");
  sold_out.offers[0].in_stock = false;
  const auto snapshot = Of({Thing(1, "Mug"), Thing(2, "Old mug"), sold_out, Thing(4, "Tea pot")});
  const auto rules = RulesOf({}, "Mug!", {4, 9, 3});
  EXPECT_THAT(NumbersBy(snapshot, ByText("mug"), rules), ElementsAre(4, 3, 1, 2));
  EXPECT_THAT(NumbersBy(snapshot, ByText("old mug"), rules), ElementsAre(2));
  auto in_stock = ByText("mug");
  in_stock.filters.in_stock = true;
  EXPECT_THAT(NumbersBy(snapshot, in_stock, rules), ElementsAre(4, 1, 2)) << "filters hold for them, too";
  auto newest = ByText("mug");
  newest.order = Order::kNewest;
  EXPECT_THAT(NumbersBy(snapshot, newest, rules), ElementsAre(2, 1));
  EXPECT_THAT(NumbersBy(snapshot, ByText("unheard-of"), RulesOf({}, "unheard of", {1})), ElementsAre(1))
      << "where nothing else is";
}

TEST(Find_Pins, PagesJoin) {
  const auto snapshot = Of({Thing(1, "Mug"), Thing(2, "Old mug"), Thing(3, "Blue mug"), Thing(4, "Tea pot")});
  auto query = ByText("mug", 1);
  std::vector<std::uint32_t> walked;
  for (int page = 0; page < 6; ++page) {
    query.rules = std::make_shared<const Rules>(RulesOf({}, "mug", {2, 4}));
    const auto found = FoundBy(snapshot, query);
    if (found.hits.empty()) break;
    EXPECT_EQ(found.total, 4u);
    walked.push_back(NumberOf(found.hits[0].id));
    query.after = Position{found.hits[0].key, found.hits[0].id};
    query.weights = found.weights;
  }
  EXPECT_THAT(walked, ElementsAre(2, 4, 1, 3));
}

TEST(Find_Relevance, RareWordsWeighMore) {
  std::vector<Document> documents = {Thing(1, "Zither", "red"), Thing(2, "Red", "zither")};
  for (std::uint32_t i = 3; i < 60; ++i) documents.push_back(Thing(i, "Red thing"));
  EXPECT_THAT(Numbers(Of(documents), "red zither"), ElementsAre(1, 2));
  EXPECT_THAT(Numbers(Of(documents), "zither red"), ElementsAre(1, 2));
}

TEST(Find_Relevance, BuyableThenPopularThenNewest) {
  auto sold_out = Thing(5, "Tall mug");
  sold_out.offers[0].in_stock = false;
  auto popular = Thing(1, "Blue mug");
  popular.popularity = 9;
  EXPECT_THAT(Numbers(Of({popular, Thing(2, "Red mug"), Thing(3, "Old mug"), sold_out}), "mug"),
              ElementsAre(1, 3, 2, 5));
}

TEST(Find_Mistakes, EachWordForItself) {
  const auto snapshot = Of({Thing(1, "Coffee grinder"), Thing(2, "Coffee mug"), Thing(3, "Tea grinder")});
  EXPECT_THAT(Numbers(snapshot, "cofee grinder"), ElementsAre(1));
  EXPECT_THAT(Numbers(snapshot, "cofee gridner"), ElementsAre(1));
  EXPECT_THAT(Numbers(snapshot, "grind coffee"), ElementsAre(1));
}

// Somebody else's mistake is a known word too.
TEST(Find_Mistakes, AreForgivenInKnownWords_WhenNothingHasThemAll) {
  const auto snapshot = Of({Thing(1, "Coffee grinder"), Thing(2, "Cofee beans")});
  EXPECT_THAT(Numbers(snapshot, "cofee"), ElementsAre(2));
  EXPECT_THAT(Numbers(snapshot, "cofee grinder"), ElementsAre(1));
}

TEST(Find_Mistakes, TitleThatIsMeant_ComesFirst) {
  const auto snapshot = Of({Thing(1, "Headphones"), Thing(2, "Headphones stand")});
  EXPECT_THAT(Numbers(snapshot, "haedphones"), ElementsAre(1, 2));
}

TEST(Find_Signs, AreNames) {
  const auto snapshot =
      Of({Thing(1, "C++ in depth"), Thing(2, "C# in depth"), Thing(3, "C in depth"), Thing(4, "AC/DC live"),
          Thing(5, "AC plug", "for DC too"), Thing(6, "d3.js by example"), Thing(7, ".NET cookbook"),
          Thing(8, "R&B classics"), Thing(9, "Net for fish")});
  EXPECT_THAT(Numbers(snapshot, "C++"), ElementsAre(1));
  EXPECT_THAT(Numbers(snapshot, "c#"), ElementsAre(2));
  EXPECT_THAT(Numbers(snapshot, "ac/dc"), ElementsAre(4, 5));
  EXPECT_THAT(Numbers(snapshot, "acdc"), ElementsAre(4));
  EXPECT_THAT(Numbers(snapshot, "D3.js"), ElementsAre(6));
  EXPECT_THAT(Numbers(snapshot, ".net"), ElementsAre(7));
  EXPECT_THAT(Numbers(snapshot, "r&b"), ElementsAre(8));
  EXPECT_THAT(Numbers(snapshot, "f# depth"), IsEmpty());
}

TEST(Find_Numbers, TheWholeBeatsThePieces) {
  const auto snapshot = Of({Thing(1, "Jack plug 3.5 mm"), Thing(2, "Jack plug 3,5mm"),
                            Thing(3, "Bolt 3.5 inch, 10 mm"), Thing(4, "Jack 3 mm, 5 mm")});
  EXPECT_THAT(Numbers(snapshot, "3.5mm"), ElementsAre(2, 1, 3));
  EXPECT_THAT(Numbers(snapshot, "3.5 mm"), ElementsAre(2, 1, 3));
  EXPECT_THAT(Numbers(snapshot, "3,5 mm jack"), ElementsAre(2, 1));
}

TEST(Find_Sku, IsFoundWholeAndByItsBeginning) {
  auto thing = Thing(1, "Thing");
  thing.offers[0].sku = "AB-1234.x";
  const auto snapshot = Of({thing, Thing(2, "x 1234")});
  EXPECT_THAT(Numbers(snapshot, "ab-1234.x"), ElementsAre(1));
  EXPECT_THAT(Numbers(snapshot, "AB-12"), ElementsAre(1));
  EXPECT_THAT(Numbers(snapshot, "1234"), ElementsAre(2));
}

TEST(Find_Shop, IsFoundByItsName) {
  auto thing = Thing(1, "Lamp");
  thing.shop = "Nordlicht & Söhne";
  EXPECT_THAT(Numbers(Of({thing, Thing(2, "Lamp")}), "sohne lamp"), ElementsAre(1));
}

TEST(Find_Unspaced, WhateverTheCutIs) {
  const auto snapshot = Of(
      {Thing(1, "不锈钢保温杯"), Thing(2, "保温饭盒"), Thing(3, "コーヒーメーカー"), Thing(4, "무선이어폰")});
  EXPECT_THAT(Numbers(snapshot, "保温杯"), ElementsAre(1));
  EXPECT_THAT(Numbers(snapshot, "保温"), ElementsAre(2, 1));
  EXPECT_THAT(Numbers(snapshot, "杯"), ElementsAre(1));
  EXPECT_THAT(Numbers(snapshot, "メーカー"), ElementsAre(3));
  EXPECT_THAT(Numbers(snapshot, "이어폰"), ElementsAre(4));
}

TEST(Find_Pages, JoinInEveryOrder) {
  std::vector<Document> documents;
  for (std::uint32_t i = 1; i <= 97; ++i) {
    auto thing = Thing(i, i % 3 == 0 ? "Sample sheet" : "Sample");
    thing.published_us = (i / 5) * 1'000'000;
    thing.rating_hundredths = static_cast<std::uint16_t>(i % 4 * 100);
    thing.offers[0].price = 100 + i / 7;
    thing.offers[0].in_stock = i % 5 != 0;
    // Not sold here: 8 of them.
    if (i % 11 == 0) thing.offers = {OfferAt(5, true, "USD")};
    documents.push_back(thing);
  }
  auto snapshot = Of({documents.begin(), documents.begin() + 80});
  snapshot = snapshot.Changed({documents.begin() + 80, documents.end()}, {});
  for (const auto order :
       {Order::kRelevance, Order::kNewest, Order::kPriceUp, Order::kPriceDown, Order::kRating}) {
    auto query = ByText("sample", 1000);
    query.order = order;
    const auto whole = FoundBy(snapshot, query);
    EXPECT_EQ(whole.hits.size(), 89u);
    EXPECT_EQ(whole.total, 89u);
    std::vector<std::uint32_t> joined;
    query.limit = 7;
    for (Found page = FoundBy(snapshot, query);; page = FoundBy(snapshot, query)) {
      EXPECT_EQ(page.total, 89u);
      for (const auto number : Numbers(page)) joined.push_back(number);
      if (page.hits.size() < query.limit) break;
      query.after = Position{page.hits.back().key, page.hits.back().id};
      query.weights = page.weights;
    }
    EXPECT_EQ(joined, Numbers(whole)) << static_cast<int>(order);
  }
}

// What is published meanwhile makes words more common and turns mistakes into words.
TEST(Find_Pages, JoinWhileOthersPublish) {
  std::vector<Document> documents;
  for (std::uint32_t i = 1; i <= 60; ++i)
    documents.push_back(Thing(i, "Kaleidoscope", i % 2 == 0 ? "small" : "small brass"));
  auto snapshot = Of(documents);
  auto query = ByText("kaleidoscpoe small", 7);
  std::vector<std::uint32_t> joined;
  std::uint32_t next = 1000;
  for (Found page = FoundBy(snapshot, query);; page = FoundBy(snapshot, query)) {
    for (const auto number : Numbers(page)) joined.push_back(number);
    if (page.hits.size() < query.limit) break;
    query.after = Position{page.hits.back().key, page.hits.back().id};
    query.weights = page.weights;
    std::vector<Document> more;
    for (int i = 0; i < 40; ++i) more.push_back(Thing(next++, "Small thing"));
    snapshot = snapshot.Changed(std::move(more), {});
  }
  std::ranges::sort(joined);
  std::vector<std::uint32_t> all(60);
  for (std::uint32_t i = 0; i < 60; ++i) all[i] = i + 1;
  EXPECT_EQ(joined, all);
}

TEST(Weights, TravelInATokenAsOneNumber) {
  Weights weights;
  for (std::size_t i = 0; i < Weights::kWords; ++i) weights.words[i] = static_cast<std::uint8_t>(15 - i);
  for (const bool forgiving : {false, true}) {
    weights.forgiving = forgiving;
    const auto read = Weights::From(weights.Pack());
    EXPECT_EQ(read.words, weights.words);
    EXPECT_EQ(read.forgiving, forgiving);
  }
}

TEST(Find_Price, SoldOutComesLastAndKeepsItsPrice) {
  auto cheap = Thing(1, "A");
  cheap.offers = {OfferAt(100, false), OfferAt(900)};
  auto sold_out = Thing(2, "B");
  sold_out.offers = {OfferAt(50, false)};
  auto dear = Thing(3, "C");
  dear.offers = {OfferAt(2000), OfferAt(10, true, "USD")};
  auto none = Thing(4, "D");
  none.offers.clear();
  const auto snapshot = Of({cheap, sold_out, dear, none});
  Query query{.order = Order::kPriceUp};
  query.filters.currency = "EUR";
  EXPECT_THAT(Numbers(FoundBy(snapshot, query)), ElementsAre(1, 3, 2));
  query.order = Order::kPriceDown;
  EXPECT_THAT(Numbers(FoundBy(snapshot, query)), ElementsAre(3, 1, 2));
  query.filters.max_price = 100;
  EXPECT_THAT(Numbers(FoundBy(snapshot, query)), ElementsAre(1, 2));
  query.filters.in_stock = true;
  EXPECT_THAT(Numbers(FoundBy(snapshot, query)), IsEmpty());
  query.filters.currency = "USD";
  EXPECT_THAT(Numbers(FoundBy(snapshot, query)), ElementsAre(3));
}

TEST(Find_Inactive, FindsNothingOfTheirs) {
  auto others = Thing(2, "Mug");
  others.seller = SellerId(UuidOf(9));
  auto both = Thing(3, "Mug");
  both.offers[0].seller = SellerId(UuidOf(9));
  Query query = ByText("mug");
  query.inactive = std::make_shared<const Sellers>(Sellers{SellerId(UuidOf(9))});
  EXPECT_THAT(Numbers(FoundBy(Of({Thing(1, "Mug"), others, both}), query)), ElementsAre(3, 1));
  query.filters.in_stock = true;
  EXPECT_THAT(Numbers(FoundBy(Of({Thing(1, "Mug"), others, both}), query)), ElementsAre(1));
}

TEST(Find_Deadline, EndsIt) {
  std::vector<Document> documents;
  for (std::uint32_t i = 1; i <= 100; ++i) documents.push_back(Thing(i, "Mug"));
  const auto snapshot = Of(documents);
  Budget over(Budget::Clock::now());
  EXPECT_THROW(Find(snapshot, ByText("mug"), over), Error);
}

std::vector<std::string> Suggested(const Snapshot& snapshot, std::string text) {
  Budget budget;
  std::vector<std::string> texts;
  for (const auto& suggestion : Suggest(snapshot, ByText(std::move(text)), budget))
    texts.push_back(suggestion.text);
  return texts;
}

TEST(Suggest, WordsThenTitles) {
  auto sold_out = Thing(4, "Coffee filter");
  sold_out.offers[0].in_stock = false;
  const auto snapshot = Of({Thing(1, "Coffee mug"), Thing(2, "Coffee grinder"), Thing(3, "Copper kettle"),
                            sold_out, Thing(5, "COFFEE MUG"), Thing(6, "Tea", "coffee")});
  EXPECT_THAT(Suggested(snapshot, "cof"),
              ElementsAre("Coffee", "COFFEE MUG", "Coffee grinder", "Coffee filter"));
  EXPECT_THAT(Suggested(snapshot, "coffee gr"), ElementsAre("coffee grinder", "Coffee grinder"));
  EXPECT_THAT(Suggested(snapshot, "cofffee mu"), ElementsAre("cofffee mug", "COFFEE MUG"));
  EXPECT_THAT(Suggested(snapshot, "zzz"), IsEmpty());
  EXPECT_THAT(Suggested(snapshot, " "), IsEmpty());
}

Document Named(std::uint32_t number, std::string title, std::vector<Translation> translations) {
  auto document = Thing(number, std::move(title));
  document.language = "en";
  document.translations = std::move(translations);
  return document;
}

TEST(Find_Translations, TheirTitlesAreTitles) {
  const auto snapshot =
      Of({Named(1, "Lamp", {{"de", "Leuchte", "Aus Messing."}}),
          Named(2, "Lamp stand", {{"de", "Fuß der Leuchte", ""}}), Thing(3, "Other", "Leuchte")});
  EXPECT_THAT(Numbers(snapshot, "leuchte"), ElementsAre(1, 2, 3));
  EXPECT_THAT(Numbers(snapshot, "fuss"), ElementsAre(2));
  EXPECT_THAT(Numbers(snapshot, "lamp messing"), ElementsAre(1));
  // A title of which no word is left over before a longer one: of the words of one title, not of the number of another's.
  EXPECT_THAT(Numbers(Of({Named(1, "Brass lamp", {{"de", "Messinglampe", ""}}), Thing(2, "Lamp of brass"),
                          Named(3, "Lamp brass", {{"de", "Leuchte", ""}})}),
                      "lamp brass"),
              ElementsAre(3, 1, 2));
  EXPECT_EQ(
      Numbers(Of({Thing(2, "Old lamp"), Named(1, "Brass lamp", {{"de", "Messinglampe", ""}})}), "lamp")[0],
      2u);
  // The whole title first, in each language, though another one is newer.
  EXPECT_EQ(
      Numbers(Of({Named(1, "Lamp", {{"de", "Leuchte", ""}}), Thing(2, "Leuchte Leuchte")}), "leuchte")[0],
      1u);
}

TEST(Find_Translations, StayThroughAMerge) {
  const auto none = std::make_shared<const Bitmap>();
  const Part parts[] = {
      {Segment::Of({Named(2, "Mug", {{"ru", "Кружка", ""}})}), none},
      {Segment::Of({Named(1, "Lamp", {{"de", "Leuchte", ""}, {"ru", "Лампа", ""}})}), none}};
  const auto merged = Segment::Of(parts);
  const auto titles = merged->TitlesOf(0);
  ASSERT_EQ(titles.end - titles.begin, 3u);
  EXPECT_EQ(merged->TitleAt(titles.begin + 1), "Leuchte");
  EXPECT_EQ(merged->LanguageAt(titles.begin + 2), "ru");
  EXPECT_EQ(merged->TitleAt(merged->TitlesOf(1).begin), "Mug");
  EXPECT_TRUE(merged->IsCalled(1, TitleHash("кружка")));
  EXPECT_FALSE(merged->IsCalled(0, TitleHash("кружка")));
}

TEST(Suggest, InTheLanguageThatIsAskedFor) {
  const auto snapshot =
      Of({Named(1, "Brass lamp", {{"de", "Lampe aus Messing", ""}}), Thing(2, "Lamp shade")});
  const auto suggested = [&](std::vector<std::string> languages, std::string text) {
    Query query = ByText(std::move(text));
    query.languages = std::move(languages);
    Budget budget;
    std::vector<std::string> texts;
    for (const auto& suggestion : Suggest(snapshot, query, budget)) {
      texts.push_back(suggestion.text + (suggestion.product ? " (" + suggestion.language + ')' : ""));
    }
    return texts;
  };
  EXPECT_THAT(suggested({"de-AT", "de"}, "lam"),
              ElementsAre("Lamp", "Lampe", "Lamp shade ()", "Lampe aus Messing (de)"));
  EXPECT_THAT(suggested({"fr"}, "lam"), ElementsAre("lamp", "Lamp shade ()", "Brass lamp (en)"));
  EXPECT_THAT(suggested({"en"}, "mes"), ElementsAre("Messing", "Brass lamp (en)"));
}

TEST(Suggest, AtMostTen) {
  std::vector<Document> documents;
  for (std::uint32_t i = 1; i <= 50; ++i) documents.push_back(Thing(i, "Sample " + std::to_string(i)));
  EXPECT_EQ(Suggested(Of(documents), "sa").size(), kSuggestionsMax);
}

}  // namespace
}  // namespace market::product::index
