// A peer that acts once per event: it is told of every event of the types it wants, until it has done its part.
//
// What is new in the log is handed on to the outbox, one message per event, ordered per aggregate, and a relay of the
// subscription's own delivers it to any replica of the peer: so a subscriber, or one aggregate of it, that fails delays
// nobody else, and retries, parking and what operators see of it are those of the outbox. The peer may be told twice and
// keeps an inbox (inbox.hpp). A subscriber hears of what happens after it was there for the first time.
//
// Owner: the service, which spawns Deliveries().Run() and calls HandOn from a loop; any number of replicas may. Io thread
// only. Needs the migration sets "events" and "outbox".
#pragma once
#include <cstddef>
#include <functional>
#include <string>
#include <vector>

#include "platform/events/event.hpp"
#include "platform/outbox/relay.hpp"
#include "platform/postgres/database.hpp"

namespace market::events {

class Subscription {
 public:
  // Tells a replica of the peer. Throws: it is told again.
  using Deliver = std::function<Task<>(const Event& event, const telemetry::Span& span)>;

  struct Options {
    std::string subscriber;          // names its position for ever
    std::vector<std::string> types;  // events::TypeOf(…).name
    std::size_t at_once = 500;
    outbox::Relay::Options relay;
  };

  Subscription(postgres::Database& database, telemetry::Tracer& tracer, Deliver deliver, Options options);

  // Hands on what is new, at most `at_once` events; gives how many it looked at: 0, there is nothing new or another
  // replica is at it.
  Task<std::size_t> HandOn(Work work);
  outbox::Relay& Deliveries() { return relay_; }

 private:
  Task<std::size_t> HandOn(postgres::Tx& tx);

  postgres::Database& database_;
  const Options options_;
  const std::string topic_;
  outbox::Relay relay_;
  bool joined_ = false;
};

}  // namespace market::events
