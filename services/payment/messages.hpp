// What leaves payment: the events of what happened.
#pragma once
#include <cstdint>
#include <vector>

#include "platform/events/event.hpp"
#include "services/payment/domain/payment.hpp"
#include "services/payment/domain/settlement.hpp"

namespace market::payment {

// What happened between the two; `after` has `version` then. Nothing of what the provider has not said.
std::vector<events::NewEvent> EventsBetween(const domain::Payment& before, const domain::Payment& after,
                                            std::int64_t version);

// A movement of what a sale comes to, which has `version` with it.
events::NewEvent SaleEvent(const domain::Sale& sale, const domain::SaleMove& move, std::int64_t version);

}  // namespace market::payment
