// What operators do to sellers, and the end of one, which its owner may make as well.
#include "platform/rpc/act.hpp"
#include "platform/rpc/page.hpp"
#include "services/user/api/convert.hpp"
#include "services/user/api/refusals.hpp"
#include "services/user/api/user_service.hpp"

namespace market::user {
namespace {

std::string NameOf(api::user::ListSellersForOperatorsRequest request) {
  request.clear_page_token();
  request.clear_page_size();
  return "all_sellers|" + request.SerializeAsString();
}

}  // namespace

Task<api::user::ListSellersResponse> UserService::ListSellersForOperators(
    CallContext& call, api::user::ListSellersForOperatorsRequest request) {
  const auto name = NameOf(request);
  const auto size = rpc::PageSize(request.page_size());
  std::optional<storage::Sellers::Position> after;
  if (const auto key = deps_.pages.Decode<Time, SellerId>(name, request.page_token())) {
    after = {std::get<0>(*key), std::get<1>(*key)};
  }
  storage::Sellers::Filter filter{.state = StateFrom(request.state())};
  if (!request.name().empty()) filter.name_prefix = request.name();
  if (!request.slug().empty()) filter.slug = request.slug();
  if (!request.owner_email().empty()) {
    filter.owner = co_await FindAccount(call, request.owner_email());
    if (!filter.owner) co_return api::user::ListSellersResponse();
  }
  auto sellers = co_await deps_.sellers.ListMatching(call, std::move(filter), after, size + 1);
  api::user::ListSellersResponse response;
  const auto kept = rpc::FillPage(*response.mutable_sellers(), size, sellers,
                                  [](const domain::Seller& seller) { return ToProto(seller); });
  if (kept < sellers.size()) {
    const auto& last = sellers[kept - 1];
    response.set_next_page_token(deps_.pages.Encode(name, last.created_at, last.id));
  }
  co_return response;
}

Task<std::optional<AccountId>> UserService::FindAccount(CallContext& call, std::string email) {
  api::auth::FindAccountRequest request;
  request.set_email(std::move(email));
  try {
    const auto found = co_await deps_.auth.FindAccount(call, std::move(request));
    co_return AccountId::From(found.account_id());
  } catch (const Error& error) {
    if (error.code != Code::kNotFound) throw;
  }
  co_return std::nullopt;
}

Task<api::user::Seller> UserService::Do(CallContext& call, domain::SellerAct act, std::string seller_id,
                                        std::string reason) {
  const auto moved =
      co_await deps_.sellers.Do(call, act, SellerId::From(seller_id), rpc::ActOf(call, std::move(reason)));
  if (std::holds_alternative<storage::Missing>(moved)) throw NotFound("the seller");
  if (const auto* refused = std::get_if<storage::NotAllowed>(&moved)) {
    throw IllegalTransition(*refused, "the present state of the shop does not allow that")
        .WithMetadata("to", std::string(domain::Name(domain::Target(act))));
  }
  co_return ToProto(std::get<domain::Seller>(moved));
}

Task<api::user::Seller> UserService::ApproveSeller(CallContext& call,
                                                   api::user::ApproveSellerRequest request) {
  return Do(call, domain::SellerAct::kApprove, request.seller_id(), "");
}

Task<api::user::Seller> UserService::SuspendSeller(CallContext& call,
                                                   api::user::SuspendSellerRequest request) {
  return Do(call, domain::SellerAct::kSuspend, request.seller_id(), request.reason());
}

Task<api::user::Seller> UserService::ReinstateSeller(CallContext& call,
                                                     api::user::ReinstateSellerRequest request) {
  return Do(call, domain::SellerAct::kReinstate, request.seller_id(), request.reason());
}

Task<api::user::Seller> UserService::CloseSeller(CallContext& call, api::user::CloseSellerRequest request) {
  return Do(call, domain::SellerAct::kClose, request.seller_id(), request.reason());
}

}  // namespace market::user
