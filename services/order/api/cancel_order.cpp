#include "platform/rpc/act.hpp"
#include "services/order/api/convert.hpp"
#include "services/order/api/order_service.hpp"

namespace market::order {

Task<api::order::Order> OrderService::CancelOrder(CallContext& call, api::order::CancelOrderRequest request) {
  const auto& caller = call.Caller();
  const bool by_operator = call.Reach().everything;
  const auto id = domain::OrderId::From(request.order_id());
  const auto scope = by_operator ? storage::Scope::Everything() : storage::Scope::Buyer(caller.account);
  std::vector<domain::SellerOrderId> named;
  for (const auto& part : request.seller_order_ids()) named.push_back(domain::SellerOrderId::From(part));
  const auto units = UnitsFrom(request.lines());
  if (!named.empty() && !units.empty()) {
    throw InvalidArgument("lines", "ONE_OF", "name lines or seller orders, not both");
  }
  storage::Actor actor{by_operator ? domain::ActorRole::kOperator : domain::ActorRole::kBuyer,
                       caller.account};
  if (by_operator) actor.act = rpc::ActOf(call, request.reason());

  const auto cancel = [&] {
    const auto trace = call.Trace().ToTraceparent();
    const auto now = deps_.clock.Now();
    return units.empty() ? deps_.transitions.Cancel(call, id, scope, named, actor, request.reason(),
                                                    call.OperationId(), trace, now)
                         : deps_.transitions.CancelUnits(call, id, scope, units, actor, request.reason(),
                                                         call.OperationId(), trace, now);
  };
  auto cancelled = co_await cancel();
  if (!cancelled) {
    domain::Failure why{.reason = by_operator ? domain::FailureReason::kCancelledByOperator
                                              : domain::FailureReason::kCancelledByBuyer,
                        .shortages = {},
                        .decline_code = {},
                        .note = request.reason()};
    if (co_await deps_.checkouts.Cancel(call, id, scope, std::move(why), actor.act)) {
      co_return co_await Undone(call, id, scope);
    }
    // Decided between our two looks: it does not wait any more.
    cancelled = co_await cancel();
  }
  deps_.metrics.Moved(domain::State::kCancelled, cancelled.value().parts);
  deps_.relay.Wake();
  co_return ToProto(cancelled->order, deps_.sellers);
}

// An order whose checkout is to be undone, as far as that goes now.
Task<api::order::Order> OrderService::Undone(CallContext& call, domain::OrderId id, storage::Scope scope) {
  auto lease = co_await deps_.checkouts.Take(call, id);
  auto order = co_await Require(call, id, std::move(scope));
  if (lease) order = co_await DriveOn(call, std::move(*lease), std::move(order));
  // A retry with the same key asks again instead of getting this answer for ever.
  if (order.CurrentState() == domain::State::kPendingPayment) call.LeaveOpen();
  co_return ToProto(order, deps_.sellers);
}

}  // namespace market::order
