// PostgreSQL for one service: a few connections on the io thread, shared by all callers.
//
//   Read         what a key finds: quick. Shared connections; the reads of one turn of the loop travel
//                together. The statement must have no effects: it is sent again by itself when a neighbour
//                in its pipeline failed.
//   List         what may take long: a search, a page of a list, a count. No effects either. A connection by
//                itself, so that it holds up nobody else's statement.
//   Write        one statement or one Batch is one transaction and one round trip, on shared connections.
//   Transaction  for a later statement that depends on an earlier result: a leased connection, BEGIN, COMMIT.
//                Work that is a part of one (Tx::Part) is done within it, whichever of the four it is.
//
// Connections are kept in classes (Share), so that what one kind of work takes is not missing to another:
// the call says whether it is a Read, a List or a Write, its Work whose traffic it is. Of a class the least
// busy connection is chosen.
//
// Owner: the process; must be closed before it is destroyed, and outlives its callers. Io thread only.
// Fails as errors.hpp says. A connection that is lost is made anew with backoff; meanwhile the others serve,
// and with none left calls fail at once. A caller that leaves (deadline, cancellation) never disturbs the
// others: what was not sent yet is dropped, a late answer is ignored. What runs for it on a connection of its
// own (a List, a statement of a Transaction) is cancelled in the server. A Read shares its connection and a
// commit may have happened already: these end by themselves, the class's statement timeout at the latest.
// Limits: Options; `max_queued` requests a class, `pool_wait` for a connection to become free.
#pragma once
#include <array>
#include <boost/asio/io_context.hpp>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "platform/core/words.hpp"
#include "platform/postgres/errors.hpp"
#include "platform/postgres/result.hpp"
#include "platform/postgres/statement.hpp"
#include "platform/runtime/task.hpp"
#include "platform/telemetry/work.hpp"

namespace market::postgres {

// The classes of connections.
enum class Share : std::uint8_t { kReads, kCheckoutReads, kLists, kWrites, kCheckouts, kWorkers };
inline constexpr Words<Share, 6> kShares{
    "class of connections", {"reads", "checkout_reads", "lists", "writes", "checkouts", "workers"}};
inline std::string_view Name(Share share) { return kShares.Name(share); }

struct Options {
  std::string conninfo;  // libpq's key=value form or URI
  std::string name = "main";
  std::size_t read_connections = 2;
  std::size_t write_connections = 8;
  // Of the classes below, 0: none of their own. They then use those for reads or writes, which is enough for
  // a program that does one thing.
  std::size_t checkout_read_connections = 0;
  std::size_t list_connections = 0;
  std::size_t checkout_connections = 0;  // for writes
  std::size_t worker_connections = 0;    // for lists and writes
  std::chrono::milliseconds connect_timeout{2000};
  std::chrono::milliseconds pool_wait{100};
  // For a List: statements before it in the queue may take their time.
  std::chrono::milliseconds list_wait{1000};
  std::chrono::milliseconds statement_timeout{5000};
  // Of the connections for reads, and of those for workers; none: `statement_timeout`.
  std::optional<std::chrono::milliseconds> read_timeout;
  std::optional<std::chrono::milliseconds> worker_timeout;
  std::chrono::milliseconds lock_timeout{1000};
  std::size_t max_queued = 4096;
  std::size_t max_queued_lists = 64;
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
  std::uint64_t cancelled = 0;       // in the server: nobody waited any more
  std::chrono::nanoseconds busy{0};  // in which statements were under way, each counted
};

namespace internal {
class Canceller;
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

  // The work of the body for those who would make transactions of their own: what they do with it is a part of this one,
  // done or undone with all of it. They end nothing: from now on the commit comes when the body has returned.
  Work Part();

 private:
  friend class Database;
  enum class State { kUnbegun, kOpen, kCommitSent, kCommitted };

  Task<> TakeLease();
  Task<Result> ExecuteOne(Query query);
  Task<std::vector<Result>> Run(std::vector<Query> queries, std::string_view name);
  Task<std::vector<Result>> ExecuteAndEnd(Batch batch);
  Task<> Commit();
  // Rolls back unless committed; the lease returns once the server has answered.
  void Abandon();

  std::shared_ptr<internal::Pool> pool_;
  std::unique_ptr<internal::Lease> lease_;
  const Work work_;
  State state_ = State::kUnbegun;
  bool has_parts_ = false;
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
  Task<Result> List(Work work, const Statement& statement, const Args&... args) {
    return ListOne(work, {statement, Parameters::Of(args...)});
  }
  Task<std::vector<Result>> List(Work work, Batch batch);

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
    if (work.within != nullptr) co_return co_await body(*work.within);
    for (int attempt = 1;; ++attempt) {
      Tx tx(WritersFor(work), work);
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
  // Of one class; of the class whose connections it uses when it has none.
  Stats Snapshot(Share share) const;
  // Whether the class has connections of its own.
  bool Has(Share share) const;
  const Options& Settings() const { return *options_; }

 private:
  static constexpr int kAttempts = 3;

  static std::size_t ConnectionsOf(const Options& options, Share share);
  internal::Pool& PoolOf(Share share) const { return *pools_[static_cast<std::size_t>(share)]; }
  internal::Pool& ReadersFor(const Work& work) const;
  internal::Pool& ListersFor(const Work& work) const;
  const std::shared_ptr<internal::Pool>& WritersFor(const Work& work) const;

  Task<Result> ReadOne(Work work, Query query);
  Task<Result> ListOne(Work work, Query query);
  Task<Result> WriteOne(Work work, Query query);
  static Task<> PauseBefore(int attempt);

  const std::shared_ptr<const Options> options_;
  const std::shared_ptr<internal::Canceller> canceller_;
  std::array<std::shared_ptr<internal::Pool>, kShares.words.size()> pools_;  // some may be the same
};

}  // namespace market::postgres
