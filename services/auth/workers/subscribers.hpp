// Who is told of what happened to accounts: mails with tokens, and what an owner should know: notification.
#pragma once
#include <string>
#include <vector>

#include "marketplace/notification/v1/notification.market.hpp"
#include "platform/events/subscription.hpp"

namespace market::auth {

// `relay` is named after the service.
events::Subscription::Options NotificationSubscription(outbox::Relay::Options relay);
// `notifications` must outlive what it is given to.
events::Subscription::Deliver TellNotification(api::NotificationApi& notifications);

// What the world outside may know: told to Kafka, where there is one (platform/host/kafka_events.hpp).
std::vector<std::string> PublicFacts();

}  // namespace market::auth
