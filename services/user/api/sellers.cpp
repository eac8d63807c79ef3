#include "platform/rpc/act.hpp"
#include "platform/rpc/page.hpp"
#include "platform/telemetry/log.hpp"
#include "services/user/api/convert.hpp"
#include "services/user/api/user_service.hpp"
#include "services/user/domain/slug.hpp"
#include "services/user/messages.hpp"

namespace market::user {
namespace {

constexpr std::string_view kPublicList = "sellers|ACTIVE";
constexpr std::chrono::milliseconds kBindLimit{500};

domain::Seller SellerFrom(const api::user::OpenSellerRequest& request, const CallContext& call,
                          domain::Approval approval) {
  domain::CheckCountry(request.country_code(), "countryCode");
  domain::CheckSlug(request.slug());
  return {.id = SellerId(call.OperationId()),
          .owner = call.Caller().account,
          .display_name = request.display_name(),
          .slug = request.slug(),
          .country_code = request.country_code(),
          .state = domain::InitialState(approval)};
}

}  // namespace

Task<> UserService::TryBind(CallContext& call, const domain::Seller& seller) {
  auto binding = CallContext::ForWork(kBindLimit, call.Span());
  try {
    co_await deps_.auth.BindSeller(binding, OwnerBinding(seller.id, seller.owner));
  } catch (const Error& error) {
    telemetry::log::Info("user.bind_deferred",
                         {{"seller_id", seller.id.ToString()}, {"reason", error.reason}}, &call.Trace());
  }
}

Task<api::user::Seller> UserService::OpenSeller(CallContext& call, api::user::OpenSellerRequest request) {
  const auto draft = SellerFrom(request, call, deps_.approval);
  const auto opened = co_await deps_.sellers.Open(
      call, draft, BindingMessage(draft.id, draft.owner, call.Trace().ToTraceparent()));
  if (std::holds_alternative<storage::SlugTaken>(opened)) {
    throw Error(Code::kAlreadyExists, "SLUG_TAKEN", "another seller has this slug")
        .WithField("slug", "TAKEN", "choose another one");
  }
  if (std::holds_alternative<storage::LimitReached>(opened)) {
    throw Error(Code::kFailedPrecondition, "LIMIT_REACHED", "an account can have at most 20 sellers")
        .WithMetadata("limit", std::to_string(domain::kSellersMax));
  }
  deps_.metrics.SellerOpened();
  const auto& seller = std::get<domain::Seller>(opened);
  if (seller.state == domain::SellerState::kActive) {
    co_await TryBind(call, seller);
    deps_.wake_outbox();
  }
  co_return ToProto(seller);
}

Task<api::user::Seller> UserService::GetSeller(CallContext& call, api::user::GetSellerRequest request) {
  const auto seller = co_await deps_.sellers.FindActive(call, SellerId::From(request.seller_id()));
  if (!seller) throw NotFound("the seller");
  co_return ToProto(*seller);
}

Task<api::user::ListSellersResponse> UserService::ListSellers(CallContext& call,
                                                              api::user::ListSellersRequest request) {
  const auto size = rpc::PageSize(request.page_size());
  std::optional<storage::Sellers::Position> after;
  if (const auto key = deps_.pages.Decode<Time, SellerId>(kPublicList, request.page_token())) {
    after = {std::get<0>(*key), std::get<1>(*key)};
  }
  auto sellers = co_await deps_.sellers.ListActive(call, after, size + 1);

  api::user::ListSellersResponse response;
  const auto kept = rpc::FillPage(*response.mutable_sellers(), size, sellers,
                                  [](const domain::Seller& seller) { return ToProto(seller); });
  if (kept < sellers.size()) {
    const auto& last = sellers[kept - 1];
    response.set_next_page_token(deps_.pages.Encode(kPublicList, last.created_at, last.id));
  }
  co_return response;
}

Task<api::user::Seller> UserService::ApproveSeller(CallContext& call,
                                                   api::user::ApproveSellerRequest request) {
  const auto approved =
      co_await deps_.sellers.Approve(call, SellerId::From(request.seller_id()), BindingMessage,
                                     call.Trace().ToTraceparent(), rpc::ActOf(call));
  if (std::holds_alternative<storage::Missing>(approved)) throw NotFound("the seller");
  if (const auto* refused = std::get_if<storage::NotAllowed>(&approved)) {
    throw Error(Code::kFailedPrecondition, "ILLEGAL_TRANSITION",
                "the seller can't be approved in its present state")
        .WithMetadata("from", std::string(domain::Name(refused->state)))
        .WithMetadata("to", std::string(domain::Name(domain::SellerState::kActive)));
  }
  const auto& seller = std::get<domain::Seller>(approved);
  co_await TryBind(call, seller);
  deps_.wake_outbox();
  co_return ToProto(seller);
}

}  // namespace market::user
