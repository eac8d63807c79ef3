#include <algorithm>

#include "services/product/api/keep.hpp"
#include "services/product/api/product_service.hpp"
#include "services/product/domain/etag.hpp"

namespace market::product {

void ProductService::RequireActive(const SellerId& seller) const {
  if (deps_.sellers.IsActive(seller)) return;
  throw Error(Code::kFailedPrecondition, "SELLER_NOT_ACTIVE", "the shop may not sell now");
}

bool ProductService::AllActive(const std::vector<SellerId>& sellers) const {
  return std::ranges::all_of(sellers, [&](const SellerId& seller) { return deps_.sellers.IsActive(seller); });
}

Task<> ProductService::RequireActiveOwner(CallContext& call, domain::ProductId id) {
  if (AllActive(call.Reach().sellers)) co_return;
  const auto seller = co_await deps_.products.SellerOf(call, id, call.Reach().sellers);
  if (seller) RequireActive(*seller);
}

Task<> ProductService::RequireActiveOwner(CallContext& call, domain::OfferId id) {
  if (AllActive(call.Reach().sellers)) co_return;
  const auto seller = co_await deps_.offers.SellerOf(call, id, call.Reach().sellers);
  if (seller) RequireActive(*seller);
}

bool ProductService::Shows(const CallContext& call, const api::product::Offer& offer) const {
  if (deps_.sellers.IsActive(offer.seller_id())) return true;
  const auto seller = SellerId::From(offer.seller_id());
  return std::ranges::find(call.Reach().sellers, seller) != call.Reach().sellers.end();
}

// What is shown has a tag of its own, so that who has the whole is not told that nothing changed.
void ProductService::LeaveOutInactive(const CallContext& call, api::product::Product& product) const {
  const auto before = product.offers_size();
  Keep(*product.mutable_offers(), [&](const api::product::Offer& offer) { return Shows(call, offer); });
  if (product.offers_size() == before) return;
  domain::EtagHash hash;
  for (const auto& offer : product.offers()) hash.Add(offer.id());
  product.set_etag(product.etag() + hash.Hex());
}

// The same for everybody: what is found is kept for who asks next.
void ProductService::LeaveOutInactive(api::product::SearchProductsResponse& found) const {
  const auto active = [this](const auto& thing) { return deps_.sellers.IsActive(thing.seller_id()); };
  Keep(*found.mutable_products(), active);
  for (auto& product : *found.mutable_products()) Keep(*product.mutable_offers(), active);
}

}  // namespace market::product
