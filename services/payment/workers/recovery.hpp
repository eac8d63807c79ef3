// Asks the provider about attempts that nobody waits for any more:
// their answer did not come, or their process died.
//
// Any number of replicas may, since a payment is taken by lease. At most `concurrency` at once.
#pragma once
#include <chrono>
#include <cstddef>
#include <vector>

#include "platform/runtime/leased_work.hpp"
#include "platform/telemetry/tracer.hpp"
#include "services/payment/process/charges.hpp"

namespace market::payment {

class Recovery {
 public:
  struct Options {
    std::chrono::milliseconds poll{1000};
    std::size_t concurrency = 16;
    runtime::Patience patience{};
  };

  Recovery(storage::Payments& payments, Charges& charges, telemetry::Tracer& tracer, Options options);

  runtime::LeasedWork& Driving() { return driving_; }

 private:
  Task<std::vector<runtime::LeasedWork::Job>> Take(std::size_t limit);
  Task<> Drive(storage::Due due);

  storage::Payments& payments_;
  Charges& charges_;
  telemetry::Tracer& tracer_;
  runtime::LeasedWork driving_;
};

}  // namespace market::payment
