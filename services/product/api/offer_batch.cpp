// Many offers of one shop in one request. A row is a transaction of its own, which knows by the operation's
// id whether an earlier run of the request has done it: after a crash in the middle a repeat does the rest.
#include <algorithm>
#include <set>

#include "platform/conversions/conversions.hpp"
#include "platform/rpc/partial_update.hpp"
#include "services/product/api/prices.hpp"
#include "services/product/api/product_service.hpp"
#include "services/product/storage/refusals.hpp"

namespace market::product {
namespace {

// Of the movement that a count leaves.
constexpr std::string_view kCounted = "counted";

void CheckRows(const CallContext& call, const api::product::BatchUpdateOffersRequest& request) {
  std::set<std::string_view> offers;
  bool moves_stock = false;
  for (int i = 0; i < request.rows_size(); ++i) {
    const auto& row = request.rows(i);
    const auto name = "rows[" + std::to_string(i) + "].";
    if (!offers.insert(row.offer_id()).second)
      throw InvalidArgument(name + "offerId", "DUPLICATE", "is that of a row before it");
    if (row.has_expected_stock() && !row.has_stock())
      throw InvalidArgument(name + "stock", "REQUIRED", "must be given with expectedStock");
    moves_stock = moves_stock || row.has_stock();
  }
  if (!moves_stock) return;
  const auto adjusts = call.Caller().SellersWith(marketplace::options::v1::STOCK_ADJUST);
  if (std::ranges::find(adjusts, SellerId::From(request.seller_id())) == adjusts.end())
    throw Error(Code::kPermissionDenied, "PERMISSION_DENIED", "you may not adjust the stock of this shop");
}

storage::OfferEdit EditOf(const CallContext& call, const api::product::OfferRow& row,
                          const domain::Market& market) {
  storage::OfferEdit edit{.if_version = rpc::ExpectedVersion(row.if_match()),
                          .operation_id = call.OperationId()};
  if (row.has_price()) {
    CheckPrice(row.price(), market, "");
    edit.price = conversions::MoneyFrom(row.price());
  }
  if (row.state() == api::product::Offer::ACTIVE) edit.state = domain::OfferState::kActive;
  if (row.state() == api::product::Offer::ARCHIVED) edit.state = domain::OfferState::kArchived;
  if (row.has_stock()) {
    edit.stock = {.units = row.stock(),
                  .expected = std::nullopt,
                  .reason = std::string(kCounted),
                  .account = call.Caller().account};
    if (row.has_expected_stock()) edit.stock->expected = row.expected_stock();
  }
  return edit;
}

void Describe(const Error& error, api::product::OfferRowProblem& problem) {
  problem.set_reason(error.reason);
  problem.set_detail(error.fields.empty() ? error.message : error.fields.front().detail);
  if (!error.fields.empty()) problem.set_field(error.fields.front().field);
}

void Shorten(api::product::Offer& offer, api::product::OfferSummary& summary) {
  *summary.mutable_price() = std::move(*offer.mutable_price());
  summary.set_available(offer.available());
  summary.set_on_hand(offer.on_hand());
  summary.set_state(offer.state());
  summary.set_etag(offer.etag());
}

}  // namespace

Task<api::product::BatchUpdateOffersResponse> ProductService::BatchUpdateOffers(
    CallContext& call, api::product::BatchUpdateOffersRequest request) {
  CheckRows(call, request);
  const auto seller = SellerId::From(request.seller_id());
  RequireActive(seller);
  api::product::BatchUpdateOffersResponse response;
  for (const auto& row : request.rows()) {
    auto& result = *response.add_results();
    result.set_offer_id(row.offer_id());
    try {
      auto offer = co_await deps_.offers.Update(call, domain::OfferId::From(row.offer_id()), {seller},
                                                EditOf(call, row, deps_.market));
      Shorten(offer, *result.mutable_offer());
    } catch (const Error& error) {
      if (!storage::IsOfTheRow(error)) throw;
      Describe(error, *result.mutable_problem());
    }
  }
  co_return response;
}

}  // namespace market::product
