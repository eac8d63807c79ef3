#include "services/product/storage/search_store.hpp"

#include <array>

namespace market::product {
namespace {

using postgres::Statement;

// Parameters: $1, $2 the position, $3 limit, $4 category, $5 seller, $6, $7 price bounds, $8 whether an offer is a must,
// $9, $10 the text.
#define SEARCH(key, from, position_and_order)                                                                        \
  "SELECT p.id, p.seller_id, p.title, '', p.category_id, p.attributes, p.pictures, p.state, p.version, "             \
  "p.created_at, p.updated_at, " OFFER_COLUMNS ", o.available, (" key ")::text "                                     \
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
#define NEWEST(from)                                                   \
  SEARCH("p.published_at", from,                                       \
         "(p.published_at, p.id) < ($1::timestamptz, $2::uuid) "       \
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
  std::string_view first_key;
  std::string_view first_id;
};

constexpr std::string_view kLowestId = "00000000-0000-0000-0000-000000000000";
constexpr std::string_view kHighestId = "ffffffff-ffff-ffff-ffff-ffffffffffff";

// By SearchOrder.
constexpr std::array<Listing, 4> kListings = {
    Listing{{"search.newest", NEWEST(ANY_TEXT)}, {"search.text_newest", NEWEST(MATCHING)}, "infinity", kHighestId},
    Listing{{"search.price", PRICE_UP(ANY_TEXT)}, {"search.text_price", PRICE_UP(MATCHING)}, "0", kLowestId},
    Listing{{"search.price_down", PRICE_DOWN(ANY_TEXT)},
            {"search.text_price_down", PRICE_DOWN(MATCHING)},
            "100000000",
            kHighestId},
    Listing{{},
            {"search.relevance", SEARCH("m.relevance", MATCHING,
                                        "(m.relevance, p.id) < ($1::bigint, $2::uuid) "
                                        "ORDER BY m.relevance DESC, p.id DESC")},
            "9000000000000000000",
            kHighestId}};

constexpr std::size_t kKeyColumn = kProductColumns + kOfferColumns;

}  // namespace

Task<SearchPage> SearchStore::Find(runtime::Deadline deadline, Search search, std::optional<SearchPosition> after,
                                   int page_size) {
  const auto& listing = kListings[static_cast<std::size_t>(search.order)];
  const auto start = after.value_or(
      SearchPosition{std::string(listing.first_key), ProductId::From(listing.first_id)});
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
    page.next = SearchPosition{std::string(result[size - 1].Text(kKeyColumn)),
                               ProductId::From(page.products.back().id())};
  }
  co_return page;
}

}  // namespace market::product
