// What is asked of the index, and what it answers. Values.
#pragma once
#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "services/product/index/document.hpp"
#include "services/product/index/rules.hpp"

namespace market::product::index {

enum class Order : std::uint8_t { kRelevance, kNewest, kPriceUp, kPriceDown, kRating };

// The tree of categories: of each, the one above; nil of a root.
using CategoryTree = std::unordered_map<domain::CategoryId, domain::CategoryId>;

using Sellers = std::unordered_set<SellerId>;

// One of its values.
struct AttributeFilter {
  std::string name;
  std::unordered_set<std::string> values;
};

struct Filters {
  std::optional<domain::CategoryId> category;  // with all below it
  std::optional<SellerId> seller;              // of the product
  std::optional<std::int64_t> min_price;
  std::optional<std::int64_t> max_price;
  std::string currency;                     // always one: what no offer is priced in is not found
  bool in_stock = false;                    // these four: one offer of it has them all
  std::vector<AttributeFilter> attributes;  // all of them, names once each
  std::uint16_t min_rating_hundredths = 0;
};

// What a walk of pages keeps from its first one, so that what is published meanwhile moves nothing: how much
// each word weighs, and whether mistyped words are looked for though all words are known.
struct Weights {
  static constexpr std::size_t kWords = 14;
  std::array<std::uint8_t, kWords> words{};  // 1 to 15; later words weigh 1
  bool forgiving = false;

  std::int64_t Pack() const;
  static Weights From(std::int64_t packed);
};

// Where a page ended.
struct Position {
  std::int64_t key = 0;
  domain::ProductId id;
};

struct Query {
  std::string text;  // "": any. One without a word finds nothing
  Filters filters;
  Order order = Order::kNewest;  // by relevance without a text: the newest first
  std::optional<Position> after;
  std::optional<Weights> weights;
  std::size_t limit = 20;
  bool facets = false;
  std::vector<std::string> languages;              // in which titles are suggested, the best first
  std::shared_ptr<const Sellers> inactive;         // nothing of theirs is found; null: there are none
  std::shared_ptr<const CategoryTree> categories;  // null: none is below another
  std::shared_ptr<const Rules> rules;              // null: there are none
};

struct Hit {
  domain::ProductId id;
  std::int64_t key = 0;
};

template <class Thing>
struct Count {
  Thing thing{};
  std::uint64_t count = 0;
  bool operator==(const Count&) const = default;
};

struct Band {
  std::string currency;
  std::int64_t from = 0;              // minor units
  std::optional<std::int64_t> until;  // without it; none: no end
  bool operator==(const Band&) const = default;
};

// How many there would be with the one filter instead of what is asked for of its kind; all other filters
// hold.
struct Facets {
  static constexpr std::size_t kShown = 20;  // of each kind, and values of a name; those with the most
  static constexpr std::size_t kCategoriesShown = 50;

  std::vector<Count<domain::CategoryId>> categories;  // with all below each
  std::vector<Count<SellerId>> sellers;
  std::vector<Count<Band>> prices;
  std::uint64_t in_stock = 0;
  std::array<std::uint64_t, 5> ratings{};  // of at least 1, 2, …
  struct Name {
    std::string name;
    std::vector<Count<std::string>> values;
    bool operator==(const Name&) const = default;
  };
  std::vector<Name> attributes;
};

struct Found {
  std::vector<Hit> hits;
  std::uint64_t total = 0;
  std::optional<Facets> facets;
  Weights weights;
};

// Where price bands begin, in minor units; the last one has no end.
inline constexpr std::array<std::int64_t, 9> kBands = {0,      1'000,  2'500,   5'000,  10'000,
                                                       25'000, 50'000, 100'000, 250'000};

}  // namespace market::product::index
