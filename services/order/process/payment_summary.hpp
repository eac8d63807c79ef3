// The part of a payment that an order remembers.
#pragma once
#include "marketplace/payment/v1/payment.market.hpp"
#include "services/order/domain/order.hpp"

namespace market::order {

domain::PaymentSummary SummaryOf(const api::payment::Payment& payment);

}  // namespace market::order
