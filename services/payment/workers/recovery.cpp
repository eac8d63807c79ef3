#include "services/payment/workers/recovery.hpp"

#include "platform/telemetry/log.hpp"

namespace market::payment {
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
  auto due =
      co_await payments_.TakeDue(runtime::After(charges_.Lease()), options_.concurrency, charges_.Lease());
  const std::size_t taken = due.size();
  runtime::TaskGroup turns(
      co_await boost::asio::this_coro::executor, [](std::string_view order, std::exception_ptr error) {
        if (runtime::IsCancelled(error)) return;
        log::Error("recovery.turn_failed", {{"order_id", order}, {"detail", TextOf(error)}});
      });
  for (auto& payment : due) {
    std::string order = payment.order.ToString();
    turns.Spawn(std::move(order), Turn(std::move(payment)));
  }
  // What a process that stops drops here is due again when its lease ends.
  co_await turns.JoinOrCancel();
  co_return taken;
}

Task<> Recovery::Turn(domain::Payment payment) {
  const auto span = tracer_.Continue("payment.resolve", telemetry::SpanKind::kInternal, payment.trace);
  co_await charges_.Resolve(Work(runtime::After(charges_.Lease()), span), std::move(payment));
}

}  // namespace market::payment
