#include "platform/resilience/fair_queue.hpp"

#include <algorithm>
#include <deque>
#include <utility>

#include "platform/core/error.hpp"
#include "platform/runtime/one_shot.hpp"

namespace market::resilience {
namespace {

using Waiter = std::shared_ptr<runtime::OneShot<FairQueue::Place>>;

struct Line {
  std::string caller;
  std::deque<Waiter> waiters;  // never empty
  bool served = false;         // somebody of it was, while others of it waited
};

// One class: lines that nobody was served of yet, then the others; in each part whose turn is next stands in
// front.
struct Lines {
  std::deque<Line> lines;
  std::size_t waiting = 0;
  std::size_t new_in_a_row = 0;

  auto FirstServed() { return std::ranges::find(lines, true, &Line::served); }

  auto Find(const std::string& caller) { return std::ranges::find(lines, caller, &Line::caller); }
  std::size_t WaitingOf(const std::string& caller) {
    const auto line = Find(caller);
    return line == lines.end() ? 0 : line->waiters.size();
  }
  void Add(std::string caller, const Waiter& waiter) {
    const auto line = Find(caller);
    if (line == lines.end()) {
      lines.insert(FirstServed(), {.caller = std::move(caller), .waiters = {waiter}});
    } else {
      line->waiters.push_back(waiter);
    }
    ++waiting;
  }
  void Remove(const std::string& caller, const Waiter& waiter) {
    const auto line = Find(caller);
    if (line == lines.end()) return;
    waiting -= std::erase(line->waiters, waiter);
    if (line->waiters.empty()) lines.erase(line);
  }
  // The first waiter of the line whose turn it is, which goes to the end.
  Waiter TakeNext(std::size_t new_in_a_row_max) {
    const auto served = FirstServed();
    const bool a_served_ones_turn =
        served == lines.begin() || (served != lines.end() && new_in_a_row >= new_in_a_row_max);
    const auto turn = a_served_ones_turn ? served : lines.begin();
    new_in_a_row = a_served_ones_turn ? 0 : new_in_a_row + 1;
    Line line = std::move(*turn);
    lines.erase(turn);
    Waiter next = std::move(line.waiters.front());
    line.waiters.pop_front();
    line.served = true;
    if (!line.waiters.empty()) lines.push_back(std::move(line));
    --waiting;
    return next;
  }
  // The last waiter of the longest line, if that is longer than a line of `fewer` and one more would be.
  Waiter TakeLastOfLongest(std::size_t fewer) {
    const auto longest =
        std::ranges::max_element(lines, {}, [](const Line& line) { return line.waiters.size(); });
    if (longest == lines.end() || longest->waiters.size() <= fewer + 1) return nullptr;
    Waiter last = std::move(longest->waiters.back());
    longest->waiters.pop_back();
    --waiting;
    return last;
  }
};

}  // namespace

struct FairQueue::State : std::enable_shared_from_this<FairQueue::State> {
  explicit State(const Options& with) : options(with) {}

  Lines& Of(Standing standing) { return classes[static_cast<std::size_t>(standing)]; }
  Error Overloaded() const {
    return Error(Code::kResourceExhausted, "OVERLOADED", "too many people are waiting for this right now")
        .WithRetryAfter(options.retry_after);
  }

  Place Take();
  void Join(const std::string& caller, Standing standing, const Waiter& waiter);
  void Release();
  Lines* NextClass();

  const Options options;
  std::array<Lines, 2> classes;
  std::size_t known_in_a_row = 0;
  Stats stats;
};

class FairQueue::Held {
 public:
  explicit Held(std::shared_ptr<State> queue) : queue_(std::move(queue)) {}
  Held(const Held&) = delete;
  Held& operator=(const Held&) = delete;
  ~Held() { queue_->Release(); }

 private:
  const std::shared_ptr<State> queue_;
};

FairQueue::Place FairQueue::State::Take() {
  ++stats.running;
  return std::make_shared<const Held>(shared_from_this());
}

void FairQueue::State::Join(const std::string& caller, Standing standing, const Waiter& waiter) {
  auto& lines = Of(standing);
  const auto own = lines.WaitingOf(caller);
  if (own >= options.waiting_of_caller_max) {
    ++stats.refused_caller;
    throw Error(Code::kResourceExhausted, "RATE_LIMITED",
                "too many requests from your address are waiting already")
        .WithRetryAfter(options.retry_after);
  }
  if (lines.waiting >= options.waiting_max) {
    ++stats.refused_full;
    const auto gives_way = lines.TakeLastOfLongest(own);
    if (!gives_way) throw Overloaded();
    gives_way->Fail(std::make_exception_ptr(Overloaded()));
  }
  lines.Add(caller, waiter);
}

Lines* FairQueue::State::NextClass() {
  auto& known = Of(Standing::kKnown);
  auto& strangers = Of(Standing::kStranger);
  const bool a_strangers_turn =
      known.waiting == 0 || (strangers.waiting > 0 && known_in_a_row >= options.known_in_a_row);
  auto& next = a_strangers_turn ? strangers : known;
  if (next.waiting == 0) return nullptr;
  known_in_a_row = a_strangers_turn ? 0 : known_in_a_row + 1;
  return &next;
}

void FairQueue::State::Release() {
  --stats.running;
  while (stats.running < options.places) {
    auto* lines = NextClass();
    if (lines == nullptr) return;
    const auto next = lines->TakeNext(options.new_in_a_row);
    if (next->Done()) continue;  // out of time or cancelled, and not yet resumed
    next->Set(Take());
  }
}

FairQueue::FairQueue(const Options& options) : state_(std::make_shared<State>(options)) {}
FairQueue::~FairQueue() = default;

Task<FairQueue::Place> FairQueue::Enter(std::string caller, Standing standing, Deadline deadline) {
  const auto state = state_;
  // A place is free only when nobody waits.
  if (state->stats.running < state->options.places) co_return state->Take();
  const auto waiter = std::make_shared<runtime::OneShot<Place>>();
  state->Join(caller, standing, waiter);
  // Leaves however the wait ends; whoever answers a waiter takes it out first.
  struct Leave {
    Lines& lines;
    const std::string& caller;
    const Waiter& waiter;
    ~Leave() { lines.Remove(caller, waiter); }
  };
  {
    const Leave leave{state->Of(standing), caller, waiter};
    try {
      co_return co_await waiter->Wait(std::min(deadline, runtime::After(state->options.max_wait)));
    } catch (const Error& error) {
      if (error.code != Code::kDeadlineExceeded) throw;
    }
  }
  ++state->stats.refused_late;
  throw state->Overloaded();
}

FairQueue::Stats FairQueue::GetStats() const {
  Stats stats = state_->stats;
  for (std::size_t i = 0; i < stats.waiting.size(); ++i) stats.waiting[i] = state_->classes[i].waiting;
  return stats;
}

}  // namespace market::resilience
