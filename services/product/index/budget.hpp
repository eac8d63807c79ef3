// How much a search may cost: it counts its work, and ends when its time is over.
//
// Owner: one search on one thread. A unit is about a document, a term or a letter looked at.
#pragma once
#include <chrono>
#include <cstdint>
#include <optional>

#include "platform/core/error.hpp"

namespace market::product::index {

class Budget {
 public:
  using Clock = std::chrono::steady_clock;

  // Without an end it counts only.
  explicit Budget(std::optional<Clock::time_point> end = std::nullopt) : end_(end) {}

  // Throws Error DEADLINE_EXCEEDED when the time is over.
  void Spend(std::uint64_t units) {
    spent_ += units;
    if (end_ && spent_ >= next_look_) Look();
  }
  std::uint64_t Spent() const { return spent_; }

 private:
  static constexpr std::uint64_t kUnitsBetweenLooks = 16'384;

  void Look() {
    next_look_ = spent_ + kUnitsBetweenLooks;
    if (Clock::now() >= *end_)
      throw Error(Code::kDeadlineExceeded, "DEADLINE_EXCEEDED", "the search took too long");
  }

  std::optional<Clock::time_point> end_;
  std::uint64_t spent_ = 0;
  std::uint64_t next_look_ = 0;
};

}  // namespace market::product::index
