// One read for all who ask for the same at the same time: a thousand callers cost two reads, not a thousand.
//
// Whoever comes while a read runs waits for the next one, so nobody gets what was true only before it asked.
// There is no task behind it: the first who waits reads, within its own deadline and span, and everybody who
// waited by then gets its answer. A read that fails is the failure of that caller alone, since it may be its own
// deadline or its going away; the next one tries. Io thread only; outlives its callers.
#pragma once
#include <deque>
#include <memory>
#include <utility>

#include "platform/runtime/one_shot.hpp"
#include "platform/runtime/task.hpp"

namespace market::runtime {

template <class T>
class SharedRead {
 public:
  using Answer = std::shared_ptr<const T>;

  // `read()` is a Task<T>; every caller of one object asks for the same. Throws what `read` throws, and
  // Error DEADLINE_EXCEEDED when `deadline` passes while another one's read runs.
  template <class Read>
  Task<Answer> Get(Deadline deadline, Read read) {
    if (std::exchange(reading_, true)) {
      auto turn = std::make_shared<OneShot<Answer>>();
      waiting_.push_back(turn);
      if (auto answer = co_await turn->Wait(deadline)) co_return answer;
    }
    auto served = std::exchange(waiting_, {});
    Answer answer;
    try {
      answer = std::make_shared<const T>(co_await read());
    } catch (...) {
      waiting_.insert(waiting_.begin(), served.begin(), served.end());
      PassOn();
      throw;
    }
    for (const auto& turn : served) turn->Set(answer);
    PassOn();
    co_return answer;
  }

 private:
  // The next one who still waits reads: its turn comes without an answer.
  void PassOn() {
    while (!waiting_.empty()) {
      const auto turn = std::move(waiting_.front());
      waiting_.pop_front();
      if (turn->Done()) continue;
      turn->Set(nullptr);
      return;
    }
    reading_ = false;
  }

  bool reading_ = false;
  std::deque<std::shared_ptr<OneShot<Answer>>> waiting_;
};

}  // namespace market::runtime
