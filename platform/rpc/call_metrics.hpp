// Internal to platform/rpc. The series of one method on one side, named as go-grpc-middleware names them,
// since that is what dashboards expect. All codes are there from the start,
// so that rate() sees the first error.
#pragma once
#include <array>
#include <chrono>
#include <string_view>

#include "platform/core/error.hpp"
#include "platform/telemetry/metrics.hpp"

namespace market::rpc {

struct Method;

class CallMetrics {
 public:
  enum class Side { kServer, kClient };

  CallMetrics(Side side, telemetry::Metrics& metrics, const Method& method);

  void Started() { started_->Increment(); }
  void Handled(Code code, std::chrono::nanoseconds took, const telemetry::TraceContext& trace) {
    handled_[static_cast<std::size_t>(code)]->Increment();
    seconds_->Observe(took, &trace);
  }

 private:
  static constexpr std::size_t kCodes = 17;
  telemetry::Counter* started_;
  std::array<telemetry::Counter*, kCodes> handled_;
  telemetry::Histogram* seconds_;
};

}  // namespace market::rpc
