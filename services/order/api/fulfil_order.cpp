#include "platform/rpc/act.hpp"
#include "services/order/api/convert.hpp"
#include "services/order/api/order_service.hpp"

namespace market::order {

Task<api::order::SellerOrder> OrderService::AcceptSellerOrder(CallContext& call,
                                                              api::order::AcceptSellerOrderRequest request) {
  co_return co_await Move(call, request.seller_order_id(), domain::State::kAccepted, std::nullopt);
}

Task<api::order::SellerOrder> OrderService::ShipSellerOrder(CallContext& call,
                                                            api::order::ShipSellerOrderRequest request) {
  storage::Shipment shipment{request.carrier(), request.tracking_number()};
  co_return co_await Move(call, request.seller_order_id(), domain::State::kShipped, std::move(shipment));
}

Task<api::order::SellerOrder> OrderService::DeliverSellerOrder(
    CallContext& call, api::order::DeliverSellerOrderRequest request) {
  co_return co_await Move(call, request.seller_order_id(), domain::State::kDelivered, std::nullopt);
}

Task<api::order::SellerOrder> OrderService::Move(CallContext& call, std::string part_id, domain::State to,
                                                 std::optional<storage::Shipment> shipment) {
  const auto part = domain::SellerOrderId::From(part_id);
  const auto scope = storage::Scope::Sellers(call.Reach().sellers);
  const auto moved = co_await deps_.transitions.Move(
      call, part, scope, to, {domain::ActorRole::kSeller, call.Caller().account}, std::move(shipment),
      call.OperationId(), call.Trace().ToTraceparent(), deps_.clock.Now());
  deps_.metrics.Moved(to, 1);
  deps_.relay.Wake();
  co_return ToProto(moved);
}

Task<api::order::Order> OrderService::CancelOrder(CallContext& call, api::order::CancelOrderRequest request) {
  const auto& caller = call.Caller();
  const bool by_operator = call.Reach().everything;
  const auto id = domain::OrderId::From(request.order_id());
  const auto scope = by_operator ? storage::Scope::Everything() : storage::Scope::Buyer(caller.account);
  std::vector<domain::SellerOrderId> named;
  for (const auto& part : request.seller_order_ids()) named.push_back(domain::SellerOrderId::From(part));
  storage::Actor actor{by_operator ? domain::ActorRole::kOperator : domain::ActorRole::kBuyer,
                       caller.account};
  if (by_operator) actor.act = rpc::ActOf(call, request.reason());
  const auto cancelled =
      co_await deps_.transitions.Cancel(call, id, scope, std::move(named), std::move(actor), request.reason(),
                                        call.OperationId(), call.Trace().ToTraceparent(), deps_.clock.Now());
  deps_.metrics.Moved(domain::State::kCancelled, cancelled.parts);
  deps_.relay.Wake();
  co_return ToProto(cancelled.order);
}

}  // namespace market::order
