// Who is told of what happened to payments: order, of refunds, since not all are its own wish; notification, of what the buyer
// should know.
#pragma once
#include <string>
#include <vector>

#include "marketplace/notification/v1/notification.market.hpp"
#include "marketplace/order/v1/order.market.hpp"
#include "platform/events/subscription.hpp"

namespace market::payment {

// Each `relay` is named after the service.
events::Subscription::Options OrdersSubscription(outbox::Relay::Options relay);
// `orders` and `notifications` must outlive what they are given to.
events::Subscription::Deliver TellOrders(api::OrderApi& orders);

events::Subscription::Options NotificationSubscription(outbox::Relay::Options relay);
events::Subscription::Deliver TellNotification(api::NotificationApi& notifications);

// What the world outside may know: told to Kafka, where there is one (platform/host/kafka_events.hpp).
std::vector<std::string> PublicFacts();

}  // namespace market::payment
