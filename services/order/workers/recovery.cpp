#include "services/order/workers/recovery.hpp"

#include "platform/telemetry/log.hpp"

namespace market::order {
namespace {

constexpr std::chrono::seconds kStatementLimit{5};

}  // namespace

Recovery::Recovery(storage::Checkouts& checkouts, storage::Orders& orders, Checkout& checkout,
                   telemetry::Tracer& tracer, Metrics& metrics, Options options)
    : checkouts_(checkouts),
      orders_(orders),
      checkout_(checkout),
      tracer_(tracer),
      metrics_(metrics),
      options_(options),
      driving_({.name = "order.recovery",
                .poll = options.poll,
                .concurrency = options.concurrency,
                .patience = options.patience},
               [this](std::size_t limit) { return Take(limit); }),
      measuring_({.name = "order.measure", .period = options.measure_every}, [this] { return Measure(); }) {}

Task<std::vector<runtime::LeasedWork::Job>> Recovery::Take(std::size_t limit) {
  std::vector<runtime::LeasedWork::Job> jobs;
  for (const auto& due : co_await checkouts_.TakeDue(runtime::After(kStatementLimit), limit)) {
    jobs.push_back({.id = due.order.ToString(),
                    .attempts = due.attempts,
                    .failures = due.failures,
                    .run = [this, due] { return Drive(due); },
                    .put_back =
                        [this, due](runtime::Setback setback) {
                          return checkouts_.PutBack(runtime::After(kStatementLimit), due.order, due.fence,
                                                    std::move(setback));
                        }});
  }
  co_return jobs;
}

Task<> Recovery::Drive(storage::Due due) {
  const auto lease = co_await checkouts_.Read(runtime::After(kStatementLimit), due);
  if (!lease) co_return;
  auto span = tracer_.Continue("checkout.recover", telemetry::SpanKind::kInternal, lease->trace);
  auto call = CallContext::ForWork(options_.run_limit, span);
  auto order = co_await orders_.Find(call, lease->order, storage::Scope::Everything());
  if (!order) throw std::logic_error("a checkout without its order");
  const auto outcome = co_await checkout_.Advance(call, *lease, *order);
  if (outcome != Outcome::kPending) {
    telemetry::log::Info("recovery.finished",
                         {{"order_id", lease->order.ToString()},
                          {"state", domain::Name(order->CurrentState())},
                          {"attempts", lease->attempts + 1}},
                         &call.Trace());
  }
}

Task<> Recovery::Measure() {
  const auto open = co_await checkouts_.CountOpen(runtime::After(kStatementLimit));
  metrics_.Measured(open);
  driving_.Rounds().SetParked(open.parked);
}

}  // namespace market::order
