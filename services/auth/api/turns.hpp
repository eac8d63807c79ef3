// One sign-in at a time per e-mail (of a known device: per device) within a process: the next one starts when
// the one before has been judged. Many sign-ins with the right password side by side are then never taken
// for guesses, and guesses gain nothing.
//
// Io thread only; outlives its turns. Limits: past `waiting_of_key_max` callers who wait for one key Error
// RATE_LIMITED, past `waiting_max` in all OVERLOADED; who has waited for `max_wait` leaves with OVERLOADED.
#pragma once
#include <chrono>
#include <cstddef>
#include <deque>
#include <memory>
#include <string>
#include <unordered_map>
#include <utility>

#include "platform/runtime/one_shot.hpp"
#include "platform/runtime/task.hpp"

namespace market::auth {

class Turns {
 public:
  // Held by the one whose turn it is; passes it on when destroyed.
  class Turn {
   public:
    Turn(Turns& turns, std::string key) : turns_(&turns), key_(std::move(key)) {}
    Turn(Turn&& other) noexcept : turns_(std::exchange(other.turns_, nullptr)), key_(std::move(other.key_)) {}
    Turn& operator=(Turn&&) = delete;
    ~Turn() {
      if (turns_) turns_->Pass(key_);
    }

   private:
    Turns* turns_;
    std::string key_;
  };

  struct Options {
    std::size_t waiting_max = 128;
    std::size_t waiting_of_key_max = 32;
    std::chrono::milliseconds max_wait{2000};
  };

  explicit Turns(const Options& options) : options_(options) {}

  // Throws Error DEADLINE_EXCEEDED when its turn does not come in time.
  Task<Turn> Take(std::string key, runtime::Deadline deadline);

 private:
  using Waiter = std::shared_ptr<runtime::OneShot<>>;
  Task<> WaitFor(Waiter waiter, const std::string& key, runtime::Deadline deadline);
  void Pass(const std::string& key);

  const Options options_;
  std::size_t waiting_ = 0;
  std::unordered_map<std::string, std::deque<Waiter>>
      queues_;  // an entry: somebody's turn; in it who comes after
};

}  // namespace market::auth
