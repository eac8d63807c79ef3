#include "services/payment/workers/subscribers.hpp"

#include "marketplace/payment/v1/events.pb.h"
#include "platform/rpc/telling.hpp"

namespace market::payment {
namespace {

namespace contract = ::marketplace::payment::v1;

// Each names its position in the log for ever.
constexpr std::string_view kOrders = "order";
constexpr std::string_view kNotification = "notification";

}  // namespace

events::Subscription::Options OrdersSubscription(outbox::Relay::Options relay) {
  return {.subscriber = std::string(kOrders),
          .types = events::NamesOf<contract::PaymentRefunded, contract::PaymentActionEnded>(),
          .relay = std::move(relay)};
}

events::Subscription::Deliver TellOrders(api::OrderApi& orders) { return rpc::Telling(orders, kOrders); }

events::Subscription::Options NotificationSubscription(outbox::Relay::Options relay) {
  return {.subscriber = std::string(kNotification),
          .types = events::NamesOf<contract::PaymentRefunded, contract::PayoutPaid, contract::PayoutFailed,
                                   contract::PayoutReturned, contract::DisputeOpened, contract::DisputeWon,
                                   contract::DisputeLost, contract::SellerEntryBooked>(),
          .relay = std::move(relay)};
}

events::Subscription::Deliver TellNotification(api::NotificationApi& notifications) {
  return rpc::Telling(notifications, kNotification);
}

std::vector<std::string> PublicFacts() {
  return events::NamesOf<
      contract::PaymentAuthorized, contract::PaymentDeclined, contract::PaymentCaptured,
      contract::PaymentCaptureFailed, contract::PaymentVoided, contract::PaymentRefunded,
      contract::PaymentAttemptFailed, contract::SaleEarned, contract::SaleReleased, contract::SaleClawedBack,
      contract::SaleReserveReleased, contract::PayoutSubmitted, contract::PayoutPaid, contract::PayoutFailed,
      contract::PayoutReturned, contract::DisputeOpened, contract::DisputeAnswered, contract::DisputeWon,
      contract::DisputeLost, contract::SellerEntryBooked, contract::CommissionInvoiceIssued>();
}

}  // namespace market::payment
