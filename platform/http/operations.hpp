// What every process shows its operators: GET /metrics (Prometheus text, or OpenMetrics for an Accept header
// that prefers it), /healthz (the process turns its loop) and /readyz (200 while `ready` says so, 503
// otherwise). Put it on an address of its own, never on the public one.
#pragma once
#include <functional>

#include "platform/http/message.hpp"

namespace market::telemetry {
class Metrics;
}

namespace market::http {

// `metrics` must outlive the handler.
Handler OperationsHandler(const telemetry::Metrics& metrics, std::function<bool()> ready);

}  // namespace market::http
