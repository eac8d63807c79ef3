// What leaves an order's outbox: payment is captured, voided or refunded;
// units are given back or shipped out; invoices and credit notes are issued.
//
// Each message is repeated until the peer has done it; the peers know a repetition by the order and the part.
#pragma once
#include "marketplace/payment/v1/payment.market.hpp"
#include "marketplace/product/v1/product.market.hpp"
#include "platform/outbox/relay.hpp"
#include "services/order/process/invoicing.hpp"
#include "services/order/storage/checkouts.hpp"
#include "services/order/storage/orders.hpp"
#include "services/order/storage/transitions.hpp"

namespace market::order {

struct OutboxDeps {
  storage::Orders& orders;
  storage::Checkouts& checkouts;
  storage::Transitions& transitions;
  api::ProductApi& products;
  api::PaymentApi& payments;
  Invoicing& invoicing;
};

// What `deps` names must outlive the relay.
void HandleOutbox(outbox::Relay& relay, OutboxDeps deps);

}  // namespace market::order
