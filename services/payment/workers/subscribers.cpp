#include "services/payment/workers/subscribers.hpp"

#include "marketplace/payment/v1/events.pb.h"

namespace market::payment {
namespace {

// Names its position in the log for ever.
constexpr std::string_view kOrders = "order";
// Shorter than the relay's lease on a message.
constexpr std::chrono::seconds kTellLimit{5};

}  // namespace

events::Subscription::Options OrdersSubscription(outbox::Relay::Options relay) {
  const auto* refunded = marketplace::payment::v1::PaymentRefunded::descriptor();
  return {.subscriber = std::string(kOrders),
          .types = {events::TypeOf(*refunded).name},
          .relay = std::move(relay)};
}

events::Subscription::Deliver TellOrders(api::OrderApi& orders) {
  return [&orders](const events::Event& event, const telemetry::Span& span) -> Task<> {
    auto call = CallContext::ForWork(kTellLimit, span);
    marketplace::type::v1::DeliverRequest request;
    request.set_subscriber(std::string(kOrders));
    *request.mutable_event() = event;
    co_await orders.Deliver(call, std::move(request));
  };
}

}  // namespace market::payment
