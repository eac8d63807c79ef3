#include "services/auth/workers/erasures.hpp"

#include "platform/telemetry/log.hpp"

namespace market::auth {
namespace {

constexpr std::chrono::seconds kStatementLimit{5};

}  // namespace

ErasureWork::ErasureWork(storage::Erasures& erasures, Erasure& erasure, telemetry::Tracer& tracer,
                         Options options)
    : erasures_(erasures),
      erasure_(erasure),
      tracer_(tracer),
      options_(options),
      driving_({.name = "auth.erasures",
                .poll = options.poll,
                .concurrency = options.concurrency,
                .patience = options.patience},
               [this](std::size_t limit) { return Take(limit); }) {}

Task<std::vector<runtime::LeasedWork::Job>> ErasureWork::Take(std::size_t limit) {
  driving_.Rounds().SetParked(co_await erasures_.CountParked(runtime::After(kStatementLimit)));
  std::vector<runtime::LeasedWork::Job> jobs;
  for (const auto& due : co_await erasures_.TakeDue(runtime::After(kStatementLimit), limit)) {
    jobs.push_back({.id = due.account.ToString(),
                    .attempts = due.attempts,
                    .failures = due.failures,
                    .run = [this, due] { return Drive(due); },
                    .put_back =
                        [this, due](runtime::Setback setback) {
                          return erasures_.PutBack(runtime::After(kStatementLimit), due, std::move(setback));
                        }});
  }
  co_return jobs;
}

Task<> ErasureWork::Drive(storage::DueErasure due) {
  const auto lease = co_await erasures_.Read(runtime::After(kStatementLimit), due);
  if (!lease) co_return;
  auto span = tracer_.Continue("account.erase", telemetry::SpanKind::kInternal, "");
  auto call = CallContext::ForWork(options_.run_limit, span);
  const auto outcome = co_await erasure_.Advance(call, *lease);
  const std::string_view ended = Name(lease->pass);
  telemetry::log::Info(outcome == ErasureOutcome::kWaits ? "auth.erasure_waits" : "auth.erased",
                       {{"account_id", due.account.ToString()}, {"pass", ended}}, &call.Trace());
}

}  // namespace market::auth
