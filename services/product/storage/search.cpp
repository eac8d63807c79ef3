#include "services/product/storage/search.hpp"

#include <algorithm>
#include <array>
#include <iterator>

namespace market::product::storage {
namespace {

using postgres::Column;
using postgres::Columns;
using postgres::ComposedStatement;
using postgres::Sql;
using postgres::Statement;

// What lists are sorted and paged by.
struct PageKey {
  std::int64_t key = 0;
};
constexpr Columns kProductKey{Column{"p.key", &PageKey::key}};
constexpr Columns kPriceKey{Column{"r.amount", &PageKey::key}};
// Of an offer that a statement has chosen with its price, and its stock s.
constexpr Columns kFoundOffer{kOfferRow, kGivenPrice, Column{"s.available", kSetAvailable}};

// Where the products of a list come from: what stands before and after "product p".
template <std::size_t From, std::size_t On>
struct Source {
  Sql<From> from;
  Sql<On> on;
};
constexpr Source kAnyText{Sql{""}, Sql{""}};
constexpr Source kMatching{Sql{"product_matching($10, $11) m JOIN "}, Sql{" ON p.id = m.product_id "}};

// Parameters: $1, $2 the position, $3 limit, $4 category, $5 seller, $6, $7 price bounds, $8 whether an offer
// that can be bought is a must, $9 the currency, $10, $11 the text. Without a price in the currency an offer
// is none, and a product without an offer is not found.
constexpr Sql kFilters{
    "p.state = 'PUBLISHED' AND ($5::uuid IS NULL OR p.seller_id = $5) "
    "AND ($4::uuid IS NULL OR p.category_id IN ("
    "  WITH RECURSIVE below AS (SELECT $4::uuid AS id"
    "    UNION SELECT c.id FROM category c JOIN below ON c.parent_id = below.id) SELECT id FROM below)) "};
constexpr Sql kInBounds{"($6::bigint IS NULL OR r.amount >= $6) AND ($7::bigint IS NULL OR r.amount <= $7) "};
// The offers of p, and those that can be bought.
constexpr auto kSold =
    "FROM offer o " + PriceIn(Sql{"$9"}) + "WHERE o.product_id = p.id AND o.state = 'ACTIVE' ";
constexpr auto kBuyable = kSold + "AND " + kInStock + "AND " + kInBounds;

// The page first, then the offers of its products alone.
constexpr auto ByProduct(const auto& source, const auto& key, const auto& condition, const auto& direction) {
  return "SELECT " + kListedProduct + ", " + kFoundOffer + ", " + kProductKey +
         " FROM ("
         "  SELECT p.*, " +
         key + " AS key FROM " + source.from + "product p" + source.on + "  WHERE " + kFilters +
         "AND CASE WHEN $8::boolean THEN EXISTS (SELECT " + kBuyable + ") ELSE EXISTS (SELECT " + kSold +
         ") END AND " + condition + "  ORDER BY " + direction +
         " LIMIT $3) p "
         "LEFT JOIN LATERAL (SELECT " +
         kPricedOffer + kBuyable + "ORDER BY r.amount, o.id LIMIT 1) o ON true " + kStockOfOffer +
         "ORDER BY p.key DESC, p.id DESC";
}

constexpr auto Newest(const auto& source) {
  return ByProduct(source, Sql{"(extract(epoch FROM p.published_at) * 1000000)::bigint"},
                   "(p.published_at, p.id) < ('epoch'::timestamptz + $1::bigint * interval '1 us', $2::uuid)",
                   "p.published_at DESC, p.id DESC");
}

constexpr auto SoldOut(const auto& source) {
  return ByProduct(source, Sql{"$1::bigint"}, "p.id < $2::uuid AND NOT EXISTS (SELECT " + kBuyable + ")",
                   "p.id DESC");
}

// Along the prices; each product once, at its cheapest offer. All statements take the same parameters, so
// this one names $8 though every row of it has an offer.
constexpr auto ByPrice(const auto& source, const auto& beyond, const auto& direction) {
  return "SELECT " + kListedProduct + ", " + kOffer + ", " + kPriceKey + " FROM " + source.from +
         "product p" + source.on + " JOIN price_period r ON r.product_id = p.id AND r.currency = $9 AND " +
         kApplies + "JOIN offer o ON o.id = r.offer_id " + kStockOfOffer + "WHERE " + kFilters +
         "AND o.state = 'ACTIVE' AND s.available > 0 AND " + kInBounds +
         "AND $8::boolean IS NOT NULL AND (r.amount, r.product_id) " + beyond +
         " ($1::bigint, $2::uuid) "
         "AND NOT EXISTS (SELECT FROM price_period other JOIN offer c ON c.id = other.offer_id"
         "  WHERE other.product_id = r.product_id AND other.currency = r.currency AND c.product_id = "
         "r.product_id"
         "  AND c.state = 'ACTIVE' AND other.starts_at <= greatest(market_now(), other.set_at)"
         "  AND other.ends_at > greatest(market_now(), other.set_at)"
         "  AND EXISTS (SELECT FROM stock WHERE offer_id = c.id AND on_hand > reserved)"
         "  AND ($6::bigint IS NULL OR other.amount >= $6)"
         "  AND (other.amount, c.id) < (r.amount, o.id)) "
         "ORDER BY r.amount " +
         direction + ", r.product_id " + direction + " LIMIT $3";
}

constexpr ComposedStatement kNewest{"search.newest", Newest(kAnyText)};
constexpr ComposedStatement kTextNewest{"search.text_newest", Newest(kMatching)};
constexpr ComposedStatement kPriceUp{"search.price", ByPrice(kAnyText, ">", "ASC")};
constexpr ComposedStatement kTextPriceUp{"search.text_price", ByPrice(kMatching, ">", "ASC")};
constexpr ComposedStatement kPriceDown{"search.price_down", ByPrice(kAnyText, "<", "DESC")};
constexpr ComposedStatement kTextPriceDown{"search.text_price_down", ByPrice(kMatching, "<", "DESC")};
constexpr ComposedStatement kRelevance{
    "search.relevance",
    ByProduct(kMatching, Sql{"m.relevance"}, "(m.relevance, p.id) < ($1::bigint, $2::uuid)",
              "m.relevance DESC, p.id DESC")};
constexpr ComposedStatement kSoldOutAny{"search.sold_out", SoldOut(kAnyText)};
constexpr ComposedStatement kTextSoldOut{"search.text_sold_out", SoldOut(kMatching)};

constexpr ComposedStatement kShow{
    "search.show",
    "SELECT " + kListedProduct + ", " + kGivenOffer +
        " FROM unnest($1::uuid[]) WITH ORDINALITY AS found (id, place) "
        "JOIN product p ON p.id = found.id AND p.state = 'PUBLISHED' "
        "LEFT JOIN LATERAL (SELECT " +
        kChosenOffer + "FROM offer o " + PriceIn(Sql{"$2"}) + kStockOfOffer +
        "WHERE o.product_id = p.id AND o.state = 'ACTIVE' "
        "AND ($3::bigint IS NULL OR r.amount >= $3) AND ($4::bigint IS NULL OR r.amount <= $4) "
        "AND (NOT $5::boolean OR s.available > 0) AND o.seller_id <> ALL ($6::uuid[]) "
        "ORDER BY " +
        kSoldOut + ", r.amount, o.id LIMIT 1) o ON true ORDER BY found.place"};

constexpr std::string_view kLowestId = "00000000-0000-0000-0000-000000000000";
constexpr std::string_view kHighestId = "ffffffff-ffff-ffff-ffff-ffffffffffff";
constexpr std::int64_t kEndOfTime = 253'402'300'799'000'000;  // 9999-12-31
constexpr std::int64_t kPriceLimit = 100'000'000;             // above what product.proto lets a price be
constexpr std::int64_t kRelevanceMax = 1'000'000'000;

bool MustSell(const SearchQuery& search) { return search.in_stock || search.min_price || search.max_price; }

bool IsByPrice(SearchOrder order) {
  return order == SearchOrder::kPriceUp || order == SearchOrder::kPriceDown;
}

}  // namespace

struct Search::Listing {
  Statement any_text;
  Statement matching;
  std::int64_t first_key;
  std::string_view first_id;
  std::int64_t key_max;

