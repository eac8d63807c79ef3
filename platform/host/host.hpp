// What every process of the marketplace is made of, in construction order: settings, log, metrics, clock, io
// thread, token verifier, edge, gRPC server, operations endpoint. A service adds itself and runs.
//
//   host::Host host({.name = "order", .databases = {"order"}, .peers = {"auth", "payment"}});
//   const order::Settings settings(host.Config());
//   if (const auto exit_code = host.Configure(argc, argv)) return *exit_code;
//   … construct clients and the service …
//   host.VerifyTokens(…);
//   host.Add(service);
//   return host.Run();
//
// Owner: main. Io thread only once Run has started. The stop order is the reverse of the start order; each
// step has its own limit (docs/architecture.md, "Start and shutdown").
#pragma once
#include <boost/asio/io_context.hpp>
#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "platform/audit/sealer.hpp"
#include "platform/config/properties.hpp"
#include "platform/core/clock.hpp"
#include "platform/events/log.hpp"
#include "platform/events/subscription.hpp"
#include "platform/host/workers.hpp"
#include "platform/idempotency/pg_store.hpp"
#include "platform/identity/token_verifier.hpp"
#include "platform/outbox/relay.hpp"
#include "platform/postgres/database.hpp"
#include "platform/postgres/migrate.hpp"
#include "platform/rpc/channel.hpp"
#include "platform/rpc/edge.hpp"
#include "platform/runtime/process.hpp"
#include "platform/runtime/setback.hpp"
#include "platform/telemetry/metrics.hpp"
#include "platform/telemetry/tracer.hpp"

namespace market::host {

// A service as its host sees it; services/<svc>/service.hpp implements it.
class Service {
 public:
  virtual ~Service() = default;
  // Opens the database, which marketctl has migrated, and starts workers. Throws to refuse the start.
  virtual Task<> Start() = 0;
  virtual rpc::Binding Binding() = 0;
  // Kept by idempotency key; null when nobody outside changes anything in the service.
  virtual idempotency::Store* Answers() = 0;
};

struct HostOptions {
  std::string name;                    // of the process: log field `service`, build info
  std::vector<std::string> databases;  // one: key postgres.conninfo; several: <database>.postgres.conninfo
  std::vector<std::string> peers;      // services called over gRPC: keys peers.<name>
  enum class Grpc { kServe, kNone } grpc = Grpc::kServe;
};

class Host {
 public:
  explicit Host(HostOptions options);
  ~Host();
  Host(const Host&) = delete;
  Host& operator=(const Host&) = delete;

  // Before Configure: where a service declares its own properties.
  config::Properties& Config();
  // Reads all sources, sets up log and metrics. A value: exit with it now.
  std::optional<int> Configure(int argc, char** argv);

  // After Configure.
  boost::asio::io_context& Io();
  Workers& Background();
  // Of the work that lies in rows.
  runtime::Patience Patience() const;
  const Clock& SystemTime() const;
  // Who signs access tokens, as their `iss` says.
  const std::string& Issuer() const;
  telemetry::Metrics& Metrics();
  telemetry::Tracer& Tracer();
  rpc::Edge& Edge();
  // Metrics and log hooks in place. Throws std::out_of_range for a database that HostOptions does not name.
  postgres::Options DatabaseOptions(std::string_view name);
  outbox::Relay::Options RelayOptions(std::string_view name) const;
  // Runs its workers in the background and publishes its numbers. `relay` must outlive the run.
  void RunRelay(std::string_view database, outbox::Relay& relay);
  // The same for who tells a peer of what happened.
  void RunSubscription(std::string_view database, events::Subscription& subscription);
  // Tells Kafka of what happens in a service, of these types, where there is one: its workers are <service>.kafka,
  // <service>.kafka.relay and <service>.kafka.outbox (kafka_events.hpp). `database` must outlive the run.
  void RunPublication(std::string_view service, postgres::Database& database, std::vector<std::string> types);
  // The same for what chains the acts on record.
  void RunSealer(std::string_view database, audit::Sealer& sealer);
  // Looks whether the schema is the newest, connects, publishes the pool's numbers,
  // and closes at the stop. `database` must outlive the run.
  Task<> OpenDatabase(std::string_view name, postgres::Database& database,
                      std::span<const postgres::MigrationSet* const> sets);
  // Of an open database, for keys that all replicas share.
  Task<std::string> SecretOf(postgres::Database& database);
  // Runs <service>.keys, which deletes expired idempotency keys every hour. `answers` must outlive the run.
  void SweepAnswers(std::string_view service, idempotency::PgStore& answers);
  events::Log::Options EventOptions(std::string_view service) const;
  // Makes the log of what happens in a service ready and runs <service>.events, which forgets what is old.
  // `events` must outlive the run.
  Task<> OpenLog(std::string_view service, events::Log& events);
  rpc::Channel& Peer(std::string_view name);

  // Runs <program>.revocations, which reads what has ended twice a second.
  void VerifyTokens(identity::TokenVerifier::Source source);
  // Services start in this order and their steps end in the reverse one.
  void Add(Service& service);
  // For parts besides services (the gateway's HTTP server): runs after the services have started.
  void OnStart(std::function<Task<>()> start);
  void OnStop(std::string name, std::chrono::milliseconds limit, runtime::Process::Step step);

  // Methods that other processes serve and that gRPC reflection tells of here, too.
  void Reflect(std::span<const rpc::Method* const> methods);

  // Serves until SIGTERM; returns the exit code.
  int Run();

 private:
  struct State;
  void ExportSpans();
  Task<> Start();

  std::unique_ptr<State> state_;
};

// The main of every program: runs `body` and turns what it throws while wiring (a certificate that can't be
// read, an address that can't be parsed) into one line on stderr and exit code 2.
int Main(int argc, char** argv, int (*body)(int argc, char** argv));

}  // namespace market::host
