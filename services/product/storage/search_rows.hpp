// What the search index is made of: published products with what is for sale of them, the tree of categories,
// and which products changed.
//
// Whether an offer is in stock changes with every order, and no event says so: the database keeps a turn each
// time an offer's row of stock becomes empty or stops being so (0002_stock.sql). Nor does one say that a
// price has begun or ended by itself: which ones have is asked of the periods. Owner: the service; io thread
// only. Fails as platform/postgres does.
#pragma once
#include <cstdint>
#include <optional>
#include <vector>

#include "platform/postgres/database.hpp"
#include "services/product/domain/ids.hpp"
#include "services/product/index/query.hpp"
#include "services/product/storage/search_rules.hpp"

namespace market::product::storage {

class SearchRows {
 public:
  explicit SearchRows(postgres::Database& database) : database_(database), rules_(database) {}

  // Published products after the id, at most `limit`. Without the names of shops.
  Task<std::vector<index::Document>> Page(Work work, domain::ProductId after, int limit);
  // Those of the ids that are published.
  Task<std::vector<index::Document>> Read(Work work, std::vector<domain::ProductId> ids);
  Task<index::CategoryTree> Categories(Work work);
  Task<std::vector<domain::SearchRule>> Rules(Work work) { return rules_.All(work); }

  Task<std::vector<domain::ProductId>> ProductsOf(Work work, std::vector<domain::OfferId> offers);
  // After `after`, at most `limit` published ones of the sellers.
  Task<std::vector<domain::ProductId>> ProductsOf(Work work, std::vector<SellerId> sellers,
                                                  domain::ProductId after, int limit);

  // A place among the turns of stock: everything before it was read.
  struct Place {
    std::int64_t xid = 0;
    std::int64_t id = 0;
  };
  Task<Place> NewestTurn(Work work);
  struct Turns {
    std::vector<domain::OfferId> offers;
    Place next;
    bool more = false;
  };
  // Only what no other turn can come before any more, as the log of events is read.
  Task<Turns> TurnsAfter(Work work, Place after, int limit);
  // A place among the moments at which prices change by themselves: all before it, and of it those of offers
  // up to this one, were read. What a shop changes is an event, whatever the moments say that come with it.
  struct Moment {
    Time at{};
    domain::OfferId offer;
  };
  struct Moments {
    std::vector<domain::OfferId> offers;
    Moment next;
    bool more = false;
  };
  Task<Moment> Now(Work work);
  // Those that have passed.
  Task<Moments> MomentsAfter(Work work, Moment after, int limit);
  // Deletes turns that everybody has read; gives how many.
  Task<std::int64_t> ForgetTurns(Work work, int limit);

 private:
  postgres::Database& database_;
  SearchRules rules_;
};

}  // namespace market::product::storage
