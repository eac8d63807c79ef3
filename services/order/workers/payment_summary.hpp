// The part of a payment that an order remembers.
#pragma once
#include "marketplace/payment/v1/payment.pb.h"
#include "services/order/domain/order.hpp"

namespace market::order {

domain::PaymentSummary SummaryOf(const marketplace::payment::v1::Payment& payment);

}  // namespace market::order
