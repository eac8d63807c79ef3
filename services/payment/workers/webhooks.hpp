// Reads what providers told and was kept.
//
// Any number of replicas may: a message that is taken is due again only after a while. One about a charge
// that no payment names may have been faster than we write; it is tried again for three days, then parked.
#pragma once
#include <chrono>
#include <cstddef>
#include <vector>

#include "platform/runtime/every.hpp"
#include "platform/runtime/leased_work.hpp"
#include "platform/telemetry/tracer.hpp"
#include "services/payment/process/provider_events.hpp"

namespace market::payment {

class Webhooks {
 public:
  struct Options {
    std::chrono::milliseconds poll{1000};
    std::size_t concurrency = 8;
    std::chrono::milliseconds count_every{5000};
    runtime::Patience patience{};
  };
  static constexpr std::chrono::hours kUnknownFor{72};

  Webhooks(storage::Webhooks& webhooks, ProviderEvents& events, const Charges& charges, Metrics& metrics,
           telemetry::Tracer& tracer, Options options);

  runtime::LeasedWork& Reading() { return reading_; }
  runtime::Every& Counting() { return counting_; }

 private:
  Task<std::vector<runtime::LeasedWork::Job>> Take(std::size_t limit);
  Task<> Read(storage::DueWebhook due);
  Task<> Count();

  storage::Webhooks& webhooks_;
  ProviderEvents& events_;
  const Charges& charges_;
  Metrics& metrics_;
  telemetry::Tracer& tracer_;
  runtime::LeasedWork reading_;
  runtime::Every counting_;
};

}  // namespace market::payment
