#include <algorithm>
#include <cctype>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "platform/conversions/conversions.hpp"
#include "platform/core/error.hpp"
#include "platform/rpc/act.hpp"
#include "platform/rpc/page.hpp"
#include "platform/rpc/partial_update.hpp"
#include "services/order/api/convert.hpp"
#include "services/order/api/order_service.hpp"

namespace market::order {
namespace {

using domain::Coupon;
using domain::CouponId;

// The names are the same, by contract.
template <class Proto, class Value>
Proto Same(Value value, bool (*parse)(google::protobuf::ConstStringParam, Proto*)) {
  auto out = static_cast<Proto>(0);
  parse(std::string(Name(value)), &out);
  return out;
}

api::order::Coupon CouponProto(const Coupon& coupon) {
  api::order::Coupon out;
  out.set_id(coupon.id.ToString());
  out.set_code(coupon.code);
  if (coupon.seller) out.set_seller_id(coupon.seller->ToString());
  out.set_kind(Same(coupon.kind, &api::order::Coupon::Kind_Parse));
  if (coupon.percentage_ppm) out.set_percentage_ppm(*coupon.percentage_ppm);
  const auto money = [&](std::int64_t minor) {
    return conversions::ToProto(Money{minor, coupon.currency.value()});
  };
  if (coupon.amount_minor) *out.mutable_amount() = money(*coupon.amount_minor);
  if (coupon.minimum_minor) *out.mutable_minimum() = money(*coupon.minimum_minor);
  if (coupon.scope.seller) out.set_only_seller_id(coupon.scope.seller->ToString());
  for (const auto& category : coupon.scope.categories) out.add_category_ids(category.ToString());
  for (const auto& product : coupon.scope.products) out.add_product_ids(product.ToString());
  if (coupon.valid_from) *out.mutable_valid_from() = conversions::ToProto(*coupon.valid_from);
  if (coupon.valid_until) *out.mutable_valid_until() = conversions::ToProto(*coupon.valid_until);
  if (coupon.total_limit) out.set_total_limit(*coupon.total_limit);
  if (coupon.limit_per_buyer) out.set_limit_per_buyer(*coupon.limit_per_buyer);
  out.set_redeemed(coupon.redeemed);
  out.set_funder(Same(coupon.funder, &api::order::Coupon::Funder_Parse));
  if (coupon.seller_share_ppm) out.set_seller_share_ppm(*coupon.seller_share_ppm);
  out.set_state(Same(coupon.state, &api::order::Coupon::State_Parse));
  *out.mutable_create_time() = conversions::ToProto(coupon.created_at);
  *out.mutable_update_time() = conversions::ToProto(coupon.updated_at);
  // How often it is used changes while nobody edits it: what is shown differs, the version that an edit expects does not.
  out.set_etag(std::to_string(coupon.version) + '-' + std::to_string(coupon.redeemed));
  return out;
}

std::string InCapitals(std::string code) {
  std::ranges::transform(code, code.begin(),
                         [](unsigned char letter) { return static_cast<char>(std::toupper(letter)); });
  return code;
}

// Exactly where the draft is of the kind that has it.
void RequireOf(bool of_kind, bool given, const std::string& field, std::string_view kind) {
  if (of_kind && !given)
    throw InvalidArgument("coupon." + field, "REQUIRED", "must be given with " + std::string(kind));
  if (given && !of_kind)
    throw InvalidArgument("coupon." + field, "OTHER_KIND", "is for " + std::string(kind) + " only");
}

void CheckDraft(const api::order::CouponDraft& draft) {
  using api::order::Coupon;
  RequireOf(draft.kind() == Coupon::PERCENTAGE, draft.has_percentage_ppm(), "percentagePpm", "PERCENTAGE");
  RequireOf(draft.kind() == Coupon::FIXED, draft.has_amount(), "amount", "FIXED");
  RequireOf(draft.funder() == Coupon::SPLIT, draft.has_seller_share_ppm(), "sellerSharePpm", "SPLIT");
  if (draft.has_amount() && draft.has_minimum() && draft.amount().currency() != draft.minimum().currency())
    throw InvalidArgument("coupon.minimum", "MIXED_CURRENCIES", "must be in the currency of the amount");
}

std::optional<Time> TimeIn(bool given, const google::protobuf::Timestamp& time, const std::string& field) {
  return given ? std::optional<Time>(conversions::TimeFrom(time, "coupon." + field)) : std::nullopt;
}

Coupon CouponFrom(const CallContext& call, const api::order::CouponDraft& draft) {
  CheckDraft(draft);
  Coupon coupon;
  coupon.id = CouponId(call.OperationId());
  coupon.code = InCapitals(draft.code());
  coupon.kind = domain::kCouponKinds.Require(api::order::Coupon::Kind_Name(draft.kind()));
  if (draft.has_percentage_ppm()) coupon.percentage_ppm = draft.percentage_ppm();
  for (const auto* money :
       {draft.has_amount() ? &draft.amount() : nullptr, draft.has_minimum() ? &draft.minimum() : nullptr}) {
    if (money != nullptr) coupon.currency = conversions::MoneyFrom(*money).currency;
  }
  if (draft.has_amount()) coupon.amount_minor = draft.amount().amount();
  if (draft.has_minimum()) coupon.minimum_minor = draft.minimum().amount();
  if (!draft.only_seller_id().empty()) coupon.scope.seller = SellerId::From(draft.only_seller_id());
  for (const auto& id : draft.category_ids()) coupon.scope.categories.push_back(domain::CategoryId::From(id));
  for (const auto& id : draft.product_ids()) coupon.scope.products.push_back(domain::ProductId::From(id));
  coupon.valid_from = TimeIn(draft.has_valid_from(), draft.valid_from(), "validFrom");
  coupon.valid_until = TimeIn(draft.has_valid_until(), draft.valid_until(), "validUntil");
  if (coupon.valid_from && coupon.valid_until && *coupon.valid_from >= *coupon.valid_until)
    throw InvalidArgument("coupon.validUntil", "OUT_OF_RANGE", "must be later than validFrom");
  if (draft.has_total_limit()) coupon.total_limit = draft.total_limit();
  if (draft.has_limit_per_buyer()) coupon.limit_per_buyer = draft.limit_per_buyer();
  if (draft.funder() != api::order::Coupon::FUNDER_UNSPECIFIED)
    coupon.funder = domain::kCouponFunders.Require(api::order::Coupon::Funder_Name(draft.funder()));
  if (draft.has_seller_share_ppm()) coupon.seller_share_ppm = draft.seller_share_ppm();
  return coupon;
}

// A shop gives away what is its own.
void MakeOwn(Coupon& coupon, const SellerId& seller, const api::order::CouponDraft& draft) {
  if (draft.funder() != api::order::Coupon::FUNDER_UNSPECIFIED &&
      draft.funder() != api::order::Coupon::SELLER) {
    throw InvalidArgument("coupon.funder", "NOT_ALLOWED", "a shop bears its own coupons");
  }
  if (coupon.scope.seller && *coupon.scope.seller != seller)
    throw InvalidArgument("coupon.onlySellerId", "NOT_ALLOWED", "a shop's coupons are for its own lines");
  coupon.seller = coupon.scope.seller = seller;
  coupon.funder = domain::CouponFunder::kSeller;
}

storage::CouponEdit EditFrom(const api::order::UpdateCouponRequest& request) {
  const auto& change = request.coupon();
  const rpc::PartialUpdate update(change, request.update_mask());
  storage::CouponEdit edit{.if_version = rpc::ExpectedVersion(request.if_match())};
  const auto number = [](bool given, std::int64_t value) {
    return given ? std::optional(value) : std::nullopt;
  };
  if (update.Changes("valid_from"))
    edit.valid_from = TimeIn(change.has_valid_from(), change.valid_from(), "validFrom");
  if (update.Changes("valid_until"))
    edit.valid_until = TimeIn(change.has_valid_until(), change.valid_until(), "validUntil");
  if (update.Changes("total_limit"))
    edit.total_limit = number(change.has_total_limit(), change.total_limit());
  if (update.Changes("limit_per_buyer"))
    edit.limit_per_buyer = number(change.has_limit_per_buyer(), change.limit_per_buyer());
  return edit;
}

storage::Scope ScopeOf(const CallContext& call) {
  return call.Reach().everything ? storage::Scope::Everything()
                                 : storage::Scope::Sellers(call.Reach().sellers);
}

// A page of them; what selects the rows belongs to its token.
template <class Response, class Request>
Task<Response> PageOf(CallContext& call, storage::Coupons& coupons, const rpc::PageTokens& pages,
                      const Request& request) {
  storage::CouponsWanted wanted;
  if (!request.seller_id().empty()) wanted.seller = SellerId::From(request.seller_id());
  if (request.state() != api::order::Coupon::STATE_UNSPECIFIED)
    wanted.state = domain::kCouponStates.Require(api::order::Coupon::State_Name(request.state()));
  if (!request.code().empty()) wanted.code = InCapitals(request.code());
  const auto filter = "coupons|" + request.seller_id() + '|' +
                      api::order::Coupon::State_Name(request.state()) + '|' + wanted.code.value_or("");
  const auto size = rpc::PageSize(request.page_size());
  const auto before = pages.Decode<CouponId>(filter, request.page_token());
  auto found = co_await coupons.List(call, wanted,
                                     before ? std::optional(std::get<0>(*before)) : std::nullopt, size + 1);
  Response response;
  const auto kept = rpc::FillPage(*response.mutable_coupons(), size, found, CouponProto);
  if (kept < found.size()) response.set_next_page_token(pages.Encode(filter, found[kept - 1].id));
  co_return response;
}

std::vector<std::string> CodesFrom(const google::protobuf::RepeatedPtrField<std::string>& named) {
  std::vector<std::string> codes;
  for (const auto& one : named) {
    auto code = InCapitals(one);
    if (std::ranges::find(codes, code) != codes.end()) {
      throw InvalidArgument("couponCodes[" + std::to_string(codes.size()) + "]", "DUPLICATE",
                            "is named before");
    }
    codes.push_back(std::move(code));
  }
  return codes;
}

std::vector<domain::CouponLine> LinesOf(const domain::Priced& priced, std::span<const domain::Offer> offers) {
  std::vector<domain::CouponLine> lines;
  for (const auto& part : priced.parts) {
    for (const auto& line : part.lines) {
      const auto offer = std::ranges::find(offers, line.offer, &domain::Offer::id);
      lines.push_back({.offer = line.offer,
                       .product = line.product,
                       .seller = part.seller,
                       .categories = offer->categories,
                       .base_minor = line.unit_price.minor * line.quantity});
    }
  }
  return lines;
}

}  // namespace

Task<api::order::Coupon> OrderService::CreateCoupon(CallContext& call,
                                                    api::order::CreateCouponRequest request) {
  co_return CouponProto(
      co_await deps_.coupons.Create(call, CouponFrom(call, request.coupon()), rpc::ActOf(call)));
}

Task<api::order::Coupon> OrderService::CreateSellerCoupon(CallContext& call,
                                                          api::order::CreateSellerCouponRequest request) {
  auto coupon = CouponFrom(call, request.coupon());
  MakeOwn(coupon, SellerId::From(request.seller_id()), request.coupon());
  co_return CouponProto(co_await deps_.coupons.Create(call, std::move(coupon), rpc::ActOf(call)));
}

Task<api::order::ListCouponsResponse> OrderService::ListCoupons(CallContext& call,
                                                                api::order::ListCouponsRequest request) {
  co_return co_await PageOf<api::order::ListCouponsResponse>(call, deps_.coupons, deps_.pages, request);
}

Task<api::order::ListSellerCouponsResponse> OrderService::ListSellerCoupons(
    CallContext& call, api::order::ListSellerCouponsRequest request) {
  co_return co_await PageOf<api::order::ListSellerCouponsResponse>(call, deps_.coupons, deps_.pages, request);
}

Task<api::order::Coupon> OrderService::GetCoupon(CallContext& call, api::order::GetCouponRequest request) {
  const auto coupon = co_await deps_.coupons.Find(call, CouponId::From(request.coupon_id()), ScopeOf(call));
  if (!coupon) throw NotFound("the coupon");
  co_return CouponProto(*coupon);
}

Task<api::order::Coupon> OrderService::UpdateCoupon(CallContext& call,
                                                    api::order::UpdateCouponRequest request) {
  co_return CouponProto(co_await deps_.coupons.Update(call, CouponId::From(request.coupon_id()),
                                                      ScopeOf(call), EditFrom(request), rpc::ActOf(call)));
}

Task<google::protobuf::Empty> OrderService::EndCoupon(CallContext& call,
                                                      api::order::EndCouponRequest request) {
  co_await deps_.coupons.End(call, CouponId::From(request.coupon_id()), ScopeOf(call),
                             rpc::ExpectedVersion(request.if_match()), rpc::ActOf(call));
  co_return google::protobuf::Empty();
}

Task<domain::AppliedCoupons> OrderService::UseCoupons(
    CallContext& call, const google::protobuf::RepeatedPtrField<std::string>& named,
    std::span<const domain::Item> items, std::span<const domain::Offer> offers,
    std::map<SellerId, std::int64_t> deliveries) {
  if (named.empty()) co_return domain::AppliedCoupons();
  const auto codes = CodesFrom(named);
  // What is in the way of the order whatever takes something off comes first.
  const auto priced = domain::Price(items, offers, {});
  auto found = co_await deps_.coupons.FindByCodes(call, codes, call.Caller().account);
  // Who orders may be a twin of a request that has just used them. Their insertion looks at that, after the key of
  // the request: so the twin is told that it is one.
  if (call.RequestKey() != nullptr) {
    for (auto& one : found) one.used_by_buyer = 0;
  }
  auto applied =
      domain::ApplyCoupons(codes, found, LinesOf(priced, offers), deliveries, priced.total.currency);
  for (const auto& refused : applied.refused) deps_.metrics.CouponRefused(refused.why);
  if (!applied.refused.empty()) throw domain::CouponRefusal(applied.refused);
  co_return applied;
}

}  // namespace market::order
