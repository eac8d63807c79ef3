// What moves the units of offers besides reservations, the record of it, and who is told when few are left.
//
// Owner: the service; io thread only. Fails as platform/postgres does, plus the refusals named at each
// function.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "marketplace/product/v1/product.pb.h"
#include "platform/postgres/database.hpp"
#include "services/product/domain/ids.hpp"
#include "services/product/storage/seller_scope.hpp"

// As the generated interface calls it, which this room does not see.
namespace market::api {
namespace product = ::marketplace::product::v1;
}

namespace market::product::storage {

struct StockAdjustment {
  Uuid operation_id;  // the same operation moves the stock once
  domain::OfferId offer;
  std::int64_t delta = 0;
  std::string reason;
  AccountId account;
};

struct ListedMovement {
  api::product::StockMovement movement;
  std::int64_t position = 0;
};

class Stock {
 public:
  explicit Stock(postgres::Database& database) : database_(database) {}

  // STOCK_BELOW_RESERVED.
  Task<api::product::Offer> Adjust(Work work, StockAdjustment adjustment, SellerScope scope);
  // Newest first, those before `before`; nullopt when the viewer does not see the offer. At most `limit`.
  Task<std::optional<std::vector<ListedMovement>>> ListMovements(Work work, domain::OfferId offer,
                                                                 Viewer viewer,
                                                                 std::optional<std::int64_t> before,
                                                                 int limit);
  // Looks at offers whose units have moved, so many moves at most, and tells of those that have become low;
  // gives how many these were. Any number of replicas may.
  Task<std::size_t> TellLow(Work work, std::int64_t most);

 private:
  postgres::Database& database_;
};

}  // namespace market::product::storage
