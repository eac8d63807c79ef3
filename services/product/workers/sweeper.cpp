#include "services/product/workers/sweeper.hpp"

#include "platform/telemetry/log.hpp"

namespace market::product {
namespace {

constexpr std::chrono::seconds kChunkLimit{5};

}  // namespace

Sweeper::Sweeper(storage::Reservations& reservations, telemetry::Metrics& metrics, Options options)
    : reservations_(reservations),
      expired_(
          metrics.AddCounter("product_holds_expired_total", "Holds that ended by time, not by their order")),
      options_(options) {}

Task<> Sweeper::Run() {
  for (;;) {
    bool more = false;
    try {
      const auto ended = co_await reservations_.ExpireDue(runtime::After(kChunkLimit), options_.chunk);
      expired_.Increment(static_cast<double>(ended));
      more = ended == options_.chunk;
    } catch (const Error& error) {
      telemetry::log::Warn("product.sweep_failed", {{"reason", error.reason}, {"detail", error.message}});
    }
    if (!more) co_await runtime::SleepFor(options_.poll);
  }
}

}  // namespace market::product
