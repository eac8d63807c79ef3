#include "platform/rpc/call_metrics.hpp"

#include "platform/rpc/method.hpp"

namespace market::rpc {
namespace {

constexpr std::array<std::string_view, 17> kCodeLabels = {
    "OK",       "Canceled",       "Unknown",          "InvalidArgument",   "DeadlineExceeded",
    "NotFound", "AlreadyExists",  "PermissionDenied", "ResourceExhausted", "FailedPrecondition",
    "Aborted",  "OutOfRange",     "Unimplemented",    "Internal",          "Unavailable",
    "DataLoss", "Unauthenticated"};

}  // namespace

CallMetrics::CallMetrics(Side side, telemetry::Metrics& metrics, const Method& method) {
  const std::string prefix = side == Side::kServer ? "grpc_server_" : "grpc_client_";
  const auto& service = method.descriptor->service()->full_name();
  const std::vector<std::string> labels = {"grpc_type", "grpc_service", "grpc_method"};
  auto with_code = labels;
  with_code.push_back("grpc_code");
  started_ = &metrics.AddCounterFamily(prefix + "started_total", "calls started", labels)
                  .With({"unary", service, method.name});
  auto& handled = metrics.AddCounterFamily(prefix + "handled_total", "calls ended, by code", with_code);
  for (std::size_t i = 0; i < kCodes; ++i)
    handled_[i] = &handled.With({"unary", service, method.name, kCodeLabels[i]});
  seconds_ = &metrics
                  .AddHistogramFamily(prefix + "handling_seconds", "time from the start to the end of a call",
                                      labels)
                  .With({"unary", service, method.name});
}

}  // namespace market::rpc
