// A peer that acts once per event: it is told of every event of the types it wants,
// until it has done its part.
//
// What is new in the log is handed on to the outbox, one message per event, ordered per aggregate, and a
// relay of the subscription's own delivers it to any replica of the peer: so a subscriber, or one aggregate
// of it, that fails delays nobody else, and retries, parking and what operators see of it are those of the
// outbox; but later events pass one that is parked. The peer may be told twice and keeps an inbox
// (inbox.hpp). A subscriber hears of what happens after it was there for the first time.
//
// Owner: the service, which runs HandingOn() and the workers of Relay(); any number of replicas may. Io
// thread only. Needs the migration sets "events" and "outbox".
#pragma once
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "platform/events/event.hpp"
#include "platform/outbox/relay.hpp"
#include "platform/postgres/database.hpp"
#include "platform/runtime/every.hpp"

namespace market::events {

class Subscription {
 public:
  // Tells a replica of the peer. Throws: it is told again.
  using Deliver = std::function<Task<>(const Event& event, const telemetry::Span& span)>;

  struct Options {
    std::string subscriber;          // names its position for ever
    std::vector<std::string> types;  // events::TypeOf(…).name
    std::size_t at_once = 500;
    std::chrono::milliseconds poll{1000};
    // What is told in the order in which it happened: what has the same of these. Without it the aggregate.
    std::function<std::string(const Event&)> key = {};
    // Nothing more is handed on while so many are waiting for their delivery: while the peer is away the rest stays in the
    // log, where it costs nobody a look. Without it there is no limit.
    std::optional<std::int64_t> waiting_max = {};
    outbox::Relay::Options
        relay;  // `name` is the service; the workers are <service>.<subscriber> and those below it
  };

  Subscription(postgres::Database& database, telemetry::Tracer& tracer, Deliver deliver, Options options);

  // Hands on what is new, at most `at_once` events; gives how many it looked at: 0, there is nothing new or
  // another replica is at it.
  Task<std::size_t> HandOn(Work work);
  // Hands on, again and again.
  runtime::Every& HandingOn() { return handing_on_; }
  outbox::Relay& Relay() { return relay_; }

 private:
  Task<runtime::Every::Next> HandOnRound();
  Task<std::size_t> HandOn(postgres::Tx& tx);

  postgres::Database& database_;
  const Options options_;
  const std::string topic_;
  outbox::Relay relay_;
  runtime::Every handing_on_;
  bool joined_ = false;
};

}  // namespace market::events
