#include "platform/kafka/producer.hpp"

#include <librdkafka/rdkafka.h>

#include <algorithm>
#include <atomic>
#include <charconv>
#include <memory>
#include <optional>
#include <semaphore>
#include <stdexcept>
#include <thread>
#include <utility>

namespace market::kafka {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

constexpr auto kPollInterval = 100ms;  // bounds how late the thread sees Close
constexpr auto kPurgeLimit = 500ms;    // reports of a full queue take some 10 ms, and more on a busy machine
constexpr auto kLeastClose = 800ms;    // both, and the end of librdkafka's threads

// librdkafka takes nearly everything here and then reaches nobody.
void CheckBrokers(std::string_view brokers) {
  for (std::size_t start = 0; start <= brokers.size();) {
    const auto end = std::min(brokers.find(',', start), brokers.size());
    const auto broker = brokers.substr(start, end - start);
    const auto colon = broker.rfind(':');
    std::uint16_t port = 0;
    bool good = colon != std::string_view::npos && colon > 0 && broker.find_first_of(" /\t") == broker.npos;
    if (good) {
      const char* last = broker.data() + broker.size();
      const auto [parsed, error] = std::from_chars(broker.data() + colon + 1, last, port);
      good = error == std::errc() && parsed == last && port != 0;
    }
    if (!good) throw std::invalid_argument("not a broker, host:port: '" + std::string(broker) + "'");
    start = end + 1;
  }
}

void Set(rd_kafka_conf_t* conf, const char* name, const std::string& value) {
  std::array<char, 256> error{};
  if (rd_kafka_conf_set(conf, name, value.c_str(), error.data(), error.size()) != RD_KAFKA_CONF_OK) {
    throw std::runtime_error("librdkafka: " + std::string(error.data()));
  }
}

DropReason ReasonOf(rd_kafka_resp_err_t error) {
  switch (error) {
    case RD_KAFKA_RESP_ERR__QUEUE_FULL:
      return DropReason::kQueueFull;
    case RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE:
      return DropReason::kTooLarge;
    case RD_KAFKA_RESP_ERR__MSG_TIMED_OUT:
      return DropReason::kTimedOut;
    case RD_KAFKA_RESP_ERR__FATAL:
    case RD_KAFKA_RESP_ERR__DESTROY:
      return DropReason::kClosed;
    case RD_KAFKA_RESP_ERR__PURGE_QUEUE:
    case RD_KAFKA_RESP_ERR__PURGE_INFLIGHT:
      return DropReason::kPurged;
    default:
      return DropReason::kRefused;
  }
}

using Conf = std::unique_ptr<rd_kafka_conf_t, decltype(&rd_kafka_conf_destroy)>;

}  // namespace

void RequireTopic(std::string_view topic) {
  const auto allowed = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view("._-").contains(c);
  };
  if (topic.empty() || topic.size() > 249 || topic == "." || topic == ".." ||
      !std::ranges::all_of(topic, allowed)) {
    throw std::invalid_argument("not a name for a topic: '" + std::string(topic) + "'");
  }
}

// Kept alive by its thread, too: if librdkafka's own threads can't be ended within the limit of Close (one
// may be inside a name lookup), that thread is left to finish alone.
struct Producer::State {
  explicit State(ProducerOptions given) : options(std::move(given)) {}

  void Open();
  rd_kafka_resp_err_t Enqueue(const Record& record, void* told) noexcept;
  void Report(const rd_kafka_message_t& message);
  void Run();
  void Finish();
  void ReportTrouble();

  void Drop(DropReason reason) {
    dropped[static_cast<std::size_t>(reason)].fetch_add(1, std::memory_order_relaxed);
  }
  void Leave(std::size_t bytes) {
    queue_messages.fetch_sub(1, std::memory_order_relaxed);
    queue_bytes.fetch_sub(bytes, std::memory_order_relaxed);
  }
  std::uint64_t Dropped() const {
    std::uint64_t sum = 0;
    for (const auto& count : dropped) sum += count.load(std::memory_order_relaxed);
    return sum;
  }

