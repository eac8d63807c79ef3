// Finds checkouts that nobody drives (their process died, a peer did not answer) and drives them on; counts
// those that are open.
//
// Any number of replicas may, since a checkout is taken by lease. At most `concurrency` at once.
#pragma once
#include <chrono>
#include <cstddef>
#include <vector>

#include "platform/runtime/every.hpp"
#include "platform/runtime/leased_work.hpp"
#include "platform/telemetry/tracer.hpp"
#include "services/order/process/checkout.hpp"
#include "services/order/storage/orders.hpp"

namespace market::order {

class Recovery {
 public:
  struct Options {
    std::chrono::milliseconds poll{1000};
    std::chrono::milliseconds run_limit{12'000};  // of one checkout; shorter than its lease
    std::size_t concurrency = 16;
    runtime::Patience patience{};
    std::chrono::milliseconds measure_every{5000};
  };

  Recovery(storage::Checkouts& checkouts, storage::Orders& orders, Checkout& checkout,
           telemetry::Tracer& tracer, Metrics& metrics, Options options);

  runtime::LeasedWork& Driving() { return driving_; }
  // Keeps the gauges of open checkouts true; apart from Driving, so that neither stops the other.
  runtime::Every& Measuring() { return measuring_; }

 private:
  Task<std::vector<runtime::LeasedWork::Job>> Take(std::size_t limit);
  Task<> Drive(storage::Due due);
  Task<> Measure();

  storage::Checkouts& checkouts_;
  storage::Orders& orders_;
  Checkout& checkout_;
  telemetry::Tracer& tracer_;
  Metrics& metrics_;
  const Options options_;
  runtime::LeasedWork driving_;
  runtime::Every measuring_;
};

}  // namespace market::order
