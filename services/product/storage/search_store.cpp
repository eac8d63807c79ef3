#include "services/product/storage/search_store.hpp"

#include <algorithm>
#include <array>

namespace market::product {
namespace {

using postgres::Statement;

// Parameters: $1, $2 the position, $3 limit, $4 category, $5 seller, $6, $7 price bounds, $8 whether an offer is a must,
// $9, $10 the text.
#define SEARCH(key, from, position_and_order)                                                                        \
  "SELECT p.id, p.seller_id, p.title, '', p.category_id, p.attributes, p.pictures, p.state, p.version, "             \
  "p.created_at, p.updated_at, " OFFER_COLUMNS ", o.available, " key " "                                     \
  "FROM " from                                                                                                       \
  " LEFT JOIN LATERAL ("                                                                                             \
  "  SELECT o.*, " AVAILABLE " AS available FROM offer o JOIN stock s ON s.offer_id = o.id"                          \
  "  WHERE o.product_id = p.id AND o.state = 'ACTIVE' AND s.on_hand > s.reserved"                                    \
  "  AND ($6::bigint IS NULL OR o.price >= $6) AND ($7::bigint IS NULL OR o.price <= $7)"                            \
  "  ORDER BY o.price, o.id LIMIT 1) o ON true "                                                                     \
  "WHERE p.state = 'PUBLISHED' AND ($5::uuid IS NULL OR p.seller_id = $5) "                                          \
  "AND (NOT $8::boolean OR o.id IS NOT NULL) "                                                                       \
  "AND ($4::uuid IS NULL OR p.category_id IN ("                                                                      \
  "  WITH RECURSIVE below AS (SELECT $4::uuid AS id"                                                                 \
  "    UNION SELECT c.id FROM category c JOIN below ON c.parent_id = below.id) SELECT id FROM below)) "              \
  "AND " position_and_order " LIMIT $3"

#define ANY_TEXT "product p"
#define MATCHING "product_matching($9, $10) m JOIN product p ON p.id = m.product_id"
#define NEWEST(from)                                                                                     \
  SEARCH("(extract(epoch FROM p.published_at) * 1000000)::bigint", from,                                 \
         "(p.published_at, p.id) < ('epoch'::timestamptz + $1::bigint * interval '1 us', $2::uuid) "     \
         "ORDER BY p.published_at DESC, p.id DESC")
// No price reaches 100,000,000 (contract section 4).
#define PRICE_UP(from)                                                 \
  SEARCH("coalesce(o.price, 100000000)", from,                         \
         "(coalesce(o.price, 100000000), p.id) > ($1::bigint, $2::uuid) " \
         "ORDER BY coalesce(o.price, 100000000), p.id")
#define PRICE_DOWN(from)                                               \
  SEARCH("coalesce(o.price, 0)", from,                                 \
         "(coalesce(o.price, 0), p.id) < ($1::bigint, $2::uuid) "      \
         "ORDER BY coalesce(o.price, 0) DESC, p.id DESC")

struct Listing {
  Statement any_text;
  Statement matching;
  std::int64_t first_key;
  std::string_view first_id;
  std::int64_t key_max;
};

constexpr std::string_view kLowestId = "00000000-0000-0000-0000-000000000000";
constexpr std::string_view kHighestId = "ffffffff-ffff-ffff-ffff-ffffffffffff";

constexpr std::int64_t kEndOfTime = 253'402'300'799'000'000;  // 9999-12-31
constexpr std::int64_t kNoPrice = 100'000'000;
constexpr std::int64_t kRelevanceMax = 1'000'000'000;

// By SearchOrder.
constexpr std::array<Listing, 4> kListings = {
    Listing{{"search.newest", NEWEST(ANY_TEXT)},
            {"search.text_newest", NEWEST(MATCHING)},
            kEndOfTime, kHighestId, kEndOfTime},
    Listing{{"search.price", PRICE_UP(ANY_TEXT)}, {"search.text_price", PRICE_UP(MATCHING)}, 0, kLowestId, kNoPrice},
    Listing{{"search.price_down", PRICE_DOWN(ANY_TEXT)},
            {"search.text_price_down", PRICE_DOWN(MATCHING)},
            kNoPrice, kHighestId, kNoPrice},
    Listing{{},
            {"search.relevance", SEARCH("m.relevance", MATCHING,
                                        "(m.relevance, p.id) < ($1::bigint, $2::uuid) "
                                        "ORDER BY m.relevance DESC, p.id DESC")},
            kRelevanceMax, kHighestId, kRelevanceMax}};

constexpr std::size_t kKeyColumn = kProductColumns + kOfferColumns;

}  // namespace

Task<SearchPage> SearchStore::Find(runtime::Deadline deadline, Search search, std::optional<SearchPosition> after,
                                   int page_size) {
  const auto& listing = kListings[static_cast<std::size_t>(search.order)];
  auto start = after.value_or(SearchPosition{listing.first_key, ProductId::From(listing.first_id)});
  // A position comes from outside: any number is a place in the list, none an error of the database.
  start.key = std::clamp<std::int64_t>(start.key, 0, listing.key_max);
  const bool must_sell = search.in_stock || search.min_price || search.max_price;
  const bool has_text = !search.prefixes.empty();
  const auto result =
      has_text ? co_await database_.Read(deadline, listing.matching, start.key, start.id, page_size + 1, search.category,
                                         search.seller, search.min_price, search.max_price, must_sell, search.prefixes,
                                         search.typed)
               : co_await database_.Read(deadline, listing.any_text, start.key, start.id, page_size + 1, search.category,
                                         search.seller, search.min_price, search.max_price, must_sell);

  SearchPage page{.products = ReadProducts(result, EtagOf::kVersion)};
  const auto size = static_cast<std::size_t>(page_size);
  if (page.products.size() > size) {
    page.products.pop_back();
    page.next = SearchPosition{result[size - 1].Int(kKeyColumn), ProductId::From(page.products.back().id())};
  }
  co_return page;
}

}  // namespace market::product
