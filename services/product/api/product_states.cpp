// What shops and operators do to products: each moves it along one table (domain/catalogue.hpp).
#include "platform/rpc/act.hpp"
#include "services/product/api/product_service.hpp"

namespace market::product {

using domain::ProductAct;

Task<api::product::Product> ProductService::DoOwn(CallContext& call, ProductAct act, std::string product_id) {
  const auto id = domain::ProductId::From(product_id);
  co_await RequireActiveOwner(call, id);
  co_return Whole(co_await deps_.products.Do(call, act, id, {.sellers = call.Reach().sellers}, std::nullopt));
}

Task<api::product::Product> ProductService::Moderate(CallContext& call, ProductAct act,
                                                     std::string product_id, std::string reason) {
  co_return Whole(co_await deps_.products.Do(call, act, domain::ProductId::From(product_id),
                                             {.sees = storage::Sees::kEverything},
                                             rpc::ActOf(call, std::move(reason))));
}

Task<api::product::Product> ProductService::PublishProduct(CallContext& call,
                                                           api::product::PublishProductRequest request) {
  return DoOwn(call, ProductAct::kPublish, request.product_id());
}

Task<api::product::Product> ProductService::ProposeProduct(CallContext& call,
                                                           api::product::ProposeProductRequest request) {
  return DoOwn(call, ProductAct::kPropose, request.product_id());
}

Task<api::product::Product> ProductService::ArchiveProduct(CallContext& call,
                                                           api::product::ArchiveProductRequest request) {
  return DoOwn(call, ProductAct::kArchive, request.product_id());
}

Task<api::product::Product> ProductService::RestoreProduct(CallContext& call,
                                                           api::product::RestoreProductRequest request) {
  return DoOwn(call, ProductAct::kRestore, request.product_id());
}

Task<api::product::Product> ProductService::ApproveProduct(CallContext& call,
                                                           api::product::ApproveProductRequest request) {
  return Moderate(call, ProductAct::kApprove, request.product_id(), "");
}

Task<api::product::Product> ProductService::RequestChanges(CallContext& call,
                                                           api::product::RequestChangesRequest request) {
  return Moderate(call, ProductAct::kRequestChanges, request.product_id(), request.reason());
}

Task<api::product::Product> ProductService::TakeDownProduct(CallContext& call,
                                                            api::product::TakeDownProductRequest request) {
  return Moderate(call, ProductAct::kTakeDown, request.product_id(), request.reason());
}

}  // namespace market::product
