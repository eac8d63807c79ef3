// Moves parts on that nobody moves: what its shop does not accept in time is rejected and paid back, what was shipped long
// ago counts as delivered, what was delivered long ago is completed.
//
// Any number of replicas may, since a part is taken by lease and moved under its lock, out of the state that it was
// found in: who accepts it meanwhile has it.
#pragma once
#include <chrono>
#include <vector>

#include "platform/core/clock.hpp"
#include "platform/outbox/relay.hpp"
#include "platform/rpc/call_context.hpp"
#include "platform/runtime/leased_work.hpp"
#include "platform/telemetry/tracer.hpp"
#include "services/order/metrics.hpp"
#include "services/order/storage/timers.hpp"
#include "services/order/storage/transitions.hpp"

namespace market::order {

class PartTimers {
 public:
  struct Options {
    std::chrono::milliseconds poll{1000};
    runtime::Patience patience{};
  };

  // All of them must outlive it.
  PartTimers(storage::Timers& timers, storage::Transitions& transitions, outbox::Relay& relay,
             telemetry::Tracer& tracer, const Clock& clock, Metrics& metrics, Options options);

  runtime::LeasedWork& Moving() { return moving_; }

 private:
  Task<std::vector<runtime::LeasedWork::Job>> Take(std::size_t limit);
  Task<> MoveOn(storage::Overdue part);
  Task<storage::Moved> Step(CallContext& call, storage::Overdue part);

  storage::Timers& timers_;
  storage::Transitions& transitions_;
  outbox::Relay& relay_;
  telemetry::Tracer& tracer_;
  const Clock& clock_;
  Metrics& metrics_;
  runtime::LeasedWork moving_;
};

}  // namespace market::order
