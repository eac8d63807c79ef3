#include "services/auth/api/turns.hpp"

#include <algorithm>

namespace market::auth {
namespace {

Error TooManyAtOnce(std::string reason, std::string message) {
  return Error(Code::kResourceExhausted, std::move(reason), std::move(message))
      .WithRetryAfter(std::chrono::seconds(1));
}

Error Overloaded() { return TooManyAtOnce("OVERLOADED", "too many people are signing in right now"); }

}  // namespace

Task<Turns::Turn> Turns::Take(std::string key, runtime::Deadline deadline) {
  const auto [queue, is_free] = queues_.try_emplace(key);
  if (is_free) co_return Turn(*this, std::move(key));
  if (queue->second.size() >= options_.waiting_of_key_max) {
    throw TooManyAtOnce("RATE_LIMITED", "too many sign-ins with this e-mail at once");
  }
  if (waiting_ >= options_.waiting_max) throw Overloaded();
  const auto waiter = std::make_shared<runtime::OneShot<>>();
  queue->second.push_back(waiter);
  ++waiting_;
  co_await WaitFor(waiter, key, deadline);
  co_return Turn(*this, std::move(key));
}

Task<> Turns::WaitFor(Waiter waiter, const std::string& key, runtime::Deadline deadline) {
  struct Leave {
    Turns& turns;
    const Waiter& waiter;
    const std::string& key;
    ~Leave() {
      --turns.waiting_;
      const auto at = turns.queues_.find(key);
      if (at != turns.queues_.end()) std::erase(at->second, waiter);
    }
  } leave{*this, waiter, key};
  try {
    co_await waiter->Wait(std::min(deadline, runtime::After(options_.max_wait)));
  } catch (const Error& error) {
    if (error.code != Code::kDeadlineExceeded || deadline <= std::chrono::steady_clock::now()) throw;
    throw Overloaded();
  }
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
