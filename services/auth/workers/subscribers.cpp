#include "services/auth/workers/subscribers.hpp"

#include "marketplace/auth/v1/events.pb.h"
#include "platform/rpc/telling.hpp"

namespace market::auth {
namespace {

namespace contract = ::marketplace::auth::v1;

// Names its position in the log for ever.
constexpr std::string_view kNotification = "notification";

}  // namespace

events::Subscription::Options NotificationSubscription(outbox::Relay::Options relay) {
  return {.subscriber = std::string(kNotification),
          .types = events::NamesOf<contract::TokenMailed, contract::SessionOpened, contract::PasswordChanged,
                                   contract::EmailChanged>(),
          .relay = std::move(relay)};
}

events::Subscription::Deliver TellNotification(api::NotificationApi& notifications) {
  return rpc::Telling(notifications, kNotification);
}

std::vector<std::string> PublicFacts() {
  return events::NamesOf<contract::AccountCreated, contract::AccountClaimed, contract::AccountDisabled,
                         contract::AccountEnabled, contract::AccountClosed>();
}

}  // namespace market::auth
