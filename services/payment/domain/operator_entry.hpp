// What operators book on a shop's account by hand. Pure; minor units.
//
//   fine      for a breach of the rules   Dr seller_available / Cr goodwill
//   goodwill  given to the shop           Dr goodwill / Cr seller_available
//
// A fine is no fee for anything that the marketplace does for the shop, so it is no revenue from commission, has no tax on it and
// stands on no commission invoice: `goodwill` is what was given and taken beside all services. The shop may owe it for a while.
#pragma once
#include <cstdint>
#include <string>

#include "platform/core/clock.hpp"
#include "services/payment/domain/ledger.hpp"

namespace market::payment::domain {

struct OperatorEntry {
  Uuid id;  // the cause of its entry
  SellerId seller;
  LedgerCause cause = LedgerCause::kFine;  // or kGoodwill
  Money amount;                            // more than 0
  std::string reason;
  AccountId by;
};

// Throws Error AMOUNT_OVER_LIMIT.
void RequireWithin(const OperatorEntry& wanted, std::int64_t limit_minor);

Entry EntryOf(const OperatorEntry& wanted);

}  // namespace market::payment::domain
