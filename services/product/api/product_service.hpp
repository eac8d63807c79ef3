// The product service's operations, one file per use case or close family. What must belong to the caller is
// looked for within the caller's sellers only (storage/seller_scope.hpp).
#pragma once
#include <functional>

#include "marketplace/product/v1/product.market.hpp"
#include "peers/user/kept_pictures.hpp"
#include "platform/rpc/page_token.hpp"
#include "platform/uploads/uploads.hpp"
#include "services/product/domain/market.hpp"
#include "services/product/metrics.hpp"
#include "services/product/process/picture_maker.hpp"
#include "services/product/process/purchases.hpp"
#include "services/product/process/search_index.hpp"
#include "services/product/process/seller_directory.hpp"
#include "services/product/storage/categories.hpp"
#include "services/product/storage/exports.hpp"
#include "services/product/storage/imports.hpp"
#include "services/product/storage/offers.hpp"
#include "services/product/storage/personal_data.hpp"
#include "services/product/storage/pictures.hpp"
#include "services/product/storage/products.hpp"
#include "services/product/storage/reports.hpp"
#include "services/product/storage/reservations.hpp"
#include "services/product/storage/reviews.hpp"
#include "services/product/storage/search.hpp"
#include "services/product/storage/search_cache.hpp"
#include "services/product/storage/search_rules.hpp"
#include "services/product/storage/stock.hpp"
#include "services/product/storage/translations.hpp"

namespace market::product {

class ProductService final : public api::ProductApi {
 public:
  struct Deps {
    storage::Categories& categories;
    storage::Products& products;
    storage::Offers& offers;
    storage::Search& search;
    storage::Reservations& reservations;
    storage::SearchCache& search_cache;
    const SellerDirectory& sellers;
    const rpc::PageTokens& pages;
    Metrics& metrics;
    storage::PersonalData& personal_data;
    storage::Reviews& reviews;
    storage::Reports& reports;
    Purchases& purchases;
    peers::KeptPictures& review_pictures;
    storage::Stock& stock;
    SearchIndex& index;
    storage::Pictures& pictures;
    PictureMaker& picture_maker;
    uploads::Uploads& uploads;
    storage::SearchRules& search_rules;
    storage::Translations& translations;
    const domain::Market& market;
    storage::Imports& imports;
    storage::Exports& exports;
    std::function<void()> import_made;  // somebody is to drive it
  };
  explicit ProductService(const Deps& deps) : deps_(deps) {}

  // categories.cpp
  Task<api::product::ListCategoriesResponse> ListCategories(
      CallContext& call, api::product::ListCategoriesRequest request) override;
  Task<api::product::Category> GetCategory(CallContext& call,
                                           api::product::GetCategoryRequest request) override;
  Task<api::product::Category> CreateCategory(CallContext& call,
                                              api::product::CreateCategoryRequest request) override;

  Task<api::product::Category> UpdateCategory(CallContext& call,
                                              api::product::UpdateCategoryRequest request) override;
  Task<google::protobuf::Empty> DeleteCategory(CallContext& call,
                                               api::product::DeleteCategoryRequest request) override;

  // search_rules.cpp
  Task<api::product::SearchRule> CreateSearchRule(CallContext& call,
                                                  api::product::CreateSearchRuleRequest request) override;
  Task<api::product::ListSearchRulesResponse> ListSearchRules(
      CallContext& call, api::product::ListSearchRulesRequest request) override;
  Task<google::protobuf::Empty> DeleteSearchRule(CallContext& call,
                                                 api::product::DeleteSearchRuleRequest request) override;

  // search.cpp
  Task<api::product::SearchProductsResponse> SearchProducts(
      CallContext& call, api::product::SearchProductsRequest request) override;
  Task<api::product::SuggestProductsResponse> SuggestProducts(
      CallContext& call, api::product::SuggestProductsRequest request) override;

  // products.cpp
  Task<api::product::Product> GetProduct(CallContext& call, api::product::GetProductRequest request) override;
  Task<api::product::Product> CreateProduct(CallContext& call,
                                            api::product::CreateProductRequest request) override;
  Task<api::product::ListOffersOfProductResponse> ListOffersOfProduct(
      CallContext& call, api::product::ListOffersOfProductRequest request) override;
  Task<api::product::ListSellerProductsResponse> ListSellerProducts(
      CallContext& call, api::product::ListSellerProductsRequest request) override;
  Task<api::product::Product> UpdateProduct(CallContext& call,
                                            api::product::UpdateProductRequest request) override;
  Task<api::product::ListProductsResponse> ListProducts(CallContext& call,
                                                        api::product::ListProductsRequest request) override;

