// Delivers the outbox: claims due messages, calls the topic's handler, deletes what was delivered.
//
// A claim is a lease on the row (next_attempt_at in the future), so no transaction is open while a handler
// talks to a peer, any number of relays may run, and a relay that dies loses nothing: its messages are due
// again when the lease ends. A message whose handler throws is due again after a growing pause, for ever
// while the peer is only away; one that is refused or breaks again and again is parked
// (runtime/setback.hpp). Later messages of the same key wait for it either way: what is parked must not be
// overtaken, an operator lets it go on or drops it. However many wait, claims stay as quick as if they were not there: those of
// the same topic are put off until the one before them is gone. Topics without a handler are left alone: they neither
// block a key nor wait for it.
//
// Owner: the process runs Deliveries and Measuring until the stop, when handlers are cancelled and their
// messages given back. Io thread only. Limits: `concurrency` handlers at once.
#pragma once
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "platform/outbox/outbox.hpp"
#include "platform/postgres/database.hpp"
#include "platform/runtime/every.hpp"
#include "platform/runtime/leased_work.hpp"
#include "platform/runtime/task.hpp"
#include "platform/telemetry/tracer.hpp"

namespace market::outbox {

class Relay {
 public:
  // What a parked message does to the later ones of its key.
  enum class Parked { kHoldsItsKey, kIsPassed };

  // Who deletes a message that was delivered. The relay does it without waiting for the disk: after a crash such
  // a message is delivered again. A handler that writes down what came of it does both in one transaction, by
  // AppendDelivered.
  enum class Deletes { kRelay, kHandler };

  // `span` continues the trace of the request that appended the message, and ends with the delivery.
  using Handler = std::function<Task<>(const Message&, const telemetry::Span& span)>;

  struct Options {
    std::string name = "outbox";  // whose: its workers are <name>.relay and <name>.outbox
    std::size_t concurrency = 32;
    std::chrono::milliseconds lease{30'000};  // longer than any handler's own deadline
    std::chrono::milliseconds poll{1000};     // finds what other processes appended
    runtime::Patience patience{};
    Parked parked = Parked::kHoldsItsKey;
    std::chrono::milliseconds measure_every{5000};
  };

  struct Gauges {
    std::int64_t pending = 0;  // counted up to 100,000; parked ones are not among them
    std::chrono::milliseconds oldest_age{0};
    std::int64_t parked = 0;
    std::uint64_t delivered = 0;
    std::uint64_t failed = 0;
  };

  Relay(postgres::Database& database, telemetry::Tracer& tracer, Options options);
  Relay(postgres::Database& database, telemetry::Tracer& tracer) : Relay(database, tracer, Options()) {}

  // Before the start.
  void Handle(std::string topic, Handler handler, Deletes deletes = Deletes::kRelay);
  // There may be something to deliver: call it right after a commit that appended.
  void Wake() { deliveries_.Wake(); }

  const std::string& Name() const { return options_.name; }
  runtime::LeasedWork& Deliveries() { return deliveries_; }
  // Apart from Deliveries, so that neither stops the other.
  runtime::Every& Measuring() { return measuring_; }
  // What the database knows is as of the last measurement.
  Gauges Snapshot() const;

 private:
  Task<std::vector<runtime::LeasedWork::Job>> Claim(std::size_t limit);
  Task<> Deliver(std::shared_ptr<const Message> message);
  Task<> PutBack(std::shared_ptr<const Message> message, runtime::Setback setback);
  Task<> Measure();

  postgres::Database& database_;
  telemetry::Tracer& tracer_;
  const Options options_;
  struct Topic {
    Handler handler;
    Deletes deletes = Deletes::kRelay;
  };
  std::map<std::string, Topic, std::less<>> handlers_;
  std::vector<std::string> topics_;
  runtime::LeasedWork deliveries_;
  runtime::Every measuring_;
  Gauges gauges_;
};

}  // namespace market::outbox
