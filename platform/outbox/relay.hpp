// Delivers the outbox: claims due messages, calls the topic's handler, deletes what was delivered.
//
// A claim is a lease on the row (next_attempt_at in the future), so no transaction is open while a handler
// talks to a peer, any number of relays may run, and a relay that dies loses nothing: its messages are due
// again when the lease ends. A handler that throws is called again after a full-jitter backoff, for ever;
// later messages of the same key wait for it. Topics without a handler are left alone: they neither block a
// key nor wait for it.
//
// Owner: the process spawns Run() in a TaskGroup and cancels it at shutdown; Run then cancels its handlers,
// gives their messages back and returns. Io thread only. Limits: `concurrency` handlers at once.
#pragma once
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "platform/outbox/outbox.hpp"
#include "platform/postgres/database.hpp"
#include "platform/runtime/one_shot.hpp"
#include "platform/runtime/task.hpp"
#include "platform/runtime/task_group.hpp"
#include "platform/telemetry/tracer.hpp"

namespace market::outbox {

class Relay {
 public:
  // `span` continues the trace of the request that appended the message, and ends with the delivery.
  using Handler = std::function<Task<>(const Message&, const telemetry::Span& span)>;

  struct Options {
    std::size_t concurrency = 32;
    std::chrono::milliseconds lease{30'000};  // longer than any handler's own deadline
    std::chrono::milliseconds poll{1000};     // finds what other processes appended
    std::chrono::milliseconds backoff_min{500};
    std::chrono::milliseconds backoff_max{60'000};
    std::chrono::milliseconds measure_every{5000};
    // Failed deliveries, and failures of the relay itself with a null message; for the log.
    std::function<void(const Message* message, std::string_view error)> on_error;
  };

  struct Gauges {
    std::int64_t pending = 0;  // counted up to 100,000
    std::chrono::milliseconds oldest_age{0};
    std::uint64_t delivered = 0;
    std::uint64_t failed = 0;
  };

  Relay(postgres::Database& database, telemetry::Tracer& tracer, Options options);
  Relay(postgres::Database& database, telemetry::Tracer& tracer) : Relay(database, tracer, Options()) {}

  // Before Run.
  void Handle(std::string topic, Handler handler);
  Task<> Run();
  // There may be something to deliver: call it right after a commit that appended.
  void Wake();
  // As of the last measurement (Options::measure_every).
  Gauges Snapshot() const { return gauges_; }

 private:
  // Claims and starts what there is room for; gives how many.
  Task<std::size_t> Round();
  Task<std::vector<Message>> ClaimDue(std::size_t limit);
  Task<> Deliver(Message message);
  // Deletes what was delivered; an unnamed failure is none.
  Task<> Settle(const telemetry::Span& span, const Message& message, const std::string& failure,
                std::chrono::milliseconds delay);
  Task<> MeasureIfDue();
  Task<> WaitForWork(std::chrono::milliseconds limit);
  std::chrono::milliseconds Backoff(int attempt) const;
  void Report(const Message* message, std::string_view error) const;

  postgres::Database& database_;
  telemetry::Tracer& tracer_;
  const Options options_;
  std::map<std::string, Handler, std::less<>> handlers_;
  std::vector<std::string> topics_;
  std::shared_ptr<runtime::TaskGroup> deliveries_;
  std::shared_ptr<runtime::OneShot<>> waiting_;
  bool woken_ = false;
  bool stopping_ = false;
  std::size_t busy_ = 0;
  runtime::Deadline measure_at_{};
  Gauges gauges_;
};

}  // namespace market::outbox
