// A clock that stands still until the test moves it.
#pragma once
#include <chrono>

#include "platform/core/clock.hpp"

namespace market::testing {

class FakeClock final : public Clock {
 public:
  // 2025-01-01T00:00:00Z unless said otherwise.
  explicit FakeClock(Time now = Time(std::chrono::sys_days(std::chrono::year(2025) / 1 / 1))) : now_(now) {}

  Time Now() const override { return now_; }
  void Set(Time now) { now_ = now; }
  void Advance(std::chrono::microseconds by) { now_ += by; }

 private:
  Time now_;
};

}  // namespace market::testing
