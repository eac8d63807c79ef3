// The gateway's series: http_requests_total, http_request_duration_seconds, http_requests_in_flight. The
// label `route` is the path template, never the path, so their number is that of the contract's operations.
#pragma once
#include <array>
#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "platform/telemetry/metrics.hpp"

namespace market::gateway {

// The series of one operation, resolved once.
class RouteMetrics {
 public:
  RouteMetrics(telemetry::CounterFamily& requests, telemetry::HistogramFamily& durations, std::string method,
               std::string route)
      : requests_(requests),
        duration_(durations.With({method, route})),
        method_(std::move(method)),
        route_(std::move(route)) {
    // At zero from the start, so that a rate over the first failure exists.
    CounterOf(200);
    CounterOf(500);
  }

  void Count(int status, std::chrono::nanoseconds duration, const telemetry::TraceContext& trace) {
    CounterOf(status).Increment();
    duration_.Observe(duration, &trace);
  }

 private:
  telemetry::Counter& CounterOf(int status) {
    for (const auto& [code, counter] : by_status_) {
      if (code == status) return *counter;
    }
    auto& counter = requests_.With({method_, route_, std::to_string(status)});
    by_status_.emplace_back(status, &counter);
    return counter;
  }

  telemetry::CounterFamily& requests_;
  telemetry::Histogram& duration_;
  const std::string method_;
  const std::string route_;
  std::vector<std::pair<int, telemetry::Counter*>> by_status_;
};

}  // namespace market::gateway
