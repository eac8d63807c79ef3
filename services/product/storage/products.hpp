// Products in PostgreSQL.
//
// What belongs to a seller is changed only through a scope: the sellers whose member the caller is. A row
// outside the scope does not exist (Error NOT_FOUND). Owner: the service; io thread only. Fails as
// platform/postgres does, plus the refusals named at each function.
#pragma once
#include <optional>
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

class Products {
 public:
  static constexpr int kOffersShown = 20;  // with a product

  explicit Products(postgres::Database& database) : database_(database) {}

  // A product comes with the best kOffersShown of its offers: what can be bought first, the cheapest first.
  // Get counts active ones alone. A published product, or any of a seller in `viewer`.
  Task<std::optional<api::product::Product>> Get(Work work, domain::ProductId id, SellerScope viewer);
  // Newest first, all states, offers of all states. At most `limit`.
  Task<std::vector<api::product::Product>> ListOfSeller(Work work, SellerId seller,
                                                        std::optional<domain::ProductId> after, int limit);
  // The product of an earlier run of the same operation, if there was one.
  // SKU_TAKEN, NOT_FOUND (the category).
  Task<api::product::Product> Create(Work work, Uuid operation_id,
                                     api::product::CreateProductRequest request);
  // ILLEGAL_TRANSITION from ARCHIVED; nothing changes for a published one.
  Task<api::product::Product> Publish(Work work, domain::ProductId id, SellerScope scope);
  // Whose it is, of those in scope.
  Task<std::optional<SellerId>> SellerOf(Work work, domain::ProductId id, SellerScope scope);

 private:
  postgres::Database& database_;
};

}  // namespace market::product::storage
