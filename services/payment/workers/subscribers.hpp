// Who is told of what happened to payments: order, of refunds, since not all are its own wish.
#pragma once
#include "marketplace/order/v1/order.market.hpp"
#include "platform/events/subscription.hpp"

namespace market::payment {

// `relay` is named after the service.
events::Subscription::Options OrdersSubscription(outbox::Relay::Options relay);
// `orders` must outlive what it is given to.
events::Subscription::Deliver TellOrders(api::OrderApi& orders);

}  // namespace market::payment
