// The properties every process has, under the names the launcher writes
// (docs/configuration.md is made from them).
#pragma once
#include <map>
#include <optional>
#include <string>

#include "platform/config/properties.hpp"
#include "platform/grpc/server.hpp"
#include "platform/grpc/tls_files.hpp"
#include "platform/telemetry/log.hpp"

namespace market::host {

struct HostOptions;

// Of the gRPC server. Who is outside: grpc::ServerOptions::outside_identities.
struct GrpcSettings {
  explicit GrpcSettings(config::Properties& properties);

  grpc::ServerOptions Options() const;
  grpc::StreamLimits Watches() const;
  grpc::StreamLimits Reflections() const;

  config::Property<std::string> listen;
  config::Property<std::int64_t> outside_percent;
  config::Property<std::int64_t> connections_max;
  config::Property<std::int64_t> streams_max;
  config::Property<std::int64_t> header_bytes_max;
  config::Property<std::chrono::milliseconds> receive_timeout;
  config::Property<std::int64_t> watches_max;
  config::Property<std::int64_t> waits_max;
  config::Property<std::int64_t> reflections_max;
  config::Property<std::chrono::milliseconds> watch_lifetime;
};

struct Settings {
  Settings(config::Properties& properties, const HostOptions& options);

  // None when all three paths are empty: plain text, for loopback only.
  std::optional<grpc::TlsFiles> Tls() const;

  config::Property<std::string> instance;
  config::Property<std::string> metrics_listen;
  std::optional<GrpcSettings> server;
  config::Property<std::string> tls_certificate;
  config::Property<std::string> tls_key;
  config::Property<std::string> tls_ca;
  config::Property<std::chrono::milliseconds> tls_reload_interval;
  config::Property<std::string> issuer;
  config::Property<std::string> log_file;
  config::Property<telemetry::LogLevel> log_level;
  config::Property<std::string> log_kafka_brokers;
  config::Property<std::string> log_kafka_topic;
  config::Property<std::string> events_kafka_brokers;
  config::Property<std::string> events_kafka_topics;
  config::Property<std::string> trace_endpoint;
  config::Property<double> sample_ratio;
  config::Property<std::chrono::milliseconds> slow_after;
  config::Property<std::chrono::milliseconds> linger;
  config::Property<std::chrono::milliseconds> drain;
  config::Property<std::int64_t> concurrency;
  std::map<std::string, config::Property<std::string>, std::less<>> conninfo;     // by database
  std::map<std::string, config::Property<std::string>, std::less<>> database_ca;  // by database
  config::Property<std::chrono::milliseconds> database_start_limit;
  config::Property<std::int64_t> read_connections;
  config::Property<std::int64_t> list_connections;
  config::Property<std::int64_t> write_connections;
  config::Property<std::int64_t> checkout_connections;
  config::Property<std::int64_t> worker_connections;
  config::Property<std::chrono::milliseconds> statement_timeout;
  config::Property<std::chrono::milliseconds> read_timeout;
  config::Property<std::chrono::milliseconds> worker_timeout;
  config::Property<std::chrono::milliseconds> events_kept;
  config::Property<std::int64_t> work_tries;
  config::Property<std::chrono::milliseconds> work_pause_max;
  std::map<std::string, config::Property<std::string>, std::less<>> peers;  // by name
};

}  // namespace market::host
