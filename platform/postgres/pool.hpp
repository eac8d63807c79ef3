// Internal to the room: the connections of one class, kept open, and who may use which.
//
// Each slot has a keeper, a worker whose round is the life of one connection; one that was lost is made anew,
// with backoff. Shared requests go to the connection with the fewest in flight that is not
// leased; a lease takes a connection out of sharing. Who finds all of them leased waits its turn, `pool_wait`
// (for a list `list_wait`) at most; who finds none open fails at once. Held by shared_ptr:
// a lease may outlive the Database. Io thread only.
#pragma once
#include <boost/asio/io_context.hpp>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "platform/postgres/connection.hpp"
#include "platform/postgres/database.hpp"
#include "platform/postgres/request.hpp"
#include "platform/runtime/every.hpp"
#include "platform/runtime/one_shot.hpp"
#include "platform/runtime/task_group.hpp"

namespace market::postgres::internal {

class Pool;

class Lease {
 public:
  Lease(std::shared_ptr<Pool> pool, std::shared_ptr<Connection> connection)
      : pool_(std::move(pool)), connection_(std::move(connection)) {}
  ~Lease();
  Lease(const Lease&) = delete;
  Lease& operator=(const Lease&) = delete;

  Connection& Use() { return *connection_; }
  const std::shared_ptr<Connection>& Share() const { return connection_; }

 private:
  std::shared_ptr<Pool> pool_;
  std::shared_ptr<Connection> connection_;
};

class Pool final : public std::enable_shared_from_this<Pool> {
 public:
  Pool(boost::asio::io_context& io, std::shared_ptr<const Options> options,
       std::shared_ptr<Canceller> canceller, Share share, std::size_t size);

  Task<> Open(runtime::Deadline deadline);
  Task<> Close(runtime::Deadline deadline);
  // Ends everything now; callers under way fail with UNAVAILABLE.
  void Shutdown();

  // Runs the request on a shared connection; returns when `done`, throws as its error says.
  Task<> Run(Work work, std::shared_ptr<Request> request);
  // The same on a connection by itself; cancelled in the server when its caller leaves.
  Task<> RunAlone(Work work, std::shared_ptr<Request> request);
  // A span for each of its queries, where the work is recorded.
  void Trace(const Work& work, Request& request) const;
  Task<std::unique_ptr<Lease>> Take(runtime::Deadline deadline);
  void Return(const Connection* connection);

  void AddTo(Stats& stats) const;

 private:
  struct Slot {
    std::shared_ptr<Connection> connection;
    bool leased = false;
    std::optional<runtime::Every> keeper;

    void Vacate() {
      connection = nullptr;
      leased = false;
    }
  };
  using Turn = runtime::OneShot<>;

  static Task<> Keep(std::shared_ptr<Pool> pool, std::size_t slot);
  Task<> Serve(std::size_t slot);
  void Install(Slot& slot, std::shared_ptr<Connection> connection);
  void Report(std::string_view event, std::string_view detail) const;
  Slot* Pick();
  bool AnyOpen() const;
  std::size_t CountOpen() const;
  std::size_t CountLeased() const;
  // Who waits until `patience` is over, before its own deadline, hears that there is too much to do.
  Task<Slot*> PickOrWait(runtime::Deadline deadline, std::chrono::milliseconds patience);
  Task<std::unique_ptr<Lease>> Take(runtime::Deadline deadline, std::chrono::milliseconds patience);
  std::chrono::milliseconds StatementTimeout() const;
  void ServeWaiters();
  void CheckIdle();

  boost::asio::io_context& io_;
  const std::shared_ptr<const Options> options_;
  const Share share_;
  const std::shared_ptr<Shared> shared_;
  std::vector<Slot> slots_;
  std::deque<std::shared_ptr<Turn>> waiters_;
  runtime::TaskGroup keepers_;
  std::shared_ptr<runtime::OneShot<>> all_open_;
  std::shared_ptr<runtime::OneShot<>> idle_;
  std::string last_failure_;
  bool stopping_ = false;
};

}  // namespace market::postgres::internal
