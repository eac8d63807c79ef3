#include "services/payment/workers/subscribers.hpp"

#include "marketplace/payment/v1/events.pb.h"
#include "platform/rpc/telling.hpp"

namespace market::payment {
namespace {

// Names its position in the log for ever.
constexpr std::string_view kOrders = "order";

}  // namespace

events::Subscription::Options OrdersSubscription(outbox::Relay::Options relay) {
  const auto* refunded = marketplace::payment::v1::PaymentRefunded::descriptor();
  return {.subscriber = std::string(kOrders),
          .types = {events::TypeOf(*refunded).name},
          .relay = std::move(relay)};
}

events::Subscription::Deliver TellOrders(api::OrderApi& orders) { return rpc::Telling(orders, kOrders); }

}  // namespace market::payment
