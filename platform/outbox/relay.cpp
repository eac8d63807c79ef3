#include "platform/outbox/relay.hpp"

#include <boost/asio/cancellation_state.hpp>
#include <boost/asio/this_coro.hpp>
#include <memory>
#include <stdexcept>

namespace market::outbox {
namespace {

using namespace std::chrono_literals;
using postgres::Statement;
using runtime::After;

constexpr std::chrono::milliseconds kDatabaseLimit = 5s;

// Claims and deletions wait for no disk (synchronous_commit is off for their transaction alone): what a crash
// takes back is claimed and delivered again, and receivers know a repetition.

// Due messages of our topics, of each key only the first. A message that another relay has just claimed is
// passed over: its lock is held, or its new next_attempt_at is seen once the lock is had.
constexpr Statement kClaim{"outbox.claim", R"(
  WITH due AS (
    SELECT o.seq FROM outbox o
    WHERE o.next_attempt_at <= market_now() AND o.parked_at IS NULL AND o.topic = ANY($1)
      AND (o.key = '' OR NOT EXISTS (
        SELECT 1 FROM outbox e WHERE e.key = o.key AND e.key <> '' AND e.seq < o.seq AND e.topic = ANY($1)
          AND ($4 OR e.parked_at IS NULL)))
    ORDER BY o.next_attempt_at, o.seq LIMIT $2 FOR UPDATE OF o SKIP LOCKED)
  UPDATE outbox o SET attempts = o.attempts + 1, next_attempt_at = market_now() + $3::interval
  FROM due, set_config('synchronous_commit', 'off', true) AS at_ease WHERE o.seq = due.seq AND at_ease = 'off'
  RETURNING o.id, o.topic, o.key, o.payload, o.trace, o.attempts, o.failures)"};

// All only while the claim is still ours: `attempts` is its fence. What waits behind a message that failed is put off, so that
// claims do not look at all of it again and again; with the message the next one is due. The put off ones are due by
// themselves some time later: nothing hangs on this.
constexpr Statement kDelivered{"outbox.delivered", R"(
  WITH gone AS (SELECT topic, key, seq FROM outbox WHERE id = $1 AND attempts = $2 AND key <> ''),
  woken AS (
    UPDATE outbox o SET next_attempt_at = market_now()
    FROM gone, LATERAL (
      SELECT f.seq FROM outbox f WHERE f.key = gone.key AND f.key <> '' AND f.topic = gone.topic AND f.seq > gone.seq
      ORDER BY f.seq LIMIT 1) AS behind
    WHERE o.seq = behind.seq AND o.attempts = 0 AND o.next_attempt_at > market_now())
  DELETE FROM outbox USING set_config('synchronous_commit', 'off', true) AS at_ease
  WHERE id = $1 AND attempts = $2 AND at_ease = 'off')"};
constexpr Statement kFailed{"outbox.failed", R"(
  WITH failed AS (SELECT topic, key, seq FROM outbox WHERE id = $1 AND attempts = $2 AND key <> ''),
  put_off AS (
    UPDATE outbox o SET next_attempt_at = market_now() + $3::interval + interval '10 minutes'
    FROM failed, LATERAL (
      SELECT f.seq FROM outbox f WHERE f.key = failed.key AND f.key <> '' AND f.topic = failed.topic AND f.seq > failed.seq
        AND f.attempts = 0 AND f.next_attempt_at <= market_now() ORDER BY f.seq LIMIT 1000) AS behind
    WHERE o.seq = behind.seq)
  UPDATE outbox SET next_attempt_at = market_now() + $3::interval, failures = $4, last_error = $5,
                    parked_at = CASE WHEN $6 THEN market_now() END
  WHERE id = $1 AND attempts = $2)"};
constexpr Statement kPassed{"outbox.passed", R"(
  WITH parked AS (SELECT topic, key, seq FROM outbox WHERE id = $1 AND attempts = $2 AND key <> ''),
  woken AS (
    UPDATE outbox o SET next_attempt_at = market_now()
    FROM parked, LATERAL (
      SELECT f.seq FROM outbox f WHERE f.key = parked.key AND f.key <> '' AND f.topic = parked.topic AND f.seq > parked.seq
        AND f.parked_at IS NULL ORDER BY f.seq LIMIT 1) AS behind
    WHERE o.seq = behind.seq AND o.attempts = 0 AND o.next_attempt_at > market_now())
  UPDATE outbox SET next_attempt_at = market_now() + $3::interval, failures = $4, last_error = $5, parked_at = market_now()
  WHERE id = $1 AND attempts = $2)"};

constexpr Statement kMeasure{"outbox.measure", R"(
  SELECT (SELECT count(*) FROM (SELECT 1 FROM outbox WHERE parked_at IS NULL LIMIT 100000) counted),
         (SELECT coalesce((extract(epoch FROM market_now() - min(created_at)) * 1000)::bigint, 0)
          FROM outbox WHERE parked_at IS NULL),
         (SELECT count(*) FROM outbox WHERE parked_at IS NOT NULL))"};

std::string NameOf(const Message& message) {
  return message.topic + ' ' + (message.key.empty() ? "-" : message.key) + ' ' + message.id.ToString();
}

}  // namespace

Relay::Relay(postgres::Database& database, telemetry::Tracer& tracer, Options options)
    : database_(database),
      tracer_(tracer),
      options_(std::move(options)),
      deliveries_({.name = options_.name + ".relay",
                   .poll = options_.poll,
                   .concurrency = options_.concurrency,
                   .patience = options_.patience},
                  [this](std::size_t limit) { return Claim(limit); }),
      measuring_({.name = options_.name + ".outbox", .period = options_.measure_every},
                 [this] { return Measure(); }) {}

void Relay::Handle(std::string topic, Handler handler, Deletes deletes) {
  if (deliveries_.Rounds().Now().runs > 0) throw std::logic_error("a handler after the start: " + topic);
  if (!handlers_.emplace(topic, Topic{std::move(handler), deletes}).second) {
    throw std::logic_error("a second handler for " + topic);
  }
  topics_.push_back(std::move(topic));
}

// The payload comes with the claim, one statement for many messages:
// bytes and names, which nothing can make unreadable.
Task<std::vector<runtime::LeasedWork::Job>> Relay::Claim(std::size_t limit) {
  std::vector<runtime::LeasedWork::Job> jobs;
  if (topics_.empty()) co_return jobs;
  const auto rows = co_await database_.Write(After(kDatabaseLimit), kClaim, topics_, limit, options_.lease,
                                             options_.parked == Parked::kHoldsItsKey);
  for (const auto row : rows) {
    const auto message =
        std::make_shared<const Message>(Message{.id = row.GetUuid(0),
                                                .topic = std::string(row.Text(1)),
                                                .key = std::string(row.Text(2)),
                                                .payload = row.GetBytes(3),
                                                .trace = std::string(row.Text(4)),
                                                .attempt = static_cast<std::uint32_t>(row.Int(5))});
    jobs.push_back(
        {.id = NameOf(*message),
         .attempts = message->attempt - 1,
         .failures = static_cast<std::uint32_t>(row.Int(6)),
         .run = [this, message] { return Deliver(message); },
         .put_back = [this,
                      message](runtime::Setback setback) { return PutBack(message, std::move(setback)); }});
  }
  co_return jobs;
}

Task<> Relay::Deliver(std::shared_ptr<const Message> message) {
  const auto& [handler, deletes] = handlers_.find(message->topic)->second;
  auto span = tracer_.Continue(message->topic, telemetry::SpanKind::kConsumer, message->trace);
  span.Set("messaging.message.id", message->id.ToString());
  std::exception_ptr failure;
  try {
    co_await handler(*message, span);
  } catch (...) {
    failure = std::current_exception();
  }
  if (failure) {
    const auto cancelled = (co_await boost::asio::this_coro::cancellation_state).cancelled();
    if (cancelled == boost::asio::cancellation_type::none) span.Fail(TextOf(failure));
    std::rethrow_exception(failure);
  }
  if (deletes == Deletes::kHandler) co_return;
  // The handler has had its effect, which is written down also while the relay stops.
  co_await boost::asio::this_coro::reset_cancellation_state(boost::asio::disable_cancellation());
  co_await database_.Write(Work(After(kDatabaseLimit), span), kDelivered, message->id, message->attempt);
}

Task<> Relay::PutBack(std::shared_ptr<const Message> message, runtime::Setback setback) {
  if (setback.Parked() && options_.parked == Parked::kIsPassed) {
    co_await database_.Write(After(kDatabaseLimit), kPassed, message->id, message->attempt, setback.delay,
                             setback.failures, setback.why);
  } else {
    co_await database_.Write(After(kDatabaseLimit), kFailed, message->id, message->attempt, setback.delay,
                             setback.failures, setback.why, setback.Parked());
  }
}

Task<> Relay::Measure() {
  const auto result = co_await database_.List(After(kDatabaseLimit), kMeasure);
  const auto row = result.One();
  gauges_.pending = row.Int(0);
  gauges_.oldest_age = std::chrono::milliseconds(row.Int(1));
  gauges_.parked = row.Int(2);
}

Relay::Gauges Relay::Snapshot() const {
  auto now = gauges_;
  now.delivered = deliveries_.Now().done;
  now.failed = deliveries_.Now().setbacks;
  return now;
}

}  // namespace market::outbox
