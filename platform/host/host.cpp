#include "platform/host/host.hpp"

#include <malloc.h>

#include <iostream>
#include <system_error>

#include "platform/audit/metrics.hpp"
#include "platform/config/version.hpp"
#include "platform/grpc/channel.hpp"
#include "platform/grpc/health.hpp"
#include "platform/grpc/reflection.hpp"
#include "platform/grpc/server.hpp"
#include "platform/host/certificate_watch.hpp"
#include "platform/host/kafka_events.hpp"
#include "platform/host/kafka_log.hpp"
#include "platform/host/service_manager.hpp"
#include "platform/host/settings.hpp"
#include "platform/http/operations.hpp"
#include "platform/http/server.hpp"
#include "platform/otlp/span_exporter.hpp"
#include "platform/outbox/metrics.hpp"
#include "platform/postgres/conninfo.hpp"
#include "platform/postgres/metrics.hpp"
#include "platform/resilience/admission.hpp"
#include "platform/runtime/blocking_pool.hpp"
#include "platform/telemetry/log.hpp"

namespace market::host {
namespace {

using namespace std::chrono_literals;
namespace log = telemetry::log;

// What has ended is refused everywhere within 2 s: that is one period, one answer, and what auth's log lags.
// So auth that is back is asked as soon.
constexpr std::chrono::milliseconds kRevocationsEvery{500};
constexpr runtime::Backoff::Options kRevocationsAgain{.initial = std::chrono::milliseconds(250),
                                                      .max = std::chrono::milliseconds(750)};
constexpr std::chrono::seconds kRevocationsLimit{5};

void ReportToLog(std::string_view event, std::string_view detail) {
  const bool failed = event.ends_with("failed");
  log::Write(failed ? telemetry::LogLevel::kError : telemetry::LogLevel::kInfo,
             "process." + std::string(event), {{"detail", detail}});
}

// A manager that can't be told is its own trouble: the process serves.
void TellServiceManager() {
  try {
    NotifyReady();
  } catch (const std::system_error& error) {
    log::Warn("process.notify_failed", {{"detail", error.what()}});
  }
}

// The producer's end waits for the broker: that is not for the io thread.
template <class Kafka>
Task<> CloseKafka(std::optional<Kafka>& kafka, runtime::Deadline limit) {
  if (!kafka) co_return;
  runtime::BlockingPool pool(1, 0);
  co_await pool.Run([&kafka, limit] {
    kafka->Close(limit);
    return true;
  });
}

Task<> CloseLog(std::optional<KafkaLog>& kafka_log, runtime::Deadline limit) {
  co_await CloseKafka(kafka_log, limit);
  telemetry::FlushLog();
}

}  // namespace

struct Host::State {
  explicit State(HostOptions given)
      : options(std::move(given)),
        properties(options.name),
        settings(properties, options),
        process([name = options.name](std::string_view event, std::string_view detail) {
          ReportToLog(event, detail);
          // Who started us by hand, or reads what the supervisor keeps, sees it without the log file.
          if (event == "start_failed") std::cerr << name << ": " << detail << '\n';
        }),
        background(process.Executor(), metrics) {}

  struct Peer {
    std::unique_ptr<grpc::Channel> transport;
    std::unique_ptr<rpc::Channel> channel;
  };

