// Internal to platform/grpc. A token bucket: a burst, then a rate.
#pragma once
#include <algorithm>
#include <chrono>
#include <cstdint>

namespace market::grpc {

class TokenBucket {
 public:
  TokenBucket(std::uint64_t burst, std::uint64_t per_second)
      : burst_(burst), per_second_(per_second), tokens_(burst), last_(std::chrono::steady_clock::now()) {}

  bool Take(std::chrono::steady_clock::time_point now) {
    if (tokens_ == 0) Refill(now);
    if (tokens_ == 0) return false;
    --tokens_;
    return true;
  }

 private:
  // Whole tokens only; the remainder of the time stays for the next call.
  void Refill(std::chrono::steady_clock::time_point now) {
    const auto elapsed = std::chrono::duration_cast<std::chrono::milliseconds>(now - last_).count();
    const auto earned = static_cast<std::uint64_t>(elapsed) * per_second_ / 1000;
    if (earned == 0) return;
    tokens_ = std::min(burst_, earned);
    last_ = now;
  }

  std::uint64_t burst_;
  std::uint64_t per_second_;
  std::uint64_t tokens_;
  std::chrono::steady_clock::time_point last_;
};

}  // namespace market::grpc
