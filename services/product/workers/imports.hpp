// Drives imports, turn by turn, and forgets those that ended long ago. Any number of replicas may.
#pragma once
#include <chrono>
#include <cstddef>
#include <vector>

#include "platform/runtime/every.hpp"
#include "platform/runtime/leased_work.hpp"
#include "platform/telemetry/tracer.hpp"
#include "services/product/metrics.hpp"
#include "services/product/process/importer.hpp"

namespace market::product {

class ImportWork {
 public:
  struct Options {
    std::chrono::milliseconds poll{1000};
    std::size_t concurrency = 1;  // turns are short, and workers share few connections
    std::chrono::milliseconds kept = std::chrono::days(90);  // after its end
    runtime::Patience patience{};
  };

  // All must outlive it.
  ImportWork(storage::Imports& imports, Importer& importer, telemetry::Tracer& tracer, Metrics& metrics,
             Options options);

  runtime::LeasedWork& Driving() { return driving_; }
  runtime::Every& Sweeping() { return sweeping_; }
  // There is a new one.
  void Wake() { driving_.Wake(); }

 private:
  Task<std::vector<runtime::LeasedWork::Job>> Take(std::size_t limit);
  Task<> Drive(storage::DueImport due);
  Task<runtime::Every::Next> Sweep();

  storage::Imports& imports_;
  Importer& importer_;
  telemetry::Tracer& tracer_;
  Metrics& metrics_;
  const Options options_;
  runtime::LeasedWork driving_;
  runtime::Every sweeping_;
};

}  // namespace market::product