  const ProducerOptions options;
  rd_kafka_t* handle = nullptr;
  rd_kafka_topic_t* topic = nullptr;
  std::thread thread;

  std::atomic<std::uint64_t> sent{0};
  std::atomic<std::uint64_t> delivered{0};
  std::array<std::atomic<std::uint64_t>, kDropReasonNames.size()> dropped{};
  std::atomic<std::uint64_t> queue_messages{0};
  std::atomic<std::uint64_t> queue_bytes{0};

  // No record may slip in behind the last flush: a caller first counts itself in `producing` and then looks
  // at `closed`, Close does it the other way round.
  std::atomic<int> producing{0};
  std::atomic<bool> closed{false};
  std::atomic<bool> broken{false};

  runtime::Deadline close_limit{};  // written before `finishing`
  std::atomic<bool> finishing{false};
  std::binary_semaphore finished{0};

  // Of the thread alone.
  std::string last_error;
  std::uint64_t dropped_reported = 0;
  Clock::time_point next_report{};
};

void Producer::State::Open() {
  Conf conf(rd_kafka_conf_new(), &rd_kafka_conf_destroy);
  const auto text = [](auto number) { return std::to_string(number); };
  Set(conf.get(), "bootstrap.servers", options.brokers);
  Set(conf.get(), "client.id", options.client_id);
  const bool all = options.acks == Acks::kAll;
  Set(conf.get(), "acks", all ? "all" : "1");
  Set(conf.get(), "enable.idempotence", all ? "true" : "false");
  // Measured against lz4 on log lines: the same CPU a line, half the bytes.
  Set(conf.get(), "compression.codec", "zstd");
  Set(conf.get(), "linger.ms", text(options.linger.count()));
  Set(conf.get(), "message.timeout.ms", text(options.message_timeout.count()));
  Set(conf.get(), "queue.buffering.max.messages", text(options.max_messages));
  Set(conf.get(), "queue.buffering.max.kbytes", text(std::max<std::size_t>(options.max_bytes / 1024, 1)));
  // With more requests under way a retried batch would land behind its successor, where the broker does not number them.
  Set(conf.get(), "max.in.flight.requests.per.connection", all ? "5" : "1");
  // The queue holds seconds, not minutes: a broker that is back should be noticed soon.
  Set(conf.get(), "reconnect.backoff.max.ms", "2000");
  // Brokers close idle connections; that is no trouble.
  Set(conf.get(), "log.connection.close", "false");
  Set(conf.get(), "log_level", "4");
  // Its log comes through our poll like everything else, so on_trouble has one thread; without a callback it
  // would go to stderr.
  Set(conf.get(), "log.queue", "true");
  rd_kafka_conf_set_log_cb(conf.get(), [](const rd_kafka_t* rk, int, const char*, const char* text) {
    static_cast<State*>(rd_kafka_opaque(rk))->last_error = text;
  });
  rd_kafka_conf_set_error_cb(conf.get(), [](rd_kafka_t*, int error, const char* reason, void* opaque) {
    // What follows the failure of the last broker; that failure itself says more.
    if (error == RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN) return;
    auto& state = *static_cast<State*>(opaque);
    state.last_error = reason;
    if (error == RD_KAFKA_RESP_ERR__FATAL) state.broken.store(true, std::memory_order_relaxed);
  });
  rd_kafka_conf_set_dr_msg_cb(conf.get(), [](rd_kafka_t*, const rd_kafka_message_t* message, void* opaque) {
    static_cast<State*>(opaque)->Report(*message);
  });
  rd_kafka_conf_set_opaque(conf.get(), this);

  std::array<char, 256> error{};
  handle = rd_kafka_new(RD_KAFKA_PRODUCER, conf.get(), error.data(), error.size());
  if (handle == nullptr) throw std::runtime_error("librdkafka: " + std::string(error.data()));
  conf.release();  // NOLINT(bugprone-unused-return-value): the handle owns it now
  rd_kafka_set_log_queue(handle, nullptr);
  if (options.topic.empty()) return;
  topic = rd_kafka_topic_new(handle, options.topic.c_str(), nullptr);
  if (topic == nullptr) {
    const std::string reason = rd_kafka_err2str(rd_kafka_last_error());
    rd_kafka_destroy(handle);
    throw std::runtime_error("librdkafka: " + reason);
  }
}

