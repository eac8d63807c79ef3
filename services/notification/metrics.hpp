// What the notification service tells of its business.
//
// Owner: the service; outlives its users. Io thread only.
#pragma once
#include "platform/telemetry/metrics.hpp"

namespace market::notification {

class Metrics {
 public:
  enum class Outcome { kSent, kBounced, kDropped };

  explicit Metrics(telemetry::Metrics& registry);

  void Mailed(Outcome outcome);

 private:
  telemetry::Counter& sent_;
  telemetry::Counter& bounced_;
  telemetry::Counter& dropped_;
};

}  // namespace market::notification
