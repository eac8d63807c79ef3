#include "platform/runtime/backoff.hpp"

#include <algorithm>

#include "platform/core/random.hpp"

namespace market::runtime {
namespace {

std::chrono::nanoseconds Scale(std::chrono::nanoseconds duration, double factor) {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(duration * factor);
}

std::chrono::nanoseconds Longer(std::chrono::nanoseconds step, const Backoff::Options& options) {
  return std::min<std::chrono::nanoseconds>(Scale(step, options.multiplier), options.max);
}

std::chrono::nanoseconds WithJitter(std::chrono::nanoseconds step, double jitter) {
  return Scale(step, 1 - jitter * RandomShare());
}

}  // namespace

std::chrono::nanoseconds Backoff::Next() {
  const auto pause = WithJitter(step_, options_.jitter);
  step_ = Longer(step_, options_);
  return pause;
}

std::chrono::milliseconds Backoff::After(std::uint32_t failures, const Options& options) {
  std::chrono::nanoseconds step = options.initial;
  for (std::uint32_t i = 1; i < failures && step < options.max; ++i) step = Longer(step, options);
  return std::chrono::duration_cast<std::chrono::milliseconds>(WithJitter(step, options.jitter));
}

}  // namespace market::runtime