void Producer::State::Report(const rd_kafka_message_t& message) {
  const std::unique_ptr<Told> told(static_cast<Told*>(message._private));
  std::optional<DropReason> why;
  if (message.err == RD_KAFKA_RESP_ERR_NO_ERROR) {
    delivered.fetch_add(1, std::memory_order_relaxed);
  } else {
    why = ReasonOf(message.err);
    if (why == DropReason::kRefused) last_error = rd_kafka_err2str(message.err);
    Drop(*why);
  }
  Leave(message.len + message.key_len);
  if (told) (*told)(why);
}

// Takes `told` only when it answers no error: the report has it then.
rd_kafka_resp_err_t Producer::State::Enqueue(const Record& record, void* told) noexcept {
  sent.fetch_add(1, std::memory_order_relaxed);
  producing.fetch_add(1);
  auto error = RD_KAFKA_RESP_ERR__DESTROY;
  if (!closed.load()) {
    rd_kafka_headers_t* list = record.headers.empty() ? nullptr : rd_kafka_headers_new(record.headers.size());
    for (const auto& header : record.headers) {
      rd_kafka_header_add(list, header.name.data(), static_cast<ssize_t>(header.name.size()),
                          header.value.data(), static_cast<ssize_t>(header.value.size()));
    }
    const auto bytes = record.key.size() + record.value.size();
    // Before the call: the report may come before it returns.
    queue_messages.fetch_add(1, std::memory_order_relaxed);
    queue_bytes.fetch_add(bytes, std::memory_order_relaxed);
    const auto& [key, value] = std::pair(record.key, record.value);
    // A topic by its name is looked up by every call; the log's is at hand.
    error = record.topic.empty()
                ? rd_kafka_producev(handle, RD_KAFKA_VTYPE_RKT, topic, RD_KAFKA_VTYPE_MSGFLAGS,
                                    RD_KAFKA_MSG_F_COPY, RD_KAFKA_VTYPE_KEY, key.data(), key.size(),
                                    RD_KAFKA_VTYPE_VALUE, value.data(), value.size(), RD_KAFKA_VTYPE_HEADERS,
                                    list, RD_KAFKA_VTYPE_END)
                : rd_kafka_producev(handle, RD_KAFKA_VTYPE_TOPIC, std::string(record.topic).c_str(),
                                    RD_KAFKA_VTYPE_MSGFLAGS, RD_KAFKA_MSG_F_COPY, RD_KAFKA_VTYPE_KEY,
                                    key.data(), key.size(), RD_KAFKA_VTYPE_VALUE, value.data(), value.size(),
                                    RD_KAFKA_VTYPE_HEADERS, list, RD_KAFKA_VTYPE_OPAQUE, told,
                                    RD_KAFKA_VTYPE_END);
    if (error != RD_KAFKA_RESP_ERR_NO_ERROR) {
      if (list != nullptr) rd_kafka_headers_destroy(list);
      Leave(bytes);
      Drop(ReasonOf(error));
    }
  } else {
    Drop(DropReason::kClosed);
  }
  producing.fetch_sub(1);
  return error;
}

void Producer::State::Run() {
  while (!finishing.load(std::memory_order_acquire)) {
    rd_kafka_poll(handle, static_cast<int>(kPollInterval.count()));
    ReportTrouble();
  }
  Finish();
  finished.release();
}

