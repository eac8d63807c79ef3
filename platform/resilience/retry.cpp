#include "platform/resilience/retry.hpp"

namespace market::resilience {

std::optional<std::chrono::nanoseconds> PauseBefore(const Error& failure, runtime::Backoff& backoff) {
  if (failure.code == Code::kResourceExhausted) return failure.retry_after;
  if (failure.code != Code::kUnavailable) return std::nullopt;
  const auto pause = backoff.Next();
  return failure.retry_after ? std::chrono::nanoseconds(*failure.retry_after) : pause;
}

}  // namespace market::resilience