  // pictures.cpp
  Task<marketplace::type::v1::PieceAdded> AddPiece(CallContext& call,
                                                   marketplace::type::v1::Piece request) override;
  Task<api::product::Picture> UploadPicture(CallContext& call,
                                            api::product::UploadPictureRequest request) override;
  Task<api::product::Picture> GetPicture(CallContext& call, api::product::GetPictureRequest request) override;
  Task<api::product::ListPicturesResponse> ListPictures(CallContext& call,
                                                        api::product::ListPicturesRequest request) override;
  Task<api::product::Picture> UpdatePicture(CallContext& call,
                                            api::product::UpdatePictureRequest request) override;
  Task<google::protobuf::Empty> DeletePicture(CallContext& call,
                                              api::product::DeletePictureRequest request) override;

  // translations.cpp
  Task<api::product::ListTranslationsResponse> ListTranslations(
      CallContext& call, api::product::ListTranslationsRequest request) override;
  Task<api::product::ProductTranslation> PutTranslation(CallContext& call,
                                                        api::product::PutTranslationRequest request) override;
  Task<google::protobuf::Empty> DeleteTranslation(CallContext& call,
                                                  api::product::DeleteTranslationRequest request) override;

  // product_states.cpp
  Task<api::product::Product> PublishProduct(CallContext& call,
                                             api::product::PublishProductRequest request) override;
  Task<api::product::Product> ProposeProduct(CallContext& call,
                                             api::product::ProposeProductRequest request) override;
  Task<api::product::Product> ArchiveProduct(CallContext& call,
                                             api::product::ArchiveProductRequest request) override;
  Task<api::product::Product> RestoreProduct(CallContext& call,
                                             api::product::RestoreProductRequest request) override;
  Task<api::product::Product> ApproveProduct(CallContext& call,
                                             api::product::ApproveProductRequest request) override;
  Task<api::product::Product> RequestChanges(CallContext& call,
                                             api::product::RequestChangesRequest request) override;
  Task<api::product::Product> TakeDownProduct(CallContext& call,
                                              api::product::TakeDownProductRequest request) override;

  // offers.cpp
  Task<api::product::Offer> CreateOffer(CallContext& call, api::product::CreateOfferRequest request) override;
  Task<api::product::Offer> UpdateOffer(CallContext& call, api::product::UpdateOfferRequest request) override;
  Task<api::product::Offer> GetOffer(CallContext& call, api::product::GetOfferRequest request) override;
  Task<api::product::Offer> ArchiveOffer(CallContext& call,
                                         api::product::ArchiveOfferRequest request) override;
  Task<api::product::Offer> RestoreOffer(CallContext& call,
                                         api::product::RestoreOfferRequest request) override;
  Task<api::product::Offer> DetachOffer(CallContext& call, api::product::DetachOfferRequest request) override;
  Task<api::product::Market> GetMarket(CallContext& call, api::product::GetMarketRequest request) override;
  Task<api::product::GetOffersResponse> GetOffers(CallContext& call,
                                                  api::product::GetOffersRequest request) override;

  // offer_batch.cpp
  Task<api::product::BatchUpdateOffersResponse> BatchUpdateOffers(
      CallContext& call, api::product::BatchUpdateOffersRequest request) override;

  // imports.cpp; its pieces come by AddPiece, too
  Task<api::product::Import> CreateImport(CallContext& call,
                                          api::product::CreateImportRequest request) override;
  Task<api::product::Import> GetImport(CallContext& call, api::product::GetImportRequest request) override;
  Task<api::product::ListImportsResponse> ListImports(CallContext& call,
                                                      api::product::ListImportsRequest request) override;
  Task<api::product::ListImportRowsResponse> ListImportRows(
      CallContext& call, api::product::ListImportRowsRequest request) override;
  Task<api::product::ExportProductsResponse> ExportProducts(
      CallContext& call, api::product::ExportProductsRequest request) override;

  // stock.cpp
  Task<api::product::Offer> AdjustStock(CallContext& call, api::product::AdjustStockRequest request) override;
  Task<api::product::ListStockMovementsResponse> ListStockMovements(
      CallContext& call, api::product::ListStockMovementsRequest request) override;

