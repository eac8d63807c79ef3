#include "services/product/workers/subscribers.hpp"

#include "marketplace/product/v1/events.pb.h"
#include "platform/rpc/telling.hpp"

namespace market::product {
namespace {

namespace contract = ::marketplace::product::v1;

// Names its position in the log for ever.
constexpr std::string_view kNotification = "notification";

}  // namespace

events::Subscription::Options NotificationSubscription(outbox::Relay::Options relay) {
  return {
      .subscriber = std::string(kNotification),
      .types = events::NamesOf<contract::ProductStateChanged, contract::LowStock, contract::OfferDetached>(),
      .relay = std::move(relay)};
}

events::Subscription::Deliver TellNotification(api::NotificationApi& notifications) {
  return rpc::Telling(notifications, kNotification);
}

}  // namespace market::product
