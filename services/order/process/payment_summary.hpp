// From the payment service's answer to what an order remembers of it.
#pragma once
#include "marketplace/payment/v1/payment.market.hpp"
#include "services/order/domain/order.hpp"

namespace market::order {

// Throws std::invalid_argument for a state that this program does not know.
domain::PaymentSummary SummaryOf(const api::payment::Payment& payment);

}  // namespace market::order
