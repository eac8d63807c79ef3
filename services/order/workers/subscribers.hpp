// Who is told of what happened to orders: notification, and payment, which shares out what was paid for them.
#pragma once
#include <string>
#include <vector>

#include "marketplace/notification/v1/notification.market.hpp"
#include "marketplace/payment/v1/payment.market.hpp"
#include "platform/events/subscription.hpp"

namespace market::order {

// Each `relay` is named after the service.
events::Subscription::Options NotificationSubscription(outbox::Relay::Options relay);
// `notifications` and `payments` must outlive what they are given to.
events::Subscription::Deliver TellNotification(api::NotificationApi& notifications);

events::Subscription::Options PaymentSubscription(outbox::Relay::Options relay);
events::Subscription::Deliver TellPayment(api::PaymentApi& payments);

// What the world outside may know: told to Kafka, where there is one (platform/host/kafka_events.hpp).
std::vector<std::string> PublicFacts();

}  // namespace market::order
