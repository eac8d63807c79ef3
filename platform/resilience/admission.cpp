#include "platform/resilience/admission.hpp"

#include <algorithm>
#include <cmath>

namespace market::resilience {
namespace {

std::size_t IndexOf(Priority priority) { return static_cast<std::size_t>(priority); }

}  // namespace

Admission::Admission(const Options& options) : options_(options) {}
Admission::~Admission() = default;

// At least one for every class, or a small limit would shut some out for ever.
std::size_t Admission::LimitOf(Priority priority) const {
  if (priority <= Priority::kCheckout) return options_.limit;
  const auto open = std::floor(static_cast<double>(options_.limit) * (1 - options_.kept_share));
  return std::max<std::size_t>(static_cast<std::size_t>(open), 1);
}

std::optional<Admission::Permit> Admission::TryEnter(Priority priority) {
  // A place is free only if nobody of the same or a better class waits for it.
  for (std::size_t i = 0; i <= IndexOf(priority); ++i) {
    if (!queues_[i].empty()) return std::nullopt;
  }
  if (running_ >= LimitOf(priority)) return std::nullopt;
  ++running_;
  ++stats_.admitted;
  return Permit(this);
}

Task<Admission::Permit> Admission::Enter(Priority priority, Deadline deadline) {
  if (auto permit = TryEnter(priority)) co_return std::move(*permit);
  if (!MakeRoomInQueue(priority)) throw Refusal(priority);
  auto waiter = std::make_shared<runtime::OneShot<Permit>>();
  auto& queue = queues_[IndexOf(priority)];
  queue.push_back(waiter);
  ++waiting_;
  // Leaves the queue however the wait ends; whoever answers the waiter takes it out first.
  struct Leave {
    Admission& admission;
    std::deque<Waiter>& queue;
    const Waiter& waiter;
    ~Leave() { admission.waiting_ -= std::erase(queue, waiter); }
  };
  bool late = false;
  {
    const Leave leave{*this, queue, waiter};
    try {
      co_return co_await waiter->Wait(std::min(deadline, runtime::After(options_.max_wait)));
    } catch (const Error& error) {
      if (error.code != Code::kDeadlineExceeded) throw;
      late = true;
    }
  }
  if (late && deadline <= std::chrono::steady_clock::now())
    throw DeadlineExceeded("waited for a place until the deadline");
  throw Refusal(priority);
}

bool Admission::MakeRoomInQueue(Priority priority) {
  if (waiting_ < options_.queue_limit) return true;
  for (std::size_t i = queues_.size() - 1; i > IndexOf(priority); --i) {
    if (queues_[i].empty()) continue;
    // The last to come of the least important class: it has waited for the shortest time.
    const Waiter evicted = queues_[i].back();
    queues_[i].pop_back();
    --waiting_;
    evicted->Fail(std::make_exception_ptr(Refusal(static_cast<Priority>(i))));
    return true;
  }
  return false;
}

Error Admission::Refusal(Priority priority) {
  ++stats_.refused[IndexOf(priority)];
  return Error(Code::kResourceExhausted, "OVERLOADED", "too many requests at the moment")
      .WithRetryAfter(options_.retry_after);
}

void Admission::Release() {
  --running_;
  for (std::size_t i = 0; i < queues_.size(); ++i) {
    auto& queue = queues_[i];
    while (!queue.empty() && running_ < LimitOf(static_cast<Priority>(i))) {
      const Waiter next = queue.front();
      queue.pop_front();
      --waiting_;
      if (next->Done()) continue;  // out of time or cancelled, and not yet resumed
      ++running_;
      ++stats_.admitted;
      next->Set(Permit(this));
    }
  }
}

Admission::Stats Admission::GetStats() const {
  Stats stats = stats_;
  stats.running = running_;
  stats.waiting = waiting_;
  return stats;
}

}  // namespace market::resilience
