// What a product is called in languages that it was not written in.
#include "platform/rpc/partial_update.hpp"
#include "services/product/api/product_service.hpp"
#include "services/product/api/viewer.hpp"

namespace market::product {

Task<api::product::ListTranslationsResponse> ProductService::ListTranslations(
    CallContext& call, api::product::ListTranslationsRequest request) {
  auto translations =
      co_await deps_.translations.List(call, domain::ProductId::From(request.product_id()), ViewerOf(call));
  if (!translations) throw NotFound("the product");
  co_return *std::move(translations);
}

Task<api::product::ProductTranslation> ProductService::PutTranslation(
    CallContext& call, api::product::PutTranslationRequest request) {
  const auto id = domain::ProductId::From(request.product_id());
  co_await RequireActiveOwner(call, id);
  co_return co_await deps_.translations.Put(
      call, {id, request.language(), rpc::ExpectedVersion(request.if_match())},
      {.sellers = call.Reach().sellers}, std::move(*request.mutable_title()),
      std::move(*request.mutable_description()));
}

Task<google::protobuf::Empty> ProductService::DeleteTranslation(
    CallContext& call, api::product::DeleteTranslationRequest request) {
  const auto id = domain::ProductId::From(request.product_id());
  co_await RequireActiveOwner(call, id);
  co_await deps_.translations.Remove(call, {id, request.language(), rpc::ExpectedVersion(request.if_match())},
                                     {.sellers = call.Reach().sellers});
  co_return google::protobuf::Empty();
}

}  // namespace market::product
