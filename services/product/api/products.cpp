#include <set>

#include "platform/rpc/page_token.hpp"
#include "services/product/api/product_service.hpp"

namespace market::product {
namespace {

void CheckDrafts(const google::protobuf::RepeatedPtrField<api::product::OfferDraft>& offers) {
  std::set<std::string_view> skus;
  for (int i = 0; i < offers.size(); ++i) {
    Currency::Parse(offers[i].price().currency());
    if (!skus.insert(offers[i].sku()).second) {
      throw InvalidArgument("offers[" + std::to_string(i) + "].sku", "DUPLICATE",
                            "is that of an offer before it");
    }
  }
}

}  // namespace

// The hottest operation: one statement, nothing else.
Task<api::product::Product> ProductService::GetProduct(CallContext& call,
                                                       api::product::GetProductRequest request) {
  auto product = co_await deps_.catalogue.GetProduct(call, domain::ProductId::From(request.product_id()),
                                                     call.Reach().sellers);
  if (!product) throw NotFound("the product");
  co_return std::move(*product);
}

Task<api::product::Product> ProductService::CreateProduct(CallContext& call,
                                                          api::product::CreateProductRequest request) {
  CheckDrafts(request.offers());
  co_return co_await deps_.catalogue.CreateProduct(call, call.OperationId(), std::move(request));
}

Task<api::product::ListSellerProductsResponse> ProductService::ListSellerProducts(
    CallContext& call, api::product::ListSellerProductsRequest request) {
  const auto filter = "seller_products|" + request.seller_id();
  const auto after = rpc::page_token::Decode<domain::ProductId>(filter, request.page_token());
  auto page = co_await deps_.catalogue.ListSellerProducts(
      call, SellerId::From(request.seller_id()), after ? std::optional(std::get<0>(*after)) : std::nullopt,
      rpc::PageSize(request.page_size()));

  api::product::ListSellerProductsResponse response;
  for (auto& product : page.products) *response.add_products() = std::move(product);
  if (page.next) response.set_next_page_token(rpc::page_token::Encode(filter, *page.next));
  co_return response;
}

Task<api::product::Product> ProductService::PublishProduct(CallContext& call,
                                                           api::product::PublishProductRequest request) {
  co_return co_await deps_.catalogue.PublishProduct(call, domain::ProductId::From(request.product_id()),
                                                    call.Reach().sellers);
}

}  // namespace market::product
