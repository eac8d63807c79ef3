#include "platform/rpc/page.hpp"
#include "platform/rpc/partial_update.hpp"
#include "services/user/api/convert.hpp"
#include "services/user/api/refusals.hpp"
#include "services/user/api/user_service.hpp"
#include "services/user/domain/people.hpp"
#include "services/user/domain/slug.hpp"

namespace market::user {
namespace {

domain::Seller SellerFrom(const api::user::OpenSellerRequest& request, const CallContext& call,
                          domain::Approval approval) {
  domain::CheckCountry(request.country_code(), "countryCode");
  domain::CheckSlug(request.slug());
  domain::Seller seller{.id = SellerId(call.OperationId()),
                        .opened_by = call.Caller().account,
                        .slug = request.slug(),
                        .country_code = request.country_code(),
                        .state = domain::InitialState(approval),
                        .presentation = {}};
  seller.presentation.display_name = request.display_name();
  return seller;
}

std::vector<SellerId> IdsOf(const api::user::ListSellersRequest& request) {
  std::vector<SellerId> ids;
  for (const auto& id : request.ids()) ids.push_back(SellerId::From(id));
  return ids;
}

std::string FilterOf(const api::user::ListSellersRequest& request) {
  std::string filter = "sellers|";
  for (const auto& id : request.ids()) filter += id;
  return filter;
}

storage::Viewer ViewerOf(const CallContext& call) {
  return {.everything = call.Reach().everything, .sellers = call.Reach().sellers};
}

}  // namespace

Task<api::user::Seller> UserService::OpenSeller(CallContext& call, api::user::OpenSellerRequest request) {
  identity::Demand(deps_.sellers_need, call.Caller());
  const auto draft = SellerFrom(request, call, deps_.approval);
  const auto opened = co_await deps_.sellers.Open(call, draft, call.Trace().ToTraceparent());
  if (std::holds_alternative<storage::SlugTaken>(opened)) {
    throw Error(Code::kAlreadyExists, "SLUG_TAKEN", "another seller has this slug")
        .WithField("slug", "TAKEN", "choose another one");
  }
  if (const auto* reached = std::get_if<storage::LimitReached>(&opened)) {
    throw LimitReached(*reached, "an account can be in the teams of at most 20 sellers");
  }
  deps_.metrics.SellerOpened();
  const auto& seller = std::get<domain::Seller>(opened);
  co_await TryBind(call, domain::FirstOwner(seller.id, seller.opened_by));
  co_return ToProto(seller);
}

Task<api::user::Seller> UserService::GetSeller(CallContext& call, api::user::GetSellerRequest request) {
  const auto seller = co_await deps_.sellers.Find(call, SellerId::From(request.seller_id()), ViewerOf(call));
  if (!seller) throw NotFound("the seller");
  co_return ToProto(*seller);
}

Task<api::user::ListSellersResponse> UserService::ListSellers(CallContext& call,
                                                              api::user::ListSellersRequest request) {
  api::user::ListSellersResponse response;
  if (!request.slug().empty()) {
    const auto seller = co_await deps_.sellers.FindBySlug(call, request.slug(), ViewerOf(call));
    if (seller) *response.add_sellers() = ToProto(*seller);
    co_return response;
  }
  const auto filter = FilterOf(request);
  const auto size = request.ids_size() > 0 ? rpc::kPageSizeMax : rpc::PageSize(request.page_size());
  std::optional<storage::Sellers::Position> after;
  if (const auto key = deps_.pages.Decode<Time, SellerId>(filter, request.page_token())) {
    after = {std::get<0>(*key), std::get<1>(*key)};
  }
  auto sellers = request.ids_size() > 0
                     ? co_await deps_.sellers.FindMany(call, IdsOf(request), ViewerOf(call), after)
                     : co_await deps_.sellers.ListActive(call, after, size + 1);
  const auto kept = rpc::FillPage(*response.mutable_sellers(), size, sellers,
                                  [](const domain::Seller& seller) { return ToProto(seller); });
  if (kept < sellers.size()) {
    const auto& last = sellers[kept - 1];
    response.set_next_page_token(deps_.pages.Encode(filter, last.created_at, last.id));
  }
  co_return response;
}

Task<api::user::Seller> UserService::UpdateSeller(CallContext& call, api::user::UpdateSellerRequest request) {
  const auto id = SellerId::From(request.seller_id());
  auto change = ChangeFrom(request.seller(), request.update_mask());
  if (change.trader) RequireControl(call, id, "only an owner changes who the trader is");
  domain::Settle(change);
  const auto updated =
      co_await deps_.sellers.Update(call, id, std::move(change), rpc::ExpectedVersion(request.if_match()));
  if (std::holds_alternative<storage::Missing>(updated)) throw NotFound("the seller");
  if (std::holds_alternative<storage::VersionDiffers>(updated)) throw EtagMismatch();
  if (const auto* refused = std::get_if<storage::NotAllowed>(&updated)) {
    throw IllegalTransition(*refused, "a closed shop stays as it is");
  }
  co_return ToProto(std::get<domain::Seller>(updated));
}

Task<api::user::ShopTrader> UserService::GetTrader(CallContext& call, api::user::GetTraderRequest request) {
  const auto seller =
      co_await deps_.sellers.Find(call, SellerId::From(request.seller_id()), {.everything = true});
  if (!seller) throw NotFound("the seller");
  auto shown = ToProto(*seller);
  api::user::ShopTrader shop;
  shop.set_display_name(shown.display_name());
  shop.set_country_code(shown.country_code());
  if (shown.has_trader()) *shop.mutable_trader() = std::move(*shown.mutable_trader());
  co_return shop;
}

}  // namespace market::user
