// Internal to the room: one libpq connection in pipeline mode and the queue of what it was asked.
//
// Requests handed in during one turn of the loop are sent at its end. Up to kReadsPerSync reads share one
// Sync; when one of them fails, the server skips those after it and they are sent again. Every other request
// has a Sync of its own and so is a transaction of its own, unless it is a step of an explicit one.
//
// A request that has the connection for itself is cancelled in the server when its caller has left and it is
// what the server works on; nothing is sent until the server has heard that.
//
// What libpq gives is matched to `expected_` first in, first out; entries stay until their answer came,
// whether or not anyone still waits. Ends by Close(), a lost socket, an error that retires the connection
// (then once all answers are in), or silence: no bytes for `stall_timeout` while something is expected.
// Requests not yet answered then fail as errors.hpp says. Held by shared_ptr; handlers of the loop keep it
// alive. Io thread only.
#pragma once
#include <boost/asio/io_context.hpp>
#include <chrono>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "platform/postgres/canceller.hpp"
#include "platform/postgres/connect.hpp"
#include "platform/postgres/request.hpp"
#include "platform/runtime/deadline_wheel.hpp"
#include "platform/runtime/one_shot.hpp"

namespace market::postgres::internal {

struct Counters {
  std::uint64_t queries = 0;
  std::uint64_t errors = 0;
  std::uint64_t cancelled = 0;
  std::chrono::nanoseconds busy{0};
  std::size_t in_flight = 0;
};

// What all connections of a pool share and report to; outlives them.
struct Shared {
  Counters counters;
  std::function<void(std::string_view, std::chrono::nanoseconds, bool)> on_query;
  std::function<void()> on_idle;  // nothing is in flight any more
  std::shared_ptr<Canceller> canceller;
  std::chrono::milliseconds stall_timeout{0};
};

class Connection final : public std::enable_shared_from_this<Connection>, runtime::DeadlineWheel::Entry {
 public:
  Connection(boost::asio::io_context& io, ConnectionPtr connection, std::shared_ptr<Shared> shared);
  ~Connection();

  // Enters pipeline mode and starts reading. Throws Error UNAVAILABLE when libpq refuses.
  void Start();
  // Takes new requests.
  bool Open() const { return open_ && !retiring_; }
  // How busy it is.
  std::size_t InFlight() const { return in_flight_ + (cancelling_ ? 1 : 0); }
  void Submit(std::shared_ptr<Request> request);
  // Of the request that has the connection for itself.
  void CallerLeft() { CancelIfAbandoned(); }
  void Close();
  // Completes when the connection has ended.
  runtime::OneShot<>& Ended() { return ended_; }
  const std::string& WhyEnded() const { return why_ended_; }

 private:
  static constexpr std::size_t kReadsPerSync = 32;
  static constexpr std::size_t kMaxPrepared = 1000;  // beyond it statements are parsed each time

  struct Prepared {
    enum class State : std::uint8_t { kNone, kAsked, kReady };
    std::string sql;
    std::string name;
    State state = State::kNone;
  };
  struct Expected {
    enum class Kind : std::uint8_t { kPrepare, kQuery, kSync };
    Kind kind;
    std::shared_ptr<Request> request;  // null for the Sync of reads
    std::size_t query = 0;
    Prepared* prepared = nullptr;
  };
  void ScheduleFlush();
  void Flush();
  bool SendAll();
  bool Send(const std::shared_ptr<Request>& request);
  bool SendQuery(const std::shared_ptr<Request>& request, std::size_t index);
  Prepared* PreparedFor(const Statement& statement);
  void PushOut();
  void WatchReadable();
  void OnReadable();
  void Drain();
  void OnResult(PGresult* result);
  void OnSync();
  void OnError(const PGresult* result);
  void OnSkipped();
  void OnAnswer(Result result);
  void CancelIfAbandoned();
  void OnCancelHeard();
  void Complete(Request& request);
  void Lose(std::string why);
  void FailLost(Request& request, bool sent);
  void OnDeadline() override;

  boost::asio::io_context& io_;
  std::shared_ptr<Shared> shared_;
  ConnectionPtr connection_;
  SocketWatch socket_;  // before connection_ is finished it is released
  bool open_ = false;
  bool retiring_ = false;
  bool flush_scheduled_ = false;
  bool write_blocked_ = false;
  bool cancelling_ = false;
  std::size_t in_flight_ = 0;
  std::deque<std::shared_ptr<Request>> queue_;
  std::deque<Expected> expected_;
  // By where the text stands: statements are constants, and a kilobyte need not be hashed for each of them.
  std::unordered_map<const char*, Prepared> prepared_;
  std::chrono::steady_clock::time_point heard_at_;
  runtime::OneShot<> ended_;
  std::string why_ended_;
  // Reused by every send.
  std::vector<const char*> values_;
  std::vector<int> lengths_;
  std::vector<int> formats_;
};

}  // namespace market::postgres::internal
