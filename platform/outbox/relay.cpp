#include "platform/outbox/relay.hpp"

#include <algorithm>
#include <boost/asio/cancellation_state.hpp>
#include <boost/asio/this_coro.hpp>
#include <random>
#include <stdexcept>

namespace market::outbox {
namespace {

using namespace std::chrono_literals;
using postgres::Statement;
using runtime::After;

constexpr std::chrono::milliseconds kDatabaseLimit = 5s;

// Due messages of our topics, of each key only the first. A message that another relay has just claimed is
// passed over: its lock is held, or its new next_attempt_at is seen once the lock is had.
constexpr Statement kClaim{"outbox.claim", R"(
  WITH due AS (
    SELECT o.seq FROM outbox o
    WHERE o.next_attempt_at <= market_now() AND o.topic = ANY($1)
      AND (o.key = '' OR NOT EXISTS (
        SELECT 1 FROM outbox e WHERE e.key = o.key AND e.key <> '' AND e.seq < o.seq AND e.topic = ANY($1)))
    ORDER BY o.next_attempt_at, o.seq LIMIT $2 FOR UPDATE OF o SKIP LOCKED)
  UPDATE outbox o SET attempts = o.attempts + 1, next_attempt_at = market_now() + $3::interval
  FROM due WHERE o.seq = due.seq
  RETURNING o.id, o.topic, o.key, o.payload, o.trace, o.created_at, o.attempts)"};

// Both only while the claim is still ours: `attempts` is its fence.
constexpr Statement kDelivered{"outbox.delivered", "DELETE FROM outbox WHERE id = $1 AND attempts = $2"};
constexpr Statement kFailed{"outbox.failed", R"(
  UPDATE outbox SET next_attempt_at = market_now() + $3::interval, last_error = $4 WHERE id = $1 AND attempts = $2)"};

constexpr Statement kMeasure{"outbox.measure", R"(
  SELECT (SELECT count(*) FROM (SELECT 1 FROM outbox LIMIT 100000) counted),
         coalesce((extract(epoch FROM market_now() - (SELECT min(created_at) FROM outbox)) * 1000)::bigint, 0))"};

std::string Describe(std::exception_ptr error) {
  try {
    std::rethrow_exception(error);
  } catch (const Error& caught) {
    return caught.reason + ": " + caught.message;
  } catch (...) {
    return TextOf(std::current_exception());
  }
}

// last_error is for people: valid text, not too much of it.
std::string Printable(std::string text) {
  text.resize(std::min<std::size_t>(text.size(), 500));
  std::ranges::replace_if(text, [](unsigned char c) { return c < ' ' || c >= 127; }, '?');
  return text;
}

}  // namespace

Relay::Relay(postgres::Database& database, telemetry::Tracer& tracer, Options options)
    : database_(database), tracer_(tracer), options_(std::move(options)) {}

void Relay::Handle(std::string topic, Handler handler) {
  if (deliveries_) throw std::logic_error("a handler after Run: " + topic);
  if (!handlers_.emplace(topic, std::move(handler)).second) {
    throw std::logic_error("a second handler for " + topic);
  }
  topics_.push_back(std::move(topic));
}

void Relay::Wake() {
  woken_ = true;
  if (waiting_) waiting_->Set();
}

void Relay::Report(const Message* message, std::string_view error) const {
  if (options_.on_error) options_.on_error(message, error);
}

// Cancellation is a wake-up that ends the loop between two rounds: a claim whose answer nobody heard would
// keep its messages back until the lease ends.
Task<> Relay::Run() {
  if ((co_await boost::asio::this_coro::cancellation_state).cancelled() !=
      boost::asio::cancellation_type::none) {
    co_return;
  }
  co_await boost::asio::this_coro::reset_cancellation_state([this](boost::asio::cancellation_type) {
    stopping_ = true;
    Wake();
    return boost::asio::cancellation_type::none;
  });
  deliveries_ = std::make_shared<runtime::TaskGroup>(
      co_await boost::asio::this_coro::executor,
      [this](std::string_view, std::exception_ptr error) { Report(nullptr, Describe(error)); });
  while (!stopping_) {
    woken_ = false;
    std::string failure;
    std::size_t started = 0;
    try {
      co_await MeasureIfDue();
      started = co_await Round();
    } catch (const std::exception&) {
      failure = Describe(std::current_exception());
    }
    if (!failure.empty()) Report(nullptr, failure);
    if (started == 0 && !stopping_) co_await WaitForWork(failure.empty() ? options_.poll : Backoff(1));
  }
  deliveries_->Cancel();
  co_await deliveries_->Join();
}

// With no room left the next delivery that ends wakes the loop.
Task<std::size_t> Relay::Round() {
  if (topics_.empty() || busy_ >= options_.concurrency) co_return 0;
  auto messages = co_await ClaimDue(options_.concurrency - busy_);
  for (auto& message : messages) {
    auto name = message.topic;
    ++busy_;
    deliveries_->Spawn(std::move(name), Deliver(std::move(message)));
  }
  co_return messages.size();
}

Task<std::vector<Message>> Relay::ClaimDue(std::size_t limit) {
  const auto rows = co_await database_.Write(After(kDatabaseLimit), kClaim, topics_, limit, options_.lease);
  std::vector<Message> messages;
  messages.reserve(rows.size());
  for (const auto row : rows) {
    messages.push_back({row.GetUuid(0), std::string(row.Text(1)), std::string(row.Text(2)), row.GetBytes(3),
                        std::string(row.Text(4)), row.GetTime(5), static_cast<int>(row.Int(6))});
  }
  co_return messages;
}

Task<> Relay::Deliver(Message message) {
  std::string failure;
  bool cancelled = false;
  const auto& [topic, handler] = *handlers_.find(message.topic);
  auto span = tracer_.Continue(topic, telemetry::SpanKind::kConsumer, message.trace);
  span.Set("messaging.message.id", message.id.ToString());
  try {
    co_await handler(message, span);
  } catch (const boost::system::system_error& error) {
    cancelled = error.code() == boost::asio::error::operation_aborted;
    failure = error.what();
  } catch (const std::exception&) {
    failure = Describe(std::current_exception());
  }
  if (!failure.empty() && !cancelled) {
    span.Fail(failure);
    Report(&message, failure);
  }
  // The message is settled also while the relay stops: its handler has had its effect, or has not.
  co_await boost::asio::this_coro::reset_cancellation_state(boost::asio::disable_cancellation());
  try {
    co_await Settle(span, message, failure, cancelled ? 0ms : Backoff(message.attempt));
  } catch (const std::exception&) {
    Report(&message, Describe(std::current_exception()));  // due again when the lease ends
  }
  --busy_;
  Wake();  // there is room, and the next of this key may be due
}

Task<> Relay::Settle(const telemetry::Span& span, const Message& message, const std::string& failure,
                     std::chrono::milliseconds delay) {
  const Work work(After(kDatabaseLimit), span);
  if (failure.empty()) {
    ++gauges_.delivered;
    co_await database_.Write(work, kDelivered, message.id, message.attempt);
  } else {
    ++gauges_.failed;
    co_await database_.Write(work, kFailed, message.id, message.attempt, delay, Printable(failure));
  }
}

// Full jitter: anything up to the doubled step.
std::chrono::milliseconds Relay::Backoff(int attempt) const {
  thread_local std::minstd_rand generator(std::random_device{}());
  const auto step = options_.backoff_min * (std::int64_t{1} << std::clamp(attempt, 0, 20));
  const auto most = std::min(step, options_.backoff_max);
  const auto least = std::min(options_.backoff_min, most);
  return std::chrono::milliseconds(
      std::uniform_int_distribution<std::int64_t>(least.count(), most.count())(generator));
}

Task<> Relay::MeasureIfDue() {
  if (std::chrono::steady_clock::now() < measure_at_) co_return;
  measure_at_ = After(options_.measure_every);
  const auto result = co_await database_.Read(After(kDatabaseLimit), kMeasure);
  gauges_.pending = result.One().Int(0);
  gauges_.oldest_age = std::chrono::milliseconds(result.One().Int(1));
}

Task<> Relay::WaitForWork(std::chrono::milliseconds limit) {
  if (woken_) co_return;
  waiting_ = std::make_shared<runtime::OneShot<>>();
  try {
    co_await waiting_->Wait(After(limit));
  } catch (const Error&) {
    // Time to look again.
  }
  waiting_ = nullptr;
}

}  // namespace market::outbox
