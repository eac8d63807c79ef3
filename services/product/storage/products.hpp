// Products in PostgreSQL.
//
// What belongs to a seller is changed only through a scope: the sellers whose member the caller is, or all
// for an operator. A row outside the scope does not exist (Error NOT_FOUND). Owner: the service; io thread
// only. Fails as platform/postgres does, plus the refusals named at each function.
#pragma once
#include <google/protobuf/map.h>

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "marketplace/product/v1/product.pb.h"
#include "platform/audit/audit.hpp"
#include "platform/core/money.hpp"
#include "platform/postgres/database.hpp"
#include "services/product/domain/catalogue.hpp"
#include "services/product/domain/ids.hpp"
#include "services/product/storage/seller_scope.hpp"

// As the generated interface calls it, which this room does not see.
namespace market::api {
namespace product = ::marketplace::product::v1;
}

namespace market::product::storage {

// What a shop changes of its product; what is not there stays as it is.
struct ProductEdit {
  std::optional<std::string> title;
  std::optional<std::string> description;
  std::optional<domain::CategoryId> category;
  std::optional<google::protobuf::Map<std::string, std::string>> attributes;
  std::optional<std::vector<domain::PictureId>> pictures;
  std::optional<api::product::ProductSafety> safety;
  std::optional<domain::OffersBy> offers_by;
  std::optional<std::int64_t> if_version;  // the version that the caller saw
};

class Products {
 public:
  static constexpr int kOffersShown = 20;  // with a product

  // `language`: of what says nothing of its language.
  explicit Products(postgres::Database& database, domain::Moderation moderation = domain::Moderation::kNone,
                    std::string language = "en")
      : database_(database), moderation_(moderation), language_(std::move(language)) {}

  // In which it is written.
  const std::string& LanguageOf(const api::product::CreateProductRequest& request) const;

  // A product comes with the best kOffersShown of its offers: what can be bought first, the cheapest first.
  // Get counts active ones alone that have a price in the currency; elsewhere each is in the one that its
  // shop sees it in. A published product, or any that the viewer reaches.
  Task<std::optional<api::product::Product>> Get(Work work, domain::ProductId id, Viewer viewer,
                                                 Currency currency);
  // Newest first, of this state or of all, offers of all states. At most `limit`.
  Task<std::vector<api::product::Product>> ListOfSeller(Work work, SellerId seller,
                                                        std::optional<domain::ProductState> state,
                                                        std::optional<domain::ProductId> after, int limit);
  struct Filter {
    std::optional<domain::ProductState> state;
    std::optional<SellerId> seller;
  };
  struct Position {
    Time updated_at;
    domain::ProductId id;
  };
  // Of every shop, what changed longest ago first, offers of all states. At most `limit`.
  Task<std::vector<api::product::Product>> ListMatching(Work work, Filter filter,
                                                        std::optional<Position> after, int limit);
  // The product of an earlier run of the same operation, if there was one.
  // SKU_TAKEN, NOT_FOUND (the category), INVALID_ARGUMENT (a picture that is not the shop's).
  Task<api::product::Product> Create(Work work, Uuid operation_id,
                                     api::product::CreateProductRequest request);
  // Nothing happens where it was so before. ETAG_MISMATCH, NOT_FOUND (the category too), ILLEGAL_TRANSITION,
  // INVALID_ARGUMENT (a picture that is not the shop's).
  Task<api::product::Product> Update(Work work, domain::ProductId id, Viewer scope, ProductEdit edit);
  // Nothing happens where the act has happened. `record` is an operator's, whose reason becomes the state's.
  // ILLEGAL_TRANSITION, NO_ACTIVE_OFFER, MODERATION_REQUIRED.
  Task<api::product::Product> Do(Work work, domain::ProductAct act, domain::ProductId id, Viewer scope,
                                 std::optional<audit::Act> record);
  // Whose it is, of those in scope.
  Task<std::optional<SellerId>> SellerOf(Work work, domain::ProductId id, SellerScope scope);

 private:
  postgres::Database& database_;
  const domain::Moderation moderation_;
  const std::string language_;
};

}  // namespace market::product::storage
