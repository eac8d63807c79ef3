// What the notification service tells of its business.
//
// Owner: the service; outlives its users. Io thread only.
#pragma once
#include <cstddef>

#include "platform/telemetry/metrics.hpp"

namespace market::notification {

class Metrics {
 public:
  enum class Outcome { kSent, kBounced, kDropped };

  explicit Metrics(telemetry::Metrics& registry);

  void Mailed(Outcome outcome);
  // How many calls wait for news now.
  void Waiting(std::size_t calls) { waiting_.Set(static_cast<double>(calls)); }

 private:
  telemetry::Counter& sent_;
  telemetry::Counter& bounced_;
  telemetry::Counter& dropped_;
  telemetry::Gauge& waiting_;
};

}  // namespace market::notification
