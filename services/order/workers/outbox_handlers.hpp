// What leaves an order's outbox: payment is captured, voided or refunded;
// units are given back or shipped out.
//
// Each message is repeated until the peer has done it; the peers know a repetition by the order and the part.
#pragma once
#include <string_view>

#include "marketplace/payment/v1/payment.market.hpp"
#include "marketplace/product/v1/product.market.hpp"
#include "platform/outbox/relay.hpp"
#include "services/order/storage/orders.hpp"
#include "services/order/storage/transitions.hpp"

namespace market::order {

class OutboxHandlers {
 public:
  OutboxHandlers(storage::Orders& orders, storage::Transitions& transitions, api::ProductApi& products,
                 api::PaymentApi& payments)
      : orders_(orders), transitions_(transitions), products_(products), payments_(payments) {}

  void HandleOn(outbox::Relay& relay);

  Task<> HandlePayment(const outbox::Message& message, const telemetry::Span& span);
  Task<> HandleStock(const outbox::Message& message, const telemetry::Span& span);

 private:
  Task<> Capture(CallContext& call, domain::Order order);
  Task<> Refund(CallContext& call, domain::Order order, std::string part);

  storage::Orders& orders_;
  storage::Transitions& transitions_;
  api::ProductApi& products_;
  api::PaymentApi& payments_;
};

}  // namespace market::order
