// The product service's operations, one file per use case or close family. What must belong to the caller is
// looked for within the caller's sellers only (storage/catalogue_store.hpp).
#pragma once
#include "marketplace/product/v1/product.market.hpp"
#include "services/product/api/metrics.hpp"
#include "services/product/api/search_cache.hpp"
#include "services/product/storage/catalogue_store.hpp"
#include "services/product/storage/reservation_store.hpp"
#include "services/product/storage/search_store.hpp"

namespace market::product {

class ProductService final : public api::ProductApi {
 public:
  struct Parts {
    CatalogueStore& catalogue;
    SearchStore& search;
    ReservationStore& reservations;
    SearchCache& search_cache;
    Metrics& metrics;
  };
  explicit ProductService(const Parts& parts) : parts_(parts) {}

  // categories.cpp
  Task<proto::ListCategoriesResponse> ListCategories(CallContext& call,
                                                     proto::ListCategoriesRequest request) override;
  Task<proto::Category> CreateCategory(CallContext& call, proto::CreateCategoryRequest request) override;

  // search.cpp
  Task<proto::SearchProductsResponse> SearchProducts(CallContext& call,
                                                     proto::SearchProductsRequest request) override;

  // products.cpp
  Task<proto::Product> GetProduct(CallContext& call, proto::GetProductRequest request) override;
  Task<proto::Product> CreateProduct(CallContext& call, proto::CreateProductRequest request) override;
  Task<proto::ListSellerProductsResponse> ListSellerProducts(
      CallContext& call, proto::ListSellerProductsRequest request) override;
  Task<proto::Product> PublishProduct(CallContext& call, proto::PublishProductRequest request) override;

  // offers.cpp
  Task<proto::Offer> CreateOffer(CallContext& call, proto::CreateOfferRequest request) override;
  Task<proto::Offer> UpdateOffer(CallContext& call, proto::UpdateOfferRequest request) override;
  Task<proto::Offer> AdjustStock(CallContext& call, proto::AdjustStockRequest request) override;
  Task<proto::GetOffersResponse> GetOffers(CallContext& call, proto::GetOffersRequest request) override;

  // reservations.cpp
  Task<proto::ReserveStockResponse> ReserveStock(CallContext& call,
                                                 proto::ReserveStockRequest request) override;
  Task<google::protobuf::Empty> CommitReservation(CallContext& call,
                                                  proto::CommitReservationRequest request) override;
  Task<google::protobuf::Empty> ReleaseReservation(CallContext& call,
                                                   proto::ReleaseReservationRequest request) override;
  Task<google::protobuf::Empty> ConsumeReservation(CallContext& call,
                                                   proto::ConsumeReservationRequest request) override;

 private:
  Parts parts_;
};

}  // namespace market::product
