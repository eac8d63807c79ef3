#include "platform/postgres/metrics.hpp"

#include <unordered_map>

#include "platform/postgres/database.hpp"
#include "platform/telemetry/metrics.hpp"

namespace market::postgres {
namespace {

// Statement names are constants, so their address finds the series without hashing text.
class QueryMetrics {
  struct Series {
    telemetry::Histogram* seconds;
    telemetry::Counter* errors;
  };

 public:
  QueryMetrics(telemetry::Metrics& metrics, std::string database)
      : seconds_(metrics.AddHistogramFamily("db_query_seconds",
                                            "time from a statement's submission to its result",
                                            {"database", "statement"})),
        errors_(metrics.AddCounterFamily("db_query_errors_total", "statements that failed",
                                         {"database", "statement"})),
        database_(std::move(database)) {}

  void Observe(std::string_view statement, std::chrono::nanoseconds elapsed, bool ok) {
    auto found = by_address_.find(statement.data());
    if (found == by_address_.end()) {
      // Errors stand at 0 from the first use, so that a rate sees the first one.
      const Series series{&seconds_.With({database_, statement}), &errors_.With({database_, statement})};
      found = by_address_.emplace(statement.data(), series).first;
    }
    found->second.seconds->Observe(elapsed);
    if (!ok) found->second.errors->Increment();
  }

 private:
  telemetry::HistogramFamily& seconds_;
  telemetry::CounterFamily& errors_;
  const std::string database_;
  std::unordered_map<const char*, Series> by_address_;
};

}  // namespace

void MeasureQueries(Options& options, telemetry::Metrics& metrics) {
  options.on_query = [queries = std::make_shared<QueryMetrics>(metrics, options.name)](
                         std::string_view statement, std::chrono::nanoseconds elapsed, bool ok) {
    queries->Observe(statement, elapsed, ok);
  };
  auto& waits =
      metrics.AddHistogram("db_pool_wait_seconds", "time callers waited for a connection when none was free",
                           {{"database", options.name}});
  options.on_wait = [&waits](std::chrono::nanoseconds waited) { waits.Observe(waited); };
}

void MeasurePool(const Database& database, telemetry::Metrics& metrics) {
  auto& connections = metrics.AddGaugeFamily(
      "db_pool_connections", "connections of the pool, by class and state", {"class", "database", "state"});
  auto& in_flight = metrics.AddGaugeFamily("db_statements_in_flight", "statements and batches under way",
                                           {"class", "database"});
  auto& cancelled = metrics.AddCounterFamily("db_statements_cancelled_total",
                                             "statements stopped in the server, their callers having left",
                                             {"class", "database"});
  auto& busy = metrics.AddCounterFamily("db_busy_seconds_total",
                                        "time in which statements were under way, each counted",
                                        {"class", "database"});
  const auto& name = database.Settings().name;
  for (const auto word : kShares.words) {
    const auto share = kShares.Require(word);
    if (!database.Has(share)) continue;
    metrics.Collect([&database, share, &open = connections.With({word, name, "open"}),
                     &leased = connections.With({word, name, "leased"}),
                     &waiting = connections.With({word, name, "waiting"}),
                     &in_flight = in_flight.With({word, name}), &cancelled = cancelled.With({word, name}),
                     &busy = busy.With({word, name})] {
      const auto now = database.Snapshot(share);
      open.Set(static_cast<double>(now.connections));
      leased.Set(static_cast<double>(now.leased));
      waiting.Set(static_cast<double>(now.waiting));
      in_flight.Set(static_cast<double>(now.in_flight));
      cancelled.SetTotal(static_cast<double>(now.cancelled));
      busy.SetTotal(std::chrono::duration<double>(now.busy).count());
    });
  }
}

}  // namespace market::postgres
