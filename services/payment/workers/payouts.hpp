// Whose day of payouts has come, and what is on its way to shops. Any number of replicas may: what is taken is due again only after
// a while. Owner: the service. Io thread only.
#pragma once
#include <chrono>
#include <cstddef>
#include <vector>

#include "platform/runtime/leased_work.hpp"
#include "platform/telemetry/tracer.hpp"
#include "services/payment/process/payout_run.hpp"

namespace market::payment {

class PayoutWorkers {
 public:
  struct Options {
    std::chrono::milliseconds poll{1000};
    std::size_t concurrency = 8;
    runtime::Patience patience{};
  };

  PayoutWorkers(storage::Payouts& payouts, PayoutRun& run, telemetry::Tracer& tracer, Options options);

  runtime::LeasedWork& Turns() { return turns_; }
  runtime::LeasedWork& Sending() { return sending_; }

 private:
  Task<std::vector<runtime::LeasedWork::Job>> TakeTurns(std::size_t limit);
  Task<std::vector<runtime::LeasedWork::Job>> TakePayouts(std::size_t limit);
  Task<> Turn(storage::DueTurn turn);
  Task<> Send(storage::DuePayout due);

  storage::Payouts& payouts_;
  PayoutRun& run_;
  telemetry::Tracer& tracer_;
  runtime::LeasedWork turns_;
  runtime::LeasedWork sending_;
};

}  // namespace market::payment
