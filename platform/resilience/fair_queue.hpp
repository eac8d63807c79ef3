// A few places for work that costs much, and a queue in which nobody gains by asking often: every caller (an
// address) waits in a line of its own, and the lines are served in turn, one waiter each. Who had nobody waiting
// goes before those who queue all the time (as in FQ-CoDel, RFC 8290, 4.2); while both wait, every
// (new_in_a_row + 1)-th place is of those.
//
// Known callers are served before strangers; while both wait, every (known_in_a_row + 1)-th place is a
// stranger's. Each class has a bound of its own, so neither fills the other's queue. Refused are, each with a
// time to come back: more of one caller than its bound, RATE_LIMITED; more than the class may have waiting,
// OVERLOADED, where a caller with a shorter line takes the place of the last one of the longest; who has
// waited for max_wait, or until its deadline, OVERLOADED.
//
// Io thread only. Its waiters must have ended before it; places may outlive it.
#pragma once
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "platform/resilience/deadline.hpp"
#include "platform/runtime/task.hpp"

namespace market::resilience {

enum class Standing : std::uint8_t { kKnown, kStranger };

class FairQueue {
 public:
  struct Options {
    std::size_t places = 1;
    std::size_t waiting_max = 64;            // of each class; small, for it is walked through
    std::size_t waiting_of_caller_max = 16;  // of each class, too
    std::size_t known_in_a_row = 3;
    std::size_t new_in_a_row = 3;
    std::chrono::milliseconds max_wait{2500};
    std::chrono::milliseconds retry_after{1000};
  };
  struct Stats {
    std::size_t running = 0;
    std::array<std::size_t, 2> waiting{};  // by Standing
    std::uint64_t refused_caller = 0;      // one caller had too many waiting
    std::uint64_t refused_full = 0;        // a class had, those who made room among them
    std::uint64_t refused_late = 0;        // waited for too long
  };

  // The right to work, given back with its last owner, who must be on the io thread.
  class Held;
  using Place = std::shared_ptr<const Held>;

  explicit FairQueue(const Options& options);
  ~FairQueue();
  FairQueue(const FairQueue&) = delete;
  FairQueue& operator=(const FairQueue&) = delete;

  // Waits for a place; a waiter that is cancelled leaves its line. Throws Error as said above.
  Task<Place> Enter(std::string caller, Standing standing, Deadline deadline);

  Stats GetStats() const;

 private:
  struct State;
  const std::shared_ptr<State> state_;
};

}  // namespace market::resilience
