#include "services/payment/workers/disputes.hpp"

#include <utility>

namespace market::payment {
namespace {

constexpr std::chrono::seconds kDisputeStatementLimit{5};

}  // namespace

DisputeWorker::DisputeWorker(storage::Disputes& disputes, DisputeRun& run, Metrics& metrics,
                             telemetry::Tracer& tracer, Options options)
    : disputes_(disputes),
      run_(run),
      metrics_(metrics),
      tracer_(tracer),
      asking_({.name = "payment.disputes",
               .poll = options.poll,
               .concurrency = options.concurrency,
               .patience = options.patience},
              [this](std::size_t limit) { return Take(limit); }) {}

Task<std::vector<runtime::LeasedWork::Job>> DisputeWorker::Take(std::size_t limit) {
  std::vector<runtime::LeasedWork::Job> jobs;
  const auto taken = co_await disputes_.TakeDue(runtime::After(kDisputeStatementLimit), limit, run_.Lease());
  for (const auto& due : taken) {
    jobs.push_back({.id = due.id.ToString(),
                    .attempts = due.asks + due.failures,
                    .failures = due.failures,
                    .run = [this, due] { return Ask(due); },
                    .put_back =
                        [this, due](runtime::Setback setback) {
                          return disputes_.PutBack(runtime::After(kDisputeStatementLimit), due,
                                                   std::move(setback));
                        }});
  }
  const auto count = co_await disputes_.Count(runtime::After(kDisputeStatementLimit));
  metrics_.Measured(count);
  asking_.Rounds().SetParked(count.parked);
  co_return jobs;
}

Task<> DisputeWorker::Ask(storage::DueDispute due) {
  const auto span = tracer_.Continue("payment.dispute", telemetry::SpanKind::kInternal, "");
  co_await run_.Advance(Work(runtime::After(run_.Lease()), span), due);
}

}  // namespace market::payment
