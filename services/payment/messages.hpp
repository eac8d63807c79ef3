// What leaves payment: the events of what happened.
#pragma once
#include <cstdint>

#include "platform/events/event.hpp"
#include "services/payment/domain/payment.hpp"

namespace market::payment {

// What became of an attempt that the provider has answered;
// the payment is as that made it, and has `version` then.
events::NewEvent AttemptEndedEvent(const domain::Payment& payment, const domain::Attempt& attempt,
                                   std::int64_t version);
// No provider had heard of it.
events::NewEvent PaymentClosedEvent(const domain::Payment& payment, std::int64_t version);

}  // namespace market::payment
