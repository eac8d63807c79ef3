#include "services/order/workers/subscribers.hpp"

#include "marketplace/order/v1/events.pb.h"
#include "platform/rpc/telling.hpp"

namespace market::order {
namespace {

namespace contract = ::marketplace::order::v1;

// Each names its position in the log for ever.
constexpr std::string_view kNotification = "notification";
constexpr std::string_view kPayment = "payment";

}  // namespace

events::Subscription::Options NotificationSubscription(outbox::Relay::Options relay) {
  return {
      .subscriber = std::string(kNotification),
      .types = events::NamesOf<contract::OrderPlaced, contract::OrderPaymentNeeded, contract::OrderFailed,
                               contract::SellerOrderAccepted, contract::ParcelShipped,
                               contract::ParcelDelivered, contract::OrderAddressChanged,
                               contract::SellerOrderShipped, contract::SellerOrderDelivered,
                               contract::SellerOrderCompleted, contract::SellerOrderRejected,
                               contract::SellerOrderCancelled, contract::SellerOrderUnitsCancelled,
                               contract::WishPriceFell, contract::WishBackInStock, contract::ReturnRequested,
                               contract::ReturnApproved, contract::ReturnRejected, contract::ReturnShipped,
                               contract::ReturnReceived, contract::ReturnClosed, contract::InvoiceIssued>(),
      .relay = std::move(relay)};
}

events::Subscription::Deliver TellNotification(api::NotificationApi& notifications) {
  return rpc::Telling(notifications, kNotification);
}

events::Subscription::Options PaymentSubscription(outbox::Relay::Options relay) {
  return {.subscriber = std::string(kPayment),
          .types = events::NamesOf<contract::SellerOrderPlaced, contract::SellerOrderDelivered,
                                   contract::SellerOrderCompleted>(),
          .relay = std::move(relay)};
}

events::Subscription::Deliver TellPayment(api::PaymentApi& payments) {
  return rpc::Telling(payments, kPayment);
}

std::vector<std::string> PublicFacts() {
  return events::NamesOf<
      contract::OrderPlaced, contract::OrderPaymentNeeded, contract::OrderFailed, contract::SellerOrderPlaced,
      contract::SellerOrderAccepted, contract::SellerOrderShipped, contract::SellerOrderDelivered,
      contract::SellerOrderCompleted, contract::SellerOrderRejected, contract::SellerOrderCancelled,
      contract::SellerOrderUnitsCancelled, contract::ParcelShipped, contract::ParcelDelivered,
      contract::OrderAddressChanged, contract::ReturnRequested, contract::ReturnApproved,
      contract::ReturnRejected, contract::ReturnShipped, contract::ReturnReceived, contract::ReturnClosed,
      contract::InvoiceIssued, contract::CreditNoteIssued>();
}

}  // namespace market::order
