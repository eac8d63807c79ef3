#include <algorithm>

#include "platform/conversions/conversions.hpp"
#include "platform/rpc/act.hpp"
#include "platform/rpc/partial_update.hpp"
#include "services/product/api/prices.hpp"
#include "services/product/api/product_service.hpp"
#include "services/product/api/viewer.hpp"
#include "services/product/domain/etag.hpp"
#include "services/product/storage/sizes.hpp"

namespace market::product {
namespace {

storage::OfferEdit EditFrom(const api::product::UpdateOfferRequest& request, const domain::Market& market) {
  const auto& change = request.offer();
  const rpc::PartialUpdate update(change, request.update_mask());
  storage::OfferEdit edit{.if_version = rpc::ExpectedVersion(request.if_match())};
  update.Take("options", change.options(), edit.options);
  if (edit.options) CheckOptions(*edit.options, "offer.options");
  if (update.Changes("price")) {
    if (!change.has_price()) throw InvalidArgument("offer.price", "REQUIRED", "an offer must have a price");
    CheckPrice(change.price(), market, "offer.");
    edit.price = conversions::MoneyFrom(change.price());
  }
  update.Take("prices", change.prices(), edit.prices);
  if (edit.prices) CheckPrices(*edit.prices, market, "offer.");
  if (edit.prices && edit.price) CheckPrices(change.price(), *edit.prices, market, "offer.");
  if (edit.prices && !edit.price && storage::StandingIn(*edit.prices, "") == nullptr)
    throw InvalidArgument("offer.prices", "REQUIRED", "one of them must be without times");
  const auto given = [](bool has, const auto& value) { return has ? std::optional(value) : std::nullopt; };
  if (update.Changes("low_stock_threshold"))
    edit.low_stock_threshold = given(change.has_low_stock_threshold(), change.low_stock_threshold());
  if (update.Changes("weight_grams"))
    edit.weight_grams = given(change.has_weight_grams(), change.weight_grams());
  if (update.Changes("tax_class")) edit.tax_class = given(change.has_tax_class(), change.tax_class());
  return edit;
}

// What is shown changes with the stock and with the time, which leave the version alone.
void CoverShown(api::product::Offer& offer) {
  domain::EtagHash hash;
  hash.Add(offer.available()).Add(offer.has_on_hand() ? offer.on_hand() : -1);
  storage::CoverPrice(hash, offer);
  offer.mutable_etag()->append("-").append(hash.Hex());
}

storage::OfferEdit Towards(domain::OfferState state) { return {.state = state}; }

}  // namespace

Task<api::product::Offer> ProductService::CreateOffer(CallContext& call,
                                                      api::product::CreateOfferRequest request) {
  CheckOptions(request.offer().options(), "offer.options");
  CheckPrices(request.offer().price(), request.offer().prices(), deps_.market, "offer.");
  auto shops = call.Reach().sellers;
  if (!request.seller_id().empty()) {
    const auto named = SellerId::From(request.seller_id());
    if (std::ranges::find(shops, named) == shops.end()) throw NotFound("the shop");
    shops = {named};
  }
  // On a product of somebody else it is for the only shop.
  if (shops.size() == 1) RequireActive(shops.front());
  if (request.seller_id().empty())
    co_await RequireActiveOwner(call, domain::ProductId::From(request.product_id()));
  co_return co_await deps_.offers.Create(call, domain::OfferId(call.OperationId()),
                                         domain::ProductId::From(request.product_id()), std::move(shops),
                                         std::move(*request.mutable_offer()));
}

Task<api::product::Offer> ProductService::GetOffer(CallContext& call, api::product::GetOfferRequest request) {
  auto offer = co_await deps_.offers.Get(call, domain::OfferId::From(request.offer_id()), ViewerOf(call),
                                         deps_.market.Chosen(request.currency()));
  if (!offer || !(call.Reach().everything || Shows(call, *offer))) throw NotFound("the offer");
  CoverShown(*offer);
  co_return std::move(*offer);
}

Task<api::product::Offer> ProductService::UpdateOffer(CallContext& call,
                                                      api::product::UpdateOfferRequest request) {
  co_await RequireActiveOwner(call, domain::OfferId::From(request.offer_id()));
  co_return co_await deps_.offers.Update(call, domain::OfferId::From(request.offer_id()),
                                         call.Reach().sellers, EditFrom(request, deps_.market));
}

Task<api::product::Offer> ProductService::ArchiveOffer(CallContext& call,
                                                       api::product::ArchiveOfferRequest request) {
  const auto id = domain::OfferId::From(request.offer_id());
  co_await RequireActiveOwner(call, id);
  co_return co_await deps_.offers.Update(call, id, call.Reach().sellers,
                                         Towards(domain::OfferState::kArchived));
}

Task<api::product::Offer> ProductService::RestoreOffer(CallContext& call,
                                                       api::product::RestoreOfferRequest request) {
  const auto id = domain::OfferId::From(request.offer_id());
  co_await RequireActiveOwner(call, id);
  co_return co_await deps_.offers.Update(call, id, call.Reach().sellers,
                                         Towards(domain::OfferState::kActive));
}

Task<api::product::Offer> ProductService::DetachOffer(CallContext& call,
                                                      api::product::DetachOfferRequest request) {
  co_return co_await deps_.offers.Detach(call, domain::OfferId::From(request.offer_id()),
                                         rpc::ActOf(call, request.reason()));
}

Task<api::product::Market> ProductService::GetMarket(CallContext&, api::product::GetMarketRequest) {
  api::product::Market market;
  market.set_currency(std::string(deps_.market.First().Code()));
  co_return market;
}

Task<api::product::GetOffersResponse> ProductService::GetOffers(CallContext& call,
                                                                api::product::GetOffersRequest request) {
  std::vector<domain::OfferId> ids;
  for (const auto& id : request.offer_ids()) ids.push_back(domain::OfferId::From(id));
  auto response = co_await deps_.offers.GetMany(
      call, std::move(ids), deps_.market.Chosen(request.currency()),
      request.categories() ? storage::WithCategories::kYes : storage::WithCategories::kNo);
  co_await deps_.translations.ShowTitles(call, response, call.Languages(""));
  for (auto& offer : *response.mutable_offers()) {
    if (!deps_.sellers.IsActive(SellerId::From(offer.seller_id()))) offer.set_for_sale(false);
  }
  co_return response;
}

}  // namespace market::product
