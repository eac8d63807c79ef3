// Between the contract's messages and domain values.
#pragma once
#include "marketplace/payment/v1/payment.pb.h"
#include "services/payment/domain/payment.hpp"

namespace market::payment {

namespace pb = ::marketplace::payment::v1;

// Throws Error INVALID_ARGUMENT; MIXED_CURRENCIES when a part has another currency than the whole.
domain::Payment DraftFrom(const pb::AuthorizePaymentRequest& request, Time now);
pb::Payment ToProto(const domain::Payment& payment);

}  // namespace market::payment
