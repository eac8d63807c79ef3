#include "services/payment/workers/audit.hpp"

#include "platform/core/error.hpp"
#include "platform/telemetry/log.hpp"

namespace market::payment {
namespace {

void Failed(std::string_view what, const Error& error) {
  telemetry::log::Warn("audit.failed", {{"what", what}, {"reason", error.reason}, {"detail", error.message}});
}

}  // namespace

Task<> Audit::WatchUnresolved() {
  for (;;) {
    try {
      metrics_.Measured(co_await payments_.CountUnresolved(runtime::After(options_.unresolved_every)));
    } catch (const Error& error) {
      Failed("unresolved payments", error);
    }
    co_await runtime::SleepFor(options_.unresolved_every);
  }
}

Task<> Audit::WatchLedger() {
  for (;;) {
    try {
      metrics_.Measured(co_await ledger_.TrialBalance(runtime::After(options_.ledger_every)));
    } catch (const Error& error) {
      Failed("ledger", error);
    }
    co_await runtime::SleepFor(options_.ledger_every);
  }
}

}  // namespace market::payment
