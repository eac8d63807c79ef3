// The index against a plain look at every document: random catalogues, filters, orders, facets.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <random>

#include "services/product/index/find.hpp"
#include "services/product/index/testing/things.hpp"

namespace market::product::index {
namespace {

constexpr std::size_t kCategories = 7;  // 1 above 2 and 3, 2 above 4, the others roots
constexpr const char* kWords[] = {"red", "blue", "mug", "lamp", "engine", "cable"};
// Of translations; "mug" and "cable" are the same in both.
constexpr const char* kOtherWords[] = {"rot", "blau", "mug", "leuchte", "maschine", "cable"};
constexpr const char* kLanguages[] = {"de", "fr", "ru"};
constexpr const char* kNames[] = {"colour", "size", "maker"};

class Dice {
 public:
  explicit Dice(unsigned seed) : random_(seed) {}
  std::uint32_t Below(std::uint32_t end) { return random_() % end; }
  bool OneIn(std::uint32_t times) { return Below(times) == 0; }

 private:
  std::mt19937 random_;
};

std::shared_ptr<const CategoryTree> Tree() {
  CategoryTree tree;
  const auto put = [&](std::uint32_t category, std::uint32_t above) {
    tree[domain::CategoryId(UuidOf(category))] =
        above == 0 ? domain::CategoryId() : domain::CategoryId(UuidOf(above));
  };
  put(1, 0);
  put(2, 1);
  put(3, 1);
  put(4, 2);
  for (std::uint32_t i = 5; i <= kCategories; ++i) put(i, 0);
  return std::make_shared<const CategoryTree>(std::move(tree));
}

Document RandomDocument(std::uint32_t number, Dice& dice) {
  std::string title;
  for (std::uint32_t i = 0; i <= dice.Below(3); ++i) title += std::string(kWords[dice.Below(6)]) + ' ';
  auto document = Thing(number, title);
  for (const auto* language : kLanguages) {
    if (!dice.OneIn(3)) continue;
    const auto words = std::string(kOtherWords[dice.Below(6)]) + ' ' + kOtherWords[dice.Below(6)];
    document.translations.push_back({language, words, ""});
  }
  document.seller = SellerId(UuidOf(1 + dice.Below(5)));
  document.category = domain::CategoryId(UuidOf(1 + dice.Below(kCategories)));
  document.published_us = dice.Below(50) * 1'000'000;
  document.rating_hundredths = static_cast<std::uint16_t>(dice.OneIn(3) ? 0 : 100 + dice.Below(401));
  for (const auto* name : kNames) {
    if (dice.OneIn(2))
      document.attributes.emplace_back(name, std::string(1, static_cast<char>('a' + dice.Below(4))));
  }
  document.offers.clear();
  for (std::uint32_t i = 0; i < dice.Below(4); ++i) {
    auto offer = OfferAt(1 + dice.Below(30'000), dice.OneIn(2), dice.OneIn(3) ? "USD" : "EUR");
    const bool in_two = dice.OneIn(3);
    offer.seller = dice.OneIn(3) ? SellerId(UuidOf(1 + dice.Below(5))) : document.seller;
    if (dice.OneIn(4))
      offer.options.emplace_back("size", std::string(1, static_cast<char>('a' + dice.Below(6))));
    document.offers.push_back(offer);
    if (!in_two) continue;
    offer.currency = offer.currency == "EUR" ? "USD" : "EUR";
    offer.price = 1 + dice.Below(30'000);
    document.offers.push_back(std::move(offer));
  }
  return document;
}

Query RandomQuery(Dice& dice) {
  Query query;
  query.order = static_cast<Order>(dice.Below(5));
  query.limit = 10'000;
  query.facets = true;
  query.categories = Tree();
  if (dice.OneIn(2)) query.text = dice.OneIn(3) ? kOtherWords[dice.Below(6)] : kWords[dice.Below(6)];
  if (dice.OneIn(6)) query.text += std::string(" ") + kWords[dice.Below(6)];
  auto& filters = query.filters;
  if (dice.OneIn(3)) filters.category = domain::CategoryId(UuidOf(1 + dice.Below(kCategories)));
  if (dice.OneIn(4)) filters.seller = SellerId(UuidOf(1 + dice.Below(6)));
  if (dice.OneIn(3)) filters.min_price = dice.Below(20'000);
  if (dice.OneIn(3)) filters.max_price = dice.Below(30'000);
  filters.currency = dice.OneIn(10) ? "CHF" : dice.OneIn(2) ? "USD" : "EUR";
  filters.in_stock = dice.OneIn(3);
  if (dice.OneIn(4)) filters.min_rating_hundredths = static_cast<std::uint16_t>(100 * (1 + dice.Below(5)));
  for (const auto* name : kNames) {
    if (!dice.OneIn(4)) continue;
    auto& filter = filters.attributes.emplace_back();
    filter.name = name;
    for (std::uint32_t i = 0; i <= dice.Below(2); ++i)
      filter.values.insert(std::string(1, static_cast<char>('a' + dice.Below(6))));
  }
  if (dice.OneIn(4))
    query.inactive = std::make_shared<const Sellers>(Sellers{SellerId(UuidOf(1 + dice.Below(5)))});
  return query;
}

// Everything by its definition, of one document at a time.
struct Naive {
  const Query& query;

  std::vector<Offer> Offers(const Document& document, const Filters& filters) const {
    std::vector<Offer> passing;
    for (const auto& offer : document.offers) {
      if (query.inactive && query.inactive->contains(offer.seller)) continue;
      if (offer.currency != filters.currency) continue;
      if (filters.min_price && offer.price < *filters.min_price) continue;
      if (filters.max_price && offer.price > *filters.max_price) continue;
      if (filters.in_stock && !offer.in_stock) continue;
      passing.push_back(offer);
    }
    return passing;
  }

  static std::vector<Attribute> AttributesOf(const Document& document) {
    auto all = document.attributes;
    for (const auto& offer : document.offers)
      all.insert(all.end(), offer.options.begin(), offer.options.end());
    std::ranges::sort(all);
    all.erase(std::ranges::unique(all).begin(), all.end());
    return all;
  }

  bool Passes(const Document& document, const Filters& filters) const {
    if (query.inactive && query.inactive->contains(document.seller)) return false;
    std::string_view text = query.text;
    while (!text.empty()) {
      const auto word = text.substr(0, text.find(' '));
      const auto has = [&](const Translation& translation) { return translation.title.contains(word); };
      if (!document.title.contains(word) && std::ranges::none_of(document.translations, has)) return false;
      text.remove_prefix(std::min(text.size(), word.size() + 1));
    }
    if (filters.category) {
      auto at = document.category;
      while (at != *filters.category) {
        at = query.categories->at(at);
        if (at.IsNil()) return false;
      }
    }
    if (filters.seller && document.seller != *filters.seller) return false;
    if (document.rating_hundredths < filters.min_rating_hundredths) return false;
    const auto attributes = AttributesOf(document);
    for (const auto& filter : filters.attributes) {
      const auto fits = [&](const Attribute& attribute) {
        return attribute.first == filter.name && filter.values.contains(attribute.second);
      };
      if (std::ranges::none_of(attributes, fits)) return false;
    }
    // Whoever offers it: that a shop may not sell hides its offers, and no product of another one.
    if (std::ranges::find(document.offers, filters.currency, &Offer::currency) == document.offers.end())
      return false;
    const bool of_offers = filters.min_price || filters.max_price || filters.in_stock;
    return !of_offers || !Offers(document, filters).empty();
  }
};

using Documents = std::map<std::uint32_t, Document>;

std::uint64_t CountOf(const Documents& documents, const Query& query, const Filters& filters) {
  const Naive naive{query};
  return static_cast<std::uint64_t>(std::ranges::count_if(
      documents, [&](const auto& entry) { return naive.Passes(entry.second, filters); }));
}

// What there would be with the one filter of a facet.
void ExpectFacets(const Documents& documents, const Query& query, const Facets& facets) {
  std::uint64_t categories = 0;
  for (std::uint32_t i = 1; i <= kCategories; ++i) {
    auto filters = query.filters;
    filters.category = domain::CategoryId(UuidOf(i));
    const auto count = CountOf(documents, query, filters);
    const auto shown = std::ranges::find(facets.categories, *filters.category,
                                         [](const auto& entry) { return entry.thing; });
    EXPECT_EQ(shown == facets.categories.end() ? 0 : shown->count, count);
    categories += count > 0 ? 1 : 0;
  }
  EXPECT_EQ(facets.categories.size(), categories);
  for (std::uint32_t i = 1; i <= 5; ++i) {
    auto filters = query.filters;
    filters.seller = SellerId(UuidOf(i));
    const auto shown =
        std::ranges::find(facets.sellers, *filters.seller, [](const auto& entry) { return entry.thing; });
    EXPECT_EQ(shown == facets.sellers.end() ? 0 : shown->count, CountOf(documents, query, filters));
    filters = query.filters;
    filters.min_rating_hundredths = static_cast<std::uint16_t>(100 * i);
    EXPECT_EQ(facets.ratings[i - 1], CountOf(documents, query, filters));
  }
  for (std::size_t i = 0; i < kBands.size(); ++i) {
    auto filters = query.filters;
    filters.min_price = kBands[i];
    filters.max_price.reset();
    Band band{query.filters.currency, kBands[i], std::nullopt};
    if (i + 1 < kBands.size()) {
      band.until = kBands[i + 1];
      filters.max_price = *band.until - 1;
    }
    const auto shown = std::ranges::find(facets.prices, band, [](const auto& entry) { return entry.thing; });
    EXPECT_EQ(shown == facets.prices.end() ? 0 : shown->count, CountOf(documents, query, filters));
  }
  for (const auto& [band, count] : facets.prices) EXPECT_EQ(band.currency, query.filters.currency);
  auto in_stock = query.filters;
  in_stock.in_stock = true;
  EXPECT_EQ(facets.in_stock, CountOf(documents, query, in_stock));
  for (const auto* name : kNames) {
    const auto shown_name = std::ranges::find(facets.attributes, name, &Facets::Name::name);
    for (char value = 'a'; value <= 'f'; ++value) {
      auto filters = query.filters;
      std::erase_if(filters.attributes, [&](const AttributeFilter& filter) { return filter.name == name; });
      filters.attributes.push_back({name, {std::string(1, value)}});
      std::uint64_t shown = 0;
      if (shown_name != facets.attributes.end()) {
        const auto found = std::ranges::find(shown_name->values, std::string(1, value),
                                             [](const auto& entry) { return entry.thing; });
        if (found != shown_name->values.end()) shown = found->count;
      }
      EXPECT_EQ(shown, CountOf(documents, query, filters)) << name << '=' << value;
    }
  }
}

// The keys of an order in which prices go; a product without one comes last.
std::int64_t PriceRank(const Document& document, const Query& query, bool up) {
  std::int64_t best = std::numeric_limits<std::int64_t>::max();
  const auto offers = Naive{query}.Offers(document, query.filters);
  const bool any = std::ranges::any_of(offers, &Offer::in_stock);
  for (const auto& offer : offers) {
    if (offer.in_stock == any) best = std::min(best, offer.price);
  }
  if (offers.empty()) return 1'000'000'000;
  return (any ? 0 : 100'000'000) + (up ? best : -best);
}

void ExpectOrder(const Documents& documents, const Query& query, const Found& found) {
  const auto numbers = Numbers(found);
  const auto ordered = [&](auto before) { EXPECT_TRUE(std::ranges::is_sorted(numbers, before)); };
  const auto at = [&](std::uint32_t number) -> const Document& { return documents.at(number); };
  const auto newest = [&](std::uint32_t a, std::uint32_t b) {
    return std::pair(at(a).published_us, a) > std::pair(at(b).published_us, b);
  };
  switch (query.order) {
    case Order::kNewest:
      return ordered(newest);
    case Order::kPriceUp:
      return ordered([&](std::uint32_t a, std::uint32_t b) {
        return std::pair(PriceRank(at(a), query, true), a) < std::pair(PriceRank(at(b), query, true), b);
      });
    case Order::kPriceDown:
      return ordered([&](std::uint32_t a, std::uint32_t b) {
        const auto ranks = std::pair(PriceRank(at(a), query, false), PriceRank(at(b), query, false));
        return ranks.first != ranks.second ? ranks.first < ranks.second : a > b;
      });
    case Order::kRating:
      return ordered([&](std::uint32_t a, std::uint32_t b) {
        return at(a).rating_hundredths != at(b).rating_hundredths
                   ? at(a).rating_hundredths > at(b).rating_hundredths
                   : newest(a, b);
      });
    case Order::kRelevance:
      if (query.text.empty()) ordered(newest);
  }
}

TEST(BruteForce, AThousandQueriesFindTheSame) {
  Dice dice(20261129);
  Documents documents;
  Snapshot snapshot;
  std::uint32_t next = 1;
  for (int round = 0; round < 50; ++round) {
    std::map<std::uint32_t, Document> changed;
    std::vector<domain::ProductId> removed;
    for (int i = 0; i < 12; ++i) {
      const auto number = documents.empty() || dice.OneIn(2) ? next++ : 1 + dice.Below(next - 1);
      if (dice.OneIn(6)) {
        removed.push_back(domain::ProductId(UuidOf(number)));
        documents.erase(number);
        changed.erase(number);
      } else {
        changed[number] = RandomDocument(number, dice);
        documents[number] = changed[number];
      }
    }
    std::vector<Document> batch;
    for (auto& [number, document] : changed) batch.push_back(document);
    snapshot = snapshot.Changed(std::move(batch), removed);
    if (dice.OneIn(4)) {
      if (auto due = snapshot.Due()) snapshot = snapshot.With(Snapshot::Merged(*std::move(due)));
    }
    ASSERT_EQ(snapshot.Documents(), documents.size());
    for (int i = 0; i < 20; ++i) {
      const auto query = RandomQuery(dice);
      const auto found = FoundBy(snapshot, query);
      std::vector<std::uint32_t> expected;
      for (const auto& [number, document] : documents) {
        if (Naive{query}.Passes(document, query.filters)) expected.push_back(number);
      }
      EXPECT_EQ(found.total, expected.size());
      EXPECT_THAT(Numbers(found), ::testing::UnorderedElementsAreArray(expected));
      ExpectOrder(documents, query, found);
      ExpectFacets(documents, query, found.facets.value());
      ASSERT_FALSE(HasFailure()) << "round " << round << ", query " << i << ": " << query.text;
    }
  }
}

}  // namespace
}  // namespace market::product::index
