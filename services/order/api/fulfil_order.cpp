#include "services/order/api/convert.hpp"
#include "services/order/api/order_service.hpp"

namespace market::order {

Task<pb::SellerOrder> OrderService::AcceptSellerOrder(CallContext& call,
                                                      pb::AcceptSellerOrderRequest request) {
  co_return co_await Move(call, request.seller_order_id(), domain::State::kAccepted, std::nullopt);
}

Task<pb::SellerOrder> OrderService::ShipSellerOrder(CallContext& call, pb::ShipSellerOrderRequest request) {
  storage::Shipment shipment{request.carrier(), request.tracking_number()};
  co_return co_await Move(call, request.seller_order_id(), domain::State::kShipped, std::move(shipment));
}

Task<pb::SellerOrder> OrderService::DeliverSellerOrder(CallContext& call,
                                                       pb::DeliverSellerOrderRequest request) {
  co_return co_await Move(call, request.seller_order_id(), domain::State::kDelivered, std::nullopt);
}

Task<pb::SellerOrder> OrderService::Move(CallContext& call, std::string part_id, domain::State to,
                                         std::optional<storage::Shipment> shipment) {
  const auto part = domain::SellerOrderId::From(part_id);
  const auto scope = storage::Scope::Sellers(call.Caller().SellerIds());
  co_await parts_.transitions.Move(call, part, scope, to, {"seller", call.Caller().account},
                                   std::move(shipment), call.Trace().ToTraceparent(), parts_.clock.Now());
  parts_.metrics.Moved(to, 1);
  parts_.relay.Wake();
  const auto moved = co_await parts_.orders.FindPart(call, part, scope);
  co_return ToProto(moved.value());
}

Task<pb::Order> OrderService::CancelOrder(CallContext& call, pb::CancelOrderRequest request) {
  const auto& caller = call.Caller();
  const auto id = domain::OrderId::From(request.order_id());
  const auto scope =
      caller.IsOperator() ? storage::Scope::Everything() : storage::Scope::Buyer(caller.account);
  std::vector<domain::SellerOrderId> named;
  for (const auto& part : request.seller_order_ids()) named.push_back(domain::SellerOrderId::From(part));
  const auto cancelled = co_await parts_.transitions.Cancel(
      call, id, scope, std::move(named), {caller.IsOperator() ? "operator" : "buyer", caller.account},
      request.reason(), call.OperationId(), call.Trace().ToTraceparent(), parts_.clock.Now());
  parts_.metrics.Moved(domain::State::kCancelled, cancelled);
  parts_.relay.Wake();
  co_return ToProto(co_await Require(call, id, scope));
}

}  // namespace market::order
