#include "services/order/workers/recovery.hpp"

#include "platform/telemetry/log.hpp"

namespace market::order {
namespace {

namespace log = telemetry::log;

}  // namespace

Task<> Recovery::Run() {
  for (std::uint32_t round = 0;; ++round) {
    std::size_t taken = 0;
    try {
      taken = co_await RunOnce();
    } catch (const Error& error) {
      log::Warn("recovery.failed", {{"reason", error.reason}, {"detail", error.message}});
    }
    if (taken == 0) co_await runtime::SleepFor(options_.poll + options_.poll / 5 * (round % 4) / 3);
  }
}

Task<std::size_t> Recovery::RunOnce() {
  const auto leases = co_await checkouts_.TakeDue(runtime::After(options_.run_limit), options_.concurrency);
  runtime::TaskGroup drivers(
      co_await boost::asio::this_coro::executor, [](std::string_view order, std::exception_ptr error) {
        if (runtime::IsCancelled(error)) return;
        log::Error("recovery.drive_failed", {{"order_id", order}, {"detail", TextOf(error)}});
      });
  for (const auto& lease : leases) drivers.Spawn(lease.order.ToString(), Drive(lease));
  // What a process that stops drops here is due again when its lease ends.
  co_await drivers.JoinOrCancel();
  co_return leases.size();
}

Task<> Recovery::Measure() {
  for (;;) {
    try {
      metrics_.Measured(co_await checkouts_.CountOpen(runtime::After(options_.measure_every)));
    } catch (const Error& error) {
      log::Warn("recovery.measure_failed", {{"reason", error.reason}, {"detail", error.message}});
    }
    co_await runtime::SleepFor(options_.measure_every);
  }
}

Task<> Recovery::Drive(storage::Lease lease) {
  auto span = tracer_.Continue("checkout.recover", telemetry::SpanKind::kInternal, lease.trace);
  auto call = CallContext::ForWork(options_.run_limit, span);
  auto order = co_await orders_.Find(call, lease.order, storage::Scope::Everything());
  if (!order) throw std::logic_error("a checkout without its order");
  const auto outcome = co_await checkout_.Advance(call, lease, *order);
  if (outcome != Outcome::kPending) {
    log::Info("recovery.finished",
              {{"order_id", lease.order.ToString()},
               {"state", domain::Name(order->CurrentState())},
               {"attempts", lease.attempts + 1}},
              &call.Trace());
  }
}

}  // namespace market::order
