// One sign-in at a time per e-mail within a process: the next one starts when the one before has been judged.
// Many sign-ins with the right password side by side are then never taken
// for guesses, and guesses gain nothing.
//
// Io thread only; outlives its turns. Limit: `waiting_max` callers wait in all,
// further ones get Error OVERLOADED.
#pragma once
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

  explicit Turns(std::size_t waiting_max) : waiting_max_(waiting_max) {}

  // Throws Error DEADLINE_EXCEEDED when its turn does not come in time.
  Task<Turn> Take(std::string key, runtime::Deadline deadline);

 private:
  using Waiter = std::shared_ptr<runtime::OneShot<>>;
  void Pass(const std::string& key);

  const std::size_t waiting_max_;
  std::size_t waiting_ = 0;
  std::unordered_map<std::string, std::deque<Waiter>>
      queues_;  // an entry: somebody's turn; in it who comes after
};

}  // namespace market::auth