  HostOptions options;
  config::Properties properties;
  Settings settings;
  SystemClock clock;
  std::optional<KafkaLog> kafka_log;
  telemetry::Metrics metrics;
  std::optional<telemetry::Tracer> tracer;
  runtime::Process process;
  Workers background;
  std::optional<otlp::SpanExporter> span_exporter;
  std::optional<KafkaEvents> kafka_events;
  std::vector<std::unique_ptr<events::Subscription>> publications;
  std::map<std::string, Peer, std::less<>> peers;
  std::optional<resilience::Admission> admission;
  std::optional<identity::TokenVerifier> verifier;
  std::optional<rpc::Edge> edge;
  std::optional<grpc::Server> server;
  std::optional<grpc::HealthService> health;
  std::optional<http::Server> operations;
  std::optional<CertificateWatch> certificate_watch;
  std::vector<Service*> services;
  std::vector<std::function<Task<>()>> starts;
  std::vector<std::string> reflected;  // paths of methods
  bool ready = false;
};

Host::Host(HostOptions options) : state_(std::make_unique<State>(std::move(options))) {}
Host::~Host() = default;

config::Properties& Host::Config() { return state_->properties; }
boost::asio::io_context& Host::Io() { return state_->process.Io(); }
Workers& Host::Background() { return state_->background; }
runtime::Patience Host::Patience() const {
  runtime::Patience patience{.tries = static_cast<std::uint32_t>(*state_->settings.work_tries)};
  patience.backoff.max = std::min(patience.backoff.max, *state_->settings.work_pause_max);
  patience.backoff.initial = std::min(patience.backoff.initial, patience.backoff.max);
  return patience;
}
const Clock& Host::SystemTime() const { return state_->clock; }
const std::string& Host::Issuer() const { return *state_->settings.issuer; }
telemetry::Metrics& Host::Metrics() { return state_->metrics; }
telemetry::Tracer& Host::Tracer() { return *state_->tracer; }

rpc::Edge& Host::Edge() {
  if (!state_->edge) throw std::logic_error("Host::VerifyTokens comes before the first use of the edge");
  return *state_->edge;
}

std::optional<int> Host::Configure(int argc, char** argv) {
  auto& s = *state_;
  if (const auto exit_code = s.properties.Load(argc, argv)) return exit_code;
  try {
    if (const auto tls = s.settings.Tls()) {
      config::Naming("tls.certificate, tls.key, tls.ca", [&tls] { grpc::CheckTlsFiles(*tls); });
    }
    config::Naming("log.file", [&s] {
      telemetry::ConfigureLog({.service = s.options.name,
                               .version = std::string(config::Version()),
                               .instance = *s.settings.instance,
                               .level = *s.settings.log_level,
                               .path = *s.settings.log_file,
                               .buffer_bytes = 64 * 1024});
    });
    if (!s.settings.log_kafka_brokers->empty()) {
      config::Naming("log.kafka.brokers, log.kafka.topic", [&s] {
        s.kafka_log.emplace(KafkaLog::Options{.brokers = *s.settings.log_kafka_brokers,
                                              .topic = *s.settings.log_kafka_topic,
                                              .service = s.options.name,
                                              .instance = *s.settings.instance});
      });
    }
    s.tracer.emplace(telemetry::Tracer::Options{.sample_ratio = *s.settings.sample_ratio,
                                                .slow_after = *s.settings.slow_after});
    config::Naming("trace.endpoint", [this] { ExportSpans(); });
  } catch (const std::exception& error) {
    std::cerr << s.options.name << ": " << error.what() << '\n';
    return 2;
  }
  s.background.LimitPauses(*s.settings.work_pause_max);
  telemetry::AddProcessMetrics(s.metrics);
  telemetry::AddBuildInfo(s.metrics, s.options.name, config::Version(), config::Revision());
  telemetry::AddLogMetrics(s.metrics);
  if (s.kafka_log) s.kafka_log->AddMetrics(s.metrics);
  return std::nullopt;
}

void Host::ExportSpans() {
  auto& s = *state_;
  if (s.settings.trace_endpoint->empty()) return;
  s.span_exporter.emplace(Io(),
                          otlp::SpanExporter::Options{.endpoint = *s.settings.trace_endpoint,
                                                      .resource = {.service = s.options.name,
                                                                   .version = std::string(config::Version()),
                                                                   .instance = *s.settings.instance}},
                          s.metrics);
  s.tracer->Export(&*s.span_exporter, s.metrics);
}

postgres::Options Host::DatabaseOptions(std::string_view name) {
  const auto conninfo = state_->settings.conninfo.find(name);
  if (conninfo == state_->settings.conninfo.end())
    throw std::out_of_range("no database " + std::string(name));
  postgres::Options options;
  options.conninfo =
      postgres::VerifiedBy(*conninfo->second, *state_->settings.database_ca.find(name)->second);
  options.name = name;
  options.read_connections = static_cast<std::size_t>(*state_->settings.read_connections);
  options.checkout_read_connections = options.read_connections;
  options.list_connections = static_cast<std::size_t>(*state_->settings.list_connections);
  options.write_connections = static_cast<std::size_t>(*state_->settings.write_connections);
  options.checkout_connections = static_cast<std::size_t>(*state_->settings.checkout_connections);
  options.worker_connections = static_cast<std::size_t>(*state_->settings.worker_connections);
  options.statement_timeout = *state_->settings.statement_timeout;
  options.read_timeout = *state_->settings.read_timeout;
  options.worker_timeout = *state_->settings.worker_timeout;
  postgres::MeasureQueries(options, state_->metrics);
  options.on_event = [database = std::string(name)](std::string_view event, std::string_view detail) {
    const auto level = event == "connected" ? telemetry::LogLevel::kInfo : telemetry::LogLevel::kWarn;
    log::Write(level, "postgres." + std::string(event), {{"database", database}, {"detail", detail}});
  };
  return options;
}

outbox::Relay::Options Host::RelayOptions(std::string_view name) const {
  return {.name = std::string(name), .patience = Patience()};
}

void Host::RunSealer(std::string_view database, audit::Sealer& sealer) {
  audit::Measure(sealer, std::string(database), state_->metrics);
  state_->background.Run(sealer.Sealing());
}

void Host::RunSubscription(std::string_view database, events::Subscription& subscription) {
  state_->background.Run(subscription.HandingOn());
  RunRelay(database, subscription.Relay());
}

void Host::RunPublication(std::string_view service, postgres::Database& database,
                          std::vector<std::string> types) {
  auto& s = *state_;
  if (s.settings.events_kafka_brokers->empty()) return;
  // Not before: it reaches for the broker at once, and the gateway has nothing to tell.
  if (!s.kafka_events) {
    config::Naming("events.kafka.brokers, events.kafka.topics", [&s] {
      s.kafka_events.emplace(KafkaEvents::Options{.brokers = *s.settings.events_kafka_brokers,
                                                  .topics = *s.settings.events_kafka_topics,
                                                  .instance = *s.settings.instance});
    });
  }
  auto options = KafkaSubscription(RelayOptions(service), std::move(types));
  const auto topic = *s.settings.events_kafka_topics + '.' + std::string(service) + ".events";
  s.publications.push_back(std::make_unique<events::Subscription>(
      database, *s.tracer, TellKafka(s.kafka_events->Sending(), topic), std::move(options)));
  RunSubscription(service, *s.publications.back());
}

void Host::RunRelay(std::string_view database, outbox::Relay& relay) {
  outbox::Measure(relay, std::string(database), state_->metrics);
  state_->background.Run(relay.Deliveries());
  state_->background.Run(relay.Measuring());
}

Task<> Host::OpenDatabase(std::string_view name, postgres::Database& database,
                          std::span<const postgres::MigrationSet* const> sets) {
  std::string failure;
  try {
    co_await postgres::RequireNewest(database, sets, runtime::After(*state_->settings.database_start_limit));
    co_await database.Open(runtime::After(30s));
  } catch (const Error& error) {
    failure = error.message;
  }
  if (!failure.empty()) {
    const std::string prefix = state_->options.databases.size() == 1 ? "" : std::string(name) + ".";
    throw Unavailable(prefix + "postgres.conninfo: " + failure);
  }
  postgres::MeasurePool(database, state_->metrics);
  OnStop("postgres." + std::string(name), 5s,
         [&database](runtime::Deadline limit) { return database.Close(limit); });
}

Task<std::string> Host::SecretOf(postgres::Database& database) {
  return postgres::SecretOf(database, runtime::After(30s));
}

void Host::SweepAnswers(std::string_view service, idempotency::PgStore& answers) {
  state_->background.Run({.name = std::string(service) + ".keys", .period = 1h},
                         [&answers] { return answers.Sweep(runtime::After(5min)); });
}

events::Log::Options Host::EventOptions(std::string_view service) const {
  return {.name = std::string(service), .kept = *state_->settings.events_kept};
}

Task<> Host::OpenLog(std::string_view service, events::Log& events) {
  if (co_await events.Settle(runtime::After(60s))) log::Warn("events.restored", {{"service", service}});
  state_->background.Run(events.Forgetting());
}

rpc::Channel& Host::Peer(std::string_view name) {
  auto& s = *state_;
  const auto target = s.settings.peers.find(name);
  if (target == s.settings.peers.end()) throw std::out_of_range("no peer " + std::string(name));
  auto& peer = s.peers[std::string(name)];
  if (!peer.channel) {
    grpc::ChannelOptions options;
    options.tls = s.settings.Tls();
    options.expected_identity = name;
    peer.transport = config::Naming("peers." + target->first, [&] {
      return std::make_unique<grpc::Channel>(Io(), *target->second, std::move(options));
    });
    peer.channel = std::make_unique<rpc::Channel>(std::string(name), *peer.transport, s.metrics);
  }
  return *peer.channel;
}

void Host::VerifyTokens(identity::TokenVerifier::Source source) {
  auto& s = *state_;
  const auto limit = static_cast<std::size_t>(*s.settings.concurrency);
  s.admission.emplace(resilience::Admission::Options{.limit = limit, .queue_limit = 2 * limit});
  s.verifier.emplace(*s.settings.issuer, s.clock, std::move(source));
  s.edge.emplace(rpc::EdgeOptions{}, *s.verifier, *s.admission, s.metrics, *s.tracer);
}

void Host::Add(Service& service) {
  Edge().Add(service.Binding(), service.Answers());
  state_->services.push_back(&service);
}

void Host::Reflect(std::span<const rpc::Method* const> methods) {
  for (const auto* method : methods) state_->reflected.push_back(method->path);
}

void Host::OnStart(std::function<Task<>()> start) { state_->starts.push_back(std::move(start)); }

void Host::OnStop(std::string name, std::chrono::milliseconds limit, runtime::Process::Step step) {
  state_->process.OnStop(std::move(name), limit, std::move(step));
}

// Steps are registered in the order of starting, so that they run in the reverse one: stop being ready, drain
// the doors, stop the workers, then close what they used.
Task<> Host::Start() {
  auto& s = *state_;
  OnStop("log", 3s, [&s](runtime::Deadline limit) { return CloseLog(s.kafka_log, limit); });
  OnStop("kafka", 2s, [&s](runtime::Deadline limit) { return CloseKafka(s.kafka_events, limit); });
  if (s.span_exporter) {
    s.span_exporter->Start();
    OnStop("traces", 2s, [&s](runtime::Deadline limit) -> Task<> {
      co_await s.span_exporter->Close(limit);
      s.tracer->Export(nullptr, s.metrics);
    });
  }
  OnStop("peers", 3s, [&s](runtime::Deadline limit) -> Task<> {
    for (auto& [name, peer] : s.peers) {
      if (peer.transport) co_await peer.transport->Close(limit);
    }
  });
  s.operations.emplace(Io(), http::ServerOptions{}, http::OperationsHandler(s.metrics, [&s] {
                         return http::Readiness{.ready = s.ready, .notes = s.background.Failing()};
                       }));
  const auto metrics_address =
      config::Naming("metrics.listen", [&s] { return s.operations->Listen(*s.settings.metrics_listen); });
  OnStop("operations", 1s, [&s](runtime::Deadline limit) { return s.operations->Drain(limit); });

  for (auto* service : s.services) co_await service->Start();
  s.background.Run({.name = s.options.name + ".log", .period = 100ms, .jitter = 0}, []() -> Task<> {
    telemetry::TendLog();
    co_return;
  });
  if (s.verifier) {
    s.background.Run(
        {.name = s.options.name + ".revocations", .period = kRevocationsEvery, .backoff = kRevocationsAgain},
        [&s] { return s.verifier->CatchUp(runtime::After(kRevocationsLimit)); });
  }
  if (const auto tls = s.settings.Tls()) {
    s.certificate_watch.emplace(*tls, [&s, tls] {
      grpc::CheckTlsFiles(*tls);
      if (s.server) s.server->ReloadTls();
      for (auto& [name, peer] : s.peers) peer.transport->ReloadTls();
    });
    s.background.Run({.name = s.options.name + ".tls", .period = *s.settings.tls_reload_interval},
                     [&s] { return s.certificate_watch->Look(); });
  }
  OnStop("workers", 10s, [&s](runtime::Deadline limit) { return s.background.Stop(limit); });

  if (s.edge) OnStop("edge", 10s, [&s](runtime::Deadline limit) { return s.edge->Drain(limit); });

  std::string grpc_address;
  if (const auto& settings = s.settings.server) {
    grpc::ServerOptions options = settings->Options();
    options.tls = s.settings.Tls();
    if (!s.edge || !s.edge->Waits()) options.max_waiting = 0;
    options.on_exception = [](std::string_view path, std::exception_ptr error) {
      log::Error("grpc.handler_failed", {{"path", path}, {"detail", TextOf(error)}});
    };
    s.server.emplace(Io(), std::move(options));
    s.health.emplace(*s.server, settings->Watches());
    grpc::ServeReflection(*s.server, s.reflected, settings->Reflections());
    if (s.edge) s.edge->Serve(*s.server);
    grpc_address = config::Naming("grpc.listen", [&] { return s.server->Listen(*settings->listen); });
    OnStop("grpc", *s.settings.drain, [&s](runtime::Deadline limit) { return s.server->Drain(limit); });
  }
  for (auto& start : s.starts) co_await start();

  s.ready = true;
  OnStop("readiness", *s.settings.linger + 1s, [&s](runtime::Deadline) -> Task<> {
    s.ready = false;
    if (s.health) s.health->Freeze(grpc::Serving::kNotServing);
    if (*s.settings.linger > 0ms) co_await runtime::SleepFor(*s.settings.linger);
  });
  log::Info("process.listening", {{"grpc", grpc_address}, {"metrics", metrics_address}});
  TellServiceManager();
  if (const auto limit = WatchdogLimit()) {
    const auto pause = std::chrono::duration_cast<std::chrono::milliseconds>(*limit / 2);
    s.background.Run({.name = s.options.name + ".alive",
                      .period = pause,
                      .jitter = 0,
                      .backoff = {.initial = pause, .max = pause}},
                     []() -> Task<> {
                       TellAlive();
                       co_return;
                     });
  }
}

int Main(int argc, char** argv, int (*body)(int argc, char** argv)) {
  // Blocks from here on are given back when they are freed; glibc would otherwise learn from the first
  // password hash (19 MiB) to keep such blocks for ever.
  mallopt(M_MMAP_THRESHOLD, 1 << 20);
  // The io thread does nearly all there is; a heap for each of the few others would be memory without use.
  mallopt(M_ARENA_MAX, 1);
  try {
    return body(argc, argv);
  } catch (const std::exception& error) {
    std::cerr << argv[0] << ": " << error.what() << '\n';
    return 2;
  }
}

int Host::Run() {
  const int exit_code = state_->process.Run([this] { return Start(); });
  telemetry::FlushLog();
  return exit_code;
}

}  // namespace market::host
