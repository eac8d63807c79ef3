#include "services/auth/api/turns.hpp"

namespace market::auth {

Task<Turns::Turn> Turns::Take(std::string key, runtime::Deadline deadline) {
  const auto [queue, is_free] = queues_.try_emplace(key);
  if (is_free) co_return Turn(*this, std::move(key));
  if (waiting_ >= waiting_max_) {
    throw Error(Code::kResourceExhausted, "OVERLOADED", "too many people are signing in right now")
        .WithRetryAfter(std::chrono::seconds(1));
  }
  const auto waiter = std::make_shared<runtime::OneShot<>>();
  queue->second.push_back(waiter);
  ++waiting_;
  struct Leave {
    std::size_t& waiting;
    ~Leave() { --waiting; }
  } leave{waiting_};
  co_await waiter->Wait(deadline);
  co_return Turn(*this, std::move(key));
}

void Turns::Pass(const std::string& key) {
  const auto at = queues_.find(key);
  auto& queue = at->second;
  while (!queue.empty()) {
    const auto next = std::move(queue.front());
    queue.pop_front();
    if (next->Done()) continue;  // left before its turn came
    next->Set();
    return;
  }
  queues_.erase(at);
}

}  // namespace market::auth
