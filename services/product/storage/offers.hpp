// Offers in PostgreSQL; what moves their stock is stock.hpp and reservations.hpp.
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
#include "platform/audit/audit.hpp"
#include "platform/core/money.hpp"
#include "platform/postgres/database.hpp"
#include "services/product/domain/catalogue.hpp"
#include "services/product/domain/ids.hpp"
#include "services/product/storage/prices.hpp"
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

// How many units an offer is to have, as counted; only if there are `expected` still.
struct StockCount {
  std::int64_t units = 0;
  std::optional<std::int64_t> expected;
  std::string reason;
  AccountId account;
};

// What is to change of an offer; the rest stays.
struct OfferEdit {
  std::optional<PriceRows> prices;  // in place of all that there are
  std::optional<Money> price;       // without times; its shop sees the offer in this currency from then on
  std::optional<google::protobuf::Map<std::string, std::string>> options;
  // Of what may be absent: a nothing inside takes it away.
  std::optional<std::optional<std::int64_t>> low_stock_threshold;
  std::optional<std::optional<std::int64_t>> weight_grams;
  std::optional<std::optional<std::string>> tax_class;
  std::optional<domain::OfferState> state;
  std::optional<StockCount> stock;
  std::optional<std::int64_t> if_version;  // only while the offer has this version
  // Of one of many offers: what this operation has done to the offer before it does not do again.
  std::optional<Uuid> operation_id;
};

// The categories that their products are in, those above them first: a look at the tree.
enum class WithCategories : std::uint8_t { kNo, kYes };

class Offers {
 public:
  static constexpr std::int64_t kPerProductMax = 50;  // of one seller

  explicit Offers(postgres::Database& database) : database_(database) {}

  // The active offers of a product that Products::Get gives and that have a price in the currency; nullopt
  // when it gives no product. At most `limit`.
  Task<std::optional<std::vector<ListedOffer>>> ListOfProduct(Work work, domain::ProductId product,
                                                              Viewer viewer, Currency currency,
                                                              std::optional<OfferPosition> after, int limit);
  // On an own product, or, as a member of a single seller, on any published one that others may sell. The
  // same id twice is the same offer. OFFERS_CLOSED, SKU_TAKEN, OPTIONS_TAKEN, LIMIT_REACHED.
  Task<api::product::Offer> Create(Work work, domain::OfferId id, domain::ProductId product,
                                   SellerScope scope, api::product::OfferDraft offer);
  // What is ACTIVE of a PUBLISHED product and has a price in the currency, without what is its shop's alone;
  // to its shop and to operators any, as it is.
  Task<std::optional<api::product::Offer>> Get(Work work, domain::OfferId id, Viewer viewer,
                                               Currency currency);
  // offer_changes.cpp. An edit that changes nothing leaves version and events alone. ETAG_MISMATCH, which a
  // count that has changed is, too; OPTIONS_TAKEN; STOCK_BELOW_RESERVED; ILLEGAL_TRANSITION where it is
  // withdrawn.
  Task<api::product::Offer> Update(Work work, domain::OfferId id, SellerScope scope, OfferEdit edit);
  // offer_changes.cpp. Withdraws it for good, which is put on record as `act`. Repeating it changes nothing.
  Task<api::product::Offer> Detach(Work work, domain::OfferId id, audit::Act act);
  // Whose it is, of those in scope.
  Task<std::optional<SellerId>> SellerOf(Work work, domain::OfferId id, SellerScope scope);

  // Unknown ids are left out. Without a price where there is none in the currency.
  Task<api::product::GetOffersResponse> GetMany(Work work, std::vector<domain::OfferId> ids,
                                                Currency currency,
                                                WithCategories categories = WithCategories::kNo);

 private:
  postgres::Database& database_;
};

}  // namespace market::product::storage
