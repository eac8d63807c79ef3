#include <algorithm>
#include <utility>

#include "platform/core/error.hpp"
#include "platform/rpc/act.hpp"
#include "platform/rpc/partial_update.hpp"
#include "services/order/api/convert.hpp"
#include "services/order/api/order_service.hpp"

namespace market::order {
namespace {

api::order::Parcel ParcelOf(const domain::SellerOrder& part, const domain::ParcelId& id) {
  return order::ToProto(part, *std::ranges::find(part.parcels, id, &domain::Parcel::id));
}

// A parcel has both, so neither can be taken away.
void RequireText(const std::optional<std::string>& text, const std::string& field) {
  if (text && text->empty()) throw InvalidArgument("parcel." + field, "REQUIRED", "must not be empty");
}

storage::ParcelEdit EditOf(const api::order::UpdateParcelRequest& request) {
  const auto& change = request.parcel();
  storage::ParcelEdit edit{.if_version = rpc::ExpectedVersion(request.if_match())};
  rpc::PartialUpdate(change, request.update_mask())
      .Take("carrier", change.carrier(), edit.carrier)
      .Take("tracking_number", change.tracking_number(), edit.tracking_number);
  RequireText(edit.carrier, "carrier");
  RequireText(edit.tracking_number, "trackingNumber");
  return edit;
}

}  // namespace

Task<api::order::SellerOrder> OrderService::AcceptSellerOrder(CallContext& call,
                                                              api::order::AcceptSellerOrderRequest request) {
  co_return co_await Move(call, request.seller_order_id(), domain::State::kAccepted);
}

Task<api::order::SellerOrder> OrderService::RejectSellerOrder(CallContext& call,
                                                              api::order::RejectSellerOrderRequest request) {
  co_return co_await End(call, request.seller_order_id(), domain::State::kRejected, request.reason(), {});
}

Task<api::order::SellerOrder> OrderService::CancelBySeller(CallContext& call,
                                                           api::order::CancelBySellerRequest request) {
  co_return co_await End(call, request.seller_order_id(), domain::State::kCancelled, request.reason(),
                         UnitsFrom(request.lines()));
}

Task<api::order::SellerOrder> OrderService::ShipSellerOrder(CallContext& call,
                                                            api::order::ShipSellerOrderRequest request) {
  co_return Tell(co_await Send(call, request, {}));
}

Task<api::order::SellerOrder> OrderService::DeliverSellerOrder(
    CallContext& call, api::order::DeliverSellerOrderRequest request) {
  co_return co_await Move(call, request.seller_order_id(), domain::State::kDelivered);
}

Task<api::order::SellerOrder> OrderService::ConfirmReceipt(CallContext& call,
                                                           api::order::ConfirmReceiptRequest request) {
  const auto part = domain::SellerOrderId::From(request.seller_order_id());
  const auto buyer = call.Caller().account;
  co_return Tell(co_await deps_.transitions.Move(
      call, part, storage::Scope::Buyer(buyer), domain::State::kCompleted, {domain::ActorRole::kBuyer, buyer},
      call.OperationId(), call.Trace().ToTraceparent(), deps_.clock.Now()));
}

template <class Request>
Task<storage::Moved> OrderService::Send(CallContext& call, const Request& request,
                                        std::vector<domain::Units> units) {
  co_return co_await deps_.transitions.Send(
      call, domain::SellerOrderId::From(request.seller_order_id()),
      storage::Scope::Sellers(call.Reach().sellers), {request.carrier(), request.tracking_number()},
      std::move(units), {domain::ActorRole::kSeller, call.Caller().account}, call.OperationId(),
      call.Trace().ToTraceparent(), deps_.clock.Now());
}

Task<api::order::Parcel> OrderService::CreateParcel(CallContext& call,
                                                    api::order::CreateParcelRequest request) {
  const auto moved = co_await Send(call, request, UnitsFrom(request.lines()));
  Count(moved);
  co_return ParcelOf(moved.part, domain::ParcelId(call.OperationId()));
}

Task<api::order::Parcel> OrderService::DeliverParcel(CallContext& call,
                                                     api::order::DeliverParcelRequest request) {
  const auto id = domain::ParcelId::From(request.parcel_id());
  const auto moved = co_await deps_.transitions.DeliverParcel(
      call, id, storage::Scope::Sellers(call.Reach().sellers),
      {domain::ActorRole::kSeller, call.Caller().account}, call.OperationId(), deps_.clock.Now());
  Count(moved);
  co_return ParcelOf(moved.part, id);
}

Task<api::order::Parcel> OrderService::UpdateParcel(CallContext& call,
                                                    api::order::UpdateParcelRequest request) {
  const auto id = domain::ParcelId::From(request.parcel_id());
  co_return ParcelOf(
      co_await deps_.transitions.CorrectParcel(call, id, storage::Scope::Sellers(call.Reach().sellers),
                                               EditOf(request), rpc::ActOf(call), deps_.clock.Now()),
      id);
}

// By a shop.
Task<api::order::SellerOrder> OrderService::Move(CallContext& call, std::string part_id, domain::State to) {
  const auto part = domain::SellerOrderId::From(part_id);
  const auto scope = storage::Scope::Sellers(call.Reach().sellers);
  co_return Tell(co_await deps_.transitions.Move(
      call, part, scope, to, {domain::ActorRole::kSeller, call.Caller().account}, call.OperationId(),
      call.Trace().ToTraceparent(), deps_.clock.Now()));
}

Task<api::order::SellerOrder> OrderService::End(CallContext& call, std::string part_id, domain::State to,
                                                std::string reason, std::vector<domain::Units> units) {
  const auto part = domain::SellerOrderId::From(part_id);
  const auto scope = storage::Scope::Sellers(call.Reach().sellers);
  storage::Ending ending{
      to, {domain::ActorRole::kSeller, call.Caller().account}, std::move(reason), std::move(units)};
  co_return Tell(co_await deps_.transitions.End(call, part, scope, std::move(ending), call.OperationId(),
                                                call.Trace().ToTraceparent(), deps_.clock.Now()));
}

api::order::SellerOrder OrderService::Tell(const storage::Moved& moved) {
  Count(moved);
  return ToProto(moved.part, deps_.sellers);
}

void OrderService::Count(const storage::Moved& moved) {
  for (const auto step : moved.steps) deps_.metrics.Moved(step, 1);
  deps_.relay.Wake();
}

}  // namespace market::order
