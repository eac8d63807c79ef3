// A cart becomes an order, on the way of PlaceOrder.
#include "platform/core/error.hpp"
#include "services/order/api/convert.hpp"
#include "services/order/api/order_service.hpp"
#include "services/order/storage/cart_orders.hpp"

namespace market::order {
namespace {

// Somebody else changes the cart at the same time: it is read again, but not for ever.
constexpr int kDraftsMax = 5;

// What PlaceOrder would be asked for. The one place where what a cart says of its order becomes the order's.
api::order::PlaceOrderRequest OrderOf(const domain::Cart& cart,
                                      const api::order::CheckoutCartRequest& request) {
  api::order::PlaceOrderRequest order;
  for (const auto& item : cart.items) {
    auto& wanted = *order.add_items();
    wanted.set_offer_id(item.offer.ToString());
    wanted.set_quantity(item.quantity);
  }
  order.set_currency(cart.currency);
  order.set_shipping_address_id(request.shipping_address_id());
  order.set_payment_method(request.payment_method());
  order.set_quote_hash(request.quote_hash());
  order.set_accepted_terms(request.accepted_terms());
  AddChoices(*order.mutable_delivery_choices(), cart.deliveries);
  for (const auto& code : cart.coupons) order.add_coupon_codes(code);
  return order;
}

// The same of an order that was made of a cart, as far as its refusals name it.
api::order::PlaceOrderRequest OrderOf(const domain::Order& order) {
  api::order::PlaceOrderRequest request;
  for (const auto& part : order.parts) {
    for (const auto& line : part.lines) {
      auto& item = *request.add_items();
      item.set_offer_id(line.offer.ToString());
      item.set_quantity(line.quantity);
    }
  }
  return request;
}

void RequireReady(const domain::Cart& cart) {
  if (cart.order) {
    throw Error(Code::kFailedPrecondition, "CART_IN_CHECKOUT",
                "an order was made of this cart that is not paid yet; pay it, or cancel it")
        .WithMetadata("orderId", cart.order->ToString());
  }
  if (cart.items.empty())
    throw Error(Code::kFailedPrecondition, "CART_EMPTY", "there is nothing in the cart");
}

}  // namespace

// A cart and the order that it becomes are one transaction, so a second checkout, under whatever key, finds the
// cart waiting, or what was bought gone.
Task<api::order::Order> OrderService::CheckoutCart(CallContext& call,
                                                   api::order::CheckoutCartRequest request) {
  identity::Demand(deps_.buyers_need, call.Caller());
  auto& key = *call.RequestKey();
  for (int draft = 1; draft <= kDraftsMax; ++draft) {
    if (key.Claimed()) {  // by a run that did not answer for good, which may have made the order
      auto placed_before = co_await deps_.orders.FindByOperation(call, call.OperationId());
      if (placed_before) {
        auto asked = OrderOf(*placed_before);
        co_return co_await Resume(call, std::move(*placed_before), std::move(asked));
      }
    }
    const auto cart = co_await RequireCart(
        call,
        {.id = domain::CartId::From(request.cart_id()), .account = call.Caller().account, .opened = {}});
    RequireReady(cart);
    auto wanted = OrderOf(cart, request);
    auto order = co_await Draft(call, wanted);
    order.cart = cart.id;
    order.cart_version = cart.version;
    std::optional<storage::Lease> lease;
    try {
      lease = co_await deps_.checkouts.Insert(call, order, call.Trace().ToTraceparent(), key);
    } catch (const storage::CartMoved&) {
      continue;
    }
    if (lease) co_return co_await Drive(call, std::move(*lease), std::move(order), std::move(wanted));
    // The earlier run is still there and inserted it between our look and our insert.
    auto twin = co_await deps_.orders.FindByOperation(call, call.OperationId());
    co_return co_await Resume(call, std::move(twin.value()), std::move(wanted));
  }
  throw Unavailable("the cart changes all the time");
}

}  // namespace market::order
