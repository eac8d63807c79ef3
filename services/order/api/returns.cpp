// What buyers send back: requested, answered, sent, received, refunded, listed.
#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "platform/conversions/conversions.hpp"
#include "platform/conversions/enum_number.hpp"
#include "platform/conversions/kept_picture.hpp"
#include "platform/core/error.hpp"
#include "platform/rpc/act.hpp"
#include "platform/rpc/page.hpp"
#include "services/order/api/order_service.hpp"
#include "services/order/api/reading_scope.hpp"

namespace market::order {
namespace {

using domain::Return;
using domain::ReturnId;
using domain::ReturnState;

api::order::Return ReturnProto(const Return& coming) {
  api::order::Return out;
  out.set_id(coming.id.ToString());
  out.set_order_id(coming.order.ToString());
  out.set_seller_order_id(coming.part.ToString());
  out.set_seller_id(coming.seller.ToString());
  out.set_number(coming.number);
  out.set_state(conversions::NumberOf<api::order::Return::State>(coming.state));
  for (const auto& line : coming.lines) {
    auto& told = *out.add_lines();
    told.set_line_id(line.line.ToString());
    told.set_offer_id(line.offer.ToString());
    told.set_title(line.title);
    told.set_sku(line.sku);
    told.set_quantity(line.quantity);
    told.set_restocked_quantity(line.restocked);
  }
  out.set_reason(conversions::NumberOf<api::order::Return::Reason>(coming.reason));
  if (!coming.text.empty()) out.set_text(coming.text);
  for (const auto& kept : coming.pictures)
    conversions::ShowKept(*out.add_pictures(), PicturePlace::kPeople, kept);
  if (!coming.carrier.empty()) out.set_carrier(coming.carrier);
  if (!coming.tracking_number.empty()) out.set_tracking_number(coming.tracking_number);
  if (coming.amount_minor)
    *out.mutable_amount() = conversions::ToProto(Money{*coming.amount_minor, coming.currency});
  if (!coming.rejected_reason.empty()) out.set_rejected_reason(coming.rejected_reason);
  for (const auto& step : coming.steps) {
    auto& told = *out.add_steps();
    told.set_state(conversions::NumberOf<api::order::Return::State>(step.state));
    *told.mutable_time() = conversions::ToProto(step.at);
    told.set_actor(std::string(domain::Name(step.actor)));
  }
  *out.mutable_create_time() = conversions::ToProto(coming.created_at);
  *out.mutable_update_time() = conversions::ToProto(coming.updated_at);
  out.set_etag(std::to_string(coming.version));
  return out;
}

std::vector<domain::Units> ReturnUnitsFrom(
    const google::protobuf::RepeatedPtrField<api::order::ReturnUnits>& lines) {
  std::vector<domain::Units> units;
  for (const auto& line : lines) units.push_back({domain::LineId::From(line.line_id()), line.quantity()});
  return units;
}

storage::Restock RestockFrom(const api::order::CloseReturnRequest& request) {
  using What = storage::Restock::What;
  if (request.restock_lines().empty()) return {.what = request.restock() ? What::kAll : What::kNothing};
  if (request.restock())
    throw InvalidArgument("restockLines", "ONE_OF", "all of it or these lines, not both");
  return {.what = What::kSome, .some = ReturnUnitsFrom(request.restock_lines())};
}

// Who answers for a shop: its members, or an operator, whose act goes on record.
storage::Scope AnsweringScope(const CallContext& call) {
  return call.Reach().everything ? storage::Scope::Everything()
                                 : storage::Scope::Sellers(call.Reach().sellers);
}
storage::Actor AnsweringActor(const CallContext& call, const std::string& reason) {
  const bool by_operator = call.Reach().everything;
  storage::Actor actor{by_operator ? domain::ActorRole::kOperator : domain::ActorRole::kSeller,
                       call.Caller().account};
  if (by_operator) actor.act = rpc::ActOf(call, reason);
  return actor;
}

// Whose returns a list shows.
storage::Scope ListedScope(const CallContext& call, const api::order::ListReturnsRequest& request) {
  const auto& reach = call.Reach();
  if (reach.everything) return storage::Scope::Everything();
  if (const auto seller = SellerId::Parse(request.seller_id())) {
    if (std::ranges::find(reach.sellers, *seller) == reach.sellers.end()) throw NotFound("the seller");
    return storage::Scope::Sellers({*seller});
  }
  if (call.Caller().bearer == identity::Bearer::kApiKey) return storage::Scope::Sellers(reach.sellers);
  return storage::Scope::Buyer(call.Caller().account);
}

std::string ReturnsFilterOf(const CallContext& call, api::order::ListReturnsRequest request) {
  request.clear_page_token();
  request.clear_page_size();
  return "returns|" + call.Caller().account.ToString() + '|' + request.SerializeAsString();
}

}  // namespace

Task<api::order::Return> OrderService::RequestReturn(CallContext& call,
                                                     api::order::RequestReturnRequest request) {
  const auto buyer = call.Caller().account;
  storage::NewReturn wanted{
      .id = ReturnId(call.OperationId()),
      .order = domain::OrderId::From(request.order_id()),
      .part = domain::SellerOrderId::From(request.seller_order_id()),
      .units = ReturnUnitsFrom(request.lines()),
      .reason = domain::kReturnReasons.Require(api::order::Return::Reason_Name(request.reason())),
      .text = request.text()};
  if (!request.picture_ids().empty()) {
    auto claimed = co_await deps_.return_pictures.Claim(call, wanted.id.Value(), buyer, request.picture_ids(),
                                                        "pictureIds");
    wanted.claim = claimed.claim;
    wanted.pictures = std::move(claimed.kept);
  }
  co_return ReturnProto(co_await deps_.returns.Request(call, std::move(wanted), buyer, deps_.clock.Now()));
}

Task<api::order::Return> OrderService::MoveReturn(CallContext& call, std::string id, storage::Scope scope,
                                                  storage::ReturnMove move) {
  const auto moved =
      co_await deps_.returns.Move(call, ReturnId::From(id), std::move(scope), std::move(move),
                                  call.OperationId(), call.Trace().ToTraceparent(), deps_.clock.Now());
  deps_.relay.Wake();
  co_return ReturnProto(moved);
}

Task<api::order::Return> OrderService::ApproveReturn(CallContext& call,
                                                     api::order::ApproveReturnRequest request) {
  co_return co_await MoveReturn(
      call, request.return_id(), AnsweringScope(call),
      {.to = ReturnState::kApproved, .actor = AnsweringActor(call, request.reason())});
}

Task<api::order::Return> OrderService::RejectReturn(CallContext& call,
                                                    api::order::RejectReturnRequest request) {
  co_return co_await MoveReturn(call, request.return_id(), AnsweringScope(call),
                                {.to = ReturnState::kRejected,
                                 .actor = AnsweringActor(call, request.reason()),
                                 .rejected_reason = request.reason()});
}

Task<api::order::Return> OrderService::ShipReturn(CallContext& call, api::order::ShipReturnRequest request) {
  const auto buyer = call.Caller().account;
  co_return co_await MoveReturn(
      call, request.return_id(), storage::Scope::Buyer(buyer),
      {.to = ReturnState::kInTransit,
       .actor = {domain::ActorRole::kBuyer, buyer},
       .shipment = storage::Shipment{request.carrier(), request.tracking_number()}});
}

Task<api::order::Return> OrderService::ReceiveReturn(CallContext& call,
                                                     api::order::ReceiveReturnRequest request) {
  co_return co_await MoveReturn(
      call, request.return_id(), AnsweringScope(call),
      {.to = ReturnState::kReceived, .actor = AnsweringActor(call, request.reason())});
}

Task<api::order::Return> OrderService::CloseReturn(CallContext& call,
                                                   api::order::CloseReturnRequest request) {
  co_return co_await MoveReturn(call, request.return_id(), AnsweringScope(call),
                                {.to = ReturnState::kClosed,
                                 .actor = AnsweringActor(call, request.reason()),
                                 .restock = RestockFrom(request)});
}

Task<api::order::Return> OrderService::GetReturn(CallContext& call, api::order::GetReturnRequest request) {
  const auto found =
      co_await deps_.returns.Find(call, ReturnId::From(request.return_id()), ReadingScope(call));
  if (!found) throw NotFound("the return");
  co_return ReturnProto(*found);
}

Task<api::order::ListReturnsResponse> OrderService::ListReturns(CallContext& call,
                                                                api::order::ListReturnsRequest request) {
  storage::ReturnsWanted wanted{.seller = SellerId::Parse(request.seller_id()),
                                .buyer = AccountId::Parse(request.buyer_id()),
                                .order = domain::OrderId::Parse(request.order_id())};
  if (request.state() != api::order::Return::STATE_UNSPECIFIED)
    wanted.state = domain::kReturnStates.Require(api::order::Return::State_Name(request.state()));
  const auto filter = ReturnsFilterOf(call, request);
  const auto size = rpc::PageSize(request.page_size());
  const auto position = deps_.pages.Decode<ReturnId>(filter, request.page_token());
  auto found =
      co_await deps_.returns.List(call, ListedScope(call, request), wanted,
                                  position ? std::optional(std::get<0>(*position)) : std::nullopt, size + 1);
  api::order::ListReturnsResponse response;
  const auto kept = rpc::FillPage(*response.mutable_returns(), size, found, ReturnProto);
  if (kept < found.size()) response.set_next_page_token(deps_.pages.Encode(filter, found[kept - 1].id));
  co_return response;
}

}  // namespace market::order
