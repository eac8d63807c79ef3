// Finds published products: words, prefixes and small typing errors, filters, four orders, keyset paging, each page one
// statement. Products come without description and with the cheapest offer that can be bought now (within the price
// bounds, if there are any).
//
// A sold-out product has no price: it comes last in both price orders. Io thread only; fails as platform/postgres does.
// Limits: a text finds at most 10,000 products (200 by similar spelling); price orders read every product that passes
// the filters.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "platform/postgres/database.hpp"
#include "services/product/domain/ids.hpp"
#include "services/product/storage/rows.hpp"

namespace market::product {

enum class SearchOrder : std::uint8_t { kNewest, kPriceUp, kPriceDown, kRelevance };

struct Search {
  std::string prefixes;  // PrefixQuery() of `typed`; empty: any text
  std::string typed;
  std::optional<CategoryId> category;  // with all below it
  std::optional<SellerId> seller;      // who made the product
  std::optional<std::int64_t> min_price;
  std::optional<std::int64_t> max_price;
  bool in_stock = false;
  SearchOrder order = SearchOrder::kNewest;  // relevance needs a text
};

// Where a page ended: what the order compares (microseconds, minor units or relevance), and the product.
struct SearchPosition {
  std::int64_t key = 0;
  ProductId id;
};

struct SearchPage {
  std::vector<proto::Product> products;
  std::optional<SearchPosition> next;
};

class SearchStore {
 public:
  explicit SearchStore(postgres::Database& database) : database_(database) {}

  Task<SearchPage> Find(runtime::Deadline deadline, Search search, std::optional<SearchPosition> after, int page_size);

 private:
  postgres::Database& database_;
};

}  // namespace market::product
