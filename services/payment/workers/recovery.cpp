#include "services/payment/workers/recovery.hpp"

namespace market::payment {
namespace {

constexpr std::chrono::seconds kStatementLimit{5};

}  // namespace

Recovery::Recovery(storage::Payments& payments, Charges& charges, telemetry::Tracer& tracer, Options options)
    : payments_(payments),
      charges_(charges),
      tracer_(tracer),
      driving_({.name = "payment.recovery",
                .poll = options.poll,
                .concurrency = options.concurrency,
                .patience = options.patience},
               [this](std::size_t limit) { return Take(limit); }) {}

Task<std::vector<runtime::LeasedWork::Job>> Recovery::Take(std::size_t limit) {
  std::vector<runtime::LeasedWork::Job> jobs;
  const auto taken = co_await payments_.TakeDue(runtime::After(kStatementLimit), limit, charges_.Lease());
  for (const auto& due : taken) {
    jobs.push_back({.id = due.id.ToString(),
                    .attempts = due.asks + due.failures,
                    .failures = due.failures,
                    .run = [this, due] { return Drive(due); },
                    .put_back =
                        [this, due](runtime::Setback setback) {
                          return payments_.PutBack(runtime::After(kStatementLimit), due, std::move(setback));
                        }});
  }
  co_return jobs;
}

Task<> Recovery::Drive(storage::Due due) {
  const auto end = runtime::After(charges_.Lease());
  auto payment = co_await payments_.Read(runtime::After(kStatementLimit), due);
  if (!payment) co_return;
  const auto span = tracer_.Continue("payment.resolve", telemetry::SpanKind::kInternal, payment->trace);
  co_await charges_.Resolve(Work(end, span), std::move(*payment));
}

}  // namespace market::payment
