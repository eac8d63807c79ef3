// What many want done to one thing, done for all of them together: one goes ahead, and whoever comes meanwhile is settled with
// everybody else who waits, in one go after it. Without a crowd it is as if it were not there.
//
// There is no task behind it: the first who waits settles for all, within its own deadline and span. A settling that fails is
// the failure of that caller alone, since it may be its own deadline or its going away; the next one tries again for the
// others, so what is done must bear to be done twice. In the order of arrival. Io thread only; outlives its callers.
#pragma once
#include <cstddef>
#include <deque>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "platform/runtime/one_shot.hpp"
#include "platform/runtime/task.hpp"

namespace market::runtime {

template <class Ask, class Answer>
class Combining {
 public:
  explicit Combining(std::size_t at_once) : at_once_(at_once) {}

  // `settle(std::vector<Ask>)` is a Task of as many answers, in the same order. Throws what it throws, and Error
  // DEADLINE_EXCEEDED when `deadline` passes while others are settled.
  template <class Settle>
  Task<Answer> Get(Deadline deadline, Ask ask, Settle settle) {
    if (std::exchange(settling_, true)) {
      auto mine = std::make_shared<Waiting>(ask);
      waiting_.push_back(mine);
      if (auto answer = co_await mine->turn.Wait(deadline)) co_return *std::move(answer);
    }
    std::vector<Ask> asks{std::move(ask)};
    const auto served = Others();
    for (const auto& other : served) asks.push_back(other->ask);
    std::vector<Answer> answers;
    try {
      answers = co_await settle(std::move(asks));
    } catch (...) {
      waiting_.insert(waiting_.begin(), served.begin(), served.end());
      PassOn();
      throw;
    }
    for (std::size_t i = 0; i < served.size(); ++i) served[i]->turn.Set(std::move(answers.at(i + 1)));
    PassOn();
    co_return std::move(answers.front());
  }

  // Nobody settles, nobody waits.
  bool IsIdle() const { return !settling_; }

 private:
  struct Waiting {
    explicit Waiting(Ask ask) : ask(std::move(ask)) {}
    Ask ask;
    OneShot<std::optional<Answer>> turn;  // nothing: settle for all
  };
  using Line = std::deque<std::shared_ptr<Waiting>>;

  Line Others() {
    Line others;
    while (!waiting_.empty() && others.size() + 1 < at_once_) {
      if (!waiting_.front()->turn.Done()) others.push_back(waiting_.front());
      waiting_.pop_front();
    }
    return others;
  }

  void PassOn() {
    while (!waiting_.empty()) {
      const auto next = std::move(waiting_.front());
      waiting_.pop_front();
      if (next->turn.Done()) continue;
      next->turn.Set(std::nullopt);
      return;
    }
    settling_ = false;
  }

  const std::size_t at_once_;
  bool settling_ = false;
  Line waiting_;
};

}  // namespace market::runtime
