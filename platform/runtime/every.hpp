// A round of work, again and again until the process stops: what every worker of ours is.
//
//   Every sweeper({.name = "auth.sessions", .period = 10min}, [this] { return Sweep(); });
//   group.Keep(sweeper.Name(), sweeper.Run());
//
// A round that throws, whatever it throws, is counted, told to the listener and repeated after a growing
// pause; only the worker's own cancellation ends it. A round that hangs shows as a last success that grows
// old: rounds give each of their steps a limit. Owner: the part whose work it is;
// outlives the task of Run. Io thread only.
#pragma once
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "platform/runtime/backoff.hpp"
#include "platform/runtime/one_shot.hpp"
#include "platform/runtime/task.hpp"

namespace market::runtime {

class Every {
 public:
  // What a round says about the next one: at once when there is more to do.
  enum class Next { kLater, kAtOnce };
  using Round = std::function<Task<Next>()>;

  // What becomes of the round under way when the worker is cancelled. A round that has taken something which
  // nobody would know of is finished; it must be short.
  enum class OnCancel { kTearRound, kFinishRound };

  struct Options {
    std::string name;  // "<service>.<worker>"
    std::chrono::nanoseconds period;
    // Lengthens each pause by up to this share of it, so that replicas do not turn in step.
    double jitter = 0.2;
    Backoff::Options backoff = kBetweenRounds;
    OnCancel on_cancel = OnCancel::kTearRound;
  };

  struct State {
    std::uint64_t runs = 0;
    std::uint64_t failures = 0;
    std::uint32_t failures_in_a_row = 0;                   // 0: the last round went well
    std::string failure;                                   // the words of the last one
    std::chrono::steady_clock::time_point last_success{};  // until there is one, the start
    std::optional<std::int64_t> parked;                    // rows of its work, as of the last SetParked
  };

  Every(Options options, Round round);
  // Of a round that always leaves the next one for later.
  Every(Options options, std::function<Task<>()> round);
  Every(const Every&) = delete;
  Every& operator=(const Every&) = delete;

  // Once. The first round is at once.
  Task<> Run();
  // Ends the pause: there may be something to do. The pause after a failure is waited for all the same.
  void Wake();
  // Before Run: no pause is longer than this.
  void LimitPauses(std::chrono::milliseconds longest);
  // Whoever counts the rows that this worker has given up tells.
  void SetParked(std::int64_t rows) { state_.parked = rows; }
  // Called after each round that failed, and after the first one that went well again.
  void OnTurn(std::function<void(const Every&)> listener) { listener_ = std::move(listener); }

  const std::string& Name() const { return options_.name; }
  std::chrono::nanoseconds Period() const { return options_.period; }
  const State& Now() const { return state_; }

 private:
  Task<> FinishRoundsWhenCancelled();
  // Nothing after a failure.
  Task<std::optional<Next>> OneRound();
  void Failed(const std::exception_ptr& error);
  void WentWell();
  Task<> Pause(std::chrono::nanoseconds time);

  Options options_;
  const Round round_;
  std::function<void(const Every&)> listener_;
  State state_;
  bool woken_ = false;
  bool stopping_ = false;
  std::shared_ptr<OneShot<>> pause_;
};

}  // namespace market::runtime