// flush() says nothing of delivery (its success may be a queue of time-outs), and destroy() forgets what is
// queued without a report. So: wait, purge, collect the reports, and only then destroy.
void Producer::State::Finish() {
  const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(close_limit - Clock::now() -
                                                                          kPurgeLimit - kPollInterval);
  if (left > 0ms) rd_kafka_flush(handle, static_cast<int>(left.count()));
  if (queue_messages.load(std::memory_order_relaxed) != 0) {
    rd_kafka_purge(handle, RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT);
    rd_kafka_flush(handle, static_cast<int>(kPurgeLimit.count()));
    // What is still without a report gets none any more.
    dropped[static_cast<std::size_t>(DropReason::kPurged)] += queue_messages.exchange(0);
    queue_bytes = 0;
  }
  next_report = {};  // the last word isn't held back
  if (Dropped() > dropped_reported) ReportTrouble();
  if (topic != nullptr) rd_kafka_topic_destroy(topic);
  rd_kafka_destroy(handle);
}

void Producer::State::ReportTrouble() {
  const auto now_dropped = Dropped();
  if (last_error.empty() && now_dropped == dropped_reported) return;
  const auto now = Clock::now();
  if (now < next_report) return;
  next_report = now + options.trouble_interval;
  if (last_error.empty()) last_error = "records were dropped";
  if (options.on_trouble) options.on_trouble(last_error, now_dropped - dropped_reported);
  last_error.clear();
  dropped_reported = now_dropped;
}

Producer::Producer(ProducerOptions options) {
  CheckBrokers(options.brokers);
  if (!options.topic.empty() || options.acks == Acks::kLeader) RequireTopic(options.topic);
  state_ = std::make_shared<State>(std::move(options));
  state_->Open();
  state_->thread = std::thread([state = state_] { state->Run(); });
}

Producer::~Producer() { Close(Clock::now()); }

Produced Producer::Produce(std::string_view key, std::string_view value,
                           std::span<const Header> headers) noexcept {
  const auto error = state_->Enqueue({.topic = {}, .key = key, .value = value, .headers = headers}, nullptr);
  return error == RD_KAFKA_RESP_ERR_NO_ERROR ? Produced::kQueued : Produced::kDropped;
}

void Producer::Send(const Record& record, Told told) {
  RequireTopic(record.topic);
  auto kept = std::make_unique<Told>(std::move(told));
  const auto error = state_->Enqueue(record, kept.get());
  if (error != RD_KAFKA_RESP_ERR_NO_ERROR) {
    (*kept)(ReasonOf(error));
    return;
  }
  kept.release();  // NOLINT(bugprone-unused-return-value): Report has it
}

bool Producer::IsBroken() const { return state_->broken.load(std::memory_order_relaxed); }

ProducerStats Producer::Stats() const {
  const State& s = *state_;
  ProducerStats stats;
  stats.sent = s.sent.load(std::memory_order_relaxed);
  stats.delivered = s.delivered.load(std::memory_order_relaxed);
  for (std::size_t i = 0; i < stats.dropped.size(); ++i) {
    stats.dropped[i] = s.dropped[i].load(std::memory_order_relaxed);
  }
  stats.queue_messages = s.queue_messages.load(std::memory_order_relaxed);
  stats.queue_bytes = s.queue_bytes.load(std::memory_order_relaxed);
  return stats;
}

void Producer::Close(runtime::Deadline limit) {
  State& s = *state_;
  if (!s.thread.joinable()) return;
  s.closed.store(true);
  while (s.producing.load() != 0) std::this_thread::yield();  // each for microseconds
  s.close_limit = limit;
  s.finishing.store(true, std::memory_order_release);
  if (s.finished.try_acquire_until(std::max(limit, Clock::now() + kLeastClose))) {
    s.thread.join();
  } else {
    s.thread.detach();
  }
}

}  // namespace market::kafka
