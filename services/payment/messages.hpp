// What leaves payment: the events of what happened.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "platform/events/event.hpp"
#include "services/payment/domain/commission_invoice.hpp"
#include "services/payment/domain/dispute.hpp"
#include "services/payment/domain/operator_entry.hpp"
#include "services/payment/domain/payment.hpp"
#include "services/payment/domain/payout.hpp"
#include "services/payment/domain/settlement.hpp"

namespace market::payment {

// What happened between the two; `after` has `version` then. Nothing of what the provider has not said.
std::vector<events::NewEvent> EventsBetween(const domain::Payment& before, const domain::Payment& after,
                                            std::int64_t version);

// A movement of what a sale comes to, which has `version` with it.
events::NewEvent SaleEvent(const domain::Sale& sale, const domain::SaleMove& move, std::int64_t version);
// What became of a payout; nothing of what nobody is told.
std::optional<events::NewEvent> EventBetween(const domain::Payout& before, const domain::Payout& after);
// What became of a dispute, which has `version` with it, of the seller order of that number.
events::NewEvent DisputeEvent(const domain::Dispute& dispute, const std::string& number,
                              std::int64_t version);
// Somebody says where the shop's money goes.
events::NewEvent ChangedEvent(const domain::PayoutAccount& account, const AccountId& by);
// An operator booked something on a shop's account; `entry` is the ledger's.
events::NewEvent BookedEvent(const domain::OperatorEntry& booked, const Uuid& entry);
events::NewEvent IssuedEvent(const domain::CommissionInvoice& invoice);

}  // namespace market::payment
