#include "platform/host/settings.hpp"

#include <limits.h>
#include <unistd.h>

#include <array>

#include "platform/host/host.hpp"

namespace market::host {
namespace {

// Replicas in containers all have the same process id; on one machine they share its name.
std::string DefaultInstance(const std::string& program) {
  std::array<char, HOST_NAME_MAX + 1> host{};
  ::gethostname(host.data(), host.size() - 1);
  return program + "-" + host.data() + "-" + std::to_string(::getpid());
}

}  // namespace

using namespace std::chrono_literals;

GrpcSettings::GrpcSettings(config::Properties& p)
    : listen(p.Text("grpc.listen", "address of the gRPC server: host:port or unix:/path", "127.0.0.1:0")),
      outside_percent(
          p.Int("grpc.outside_percent",
                "how much of each limit on connections, calls, watches and bytes callers that are not "
                "services may fill together; the rest is kept for services",
                "percent", 1, 100, 75)),
      connections_max(p.Int("grpc.connections_max", "connections that are served at once", "connections", 4,
                            65'536, 1024)),
      streams_max(
          p.Int("grpc.streams_max", "calls open at once, over all connections", "calls", 4, 1'000'000, 4096)),
      header_bytes_max(p.Int("grpc.header_bytes_max",
                             "metadata of a call, 32 bytes more for each entry; a call with more is refused",
                             "bytes", 1024, 65'536, 8192)),
      receive_timeout(p.Duration("grpc.receive_timeout",
                                 "how long the first message of a call may take to come whole", 10ms, 10min,
                                 10s)),
      watches_max(p.Int("grpc.watches_max", "watches of health at once", "calls", 1, 65'536, 256)),
      waits_max(p.Int("grpc.waits_max", "calls that wait for news at once, besides grpc.streams_max", "calls",
                      1, 65'536, 4096)),
      reflections_max(p.Int("grpc.reflections_max", "reflection streams at once, of each version", "calls", 1,
                            65'536, 32)),
      watch_lifetime(p.Duration("grpc.watch_lifetime", "how long a watch or a reflection stream may last", 1s,
                                24h, 10min)) {}

grpc::ServerOptions GrpcSettings::Options() const {
  grpc::ServerOptions options;
  options.outside_percent = static_cast<unsigned>(*outside_percent);
  options.max_connections = static_cast<std::size_t>(*connections_max);
  options.max_streams = static_cast<std::size_t>(*streams_max);
  options.max_waiting = static_cast<std::size_t>(*waits_max);
  options.max_header_bytes = static_cast<std::size_t>(*header_bytes_max);
  options.receive_timeout = *receive_timeout;
  return options;
}

grpc::StreamLimits GrpcSettings::Watches() const {
  return {.max_calls = static_cast<std::size_t>(*watches_max), .max_lifetime = *watch_lifetime};
}

grpc::StreamLimits GrpcSettings::Reflections() const {
  return {.max_calls = static_cast<std::size_t>(*reflections_max), .max_lifetime = *watch_lifetime};
}

Settings::Settings(config::Properties& p, const HostOptions& options)
    : instance(p.Text("service.instance", "name of this replica in logs and metrics",
                      DefaultInstance(options.name))),
      metrics_listen(p.Text("metrics.listen", "address of /metrics, /healthz and /readyz", "127.0.0.1:0")),
      tls_certificate(p.Text("tls.certificate", "PEM file: this process's certificate chain", "")),
      tls_key(p.Text("tls.key", "PEM file: its private key", "")),
      tls_ca(p.Text("tls.ca", "PEM file: the only roots that peers may be signed by", "")),
      tls_reload_interval(
          p.Duration("tls.reload_interval", "how often to look for renewed certificate files", 1s, 1h, 1min)),
      issuer(p.Text("auth.issuer", "who signs access tokens", "marketplace")),
      log_file(p.Text("log.file", "file for log lines; empty: stderr, unless lines go to Kafka", "")),
      log_level(p.Choice<telemetry::LogLevel>("log.level", "the least important level that is written",
                                              {{"debug", telemetry::LogLevel::kDebug},
                                               {"info", telemetry::LogLevel::kInfo},
                                               {"warn", telemetry::LogLevel::kWarn},
                                               {"error", telemetry::LogLevel::kError}},
                                              telemetry::LogLevel::kInfo)),
      log_kafka_brokers(p.Text("log.kafka.brokers",
                               "Kafka for log lines, besides the file: host:port, or several separated by "
                               "commas; empty: none",
                               "")),
      log_kafka_topic(p.Text("log.kafka.topic", "topic of the log lines", "logs")),
      events_kafka_brokers(p.Text("events.kafka.brokers",
                                  "Kafka that is told of what happens: host:port, or several separated by "
                                  "commas; empty: none",
                                  "")),
      events_kafka_topics(p.Text("events.kafka.topics",
                                 "how the topics of what happens begin: <this>.<service>.events", "market")),
      trace_endpoint(p.Text("trace.endpoint", "OTLP/gRPC receiver of spans: host:port; empty: none", "")),
      sample_ratio(p.Real("trace.sample_ratio",
                          "share of traces that are exported whole, besides failed and slow ones", 0, 1,
                          0.01)),
      slow_after(
          p.Duration("trace.slow_after", "traces that take longer are always exported", 1ms, 1min, 1s)),
      linger(p.Duration("shutdown.linger",
                        "how long to serve on after SIGTERM while load balancers take notice", 0ms, 60s,
                        0ms)),
      drain(p.Duration("shutdown.drain", "how long calls under way may take after that", 100ms, 60s, 15s)),
      concurrency(p.Int("admission.limit", "calls worked on at once; more wait or are refused", "calls", 1,
                        100'000, 512)),
      database_start_limit(p.Duration("postgres.start_limit",
                                      "how long to wait at the start for a server that is not up yet", 100ms,
                                      1h, 1min)),
      read_connections(p.Int("postgres.read_connections",
                             "shared connections for reads by a key; checkouts have as many for themselves",
                             "connections", 1, 64, 2)),
      list_connections(p.Int("postgres.list_connections",
                             "connections for searches and lists, each with one of them at a time",
                             "connections", 1, 64, 3)),
      write_connections(p.Int("postgres.write_connections", "connections for writes that are of no checkout",
                              "connections", 1, 64, 3)),
      checkout_connections(p.Int("postgres.checkout_connections", "connections for the writes of checkouts",
                                 "connections", 1, 64, 8)),
      worker_connections(p.Int("postgres.worker_connections", "connections for what no request caused",
                               "connections", 1, 64, 3)),
      statement_timeout(p.Duration("postgres.statement_timeout",
                                   "the longest a statement may run, where nothing below says otherwise",
                                   100ms, 10min, 5s)),
      read_timeout(
          p.Duration("postgres.read_timeout", "the longest a read by a key may run", 100ms, 10min, 2s)),
      worker_timeout(p.Duration("postgres.worker_timeout",
                                "the longest a statement of what no request caused may run", 100ms, 1h, 30s)),
      events_kept(p.Duration("events.kept", "how long what happened stays in the log of events",
                             std::chrono::days(1), std::chrono::days(365), std::chrono::days(30))),
      work_tries(p.Int("work.tries",
                       "after how many broken runs in a row a message or a row of work is parked for an "
                       "operator",
                       "runs", 1, 10'000, 50)),
      work_pause_max(p.Duration("work.pause_max",
                                "the longest pause of any worker, and before broken work is tried again",
                                10ms, 24h, 1h)) {
  if (options.grpc == HostOptions::Grpc::kServe) server.emplace(p);
  for (const auto& database : options.databases) {
    const std::string prefix = options.databases.size() == 1 ? "" : database + ".";
    conninfo.emplace(database,
                     p.Secret(prefix + "postgres.conninfo", "libpq connection string of the database"));
    database_ca.emplace(database,
                        p.Text(prefix + "postgres.ca",
                               "PEM file: the only roots that the database's server may be signed by, under "
                               "its name; empty: as the connection string says",
                               ""));
  }
  for (const auto& peer : options.peers) {
    peers.emplace(peer, p.Text("peers." + peer,
                               "gRPC address of " + peer +
                                   ": host:port or unix:/path, or several "
                                   "separated by commas",
                               config::Required{}));
  }
}

std::optional<grpc::TlsFiles> Settings::Tls() const {
  const int given = !tls_certificate->empty() + !tls_key->empty() + !tls_ca->empty();
  if (given == 0) return std::nullopt;
  if (given != 3)
    throw config::ConfigError("tls.certificate, tls.key and tls.ca go together: give all three or none");
  return grpc::TlsFiles{*tls_certificate, *tls_key, *tls_ca};
}

}  // namespace market::host
