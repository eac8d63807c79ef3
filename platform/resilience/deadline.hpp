// Deadlines of the hops of a request: each hop gets less than its caller has
// left, so that the caller still has time to act on the answer. Pure functions, any thread.
#pragma once
#include <algorithm>
#include <chrono>

#include "platform/core/error.hpp"
#include "platform/runtime/task.hpp"

namespace market::resilience {

using runtime::Deadline;
using SteadyTime = std::chrono::steady_clock::time_point;

// What a caller keeps for itself after a hop timed out.
inline constexpr std::chrono::milliseconds kHopReserve{50};

// Never negative; nanoseconds::max() for kNoDeadline.
inline std::chrono::nanoseconds Remaining(Deadline deadline,
                                          SteadyTime now = std::chrono::steady_clock::now()) {
  if (deadline == runtime::kNoDeadline) return std::chrono::nanoseconds::max();
  return std::max(std::chrono::nanoseconds(deadline - now), std::chrono::nanoseconds(0));
}

// The deadline of a hop: min(left - 50 ms, cap). Throws Error DEADLINE_EXCEEDED when nothing would be left:
// then the call isn't worth starting.
inline Deadline Shrink(Deadline parent, std::chrono::nanoseconds cap,
                       SteadyTime now = std::chrono::steady_clock::now()) {
  const Deadline capped = now + std::chrono::duration_cast<SteadyTime::duration>(cap);
  if (parent == runtime::kNoDeadline) return capped;
  const Deadline hop = std::min(parent - kHopReserve, capped);
  if (hop <= now) throw DeadlineExceeded("too little time is left for another call");
  return hop;
}

}  // namespace market::resilience
