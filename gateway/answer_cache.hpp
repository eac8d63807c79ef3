// Answers to public reads, kept for less than a second: one read of the service answers whoever asks the same meanwhile.
//
// Never older than `age`: an answer counts from before its read began, whatever else is lost. What is changed through
// this gateway shows at once: Touch names it, and answers that show a name and were read before are not given any more,
// be they kept, being read, or waited for.
//
//   auto answer = cache.Find(key);
//   if (!answer) answer = (co_await cache.Get(key, deadline, fill)).answer;
//
// One read at a time for a key. It runs in a task of its own, so that none who waits for it ends it for the others.
// What is let go for room is what was read first: it would be kept no longer than all the others. Owner: the gateway. Io
// thread only. Drain before what fills use goes away.
#pragma once
#include <boost/asio/any_io_executor.hpp>
#include <chrono>
#include <cstddef>
#include <exception>
#include <functional>
#include <list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "gateway/names.hpp"
#include "gateway/touches.hpp"
#include "platform/core/error.hpp"
#include "platform/http/message.hpp"
#include "platform/runtime/task.hpp"
#include "platform/runtime/task_group.hpp"
#include "platform/telemetry/metrics.hpp"

namespace market::gateway {

// Nothing of it is one caller's.
struct KeptAnswer {
  http::Response response;  // whole, whatever the caller has already
  std::string etag;
  std::optional<Error> refusal;  // in its place: there is no such thing
};

class AnswerCache {
 public:
  using Answer = std::shared_ptr<const KeptAnswer>;
  using Moment = std::chrono::steady_clock::time_point;

  struct Limits {
    std::chrono::milliseconds age{0};  // 0: nothing is kept, and there is nothing to ask
    std::size_t bytes = 64 << 20;
    std::size_t entries = 50'000;
  };
  // One answer is a sixteenth of all bytes at most; larger ones go to those who wait, and are not kept.
  static constexpr std::size_t kShareOfOne = 16;
  static constexpr std::size_t kKeyBytesMax = 1024;

  struct Filled {
    Answer answer;
    std::vector<Name> shows;  // in order
  };
  using Fill = std::function<Task<Filled>()>;

  struct Got {
    Answer answer;
    bool alone;  // the read was begun for this caller
  };

  // `metrics` must outlive it. `clock` is there for tests.
  AnswerCache(Limits limits, telemetry::Metrics& metrics,
              std::function<Moment()> clock = std::chrono::steady_clock::now);

  bool On() const { return limits_.age.count() > 0; }

  // Null: it is to be read.
  Answer Find(std::string_view key);
  // Reads it, or waits for who does already. Throws what `fill` throws, and Error DEADLINE_EXCEEDED.
  Task<Got> Get(std::string key, runtime::Deadline deadline, Fill fill);
  // What has just been changed; before anybody is told.
  void Touch(std::span<const Name> names);

  // Waits for the reads under way.
  Task<> Drain(runtime::Deadline deadline);

 private:
  struct Entry {
    std::string key;
    Answer answer;
    std::vector<Name> shows;
    Moment until;
    Touches::Position seen;  // nothing that it shows was touched before
    std::size_t bytes;
  };
  struct Flight;
  using Entries = std::list<Entry>;
  enum class Why : std::uint8_t { kOld, kTouched, kNoRoom };

  void Begin(const std::shared_ptr<Flight>& flight, const boost::asio::any_io_executor& executor);
  static Task<> Run(AnswerCache& cache, std::shared_ptr<Flight> flight);
  void Land(const std::shared_ptr<Flight>& flight);
  void Keep(const Flight& flight);
  void Remove(Entries::iterator entry, Why why);
  std::chrono::nanoseconds LifeOf(std::string_view key) const;

  const Limits limits_;
  const std::function<Moment()> clock_;
  telemetry::Gauge& entries_shown_;
  telemetry::Gauge& bytes_shown_;
  telemetry::CounterFamily& removed_;
  telemetry::Counter* const removed_by_[3];
  Touches touches_;
  Entries entries_;  // in the order in which they were kept
  std::unordered_map<std::string_view, Entries::iterator> by_key_;
  std::unordered_map<std::string, std::shared_ptr<Flight>> flights_;
  std::size_t bytes_ = 0;
  std::optional<runtime::TaskGroup> fills_;  // made at the first, which knows the executor
};

}  // namespace market::gateway
