// Between the contract's messages and domain values.
#pragma once
#include "marketplace/payment/v1/payment.market.hpp"
#include "services/payment/domain/payment.hpp"

namespace market::payment {

// Throws Error INVALID_ARGUMENT; MIXED_CURRENCIES when a part has another currency than the whole.
domain::Payment DraftFrom(const api::payment::AuthorizePaymentRequest& request, Time now);
api::payment::Payment ToProto(const domain::Payment& payment);

}  // namespace market::payment
