#include <algorithm>

#include "services/product/api/product_service.hpp"
#include "services/product/domain/etag.hpp"

namespace market::product {
namespace {

// Whether the mask means `field`, whole or in part; without a mask the fields that are there are meant.
bool Means(const google::protobuf::FieldMask& mask, std::string_view field) {
  return std::ranges::any_of(mask.paths(),
                             [&](std::string_view path) { return path.substr(0, path.find('.')) == field; });
}

void RequireKnown(const google::protobuf::FieldMask& mask) {
  for (const std::string_view path : mask.paths()) {
    const auto field = path.substr(0, path.find('.'));
    if (field != "price" && field != "options") {
      throw InvalidArgument("updateMask", "UNKNOWN_FIELD",
                            "an offer has no field '" + std::string(path) + "' to change");
    }
  }
}

std::optional<std::int64_t> VersionFrom(const std::string& if_match) {
  if (if_match.empty() || if_match == "*") return std::nullopt;
  return domain::EtagVersion(if_match).value_or(0);  // no offer has version 0
}

storage::OfferEdit EditFrom(const api::product::UpdateOfferRequest& request) {
  const auto& mask = request.update_mask();
  const auto& change = request.offer();
  RequireKnown(mask);
  storage::OfferEdit edit{.if_version = VersionFrom(request.if_match())};
  const bool has_mask = mask.paths_size() > 0;
  if (has_mask ? Means(mask, "options") : change.options_size() > 0) edit.options = change.options();
  if (has_mask ? Means(mask, "price") : change.has_price()) {
    if (!change.has_price()) throw InvalidArgument("offer.price", "REQUIRED", "an offer always has a price");
    edit.price = Money{change.price().amount(), Currency::Parse(change.price().currency())};
  }
  return edit;
}

}  // namespace

Task<api::product::Offer> ProductService::CreateOffer(CallContext& call,
                                                      api::product::CreateOfferRequest request) {
  Currency::Parse(request.offer().price().currency());
  co_return co_await deps_.catalogue.CreateOffer(call, domain::ProductId::From(request.product_id()),
                                                 call.Caller().SellerIds(),
                                                 std::move(*request.mutable_offer()));
}

Task<api::product::Offer> ProductService::UpdateOffer(CallContext& call,
                                                      api::product::UpdateOfferRequest request) {
  co_return co_await deps_.catalogue.UpdateOffer(call, domain::OfferId::From(request.offer_id()),
                                                 call.Caller().SellerIds(), EditFrom(request));
}

Task<api::product::Offer> ProductService::AdjustStock(CallContext& call,
                                                      api::product::AdjustStockRequest request) {
  if (request.delta() == 0) throw InvalidArgument("delta", "REQUIRED", "a movement is not zero");
  storage::StockAdjustment adjustment{.operation_id = call.OperationId(),
                                      .offer = domain::OfferId::From(request.offer_id()),
                                      .delta = request.delta(),
                                      .reason = request.reason(),
                                      .account = call.Caller().account};
  co_return co_await deps_.catalogue.AdjustStock(call, std::move(adjustment), call.Caller().SellerIds());
}

Task<api::product::GetOffersResponse> ProductService::GetOffers(CallContext& call,
                                                                api::product::GetOffersRequest request) {
  std::vector<domain::OfferId> ids;
  for (const auto& id : request.offer_ids()) ids.push_back(domain::OfferId::From(id));
  co_return co_await deps_.catalogue.GetOffers(call, std::move(ids));
}

}  // namespace market::product
