// Asks the provider about what nobody waits for any more: attempts whose answer did not come or whose process
// died, and holds that may turn up for a payment that was undone before one was known.
//
// Any number of replicas may: a payment that is taken is due again only after a while. At most `concurrency`
// at once.
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
