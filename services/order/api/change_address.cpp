#include <utility>

#include "platform/core/error.hpp"
#include "platform/rpc/act.hpp"
#include "services/order/api/convert.hpp"
#include "services/order/api/order_service.hpp"

namespace market::order {

Task<api::order::Order> OrderService::ChangeShippingAddress(
    CallContext& call, api::order::ChangeShippingAddressRequest request) {
  const auto& caller = call.Caller();
  const bool by_operator = call.Reach().everything;
  const auto id = domain::OrderId::From(request.order_id());
  const auto scope = by_operator ? storage::Scope::Everything() : storage::Scope::Buyer(caller.account);
  // Before anything else: to whom it is not theirs it does not exist. An operator names an address of the buyer's.
  const auto buyer = (co_await Require(call, id, scope)).buyer;
  const auto& address_id = request.shipping_address_id();
  if (address_id.empty() && !request.has_shipping_address())
    throw InvalidArgument("shippingAddressId", "REQUIRED", "say where it goes: this or shippingAddress");
  if (!address_id.empty() && request.has_shipping_address())
    throw InvalidArgument("shippingAddress", "CONFLICT", "give this or shippingAddressId");

  domain::Address address;
  if (request.has_shipping_address()) {
    address = co_await CheckAddress(call, request.shipping_address());
  } else {
    address = co_await FindAddress(call, buyer, address_id);
  }
  storage::Actor actor{by_operator ? domain::ActorRole::kOperator : domain::ActorRole::kBuyer,
                       caller.account};
  if (by_operator) actor.act = rpc::ActOf(call, request.reason());
  const auto order =
      co_await deps_.transitions.ChangeAddress(call, id, scope, std::move(address), std::move(actor),
                                               request.reason(), call.OperationId(), deps_.clock.Now());
  deps_.relay.Wake();
  co_return ToProto(order, deps_.sellers);
}

}  // namespace market::order
