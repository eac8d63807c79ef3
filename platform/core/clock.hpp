// Wall-clock time as a value that is passed in, so that domain code and tests decide what "now" is.
// Timers and deadlines use std::chrono::steady_clock and are not this.
#pragma once
#include <chrono>
#include <string>

namespace market {

using Time = std::chrono::sys_time<std::chrono::microseconds>;  // PostgreSQL's resolution

class Clock {
 public:
  virtual ~Clock() = default;
  virtual Time Now() const = 0;
};

// The system's, or a simulator's in its place (platform/core/simulation.hpp). Any thread.
Time WallTime();

class SystemClock final : public Clock {
 public:
  Time Now() const override { return WallTime(); }
};

}  // namespace market
