// Categories, products and offers in PostgreSQL.
//
// What belongs to a seller is changed only through a scope: the sellers whose member the caller is. A row
// outside the scope does not exist (Error NOT_FOUND). Owner: the service; io thread only. Fails as
// platform/postgres does, plus the refusals named at each function.
#pragma once
#include <cstdint>
#include <optional>
#include <vector>

#include "marketplace/product/v1/product.pb.h"
#include "platform/core/money.hpp"
#include "platform/postgres/database.hpp"
#include "services/product/domain/ids.hpp"
#include "services/product/storage/rows.hpp"

namespace market::product {

using SellerScope = std::vector<SellerId>;

struct ProductPage {
  std::vector<proto::Product> products;
  std::optional<ProductId> next;  // the last product of this page, when there are more
};

// What UpdateOffer changes; the rest stays.
struct OfferEdit {
  std::optional<Money> price;
  std::optional<google::protobuf::Map<std::string, std::string>> options;
  std::optional<std::int64_t> if_version;  // only while the offer has this version
};

struct StockAdjustment {
  Uuid operation_id;  // the same operation moves the stock once
  OfferId offer;
  std::int64_t delta = 0;
  std::string reason;
  AccountId account;
};

class CatalogueStore {
 public:
  static constexpr std::int64_t kOffersPerProductMax = 50;  // of one seller

  explicit CatalogueStore(postgres::Database& database) : database_(database) {}

  // The whole tree, parents before children.
  Task<proto::ListCategoriesResponse> ListCategories(Work work);
  // SLUG_TAKEN, NOT_FOUND (the parent).
  Task<proto::Category> CreateCategory(Work work, proto::CreateCategoryRequest request);

  // With its active offers. A published product, or any of a seller in `viewer`.
  Task<std::optional<proto::Product>> GetProduct(Work work, ProductId id, SellerScope viewer);
  // Newest first, all states, all offers.
  Task<ProductPage> ListSellerProducts(Work work, SellerId seller, std::optional<ProductId> after,
                                       int page_size);
  // The product of an earlier run of the same operation, if there was one. SKU_TAKEN, NOT_FOUND (the
  // category).
  Task<proto::Product> CreateProduct(Work work, Uuid operation_id, proto::CreateProductRequest request);
  // ILLEGAL_TRANSITION from ARCHIVED; nothing changes for a published one.
  Task<proto::Product> PublishProduct(Work work, ProductId id, SellerScope scope);

  // On an own product, or, as a member of a single seller, on any published one. SKU_TAKEN, LIMIT_REACHED.
  Task<proto::Offer> CreateOffer(Work work, ProductId product, SellerScope scope, proto::NewOffer offer);
  // ETAG_MISMATCH.
  Task<proto::Offer> UpdateOffer(Work work, OfferId id, SellerScope scope, OfferEdit edit);
  // STOCK_BELOW_RESERVED.
  Task<proto::Offer> AdjustStock(Work work, StockAdjustment adjustment, SellerScope scope);
  // Unknown ids are left out.
  Task<proto::GetOffersResponse> GetOffers(Work work, std::vector<OfferId> ids);

 private:
  postgres::Database& database_;
};

}  // namespace market::product
