// Disputes that have not ended: asked about, and what shops say of them sent. Any number of replicas may: one that is taken is due again only
// after a while. Counts them for the metrics. Owner: the service. Io thread only.
#pragma once
#include <cstddef>
#include <vector>

#include "platform/runtime/leased_work.hpp"
#include "platform/telemetry/tracer.hpp"
#include "services/payment/metrics.hpp"
#include "services/payment/process/dispute_run.hpp"

namespace market::payment {

class DisputeWorker {
 public:
  struct Options {
    std::chrono::milliseconds poll{1000};
    std::size_t concurrency = 4;
    runtime::Patience patience{};
  };

  DisputeWorker(storage::Disputes& disputes, DisputeRun& run, Metrics& metrics, telemetry::Tracer& tracer,
                Options options);

  runtime::LeasedWork& Asking() { return asking_; }

 private:
  Task<std::vector<runtime::LeasedWork::Job>> Take(std::size_t limit);
  Task<> Ask(storage::DueDispute due);

  storage::Disputes& disputes_;
  DisputeRun& run_;
  Metrics& metrics_;
  telemetry::Tracer& tracer_;
  runtime::LeasedWork asking_;
};

}  // namespace market::payment
