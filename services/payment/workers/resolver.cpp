#include "services/payment/workers/resolver.hpp"

#include "platform/telemetry/log.hpp"

namespace market::payment {
namespace {

namespace log = telemetry::log;

std::string TextOf(std::exception_ptr error) {
  try {
    std::rethrow_exception(std::move(error));
  } catch (const std::exception& failure) {
    return failure.what();
  }
}

bool IsCancelled(const std::exception_ptr& error) {
  try {
    std::rethrow_exception(error);
  } catch (const boost::system::system_error& failure) {
    return failure.code() == boost::asio::error::operation_aborted;
  } catch (const std::exception&) {
    return false;
  }
}

}  // namespace

Task<> Resolver::Run() {
  for (std::uint32_t round = 0;; ++round) {
    std::size_t taken = 0;
    try {
      taken = co_await RunOnce();
    } catch (const Error& error) {
      log::Warn("resolver.failed", {{"reason", error.reason}, {"detail", error.message}});
    }
    if (taken == 0) co_await runtime::SleepFor(options_.poll + options_.poll / 5 * (round % 4) / 3);
  }
}

Task<std::size_t> Resolver::RunOnce() {
  auto due =
      co_await payments_.TakeDue(runtime::After(charges_.Lease()), options_.concurrency, charges_.Lease());
  const std::size_t taken = due.size();
  runtime::TaskGroup turns(
      co_await boost::asio::this_coro::executor, [](std::string_view order, std::exception_ptr error) {
        if (IsCancelled(error)) return;
        log::Error("resolver.turn_failed", {{"order_id", order}, {"detail", TextOf(error)}});
      });
  for (auto& payment : due) {
    std::string order = payment.order.ToString();
    turns.Spawn(std::move(order), charges_.Resolve(runtime::After(charges_.Lease()), std::move(payment)));
  }
  std::exception_ptr stopped;
  try {
    co_await turns.Join();
  } catch (const boost::system::system_error&) {
    stopped = std::current_exception();
  }
  if (stopped) {
    // The process stops: what is dropped here is due again when its lease ends.
    turns.Cancel();
    std::rethrow_exception(stopped);
  }
  co_return taken;
}

}  // namespace market::payment
