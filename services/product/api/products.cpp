#include "platform/rpc/page_token.hpp"
#include "services/product/api/product_service.hpp"

namespace market::product {

// The hottest operation: one statement, nothing else.
Task<proto::Product> ProductService::GetProduct(CallContext& call, proto::GetProductRequest request) {
  const auto* caller = call.CallerOrNull();
  auto product = co_await parts_.catalogue.GetProduct(call, ProductId::From(request.product_id()),
                                                      caller ? caller->SellerIds() : SellerScope());
  if (!product) throw NotFound("the product");
  co_return std::move(*product);
}

Task<proto::Product> ProductService::CreateProduct(CallContext& call, proto::CreateProductRequest request) {
  for (const auto& offer : request.offers()) Currency::Parse(offer.price().currency());
  co_return co_await parts_.catalogue.CreateProduct(call, call.OperationId(), std::move(request));
}

Task<proto::ListSellerProductsResponse> ProductService::ListSellerProducts(
    CallContext& call, proto::ListSellerProductsRequest request) {
  const auto filter = "seller_products|" + request.seller_id();
  const auto after = rpc::page_token::Decode<ProductId>(filter, request.page_token());
  auto page = co_await parts_.catalogue.ListSellerProducts(
      call, SellerId::From(request.seller_id()), after ? std::optional(std::get<0>(*after)) : std::nullopt,
      rpc::PageSize(request.page_size()));

  proto::ListSellerProductsResponse response;
  for (auto& product : page.products) *response.add_products() = std::move(product);
  if (page.next) response.set_next_page_token(rpc::page_token::Encode(filter, *page.next));
  co_return response;
}

Task<proto::Product> ProductService::PublishProduct(CallContext& call, proto::PublishProductRequest request) {
  co_return co_await parts_.catalogue.PublishProduct(call, ProductId::From(request.product_id()),
                                                     call.Caller().SellerIds());
}

}  // namespace market::product
