// Growing pauses with jitter, so that those who failed together don't come back together.
//
// A step doubles from `initial` to `max`; a pause is anything from (1 - jitter)
// of its step to all of it. Io thread only.
#pragma once
#include <chrono>
#include <cstdint>

namespace market::runtime {

class Backoff {
 public:
  struct Options {
    std::chrono::milliseconds initial;
    std::chrono::milliseconds max;
    double jitter = 1;
    double multiplier = 2;
  };

  explicit Backoff(const Options& options) : options_(options), step_(options.initial) {}
  std::chrono::nanoseconds Next();
  void Reset() { step_ = options_.initial; }

  // For work whose count of failures is stored: the pause after `failures` of them (1 is the first).
  static std::chrono::milliseconds After(std::uint32_t failures, const Options& options);

 private:
  Options options_;
  std::chrono::nanoseconds step_;
};

// Between the attempts of one call, which somebody waits for.
inline constexpr Backoff::Options kBetweenAttempts{
    .initial = std::chrono::milliseconds(50), .max = std::chrono::milliseconds(1000), .jitter = 0.3};
// Between the tries of background work.
inline constexpr Backoff::Options kBetweenRounds{.initial = std::chrono::milliseconds(500),
                                                 .max = std::chrono::milliseconds(60'000)};

}  // namespace market::runtime