  // reservations.cpp
  Task<api::product::ReserveStockResponse> ReserveStock(CallContext& call,
                                                        api::product::ReserveStockRequest request) override;
  Task<google::protobuf::Empty> CommitReservation(CallContext& call,
                                                  api::product::CommitReservationRequest request) override;
  Task<google::protobuf::Empty> ReleaseReservation(CallContext& call,
                                                   api::product::ReleaseReservationRequest request) override;
  Task<google::protobuf::Empty> ConsumeReservation(CallContext& call,
                                                   api::product::ConsumeReservationRequest request) override;
  Task<google::protobuf::Empty> RestockReturned(CallContext& call,
                                                api::product::RestockReturnedRequest request) override;

  // reviews.cpp
  Task<api::product::Review> CreateReview(CallContext& call,
                                          api::product::CreateReviewRequest request) override;
  Task<api::product::Review> GetReview(CallContext& call, api::product::GetReviewRequest request) override;
  Task<api::product::Review> UpdateReview(CallContext& call,
                                          api::product::UpdateReviewRequest request) override;
  Task<google::protobuf::Empty> DeleteReview(CallContext& call,
                                             api::product::DeleteReviewRequest request) override;
  Task<api::product::ListReviewsOfProductResponse> ListReviewsOfProduct(
      CallContext& call, api::product::ListReviewsOfProductRequest request) override;
  Task<api::product::ListReviewsOfSellerResponse> ListReviewsOfSeller(
      CallContext& call, api::product::ListReviewsOfSellerRequest request) override;
  Task<api::product::Review> ReplyToReview(CallContext& call,
                                           api::product::ReplyToReviewRequest request) override;
  Task<api::product::Review> HideReview(CallContext& call, api::product::HideReviewRequest request) override;
  Task<api::product::Review> UnhideReview(CallContext& call,
                                          api::product::UnhideReviewRequest request) override;

  // reports.cpp
  Task<api::product::ReportReceipt> ReportContent(CallContext& call,
                                                  api::product::ReportContentRequest request) override;
  Task<api::product::ReportReceipt> ReportReview(CallContext& call,
                                                 api::product::ReportReviewRequest request) override;
  Task<api::product::ListReportsResponse> ListReports(CallContext& call,
                                                      api::product::ListReportsRequest request) override;
  Task<api::product::ContentReport> ResolveReport(CallContext& call,
                                                  api::product::ResolveReportRequest request) override;

  // personal_data.cpp
  Task<marketplace::type::v1::ErasePersonalDataResponse> ErasePersonalData(
      CallContext& call, marketplace::type::v1::ErasePersonalDataRequest request) override;
  Task<marketplace::type::v1::ExportPersonalDataResponse> ExportPersonalData(
      CallContext& call, marketplace::type::v1::ExportPersonalDataRequest request) override;

 private:
  // active_sellers.cpp: Error SELLER_NOT_ACTIVE, so that a shop which may not sell changes nothing that is
  // for sale. What is not in the call's reach is for the storage to refuse.
  void RequireActive(const SellerId& seller) const;
  Task<> RequireActiveOwner(CallContext& call, domain::ProductId id);
  Task<> RequireActiveOwner(CallContext& call, domain::OfferId id);
  bool AllActive(const std::vector<SellerId>& sellers) const;
  // The offers of shops that may not sell are shown to their members alone.
  // search.cpp
  Task<api::product::SearchProductsResponse> SearchIndexed(
      CallContext& call, const api::product::SearchProductsRequest& request);
  Task<api::product::SearchProductsResponse> SearchRows(CallContext& call,
                                                        const api::product::SearchProductsRequest& request);
  // active_sellers.cpp
  void LeaveOutInactive(const CallContext& call, api::product::Product& product) const;
  void LeaveOutInactive(api::product::SearchProductsResponse& found) const;
  bool Shows(const CallContext& call, const api::product::Offer& offer) const;

  // product_states.cpp
  Task<api::product::Product> DoOwn(CallContext& call, domain::ProductAct act, std::string product_id);
  Task<api::product::Product> Moderate(CallContext& call, domain::ProductAct act, std::string product_id,
                                       std::string reason);

  // products.cpp: the shop's name goes with the product, where it is known: its card, else null. The tag of a
  // product that is shown whole covers it.
  const api::user::SellerCard* ShowSeller(api::product::Product& product) const;
  // rpc::FillPage with products that carry the names of their shops.
  std::size_t FillShown(google::protobuf::RepeatedPtrField<api::product::Product>& page, int size,
                        std::vector<api::product::Product>& products) const;
  api::product::Product Whole(api::product::Product product) const;

  Deps deps_;
};

}  // namespace market::product
