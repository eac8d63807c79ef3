#include "services/payment/workers/audit.hpp"

namespace market::payment {
namespace {

constexpr std::chrono::seconds kCountLimit{5};
constexpr std::chrono::seconds kSumLimit{30};

}  // namespace

Audit::Audit(storage::Payments& payments, storage::Ledger& ledger, Metrics& metrics,
             runtime::LeasedWork& recovery, Options options)
    : payments_(payments),
      ledger_(ledger),
      metrics_(metrics),
      recovery_(recovery),
      unresolved_({.name = "payment.unresolved", .period = options.unresolved_every},
                  [this] { return CountUnresolved(); }),
      books_({.name = "payment.ledger", .period = options.ledger_every}, [this] { return CheckBooks(); }) {}

Task<> Audit::CountUnresolved() {
  const auto unresolved = co_await payments_.CountUnresolved(runtime::After(kCountLimit));
  metrics_.Measured(unresolved);
  recovery_.Rounds().SetParked(unresolved.parked);
}

Task<> Audit::CheckBooks() { metrics_.Measured(co_await ledger_.TrialBalance(runtime::After(kSumLimit))); }

}  // namespace market::payment
