#include "platform/resilience/circuit_breaker.hpp"

#include <utility>

#include "platform/core/random.hpp"

namespace market::resilience {
namespace {

std::int64_t SecondOf(SteadyTime time) {
  return std::chrono::floor<std::chrono::seconds>(time.time_since_epoch()).count();
}

}  // namespace

Outcome OutcomeOf(Code code, TimeGiven time_given) {
  switch (code) {
    case Code::kUnavailable:
    case Code::kInternal:
      return Outcome::kFailure;
    case Code::kDeadlineExceeded:
      return time_given == TimeGiven::kFullCap ? Outcome::kFailure : Outcome::kIgnored;
    case Code::kCancelled:
      return Outcome::kIgnored;
    default:
      return Outcome::kSuccess;
  }
}

CircuitBreaker::Call::Call(CircuitBreaker& breaker, SteadyTime started)
    : breaker_(&breaker), generation_(breaker.generation_), started_(started) {}

CircuitBreaker::Call::Call(Call&& other) noexcept
    : breaker_(std::exchange(other.breaker_, nullptr)),
      generation_(other.generation_),
      started_(other.started_) {}

void CircuitBreaker::Call::Report(Outcome outcome, SteadyTime now) {
  if (CircuitBreaker* breaker = std::exchange(breaker_, nullptr))
    breaker->Report(generation_, started_, outcome, now);
}

CircuitBreaker::CircuitBreaker(std::string dependency, const Options& options)
    : dependency_(std::move(dependency)), options_(options), open_for_(options.open_for) {}

std::optional<CircuitBreaker::Call> CircuitBreaker::TryCall(SteadyTime now) {
  if (state_ == State::kOpen && now >= open_until_) Enter(State::kHalfOpen, now);
  if (state_ == State::kOpen) return std::nullopt;
  if (state_ == State::kHalfOpen) {
    if (probes_left_ == 0) return std::nullopt;
    --probes_left_;
  }
  return Call(*this, now);
}

CircuitBreaker::Call CircuitBreaker::Begin(SteadyTime now) {
  if (auto call = TryCall(now)) return std::move(*call);
  throw Unavailable(dependency_ + " is not available")
      .WithRetryAfter(std::max(RetryAfter(now), std::chrono::milliseconds(1000)));
}

std::chrono::milliseconds CircuitBreaker::RetryAfter(SteadyTime now) const {
  if (state_ != State::kOpen || now >= open_until_) return std::chrono::milliseconds(0);
  return std::chrono::ceil<std::chrono::milliseconds>(open_until_ - now);
}

void CircuitBreaker::Report(std::uint64_t generation, SteadyTime started, Outcome outcome, SteadyTime now) {
  if (generation != generation_) return;
  if (state_ == State::kClosed) {
    // What went well never opens it: a dependency that is back must not be refused for what was before.
    if (Count(outcome, now - started, now) && WindowIsBad(now)) Enter(State::kOpen, now);
    return;
  }
  // Half-open: an open breaker has no calls of its own generation.
  switch (outcome) {
    case Outcome::kSuccess:
      if (++probe_successes_ >= options_.probe_successes) return Enter(State::kClosed, now);
      break;
    case Outcome::kFailure:
      return Enter(State::kOpen, now);
    case Outcome::kIgnored:
      break;
  }
  // What did not fail gives its place to the next probe,
  // or a probe that told nothing could leave the breaker stuck.
  ++probes_left_;
}

bool CircuitBreaker::Count(Outcome outcome, std::chrono::nanoseconds took, SteadyTime now) {
  if (outcome == Outcome::kIgnored) return false;
  const auto second = SecondOf(now);
  Slot& slot = slots_[static_cast<std::size_t>(second) % kSlots];
  if (slot.second != second) slot = {.second = second};
  const bool failed = outcome == Outcome::kFailure;
  const bool slow = options_.slow_after.count() > 0 && took >= options_.slow_after;
  ++slot.calls;
  if (failed) ++slot.failed;
  if (slow) ++slot.slow;
  return failed || slow;
}

bool CircuitBreaker::WindowIsBad(SteadyTime now) const {
  const auto first = SecondOf(now) - options_.window.count() + 1;
  Slot sum;
  for (const Slot& slot : slots_) {
    if (slot.second < first) continue;
    sum.calls += slot.calls;
    sum.failed += slot.failed;
    sum.slow += slot.slow;
  }
  return sum.calls >= options_.min_calls &&
         (sum.failed >= options_.failed_share * sum.calls ||
          (options_.slow_after.count() > 0 && sum.slow >= options_.slow_share * sum.calls));
}

void CircuitBreaker::Enter(State state, SteadyTime now) {
  if (state == State::kOpen) {
    const auto pause = std::chrono::duration_cast<SteadyTime::duration>(
        std::chrono::duration<double>(open_for_) * (1 + options_.jitter * RandomShare()));
    open_until_ = now + pause;
    open_for_ = std::min(open_for_ * 2, options_.max_open_for);
  } else if (state == State::kHalfOpen) {
    probes_left_ = options_.probes;
    probe_successes_ = 0;
  } else {
    slots_ = {};
    open_for_ = options_.open_for;
  }
  state_ = state;
  ++generation_;
  if (on_change_) on_change_(state);
}

}  // namespace market::resilience
