#include "platform/rpc/edge_metrics.hpp"

#include <array>
#include <string_view>

#include "platform/grpc/server.hpp"
#include "platform/resilience/admission.hpp"
#include "platform/telemetry/metrics.hpp"

namespace market::rpc {

void PublishAdmission(const resilience::Admission& admission, telemetry::Metrics& metrics) {
  constexpr std::array<std::string_view, 4> kClasses = {"saga", "checkout", "login", "browse"};
  auto& running = metrics.AddGauge("market_admission_running", "calls being worked on");
  auto& waiting = metrics.AddGauge("market_admission_waiting", "calls waiting to be worked on");
  auto& family = metrics.AddCounterFamily("market_admission_refused_total", "calls turned away", {"class"});
  std::array<telemetry::Counter*, kClasses.size()> refused{};
  for (std::size_t i = 0; i < kClasses.size(); ++i) refused[i] = &family.With({kClasses[i]});
  metrics.Collect([&admission, &running, &waiting, refused] {
    const auto stats = admission.GetStats();
    running.Set(static_cast<double>(stats.running));
    waiting.Set(static_cast<double>(stats.waiting));
    for (std::size_t i = 0; i < refused.size(); ++i)
      refused[i]->SetTotal(static_cast<double>(stats.refused[i]));
  });
}

void PublishServer(const grpc::Server& server, telemetry::Metrics& metrics) {
  auto& connections = metrics.AddGauge("market_grpc_server_connections", "open connections");
  auto& handlers = metrics.AddGauge("market_grpc_server_handlers", "running handlers");
  auto& outside_connections = metrics.AddGauge("market_grpc_server_outside_connections",
                                               "open connections of callers that are not services");
  auto& outside_calls =
      metrics.AddGauge("market_grpc_server_outside_calls", "open calls of callers that are not services");
  auto& buffered =
      metrics.AddGauge("market_grpc_server_buffered_bytes", "bytes of requests that no handler has read yet");
  auto& family = metrics.AddCounterFamily("market_grpc_server_refusals_total",
                                          "connections and calls turned away by the transport", {"cause"});
  auto& full = family.With({"connections"});
  auto& handshake = family.With({"handshake"});
  auto& abuse = family.With({"abuse"});
  auto& timeout = family.With({"timeout"});
  auto& streams = family.With({"streams"});
  auto& evicted = family.With({"unsettled"});
  auto& calls = family.With({"method"});
  auto& headers = family.With({"headers"});
  auto& bytes = family.With({"bytes"});
  auto& receive = family.With({"receive"});
  auto& send = family.With({"send"});
  // Captured references are those the local names refer to, which the metrics own.
  metrics.Collect([&] {
    const auto& stats = server.Stats();
    connections.Set(static_cast<double>(stats.connections_open));
    outside_connections.Set(static_cast<double>(stats.outside_connections));
    outside_calls.Set(static_cast<double>(stats.outside_streams));
    handlers.Set(static_cast<double>(stats.handlers_running));
    buffered.Set(static_cast<double>(stats.buffered_bytes));
    full.SetTotal(static_cast<double>(stats.connections_refused));
    handshake.SetTotal(static_cast<double>(stats.handshakes_failed));
    abuse.SetTotal(static_cast<double>(stats.connections_abused));
    timeout.SetTotal(static_cast<double>(stats.connections_timed_out));
    streams.SetTotal(static_cast<double>(stats.streams_refused));
    evicted.SetTotal(static_cast<double>(stats.connections_evicted));
    calls.SetTotal(static_cast<double>(stats.calls_refused));
    headers.SetTotal(static_cast<double>(stats.headers_refused));
    bytes.SetTotal(static_cast<double>(stats.bytes_refused));
    receive.SetTotal(static_cast<double>(stats.receives_timed_out));
    send.SetTotal(static_cast<double>(stats.sends_timed_out));
  });
}

}  // namespace market::rpc
