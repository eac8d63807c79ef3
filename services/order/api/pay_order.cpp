#include "services/order/api/order_service.hpp"

namespace market::order {

Task<api::order::Order> OrderService::PayOrder(CallContext& call, api::order::PayOrderRequest request) {
  const auto id = domain::OrderId::From(request.order_id());
  const auto buyer = call.Caller().account;
  auto lease = co_await deps_.checkouts.Pay(call, id, buyer, request.payment_method(), call.OperationId(),
                                            *call.RequestKey(), deps_.clock.Now());
  // An earlier run of this operation began the payment and did not answer for good; go on where it is.
  if (!lease) lease = co_await deps_.checkouts.Take(call, id);
  auto order = co_await Require(call, id, storage::Scope::Buyer(buyer));
  if (lease) order = co_await DriveOn(call, std::move(*lease), std::move(order));
  co_return Answer(call, order, {});
}

}  // namespace market::order
