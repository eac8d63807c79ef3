#include "services/order/api/convert.hpp"
#include "services/order/api/order_service.hpp"

namespace market::order {

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
  storage::Shipment shipment{request.carrier(), request.tracking_number()};
  co_return co_await Move(call, request.seller_order_id(), domain::State::kShipped, std::move(shipment));
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
      std::nullopt, call.OperationId(), call.Trace().ToTraceparent(), deps_.clock.Now()));
}

// By a shop.
Task<api::order::SellerOrder> OrderService::Move(CallContext& call, std::string part_id, domain::State to,
                                                 std::optional<storage::Shipment> shipment) {
  const auto part = domain::SellerOrderId::From(part_id);
  const auto scope = storage::Scope::Sellers(call.Reach().sellers);
  co_return Tell(co_await deps_.transitions.Move(
      call, part, scope, to, {domain::ActorRole::kSeller, call.Caller().account}, std::move(shipment),
      call.OperationId(), call.Trace().ToTraceparent(), deps_.clock.Now()));
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
  for (const auto step : moved.steps) deps_.metrics.Moved(step, 1);
  deps_.relay.Wake();
  return ToProto(moved.part, deps_.sellers);
}

}  // namespace market::order
