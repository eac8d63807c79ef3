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
#include "platform/audit/audit.hpp"
#include "platform/core/money.hpp"
#include "platform/postgres/database.hpp"
#include "platform/runtime/shared_read.hpp"
#include "services/product/domain/ids.hpp"
#include "services/product/storage/rows.hpp"

namespace market::product::storage {

using SellerScope = std::vector<SellerId>;

// Where a page of offers ended: what the order of the list compares. By default before all of them.
struct OfferPosition {
  std::int64_t sold_out = 0;  // 1: can't be bought now
  std::int64_t price = 0;
  domain::OfferId id;
};

struct ListedOffer {
  api::product::Offer offer;
  OfferPosition position;
};

// What UpdateOffer changes; the rest stays.
struct OfferEdit {
  std::optional<Money> price;
  std::optional<google::protobuf::Map<std::string, std::string>> options;
  std::optional<std::int64_t> if_version;  // only while the offer has this version
};

struct StockAdjustment {
  Uuid operation_id;  // the same operation moves the stock once
  domain::OfferId offer;
  std::int64_t delta = 0;
  std::string reason;
  AccountId account;
};

class Catalogue {
 public:
  static constexpr std::int64_t kOffersPerProductMax = 50;  // of one seller
  static constexpr int kOffersShown = 20;                   // with a product
  // So many fit in an answer of 1 MiB: at most 576 bytes of JSON each, 400 of them a name of 100 characters.
  static constexpr std::int64_t kCategoriesFit = 1'800;

  explicit Catalogue(postgres::Database& database, std::int64_t categories_max = kCategoriesFit)
      : database_(database), categories_max_(categories_max) {}

  // The whole tree, parents before children: one read for all who ask at the same time, since every page of a
  // shop begins with it.
  Task<api::product::ListCategoriesResponse> ListCategories(Work work);
  // Whoever creates names the id: the same id twice is the same category. SLUG_TAKEN, NOT_FOUND (the parent),
  // LIMIT_REACHED.
  Task<api::product::Category> CreateCategory(Work work, domain::CategoryId id,
                                              api::product::CreateCategoryRequest request, audit::Act act);

  // A product comes with the best kOffersShown of its offers: what can be bought first, the cheapest first.
  // GetProduct counts active ones alone. A published product, or any of a seller in `viewer`.
  Task<std::optional<api::product::Product>> GetProduct(Work work, domain::ProductId id, SellerScope viewer);
  // The active offers of a product that GetProduct gives; nullopt when it gives none. At most `limit`.
  Task<std::optional<std::vector<ListedOffer>>> ListOffers(Work work, domain::ProductId product,
                                                           SellerScope viewer,
                                                           std::optional<OfferPosition> after, int limit);
  // Newest first, all states, offers of all states. At most `limit`.
  Task<std::vector<api::product::Product>> ListSellerProducts(Work work, SellerId seller,
                                                              std::optional<domain::ProductId> after,
                                                              int limit);
  // The product of an earlier run of the same operation, if there was one.
  // SKU_TAKEN, NOT_FOUND (the category).
  Task<api::product::Product> CreateProduct(Work work, Uuid operation_id,
                                            api::product::CreateProductRequest request);
  // ILLEGAL_TRANSITION from ARCHIVED; nothing changes for a published one.
  Task<api::product::Product> PublishProduct(Work work, domain::ProductId id, SellerScope scope);

  // On an own product, or, as a member of a single seller, on any published one. The same id twice is the
  // same offer. SKU_TAKEN, LIMIT_REACHED.
  Task<api::product::Offer> CreateOffer(Work work, domain::OfferId id, domain::ProductId product,
                                        SellerScope scope, api::product::OfferDraft offer);
  // An edit that changes nothing leaves version and events alone. ETAG_MISMATCH.
  Task<api::product::Offer> UpdateOffer(Work work, domain::OfferId id, SellerScope scope, OfferEdit edit);
  // STOCK_BELOW_RESERVED.
  Task<api::product::Offer> AdjustStock(Work work, StockAdjustment adjustment, SellerScope scope);
  // Whose they are, of those in scope.
  Task<std::optional<SellerId>> SellerOf(Work work, domain::ProductId id, SellerScope scope);
  Task<std::optional<SellerId>> SellerOf(Work work, domain::OfferId id, SellerScope scope);

  // Unknown ids are left out.
  Task<api::product::GetOffersResponse> GetOffers(Work work, std::vector<domain::OfferId> ids);

 private:
  Task<api::product::ListCategoriesResponse> ReadCategories(Work work);
  Error TooManyCategories() const;

  postgres::Database& database_;
  const std::int64_t categories_max_;
  runtime::SharedRead<api::product::ListCategoriesResponse> categories_;
};

}  // namespace market::product::storage
