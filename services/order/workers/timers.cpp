#include "services/order/workers/timers.hpp"

#include <string>

#include "platform/core/error.hpp"
#include "platform/telemetry/log.hpp"

namespace market::order {
namespace {

using domain::ReturnState;
using domain::State;

constexpr std::chrono::seconds kTimerStatementLimit{5};
constexpr std::chrono::seconds kRunLimit{10};  // of one part; shorter than its lease
constexpr std::string_view kNotAccepted = "the shop did not accept it in time";
constexpr std::string_view kNotSent = "it was not sent in time";

// The same for all who find it: a second one's is a repetition.
Uuid OperationOf(const storage::Overdue& part) {
  return Uuid::FromName("timer " + part.part.ToString() + ' ' + std::string(domain::Name(part.state)));
}

Uuid OperationOf(const storage::OverdueReturn& coming) {
  return Uuid::FromName("timer " + coming.id.ToString() + ' ' + std::string(domain::Name(coming.state)));
}

// What time makes of a return.
storage::ReturnMove MoveOf(const storage::OverdueReturn& coming) {
  storage::ReturnMove move{.from = coming.state};
  switch (coming.state) {
    case ReturnState::kRequested:
      move.to = ReturnState::kApproved;
      return move;
    case ReturnState::kApproved:
      move.to = ReturnState::kRejected;
      move.rejected_reason = kNotSent;
      return move;
    default:
      move.to = ReturnState::kClosed;
      return move;
  }
}

}  // namespace

PartTimers::PartTimers(storage::Timers& timers, storage::Transitions& transitions, storage::Returns& returns,
                       outbox::Relay& relay, telemetry::Tracer& tracer, const Clock& clock, Metrics& metrics,
                       Options options)
    : timers_(timers),
      transitions_(transitions),
      returns_(returns),
      relay_(relay),
      tracer_(tracer),
      clock_(clock),
      metrics_(metrics),
      moving_({.name = "order.timers", .poll = options.poll, .patience = options.patience},
              [this](std::size_t limit) { return Take(limit); }) {}

Task<std::vector<runtime::LeasedWork::Job>> PartTimers::Take(std::size_t limit) {
  std::vector<runtime::LeasedWork::Job> jobs;
  for (const auto& part : co_await timers_.TakeDue(runtime::After(kTimerStatementLimit), limit)) {
    jobs.push_back({.id = part.part.ToString(),
                    .attempts = part.attempts,
                    .failures = part.failures,
                    .run = [this, part] { return MoveOn(part); },
                    .put_back =
                        [this, part](runtime::Setback setback) {
                          return timers_.PutBack(runtime::After(kTimerStatementLimit), part,
                                                 std::move(setback));
                        }});
  }
  if (jobs.size() < limit) {
    const auto due =
        co_await timers_.TakeDueReturns(runtime::After(kTimerStatementLimit), limit - jobs.size());
    for (const auto& coming : due) {
      jobs.push_back({.id = coming.id.ToString(),
                      .attempts = coming.attempts,
                      .failures = coming.failures,
                      .run = [this, coming] { return MoveReturnOn(coming); },
                      .put_back =
                          [this, coming](runtime::Setback setback) {
                            return timers_.PutBack(runtime::After(kTimerStatementLimit), coming,
                                                   std::move(setback));
                          }});
    }
  }
  moving_.Rounds().SetParked(co_await timers_.CountParked(runtime::After(kTimerStatementLimit)));
  co_return jobs;
}

Task<> PartTimers::MoveOn(storage::Overdue part) {
  auto span = tracer_.Continue("part.timer", telemetry::SpanKind::kInternal, "");
  auto call = CallContext::ForWork(kRunLimit, span);
  try {
    const auto moved = co_await Step(call, part);
    for (const auto step : moved.steps) metrics_.Moved(step, 1);
    telemetry::log::Info(
        "part.moved_on",
        {{"seller_order_id", part.part.ToString()}, {"state", domain::Name(moved.part.state)}},
        &call.Trace());
  } catch (const Error& error) {
    if (error.reason != "ILLEGAL_TRANSITION") throw;  // somebody has moved it meanwhile
  }
  co_await timers_.Finish(runtime::After(kTimerStatementLimit), part);
  relay_.Wake();
}

Task<storage::Moved> PartTimers::Step(CallContext& call, storage::Overdue part) {
  const auto operation = OperationOf(part);
  const auto trace = call.Trace().ToTraceparent();
  if (part.state == State::kPlaced) {
    return transitions_.End(call, part.part, storage::Scope::Everything(),
                            {.to = State::kRejected,
                             .actor = {},
                             .reason = std::string(kNotAccepted),
                             .units = {},
                             .from = State::kPlaced},
                            operation, trace, clock_.Now());
  }
  const auto to = part.state == State::kShipped ? State::kDelivered : State::kCompleted;
  return transitions_.Move(call, part.part, storage::Scope::Everything(), to, {}, operation, trace,
                           clock_.Now());
}

Task<> PartTimers::MoveReturnOn(storage::OverdueReturn coming) {
  auto span = tracer_.Continue("return.timer", telemetry::SpanKind::kInternal, "");
  auto call = CallContext::ForWork(kRunLimit, span);
  try {
    const auto moved =
        co_await returns_.Move(call, coming.id, storage::Scope::Everything(), MoveOf(coming),
                               OperationOf(coming), call.Trace().ToTraceparent(), clock_.Now());
    telemetry::log::Info("return.moved_on",
                         {{"return_id", coming.id.ToString()}, {"state", domain::Name(moved.state)}},
                         &call.Trace());
  } catch (const Error& error) {
    if (error.reason != "ILLEGAL_TRANSITION") throw;  // somebody has moved it meanwhile
  }
  co_await timers_.Finish(runtime::After(kTimerStatementLimit), coming);
  relay_.Wake();
}

}  // namespace market::order
