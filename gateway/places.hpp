// How many files pass through this gateway at once, one way or the other, and how many may.
//
// Owner: the gateway; who has a place keeps what it needs of it. Io thread only.
#pragma once
#include <chrono>
#include <cstddef>
#include <memory>
#include <utility>

#include "platform/core/error.hpp"
#include "platform/telemetry/metrics.hpp"

namespace market::gateway {

class Places {
 private:
  struct State {
    std::size_t most;
    telemetry::Gauge& shown;
    std::size_t taken = 0;
  };

 public:
  // Given back by its end.
  class Place {
   public:
    Place(Place&& other) noexcept = default;
    Place& operator=(Place&&) = delete;
    ~Place() {
      if (state_) state_->shown.Set(static_cast<double>(--state_->taken));
    }

   private:
    friend class Places;
    explicit Place(std::shared_ptr<State> state) : state_(std::move(state)) {
      state_->shown.Set(static_cast<double>(++state_->taken));
    }
    std::shared_ptr<State> state_;
  };

  // `shown` must outlive the places.
  Places(std::size_t most, telemetry::Gauge& shown)
      : state_(std::make_shared<State>(State{.most = most, .shown = shown, .taken = 0})) {}

  // Throws Error OVERLOADED.
  Place Enter() {
    if (state_->taken >= state_->most) {
      throw Error(Code::kResourceExhausted, "OVERLOADED", "too many files are on their way")
          .WithRetryAfter(std::chrono::seconds(5));
    }
    return Place(state_);
  }

 private:
  std::shared_ptr<State> state_;
};

}  // namespace market::gateway
