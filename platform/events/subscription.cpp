#include "platform/events/subscription.hpp"

#include <algorithm>
#include <stdexcept>

#include "platform/events/log.hpp"

namespace market::events {
namespace {

using postgres::Statement;

constexpr Statement kJoin{"events.join", R"sql(
  INSERT INTO event_subscription (subscriber, xid, seq) VALUES ($1, pg_snapshot_xmin(pg_current_snapshot()), 0)
  ON CONFLICT (subscriber) DO NOTHING)sql"};
// Spares a transaction where there is nothing to do.
constexpr Statement kAnythingNew{"events.anything_new", R"sql(
  SELECT EXISTS (SELECT FROM event_subscription s JOIN event e ON (e.xid, e.seq) > (s.xid, s.seq)
                 WHERE s.subscriber = $1 AND e.xid < pg_snapshot_xmin(pg_current_snapshot())))sql"};
// As far as the limit.
constexpr Statement kWaiting{"events.waiting", R"sql(
  SELECT count(*) FROM (SELECT 1 FROM outbox WHERE topic = $1 AND parked_at IS NULL LIMIT $2) AS waiting)sql"};
// The lock orders what is appended to the outbox: one replica hands on at a time.
constexpr Statement kPosition{
    "events.position",
    "SELECT xid, seq FROM event_subscription WHERE subscriber = $1 FOR UPDATE SKIP LOCKED"};
constexpr Statement kAdvance{"events.advance",
                             "UPDATE event_subscription SET xid = $2::xid8, seq = $3 WHERE subscriber = $1"};

Event EventFrom(const outbox::Message& message) {
  Event event;
  if (!event.ParseFromString(message.payload) || !Uuid::Parse(event.id())) {
    throw std::runtime_error("message " + message.id.ToString() + " of " + message.topic +
                             " is not an event");
  }
  return event;
}

constexpr std::chrono::seconds kHandOnLimit{10};

outbox::Relay::Options RelayOf(const Subscription::Options& options) {
  auto relay = options.relay;
  relay.name += '.' + options.subscriber;
  relay.parked = outbox::Relay::Parked::kIsPassed;
  return relay;
}

}  // namespace

Subscription::Subscription(postgres::Database& database, telemetry::Tracer& tracer, Deliver deliver,
                           Options options)
    : database_(database),
      options_(std::move(options)),
      topic_("event." + options_.subscriber),
      relay_(database, tracer, RelayOf(options_)),
      handing_on_({.name = options_.relay.name + '.' + options_.subscriber, .period = options_.poll},
                  [this] { return HandOnRound(); }) {
  relay_.Handle(
      topic_,
      [deliver = std::move(deliver)](const outbox::Message& message, const telemetry::Span& span) -> Task<> {
        const auto event = EventFrom(message);
        co_await deliver(event, span);
      });
}

Task<runtime::Every::Next> Subscription::HandOnRound() {
  const auto seen = co_await HandOn(runtime::After(kHandOnLimit));
  co_return seen > 0 ? runtime::Every::Next::kAtOnce : runtime::Every::Next::kLater;
}

Task<std::size_t> Subscription::HandOn(Work work) {
  if (!joined_) {
    co_await database_.Write(work, kJoin, options_.subscriber);
    joined_ = true;
  }
  const auto look = co_await database_.Read(work, kAnythingNew, options_.subscriber);
  if (!look.One().GetBool(0)) co_return 0;
  if (const auto& most = options_.waiting_max) {
    const auto waiting = co_await database_.Read(work, kWaiting, topic_, *most);
    if (waiting.One().Int(0) >= *most) co_return 0;
  }
  const auto hand_on = [this](postgres::Tx& tx) { return HandOn(tx); };
  const auto seen = co_await database_.Transaction(work, hand_on);
  if (seen > 0) relay_.Wake();
  co_return seen;
}

Task<std::size_t> Subscription::HandOn(postgres::Tx& tx) {
  const auto position = co_await tx.Execute(kPosition, options_.subscriber);
  if (position.empty()) co_return 0;
  const auto entries = ReadEntries(
      co_await tx.Execute(kReadAfter, position.One().Int(0), position.One().Int(1), options_.at_once));
  if (entries.empty()) co_return 0;
  postgres::Batch batch("events.hand_on");
  for (const auto& [at, event] : entries) {
    if (std::ranges::find(options_.types, event.type()) == options_.types.end()) continue;
    outbox::Append(
        batch, {.topic = topic_,
                .key = options_.subscriber + '/' + (options_.key ? options_.key(event) : event.aggregate()),
                .payload = event.SerializeAsString(),
                .trace = event.trace()});
  }
  batch.Add(kAdvance, options_.subscriber, entries.back().at.xid, entries.back().at.seq);
  co_await tx.ExecuteAndCommit(std::move(batch));
  co_return entries.size();
}

}  // namespace market::events
