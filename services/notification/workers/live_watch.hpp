// Looks again and again whether there is something for those who wait for live events, and forgets what is old.
#pragma once
#include <chrono>

#include "platform/runtime/every.hpp"
#include "services/notification/process/live.hpp"

namespace market::notification {

// In every process by itself. What it refers to must outlive it.
class LiveWatch {
 public:
  LiveWatch(Live& live, storage::LiveEvents& events, std::chrono::milliseconds kept);

  // There is something new, as this process knows.
  void Wake() { watching_.Wake(); }
  runtime::Every& Watching() { return watching_; }

 private:
  Task<> Round();

  Live& live_;
  storage::LiveEvents& events_;
  const std::chrono::milliseconds kept_;
  std::chrono::steady_clock::time_point forget_at_{};
  runtime::Every watching_;
};

}  // namespace market::notification
