// PostgreSQL for one service: a few pipelined connections on the io thread, shared by all callers.
//
//   Read         shared connections; the reads of one turn of the loop travel together. The statement must
//                have no effects: it is sent again by itself when a neighbour in its pipeline failed.
//   Write        one statement or one Batch is one transaction and one round trip, on shared connections.
//   Transaction  for a later statement that depends on an earlier result: a leased connection, BEGIN, COMMIT.
//
// Owner: the process; must be closed before it is destroyed, and outlives its callers. Io thread only.
// Fails as errors.hpp says. A connection that is lost is made anew with backoff; meanwhile the others serve,
// and with none left calls fail at once. A caller that leaves (deadline, cancellation) never disturbs the
// others: what was not sent yet is dropped, a late answer is ignored.
// Limits: Options; `max_queued` requests in all, `pool_wait` for a connection to become free.
#pragma once
#include <boost/asio/io_context.hpp>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "platform/postgres/errors.hpp"
#include "platform/postgres/result.hpp"
#include "platform/postgres/statement.hpp"
#include "platform/runtime/task.hpp"
#include "platform/telemetry/work.hpp"

namespace market::postgres {

struct Options {
  std::string conninfo;  // libpq's key=value form or URI
  std::string name = "main";
  std::size_t read_connections = 2;
  std::size_t write_connections = 8;
  std::chrono::milliseconds connect_timeout{2000};
  std::chrono::milliseconds pool_wait{100};
  std::chrono::milliseconds statement_timeout{5000};
  std::chrono::milliseconds lock_timeout{1000};
  std::size_t max_queued = 4096;
  // How long callers waited for a connection when none was free.
  std::function<void(std::chrono::nanoseconds)> on_wait;
  // Each finished statement or batch, with the time since it was handed in.
  std::function<void(std::string_view statement, std::chrono::nanoseconds elapsed, bool ok)> on_query;
  // "connected", "connection_lost", "connect_failed" and the detail, for the log.
  std::function<void(std::string_view event, std::string_view detail)> on_event;
};

struct Stats {
  std::size_t connections = 0;  // open now
  std::size_t leased = 0;       // held by transactions
  std::size_t waiting = 0;      // callers waiting for a connection
  std::size_t in_flight = 0;    // requests queued or sent
  std::uint64_t queries = 0;
  std::uint64_t errors = 0;
};

namespace internal {
struct Request;
class Pool;
// A connection held for one transaction; returns to its pool when destroyed, or after the ROLLBACK it needs.
class Lease;
}  // namespace internal

// The open transaction a body works with. After an SqlError the server refuses all further statements of it.
class Tx {
 public:
  Tx(std::shared_ptr<internal::Pool> pool, Work work);
  ~Tx();
  Tx(const Tx&) = delete;
  Tx& operator=(const Tx&) = delete;

  template <class... Args>
  Task<Result> Execute(const Statement& statement, const Args&... args) {
    return ExecuteOne({statement, Parameters::Of(args...)});
  }
  // Pipelined: one round trip.
  Task<std::vector<Result>> Execute(Batch batch);
  // As Execute, with the COMMIT in the same round trip; the body may do nothing after it but return.
  Task<std::vector<Result>> ExecuteAndCommit(Batch batch);

 private:
  friend class Database;
  enum class State { kUnbegun, kOpen, kCommitSent, kCommitted };

  Task<> TakeLease();
  Task<Result> ExecuteOne(Query query);
  Task<std::vector<Result>> Run(std::vector<Query> queries, std::string_view name);
  Task<> Commit();
  // Rolls back unless committed; the lease returns once the server has answered.
  void Abandon();

  std::shared_ptr<internal::Pool> pool_;
  std::unique_ptr<internal::Lease> lease_;
  const Work work_;
  State state_ = State::kUnbegun;
};

class Database {
 public:
  using Options = postgres::Options;
  using Stats = postgres::Stats;

  Database(boost::asio::io_context& io, Options options);
  ~Database();
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;

  // Makes all connections; throws Error UNAVAILABLE with the last refusal
  // if some are missing at the deadline.
  Task<> Open(runtime::Deadline deadline);
  // Refuses new calls, waits for those under way until the deadline, then closes.
  Task<> Close(runtime::Deadline deadline);

  template <class... Args>
  Task<Result> Read(Work work, const Statement& statement, const Args&... args) {
    return ReadOne(work, {statement, Parameters::Of(args...)});
  }
  // Several reads in one round trip; not one snapshot.
  Task<std::vector<Result>> Read(Work work, Batch batch);

  template <class... Args>
  Task<Result> Write(Work work, const Statement& statement, const Args&... args) {
    return WriteOne(work, {statement, Parameters::Of(args...)});
  }
  // All statements or none. A serialization failure or deadlock runs the batch again, three times in all.
  Task<std::vector<Result>> Write(Work work, Batch batch);

  // Runs `body(Tx&)`, a callable that returns Task<T>, and commits; rolls back when it throws or is
  // cancelled. A serialization failure or deadlock runs the body again,
  // three times in all: it must have no other effects.
  template <class Body>
  std::invoke_result_t<Body&, Tx&> Transaction(Work work, Body body) {
    using Value = typename std::invoke_result_t<Body&, Tx&>::value_type;
    for (int attempt = 1;; ++attempt) {
      Tx tx(writers_, work);
      co_await tx.TakeLease();
      try {
        if constexpr (std::is_void_v<Value>) {
          co_await body(tx);
          co_await tx.Commit();
          co_return;
        } else {
          Value value = co_await body(tx);
          co_await tx.Commit();
          co_return value;
        }
      } catch (const SqlError& error) {
        if (!error.MayRunAgain()) throw;
        if (attempt == kAttempts) throw Conflict(error);
      }
      tx.Abandon();
      co_await PauseBefore(attempt + 1);
    }
  }

  Stats Snapshot() const;
  const Options& Settings() const;

 private:
  static constexpr int kAttempts = 3;

  Task<Result> ReadOne(Work work, Query query);
  Task<Result> WriteOne(Work work, Query query);
  static Task<> PauseBefore(int attempt);

  std::shared_ptr<internal::Pool> readers_;
  std::shared_ptr<internal::Pool> writers_;
};

}  // namespace market::postgres
