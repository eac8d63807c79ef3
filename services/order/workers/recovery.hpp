// Finds checkouts that nobody drives (their process died, a peer did not answer) and drives them on.
//
// Runs until cancelled; any number of replicas may, since a checkout is taken by lease. At most `concurrency`
// at once.
#pragma once
#include <chrono>
#include <cstdint>

#include "platform/runtime/task_group.hpp"
#include "platform/telemetry/tracer.hpp"
#include "services/order/process/checkout.hpp"
#include "services/order/storage/orders.hpp"

namespace market::order {

class Recovery {
 public:
  struct Options {
    std::chrono::milliseconds poll{1000};         // plus up to a fifth, so that replicas do not poll in step
    std::chrono::milliseconds run_limit{12'000};  // of one checkout; shorter than its lease
    std::int64_t concurrency = 16;
    std::chrono::milliseconds measure_every{5000};
  };

  Recovery(storage::Checkouts& checkouts, storage::Orders& orders, Checkout& checkout,
           telemetry::Tracer& tracer, Metrics& metrics, Options options)
      : checkouts_(checkouts),
        orders_(orders),
        checkout_(checkout),
        tracer_(tracer),
        metrics_(metrics),
        options_(options) {}

  Task<> Run();
  // One round: takes what is due and drives it to where it goes now. Returns how many were taken.
  Task<std::size_t> RunOnce();
  // Keeps the gauges of open checkouts true, until cancelled; apart from Run, which waits for slow peers.
  Task<> Measure();

 private:
  Task<> Drive(storage::Lease lease);

  storage::Checkouts& checkouts_;
  storage::Orders& orders_;
  Checkout& checkout_;
  telemetry::Tracer& tracer_;
  Metrics& metrics_;
  const Options options_;
};

}  // namespace market::order
