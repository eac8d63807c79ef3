// Finds published products where the search index is not ready: words, prefixes and small typing errors,
// filters, four orders, keyset paging; and shows what the index has found. Products come without description
// and with the cheapest offer that can be bought now (within the price bounds, if there are any).
//
// A page is one statement; the page on which a list by price runs out of offers takes a second one, for the
// sold-out products, which have no price and come last. Io thread only; fails as platform/postgres does.
// Limits: a text finds at most 10,000 products (200 by similar spelling).
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "platform/postgres/database.hpp"
#include "services/product/domain/ids.hpp"
#include "services/product/storage/rows.hpp"

namespace market::product::storage {

enum class SearchOrder : std::uint8_t { kNewest, kPriceUp, kPriceDown, kRelevance };

struct SearchQuery {
  Currency currency;     // what has no offer with a price in it is not found
  std::string prefixes;  // domain::PrefixQuery() of `typed`; empty: any text
  std::string typed;
  std::optional<domain::CategoryId> category;  // with all below it
  std::optional<SellerId> seller;              // who made the product
  std::optional<std::int64_t> min_price;
  std::optional<std::int64_t> max_price;
  bool in_stock = false;
  SearchOrder order = SearchOrder::kNewest;  // relevance needs a text
};

// Where a page ended: what the order compares (microseconds, minor units or relevance; 0 among the sold-out
// products of a list by price), and the product.
struct SearchPosition {
  std::int64_t key = 0;
  domain::ProductId id;
};

struct Found {
  std::vector<api::product::Product> products;
  std::vector<std::int64_t> keys;  // of the products, as in SearchPosition
};

// Which of its offers a product that was found is shown with: the cheapest of those that may be.
struct ShownOffer {
  Currency currency;
  std::optional<std::int64_t> min_price;
  std::optional<std::int64_t> max_price;
  bool in_stock = false;
  std::vector<SellerId> not_of;  // sellers
};

class Search {
 public:
  explicit Search(postgres::Database& database) : database_(database) {}

  // What the search index (services/product/index) found, as it is now, in the same order. Without what is
  // not published any more. What can be bought is shown before what is sold out.
  Task<std::vector<api::product::Product>> Show(Work work, std::vector<domain::ProductId> ids,
                                                ShownOffer offer);

  // At most `limit` of those after the position.
  Task<Found> Find(Work work, SearchQuery search, std::optional<SearchPosition> after, int limit);

 private:
  struct Listing;
  Task<> Append(Work work, const Listing& listing, const SearchQuery& search, SearchPosition start,
                Found& found, int limit);

  postgres::Database& database_;
};

}  // namespace market::product::storage
