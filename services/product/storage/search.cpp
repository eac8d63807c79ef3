#include "services/product/storage/search.hpp"

#include <algorithm>
#include <array>
#include <iterator>

namespace market::product::storage {
namespace {

using postgres::Statement;

// Parameters: $1, $2 the position, $3 limit, $4 category, $5 seller, $6, $7 price bounds, $8 whether an offer
// is a must, $9, $10 the text.
#define LISTED_COLUMNS                                                                            \
  "p.id, p.seller_id, p.title, '', p.category_id, p.attributes, p.pictures, p.state, p.version, " \
  "p.created_at, p.updated_at, " OFFER_COLUMNS ", " AVAILABLE
#define ANY_TEXT ""
#define MATCHING "product_matching($9, $10) m JOIN "
#define OF_MATCH " ON p.id = m.product_id "
#define FILTERS                                                       \
  "p.state = 'PUBLISHED' AND ($5::uuid IS NULL OR p.seller_id = $5) " \
  "AND ($4::uuid IS NULL OR p.category_id IN ("                       \
  "  WITH RECURSIVE below AS (SELECT $4::uuid AS id"                  \
  "    UNION SELECT c.id FROM category c JOIN below ON c.parent_id = below.id) SELECT id FROM below)) "
#define IN_BOUNDS "($6::bigint IS NULL OR o.price >= $6) AND ($7::bigint IS NULL OR o.price <= $7) "
// The offers of p that can be bought.
#define BUYABLE                                     \
  "FROM offer o JOIN stock s ON s.offer_id = o.id " \
  "WHERE o.product_id = p.id AND o.state = 'ACTIVE' AND s.on_hand > s.reserved AND " IN_BOUNDS

// The page first, then the offers of its products alone.
#define BY_PRODUCT(from, on, key, condition, direction)                                         \
  "SELECT " LISTED_COLUMNS                                                                      \
  ", p.key FROM ("                                                                              \
  "  SELECT p.*, " key " AS key FROM " from "product p" on "  WHERE " FILTERS                   \
  "AND (NOT $8::boolean OR EXISTS (SELECT " BUYABLE ")) AND " condition "  ORDER BY " direction \
  " LIMIT $3) p "                                                                               \
  "LEFT JOIN LATERAL (SELECT o.* " BUYABLE                                                      \
  "ORDER BY o.price, o.id LIMIT 1) o ON true "                                                  \
  "LEFT JOIN stock s ON s.offer_id = o.id "                                                     \
  "ORDER BY p.key DESC, p.id DESC"

#define NEWEST(from, on)                                                                                 \
  BY_PRODUCT(from, on, "(extract(epoch FROM p.published_at) * 1000000)::bigint",                         \
             "(p.published_at, p.id) < ('epoch'::timestamptz + $1::bigint * interval '1 us', $2::uuid)", \
             "p.published_at DESC, p.id DESC")
#define RELEVANCE                                                                               \
  BY_PRODUCT(MATCHING, OF_MATCH, "m.relevance", "(m.relevance, p.id) < ($1::bigint, $2::uuid)", \
             "m.relevance DESC, p.id DESC")
#define SOLD_OUT(from, on) \
  BY_PRODUCT(from, on, "$1::bigint", "p.id < $2::uuid AND NOT EXISTS (SELECT " BUYABLE ")", "p.id DESC")

// Along the prices; each product once, at its cheapest offer. All statements take the same parameters, so
// this one names $8 though every row of it has an offer.
#define BY_PRICE(from, on, beyond, direction)                                               \
  "SELECT " LISTED_COLUMNS                                                                  \
  ", o.price "                                                                              \
  "FROM " from "product p" on                                                               \
  " JOIN offer o ON o.product_id = p.id JOIN stock s ON s.offer_id = o.id "                 \
  "WHERE " FILTERS "AND o.state = 'ACTIVE' AND s.on_hand > s.reserved AND " IN_BOUNDS       \
  "AND $8::boolean IS NOT NULL AND (o.price, o.product_id) " beyond                         \
  " ($1::bigint, $2::uuid) "                                                                \
  "AND NOT EXISTS (SELECT FROM offer c JOIN stock cs ON cs.offer_id = c.id"                 \
  "  WHERE c.product_id = o.product_id AND c.state = 'ACTIVE' AND cs.on_hand > cs.reserved" \
  "  AND ($6::bigint IS NULL OR c.price >= $6) AND (c.price, c.id) < (o.price, o.id)) "     \
  "ORDER BY o.price " direction ", o.product_id " direction " LIMIT $3"

constexpr std::string_view kLowestId = "00000000-0000-0000-0000-000000000000";
constexpr std::string_view kHighestId = "ffffffff-ffff-ffff-ffff-ffffffffffff";
constexpr std::int64_t kEndOfTime = 253'402'300'799'000'000;  // 9999-12-31
constexpr std::int64_t kPriceLimit = 100'000'000;             // contract section 4
constexpr std::int64_t kRelevanceMax = 1'000'000'000;

constexpr std::size_t kKeyColumn = kProductColumns + kOfferColumns;

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
    Listing{{"search.newest", NEWEST(ANY_TEXT, "")},
            {"search.text_newest", NEWEST(MATCHING, OF_MATCH)},
            kEndOfTime,
            kHighestId,
            kEndOfTime},
    Listing{{"search.price", BY_PRICE(ANY_TEXT, "", ">", "ASC")},
            {"search.text_price", BY_PRICE(MATCHING, OF_MATCH, ">", "ASC")},
            0,
            kLowestId,
            kPriceLimit},
    Listing{{"search.price_down", BY_PRICE(ANY_TEXT, "", "<", "DESC")},
            {"search.text_price_down", BY_PRICE(MATCHING, OF_MATCH, "<", "DESC")},
            kPriceLimit,
            kHighestId,
            kPriceLimit},
    Listing{{}, {"search.relevance", RELEVANCE}, kRelevanceMax, kHighestId, kRelevanceMax}};

constexpr Search::Listing Search::Listing::kSoldOut = {{"search.sold_out", SOLD_OUT(ANY_TEXT, "")},
                                                       {"search.text_sold_out", SOLD_OUT(MATCHING, OF_MATCH)},
                                                       0,
                                                       kHighestId,
                                                       0};

Task<SearchPage> Search::Find(Work work, SearchQuery search, std::optional<SearchPosition> after,
                              int page_size) {
  const auto& listing = Listing::kByOrder[static_cast<std::size_t>(search.order)];
  const bool among_sold_out = IsByPrice(search.order) && after && after->key <= Listing::kSoldOut.key_max;
  const int limit = page_size + 1;  // one more tells whether another page follows
  SearchPage page;
  if (!among_sold_out) co_await Append(work, listing, search, after.value_or(listing.First()), page, limit);
  const int missing = limit - static_cast<int>(page.products.size());
  if (IsByPrice(search.order) && !MustSell(search) && missing > 0) {
    co_await Append(work, Listing::kSoldOut, search, among_sold_out ? *after : Listing::kSoldOut.First(),
                    page, missing);
  }
  if (page.products.size() == static_cast<std::size_t>(limit)) {
    page.products.pop_back();
    page.keys.pop_back();
    page.next = SearchPosition{page.keys.back(), domain::ProductId::From(page.products.back().id())};
  }
  co_return page;
}

Task<> Search::Append(Work work, const Listing& listing, const SearchQuery& search, SearchPosition start,
                      SearchPage& page, int limit) {
  // A position comes from outside: any number is a place in the list, none an error of the database.
  const auto key = std::clamp<std::int64_t>(start.key, 0, listing.key_max);
  const auto result =
      search.prefixes.empty()
          ? co_await database_.Read(work, listing.any_text, key, start.id, limit, search.category,
                                    search.seller, search.min_price, search.max_price, MustSell(search))
          : co_await database_.Read(work, listing.matching, key, start.id, limit, search.category,
                                    search.seller, search.min_price, search.max_price, MustSell(search),
                                    search.prefixes, search.typed);
  for (const auto row : result) page.keys.push_back(row.Int(kKeyColumn));
  std::ranges::move(ReadProducts(result, EtagOf::kVersion), std::back_inserter(page.products));
}

}  // namespace market::product::storage
