// Circuit breaker: stops calling a dependency that fails, and finds out by a few probes when it is back.
//
// One per dependency and method class. Closed: counts the calls of a sliding window; too many failures (or
// too many slow calls) open it. Open: calls are refused at once, for 5 s the first time, doubling to 60 s
// while probes keep failing. Half-open: a few probes are let through; two successes close it, one failure
// opens it again. A result belongs to the state in which its call began: results from before a change of
// state are dropped. Time is passed in. Io thread only. The breaker must outlive its calls.
#pragma once
#include <array>
#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "platform/core/error.hpp"
#include "platform/resilience/deadline.hpp"

namespace market::resilience {

enum class Outcome : std::uint8_t {
  kSuccess,  // the dependency answered, be it with a refusal
  kFailure,
  kIgnored,  // says nothing about the dependency: cancelled, refused before it was sent
};

enum class TimeGiven : std::uint8_t { kFullCap, kLess };

// Which codes speak against the dependency: UNAVAILABLE and INTERNAL do; DEADLINE_EXCEEDED only when the call
// had its full time; a client's mistake or a decline does not.
Outcome OutcomeOf(Code code, TimeGiven time_given);

class CircuitBreaker {
 public:
  enum class State : std::uint8_t { kClosed, kOpen, kHalfOpen };

  struct Options {
    std::chrono::seconds window{10};  // at most kSlots seconds
    std::uint32_t min_calls = 20;
    double failed_share = 0.5;
    std::chrono::milliseconds slow_after{0};  // a call this long is slow; 0: not watched
    double slow_share = 0.8;
    std::chrono::milliseconds open_for{5'000};
    std::chrono::milliseconds max_open_for{60'000};
    double jitter = 0.2;  // the open time is longer by up to this share
    std::uint32_t probes = 3;
    std::uint32_t probe_successes = 2;
  };

  // One admitted call; report it once. Destroyed unreported it counts as ignored.
  class Call {
   public:
    Call(Call&& other) noexcept;
    Call& operator=(Call&&) = delete;
    ~Call() { Report(Outcome::kIgnored, started_); }
    void Report(Outcome outcome, SteadyTime now = std::chrono::steady_clock::now());

   private:
    friend class CircuitBreaker;
    Call(CircuitBreaker& breaker, SteadyTime started);
    CircuitBreaker* breaker_;
    std::uint64_t generation_;
    SteadyTime started_;
  };

  explicit CircuitBreaker(std::string dependency) : CircuitBreaker(std::move(dependency), Options{}) {}
  CircuitBreaker(std::string dependency, const Options& options);
  CircuitBreaker(const CircuitBreaker&) = delete;
  CircuitBreaker& operator=(const CircuitBreaker&) = delete;

  // nullopt when the call must not be made.
  std::optional<Call> TryCall(SteadyTime now = std::chrono::steady_clock::now());
  // Throws Error UNAVAILABLE with retry_after instead.
  Call Begin(SteadyTime now = std::chrono::steady_clock::now());

  State GetState() const { return state_; }
  const std::string& Dependency() const { return dependency_; }
  // Until when an open breaker stays open, from `now`; 0 otherwise.
  std::chrono::milliseconds RetryAfter(SteadyTime now) const;
  void OnChange(std::function<void(State)> listener) { on_change_ = std::move(listener); }

 private:
  static constexpr std::size_t kSlots = 16;
  struct Slot {
    std::int64_t second = -1;
    std::uint32_t calls = 0;
    std::uint32_t failed = 0;
    std::uint32_t slow = 0;
  };

  void Report(std::uint64_t generation, SteadyTime started, Outcome outcome, SteadyTime now);
  // Whether it speaks against the dependency.
  bool Count(Outcome outcome, std::chrono::nanoseconds took, SteadyTime now);
  bool WindowIsBad(SteadyTime now) const;
  void Enter(State state, SteadyTime now);

  const std::string dependency_;
  const Options options_;
  std::function<void(State)> on_change_;
  State state_ = State::kClosed;
  std::uint64_t generation_ = 0;
  std::array<Slot, kSlots> slots_{};
  std::chrono::milliseconds open_for_;  // of the next opening
  SteadyTime open_until_{};
  std::uint32_t probes_left_ = 0;
  std::uint32_t probe_successes_ = 0;
};

}  // namespace market::resilience
