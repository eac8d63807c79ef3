#include "platform/conversions/conversions.hpp"
#include "platform/rpc/partial_update.hpp"
#include "services/product/api/product_service.hpp"
#include "services/product/api/sizes.hpp"

namespace market::product {
namespace {

storage::OfferEdit EditFrom(const api::product::UpdateOfferRequest& request) {
  const auto& change = request.offer();
  const rpc::PartialUpdate update(change, request.update_mask());
  storage::OfferEdit edit{.if_version = rpc::ExpectedVersion(request.if_match())};
  update.Take("options", change.options(), edit.options);
  if (edit.options) CheckOptions(*edit.options, "offer.options");
  if (update.Changes("price")) {
    if (!change.has_price()) throw InvalidArgument("offer.price", "REQUIRED", "an offer must have a price");
    edit.price = conversions::MoneyFrom(change.price());
  }
  return edit;
}

}  // namespace

Task<api::product::Offer> ProductService::CreateOffer(CallContext& call,
                                                      api::product::CreateOfferRequest request) {
  CheckOptions(request.offer().options(), "offer.options");
  Currency::Parse(request.offer().price().currency());
  // On a product of somebody else it is for the only shop of the caller.
  if (call.Reach().sellers.size() == 1) RequireActive(call.Reach().sellers.front());
  co_await RequireActiveOwner(call, domain::ProductId::From(request.product_id()));
  co_return co_await deps_.offers.Create(call, domain::OfferId(call.OperationId()),
                                                 domain::ProductId::From(request.product_id()),
                                                 call.Reach().sellers, std::move(*request.mutable_offer()));
}

Task<api::product::Offer> ProductService::UpdateOffer(CallContext& call,
                                                      api::product::UpdateOfferRequest request) {
  co_await RequireActiveOwner(call, domain::OfferId::From(request.offer_id()));
  co_return co_await deps_.offers.Update(call, domain::OfferId::From(request.offer_id()),
                                                 call.Reach().sellers, EditFrom(request));
}

Task<api::product::Offer> ProductService::AdjustStock(CallContext& call,
                                                      api::product::AdjustStockRequest request) {
  if (request.delta() == 0) throw InvalidArgument("delta", "REQUIRED", "must not be 0");
  storage::StockAdjustment adjustment{.operation_id = call.OperationId(),
                                      .offer = domain::OfferId::From(request.offer_id()),
                                      .delta = request.delta(),
                                      .reason = request.reason(),
                                      .account = call.Caller().account};
  co_await RequireActiveOwner(call, adjustment.offer);
  co_return co_await deps_.offers.AdjustStock(call, std::move(adjustment), call.Reach().sellers);
}

Task<api::product::GetOffersResponse> ProductService::GetOffers(CallContext& call,
                                                                api::product::GetOffersRequest request) {
  std::vector<domain::OfferId> ids;
  for (const auto& id : request.offer_ids()) ids.push_back(domain::OfferId::From(id));
  auto response = co_await deps_.offers.GetMany(call, std::move(ids));
  for (auto& offer : *response.mutable_offers()) {
    if (!deps_.sellers.IsActive(SellerId::From(offer.seller_id()))) offer.set_for_sale(false);
  }
  co_return response;
}

}  // namespace market::product
