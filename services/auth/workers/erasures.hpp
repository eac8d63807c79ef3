// Drives the erasures of closed accounts that are due. Any number of replicas may, since each is taken by lease.
#pragma once
#include <chrono>
#include <cstddef>
#include <vector>

#include "platform/runtime/leased_work.hpp"
#include "platform/telemetry/tracer.hpp"
#include "services/auth/process/erasure.hpp"

namespace market::auth {

class ErasureWork {
 public:
  struct Options {
    std::chrono::milliseconds poll{1000};
    std::chrono::milliseconds run_limit{45'000};  // of one erasure; shorter than its lease
    std::size_t concurrency = 4;
    runtime::Patience patience{};
  };

  ErasureWork(storage::Erasures& erasures, Erasure& erasure, telemetry::Tracer& tracer, Options options);

  runtime::LeasedWork& Driving() { return driving_; }

 private:
  Task<std::vector<runtime::LeasedWork::Job>> Take(std::size_t limit);
  Task<> Drive(storage::DueErasure due);

  storage::Erasures& erasures_;
  Erasure& erasure_;
  telemetry::Tracer& tracer_;
  const Options options_;
  runtime::LeasedWork driving_;
};

}  // namespace market::auth
