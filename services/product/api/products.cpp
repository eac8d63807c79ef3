#include <set>

#include "platform/rpc/page.hpp"
#include "services/product/api/keep.hpp"
#include "services/product/api/product_service.hpp"
#include "services/product/api/sizes.hpp"

namespace market::product {
namespace {

void CheckDrafts(const google::protobuf::RepeatedPtrField<api::product::OfferDraft>& offers) {
  std::set<std::string_view> skus;
  for (int i = 0; i < offers.size(); ++i) {
    const std::string name = "offers[" + std::to_string(i) + ']';
    CheckOptions(offers[i].options(), name + ".options");
    Currency::Parse(offers[i].price().currency());
    if (!skus.insert(offers[i].sku()).second) {
      throw InvalidArgument(name + ".sku", "DUPLICATE", "is that of an offer before it");
    }
  }
}

}  // namespace

// The hottest operation: one statement, nothing else.
Task<api::product::Product> ProductService::GetProduct(CallContext& call,
                                                       api::product::GetProductRequest request) {
  auto product = co_await deps_.products.Get(call, domain::ProductId::From(request.product_id()),
                                                     call.Reach().sellers);
  if (!product) throw NotFound("the product");
  LeaveOutInactive(call, *product);
  co_return std::move(*product);
}

Task<api::product::Product> ProductService::CreateProduct(CallContext& call,
                                                          api::product::CreateProductRequest request) {
  CheckAttributes(request.attributes());
  CheckDrafts(request.offers());
  RequireActive(SellerId::From(request.seller_id()));
  co_return co_await deps_.products.Create(call, call.OperationId(), std::move(request));
}

Task<api::product::ListOffersOfProductResponse> ProductService::ListOffersOfProduct(
    CallContext& call, api::product::ListOffersOfProductRequest request) {
  const auto filter = "offers|" + request.product_id();
  const auto size = rpc::PageSize(request.page_size());
  std::optional<storage::OfferPosition> after;
  if (const auto key =
          deps_.pages.Decode<std::int64_t, std::int64_t, domain::OfferId>(filter, request.page_token())) {
    after = {.sold_out = std::get<0>(*key), .price = std::get<1>(*key), .id = std::get<2>(*key)};
  }
  auto offers = co_await deps_.offers.ListOfProduct(call, domain::ProductId::From(request.product_id()),
                                                    call.Reach().sellers, after, size + 1);
  if (!offers) throw NotFound("the product");
  api::product::ListOffersOfProductResponse response;
  const auto kept = rpc::FillPage(*response.mutable_offers(), size, *offers,
                                  [](storage::ListedOffer& listed) { return std::move(listed.offer); });
  Keep(*response.mutable_offers(), [&](const api::product::Offer& offer) { return Shows(call, offer); });
  if (kept < offers->size()) {
    const auto& last = (*offers)[kept - 1].position;
    response.set_next_page_token(deps_.pages.Encode(filter, last.sold_out, last.price, last.id));
  }
  co_return response;
}

Task<api::product::ListSellerProductsResponse> ProductService::ListSellerProducts(
    CallContext& call, api::product::ListSellerProductsRequest request) {
  const auto filter = "seller_products|" + request.seller_id();
  const auto size = rpc::PageSize(request.page_size());
  const auto after = deps_.pages.Decode<domain::ProductId>(filter, request.page_token());
  auto products = co_await deps_.products.ListOfSeller(
      call, SellerId::From(request.seller_id()), after ? std::optional(std::get<0>(*after)) : std::nullopt,
      size + 1);
  api::product::ListSellerProductsResponse response;
  const auto kept = rpc::FillPage(*response.mutable_products(), size, products,
                                  [](api::product::Product& product) { return std::move(product); });
  if (kept < products.size()) {
    const auto& last = response.products(response.products_size() - 1);
    response.set_next_page_token(deps_.pages.Encode(filter, domain::ProductId::From(last.id())));
  }
  co_return response;
}

Task<api::product::Product> ProductService::PublishProduct(CallContext& call,
                                                           api::product::PublishProductRequest request) {
  co_await RequireActiveOwner(call, domain::ProductId::From(request.product_id()));
  co_return co_await deps_.products.Publish(call, domain::ProductId::From(request.product_id()),
                                                    call.Reach().sellers);
}

}  // namespace market::product