  SearchPosition First() const { return {first_key, domain::ProductId::From(first_id)}; }

  static const std::array<Listing, 4> kByOrder;
  static const Listing kSoldOut;
};

// By SearchOrder.
constexpr std::array<Search::Listing, 4> Search::Listing::kByOrder = {
    Listing{kNewest, kTextNewest, kEndOfTime, kHighestId, kEndOfTime},
    Listing{kPriceUp, kTextPriceUp, 0, kLowestId, kPriceLimit},
    Listing{kPriceDown, kTextPriceDown, kPriceLimit, kHighestId, kPriceLimit},
    Listing{{}, kRelevance, kRelevanceMax, kHighestId, kRelevanceMax}};

constexpr Search::Listing Search::Listing::kSoldOut = {kSoldOutAny, kTextSoldOut, 0, kHighestId, 0};

Task<Found> Search::Find(Work work, SearchQuery search, std::optional<SearchPosition> after, int limit) {
  const auto& listing = Listing::kByOrder[static_cast<std::size_t>(search.order)];
  const bool among_sold_out = IsByPrice(search.order) && after && after->key <= Listing::kSoldOut.key_max;
  Found found;
  if (!among_sold_out) co_await Append(work, listing, search, after.value_or(listing.First()), found, limit);
  const int missing = limit - static_cast<int>(found.products.size());
  if (IsByPrice(search.order) && !MustSell(search) && missing > 0) {
    co_await Append(work, Listing::kSoldOut, search, among_sold_out ? *after : Listing::kSoldOut.First(),
                    found, missing);
  }
  co_return found;
}

Task<std::vector<api::product::Product>> Search::Show(Work work, std::vector<domain::ProductId> ids,
                                                      ShownOffer offer) {
  co_return ReadProducts(kListedProduct,
                         co_await database_.List(work, kShow, ids, offer.currency, offer.min_price,
                                                 offer.max_price, offer.in_stock, offer.not_of),
                         EtagOf::kVersion);
}

Task<> Search::Append(Work work, const Listing& listing, const SearchQuery& search, SearchPosition start,
                      Found& found, int limit) {
  // A position comes from outside: any number is a place in the list, none an error of the database.
  const auto key = std::clamp<std::int64_t>(start.key, 0, listing.key_max);
  const auto result =
      search.prefixes.empty()
          ? co_await database_.List(work, listing.any_text, key, start.id, limit, search.category,
                                    search.seller, search.min_price, search.max_price, MustSell(search),
                                    search.currency)
          : co_await database_.List(work, listing.matching, key, start.id, limit, search.category,
                                    search.seller, search.min_price, search.max_price, MustSell(search),
                                    search.currency, search.prefixes, search.typed);
  for (const auto row : result)
    found.keys.push_back(kProductKey.Read(row, kListedProduct.kCount + kOffer.kCount).key);
  std::ranges::move(ReadProducts(kListedProduct, result, EtagOf::kVersion),
                    std::back_inserter(found.products));
}

}  // namespace market::product::storage
