// Offers and their stock in PostgreSQL.
//
// What belongs to a seller is changed only through a scope: the sellers whose member the caller is. A row
// outside the scope does not exist (Error NOT_FOUND). Owner: the service; io thread only. Fails as
// platform/postgres does, plus the refusals named at each function.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "marketplace/product/v1/product.pb.h"
#include "platform/core/money.hpp"
#include "platform/postgres/database.hpp"
#include "services/product/domain/ids.hpp"
#include "services/product/storage/seller_scope.hpp"

// As the generated interface calls it, which this room does not see.
namespace market::api {
namespace product = ::marketplace::product::v1;
}

namespace market::product::storage {

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

class Offers {
 public:
  static constexpr std::int64_t kPerProductMax = 50;  // of one seller

  explicit Offers(postgres::Database& database) : database_(database) {}

  // The active offers of a product that Products::Get gives; nullopt when it gives none. At most `limit`.
  Task<std::optional<std::vector<ListedOffer>>> ListOfProduct(Work work, domain::ProductId product,
                                                              Viewer viewer,
                                                              std::optional<OfferPosition> after, int limit);
  // On an own product, or, as a member of a single seller, on any published one. The same id twice is the
  // same offer. SKU_TAKEN, LIMIT_REACHED.
  Task<api::product::Offer> Create(Work work, domain::OfferId id, domain::ProductId product,
                                   SellerScope scope, api::product::OfferDraft offer);
  // An edit that changes nothing leaves version and events alone. ETAG_MISMATCH.
  Task<api::product::Offer> Update(Work work, domain::OfferId id, SellerScope scope, OfferEdit edit);
  // STOCK_BELOW_RESERVED.
  Task<api::product::Offer> AdjustStock(Work work, StockAdjustment adjustment, SellerScope scope);
  // Whose it is, of those in scope.
  Task<std::optional<SellerId>> SellerOf(Work work, domain::OfferId id, SellerScope scope);

  // Unknown ids are left out.
  Task<api::product::GetOffersResponse> GetMany(Work work, std::vector<domain::OfferId> ids);

 private:
  postgres::Database& database_;
};

}  // namespace market::product::storage
