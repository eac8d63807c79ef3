// Retries that can't make an overload worse: few attempts, growing pauses with jitter,
// and a budget per dependency.
//
// Retry at one layer only, and only what proves that the other side did not act,
// or is harmless to do twice. Io thread only.
#pragma once
#include <chrono>
#include <cstdint>
#include <optional>
#include <type_traits>
#include <utility>

#include "platform/resilience/deadline.hpp"
#include "platform/runtime/backoff.hpp"
#include "platform/runtime/task.hpp"

namespace market::resilience {

// gRFC A6 retry throttling: a failure costs a token, a success gives `ratio` of one, retries need more than
// half of the tokens. In the long run at most `ratio` retries a call.
class RetryBudget {
 public:
  explicit RetryBudget(double max_tokens = 100, double ratio = 0.1)
      : max_tokens_(max_tokens), ratio_(ratio), tokens_(max_tokens) {}
  void OnSuccess() { tokens_ = std::min(max_tokens_, tokens_ + ratio_); }
  void OnFailure() { tokens_ = std::max(0.0, tokens_ - 1); }
  bool Allows() const { return tokens_ > max_tokens_ / 2; }
  double Tokens() const { return tokens_; }

 private:
  double max_tokens_;
  double ratio_;
  double tokens_;
};

struct RetryPolicy {
  std::uint32_t attempts = 3;
  runtime::Backoff::Options backoff = runtime::kBetweenAttempts;
};

// How long to wait before the next attempt, or nothing: UNAVAILABLE is retried after the backoff (or what the
// other side asked for), RESOURCE_EXHAUSTED only when the other side said when, everything else never.
std::optional<std::chrono::nanoseconds> PauseBefore(const Error& failure, runtime::Backoff& backoff);

// Calls `attempt()` (a function that returns a Task) until it succeeds, fails for good, or attempts, budget
// or time run out; then the last Error is thrown. One deadline covers all attempts.
template <class Attempt>
std::invoke_result_t<Attempt&> Retry(RetryPolicy policy, RetryBudget& budget, Deadline deadline,
                                     Attempt attempt) {
  runtime::Backoff backoff(policy.backoff);
  for (std::uint32_t made = 1;; ++made) {
    std::chrono::nanoseconds pause{};
    try {
      if constexpr (std::is_void_v<typename std::invoke_result_t<Attempt&>::value_type>) {
        co_await attempt();
        budget.OnSuccess();
        co_return;
      } else {
        auto result = co_await attempt();
        budget.OnSuccess();
        co_return result;
      }
    } catch (const Error& failure) {
      const auto wanted = PauseBefore(failure, backoff);
      if (!wanted) throw;
      budget.OnFailure();
      if (made >= policy.attempts || !budget.Allows() || Remaining(deadline) <= *wanted) throw;
      pause = *wanted;
    }
    co_await runtime::SleepFor(pause);
  }
}

}  // namespace market::resilience
