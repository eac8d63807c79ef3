#include "services/payment/domain/operator_entry.hpp"

#include <stdexcept>

#include "platform/core/error.hpp"

namespace market::payment::domain {

void RequireWithin(const OperatorEntry& wanted, std::int64_t limit_minor) {
  if (wanted.amount.minor <= limit_minor) return;
  throw Error(
      Code::kFailedPrecondition, "AMOUNT_OVER_LIMIT",
      "so much is not booked by hand at once: at most " + std::to_string(limit_minor) + " minor units")
      .WithMetadata("limit", std::to_string(limit_minor));
}

Entry EntryOf(const OperatorEntry& wanted) {
  using enum LedgerAccount;
  const bool fine = wanted.cause == LedgerCause::kFine;
  if (!fine && wanted.cause != LedgerCause::kGoodwill)
    throw std::logic_error("operators book fines and goodwill alone");
  const auto minor = wanted.amount.minor;
  if (minor <= 0) throw std::logic_error("a fine or goodwill of nothing");
  return {.cause = wanted.cause,
          .cause_id = wanted.id,
          .postings = {
              {.account = kSellerAvailable, .owner = wanted.seller, .amount_minor = fine ? minor : -minor},
              {.account = kGoodwill, .owner = {}, .amount_minor = fine ? -minor : minor}}};
}

}  // namespace market::payment::domain
