#include "platform/resilience/retry.hpp"

#include "platform/resilience/random.hpp"

namespace market::resilience {
namespace {

std::chrono::nanoseconds Scale(std::chrono::nanoseconds duration, double factor) {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(duration * factor);
}

}  // namespace

std::chrono::nanoseconds Backoff::Next() {
  const auto pause = Scale(next_, 1 - options_.jitter + 2 * options_.jitter * RandomShare());
  next_ = std::min<std::chrono::nanoseconds>(Scale(next_, options_.multiplier), options_.max);
  return pause;
}

std::chrono::nanoseconds FullJitter::Next() {
  const auto pause = Scale(bound_, RandomShare());
  bound_ = std::min<std::chrono::nanoseconds>(bound_ * 2, options_.max);
  return pause;
}

std::chrono::nanoseconds FullJitter::After(std::uint32_t failures, const Options& options) {
  std::chrono::nanoseconds bound = options.initial;
  for (std::uint32_t i = 1; i < failures && bound < options.max; ++i) bound *= 2;
  return Scale(std::min<std::chrono::nanoseconds>(bound, options.max), RandomShare());
}

std::optional<std::chrono::nanoseconds> PauseBefore(const Error& failure, Backoff& backoff) {
  if (failure.code == Code::kResourceExhausted) return failure.retry_after;
  if (failure.code != Code::kUnavailable) return std::nullopt;
  const auto pause = backoff.Next();
  return failure.retry_after ? std::chrono::nanoseconds(*failure.retry_after) : pause;
}

}  // namespace market::resilience
