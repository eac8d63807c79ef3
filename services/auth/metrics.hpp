// What the auth service tells of people who come in, and of the passwords it hashes.
//
// Owner: the service; outlives its users. Io thread only.
#pragma once
#include <chrono>
#include <string_view>

#include "platform/telemetry/metrics.hpp"
#include "services/auth/credentials/limits.hpp"
#include "services/auth/credentials/passwords.hpp"

namespace market::auth {

class Metrics {
 public:
  explicit Metrics(telemetry::Metrics& registry);

  void SignedUp() { sign_ups_.Increment(); }
  void SignedIn();
  // `reason` of the Error that the sign-in ended with.
  void RefusedSignIn(std::string_view reason);
  void Hashed(std::chrono::nanoseconds took) { hash_seconds_.Observe(took); }
  void Waited(resilience::Standing standing, std::chrono::nanoseconds took);
  // Before each scrape.
  void Measured(const resilience::FairQueue::Stats& load, const Limits::Stats& limits);

 private:
  telemetry::CounterFamily& sign_ins_;
  telemetry::Counter& sign_ups_;
  telemetry::Histogram& hash_seconds_;
  telemetry::HistogramFamily& wait_seconds_;
  telemetry::Gauge& running_;
  telemetry::GaugeFamily& waiting_;
  telemetry::CounterFamily& refused_;
  telemetry::CounterFamily& limited_;
};

}  // namespace market::auth
