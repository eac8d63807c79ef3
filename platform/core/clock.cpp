#include "platform/core/clock.hpp"

#include <atomic>

#include "platform/core/world.hpp"

namespace market {
namespace {

std::atomic<const Clock*> simulated{nullptr};

}  // namespace

Time WallTime() {
  if (const auto* clock = simulated.load(std::memory_order_relaxed)) return clock->Now();
  return std::chrono::time_point_cast<std::chrono::microseconds>(std::chrono::system_clock::now());
}

void internal::SetWallClock(const Clock* clock) { simulated.store(clock, std::memory_order_relaxed); }

}  // namespace market
