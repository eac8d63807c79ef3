// A database in numbers, labelled with its name: time and failures of its statements, waits for a connection;
// by class of connections how many there are, by state, and what they do: statements under way, cancelled,
// and the time they took. Io thread only; fails as telemetry::Metrics does.
#pragma once

namespace market::telemetry {
class Metrics;
}

namespace market::postgres {

class Database;
struct Options;

// Before the database is made: sets Options::on_query and on_wait. `metrics` must outlive the database.
void MeasureQueries(Options& options, telemetry::Metrics& metrics);
// `database` must live until the last scrape.
void MeasurePool(const Database& database, telemetry::Metrics& metrics);

}  // namespace market::postgres
