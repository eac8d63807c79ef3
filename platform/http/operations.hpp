// What every process shows its operators: GET /metrics (Prometheus text, or OpenMetrics for an Accept header
// that prefers it), /healthz (the process turns its loop) and /readyz (200 while it serves, 503 otherwise;
// the body also says what is wrong with a process that serves all the same, so that a worker that fails
// takes no replica out of the balance). Put it on an address of its own, never on the public one.
#pragma once
#include <functional>
#include <string>

#include "platform/http/message.hpp"

namespace market::telemetry {
class Metrics;
}

namespace market::http {

struct Readiness {
  bool ready = false;
  std::string notes;  // lines for people
};

// `metrics` must outlive the handler.
Handler OperationsHandler(const telemetry::Metrics& metrics, std::function<Readiness()> readiness);

}  // namespace market::http
