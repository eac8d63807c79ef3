// Asks the provider about attempts that nobody waits for any more: their answer did not come, or their
// process died.
//
// Runs until cancelled; any number of replicas may, since a payment is taken by lease. At most `concurrency`
// at once.
#pragma once
#include <chrono>
#include <cstdint>

#include "platform/runtime/task_group.hpp"
#include "platform/telemetry/tracer.hpp"
#include "services/payment/process/charges.hpp"

namespace market::payment {

class Recovery {
 public:
  struct Options {
    std::chrono::milliseconds poll{1000};  // plus up to a fifth, so that replicas do not poll in step
    std::int64_t concurrency = 16;
  };

  Recovery(storage::Payments& payments, Charges& charges, telemetry::Tracer& tracer, Options options)
      : payments_(payments), charges_(charges), tracer_(tracer), options_(options) {}

  Task<> Run();
  // One round: takes what is due and asks about it. Returns how many were taken.
  Task<std::size_t> RunOnce();

 private:
  Task<> Turn(domain::Payment payment);

  storage::Payments& payments_;
  Charges& charges_;
  telemetry::Tracer& tracer_;
  const Options options_;
};

}  // namespace market::payment
