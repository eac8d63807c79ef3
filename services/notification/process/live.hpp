// Lets callers wait for what happens to them. Who waits holds no connection to the database and no place among calls that
// work: one worker of the process reads whose something new is, and wakes those; they read it themselves.
//
// A waiter is woken by what becomes visible after its read, since it is known to the worker before that. The same worker
// (workers/live_watch.hpp) finds out whose token has ended, twice a second. Owner: the service; io thread only.
// Limits: how many wait in all, and of one listener.
#pragma once
#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "platform/runtime/task.hpp"
#include "services/notification/metrics.hpp"
#include "services/notification/storage/live_events.hpp"

namespace market::notification {

class Live {
 public:
  struct Options {
    std::size_t waits = 4000;
    std::size_t waits_each = 24;
  };
  // Whether a token still holds.
  using Holds = std::function<Task<bool>(std::string token, runtime::Deadline deadline)>;

  // `events` and `metrics` must outlive it.
  Live(storage::LiveEvents& events, Metrics& metrics, Holds holds, Options options);
  Live(const Live&) = delete;
  Live& operator=(const Live&) = delete;

  struct Caller {
    Uuid id;            // an account's or an API key's
    std::string token;  // what it has shown
  };

  // What came after a position; when that is nothing yet, waits for as long as `wait` for it. Without a position it tells
  // which one is now. Throws Error RATE_LIMITED and OVERLOADED for too many who wait, UNAUTHENTICATED when the caller's token
  // ends meanwhile.
  Task<storage::LivePage> Next(Work work, Caller caller, domain::Listener listener,
                               std::optional<storage::LivePosition> after, std::chrono::milliseconds wait);

  // Wakes those who have something new, and ends the wait of those whose token has ended.
  Task<> Look();
  // Lets go of all who wait, and of who comes now: the process stops.
  void Close();

 private:
  class Waiter;

  Task<> EndThoseWhoMayNot();
  void WakeAll();

  storage::LiveEvents& events_;
  Metrics& metrics_;
  const Holds holds_;
  const Options options_;
  std::multimap<Uuid, Waiter*> waiting_;  // by what they are told of
  std::map<Uuid, std::size_t> waits_of_;  // by caller
  std::vector<Waiter*> waiters_;
  std::optional<std::int64_t> seen_;  // a transaction: what is older was told
  std::chrono::steady_clock::time_point ask_at_{};
  bool closed_ = false;
};

}  // namespace market::notification
