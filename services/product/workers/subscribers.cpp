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

std::vector<std::string> PublicFacts() {
  return events::NamesOf<contract::CategoryCreated, contract::CategoryChanged, contract::CategoryDeleted,
                         contract::ProductCreated, contract::ProductChanged, contract::ProductStateChanged,
                         contract::OfferCreated, contract::OfferChanged, contract::OfferDetached,
                         contract::StockAdjusted, contract::LowStock, contract::ReviewPublished,
                         contract::ReviewChanged, contract::ReviewReplied, contract::ReviewHidden,
                         contract::ReviewUnhidden, contract::ReviewRemoved>();
}

}  // namespace market::product
