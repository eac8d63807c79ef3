// A producer to Kafka, in two ways.
//
// For what may be lost but must never wait, log lines, to one topic:
//
//   kafka::Producer producer({.brokers = "kafka-1:9092,kafka-2:9092", .topic = "logs"});
//   producer.Produce("order", line, std::array{kafka::Header{"traceparent", traceparent}});
//   producer.Close(runtime::After(3s));
//
// For what must not be lost, each record with a word on what came of it, once all replicas that are in sync have it:
//
//   kafka::Producer producer({.brokers = "kafka-1:9092", .acks = kafka::Acks::kAll});
//   producer.Send({.topic = "market.order.events", .key = order, .value = event}, told);
//
// Produce and Send copy the record into a bounded queue and return, whether or not a broker can be reached; threads
// of librdkafka send what is queued, compressed and in batches. Records of one key keep the order in which
// they were handed in, also over retries. A record whose answer was lost is sent again, so a broker that
// fails may show it twice; with kAll the broker knows it again.
//
// Any thread may call Produce, Send, IsBroken and Stats; Close and the destructor are the owner's. Every record is counted
// once: after Close, sent = delivered + the sum of dropped.
// Limits: ProducerOptions; one record 1 MB.
#pragma once
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <numeric>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "platform/runtime/task.hpp"

namespace market::kafka {

struct Header {
  std::string_view name;
  std::string_view value;
};

// Who has a record before it counts as delivered. With kAll the broker numbers what a producer sends, so that nothing is
// there twice or in another order over retries.
enum class Acks : std::uint8_t { kLeader, kAll };

struct ProducerOptions {
  std::string brokers;     // host:port, or several separated by commas
  std::string topic = {};  // of Produce; may be left out where there is only Send
  Acks acks = Acks::kLeader;
  std::string client_id = "marketplace";
  // What waits when the broker is away. The bytes are those of the values: at the 300 bytes of a usual line
  // both limits are reached together, after 10 s of 10,000 lines a second. librdkafka's own account of a
  // record (about 400 bytes with two headers) comes on top, which is why the count is bounded, too: the whole
  // queue stays under 80 MB.
  std::size_t max_messages = 100'000;
  std::size_t max_bytes = std::size_t{32} << 20;
  // How long a batch may fill. A batch costs its process about a millisecond of CPU, whatever is in it, so at
  // the rates of a small shop this is what a line costs.
  std::chrono::milliseconds linger{500};
  std::chrono::milliseconds message_timeout{30'000};  // a record that isn't written by then is dropped
  // Called on the producer's own thread when a broker can't be reached or records were dropped, at most once
  // an interval: the latest error in words and the records dropped since the last call. May
  // call Produce; must not throw or close the producer.
  std::function<void(std::string_view detail, std::uint64_t dropped)> on_trouble;
  std::chrono::milliseconds trouble_interval{30'000};
};

enum class Produced : std::uint8_t { kQueued, kDropped };

enum class DropReason : std::uint8_t {
  kQueueFull,
  kTooLarge,
  kTimedOut,  // waited for message_timeout; the broker may have written it without saying so
  kRefused,   // the broker said no
  kPurged,    // still queued at the end of Close
  kClosed,    // handed in after Close, or to a producer that is broken
};
inline constexpr std::array<std::string_view, 6> kDropReasonNames = {"queue_full", "too_large", "timed_out",
                                                                     "refused",    "purged",    "closed"};

struct ProducerStats {
  std::uint64_t sent = 0;  // calls of Produce
  std::uint64_t delivered = 0;
  std::array<std::uint64_t, kDropReasonNames.size()> dropped{};  // by DropReason
  std::uint64_t queue_messages = 0;
  std::uint64_t queue_bytes = 0;  // keys and values

  std::uint64_t Dropped() const { return std::accumulate(dropped.begin(), dropped.end(), std::uint64_t{0}); }
  std::uint64_t Dropped(DropReason reason) const { return dropped[static_cast<std::size_t>(reason)]; }
};

struct Record {
  std::string_view topic;
  std::string_view key;
  std::string_view value;
  std::span<const Header> headers = {};
};

// What came of a record: nothing, it is delivered; or why it is not. Must not throw or close the producer.
using Told = std::function<void(std::optional<DropReason>)>;

// Throws std::invalid_argument for what can't be the name of one.
void RequireTopic(std::string_view topic);

class Producer {
 public:
  // Starts threads, reaches for no broker before the first record. Throws std::invalid_argument for brokers
  // or a topic that can't be right and std::runtime_error when librdkafka refuses to start.
  explicit Producer(ProducerOptions options);
  // Closes without waiting for the broker.
  ~Producer();
  Producer(const Producer&) = delete;
  Producer& operator=(const Producer&) = delete;

  Produced Produce(std::string_view key, std::string_view value,
                   std::span<const Header> headers = {}) noexcept;
  // `told` is called once: on the producer's own thread, or within the call.
  void Send(const Record& record, Told told);
  // The broker has refused the producer itself; whatever it is given from then on is dropped. Another one may begin anew.
  bool IsBroken() const;

  ProducerStats Stats() const;

  // Takes no more records, sends what is queued as far as time allows, drops the rest and ends the threads.
  // Blocks its caller until the limit at the latest, or for half a second where that is later: not for an io
  // thread. Once is enough; another call does nothing.
  void Close(runtime::Deadline limit);

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace market::kafka
