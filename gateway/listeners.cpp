#include "gateway/listeners.hpp"

#include <chrono>

#include "platform/core/error.hpp"

namespace market::gateway {
namespace {

// One that ends makes room; nobody knows when that is.
constexpr std::chrono::seconds kComeBackAfter{5};

}  // namespace

Listeners::Place::Place(std::shared_ptr<State> state) {
  if (state->all >= state->limits.all) {
    throw Error(Code::kResourceExhausted, "OVERLOADED", "too many streams are open")
        .WithRetryAfter(kComeBackAfter);
  }
  state_ = std::move(state);
  state_->shown.Set(static_cast<double>(++state_->all));
}

Listeners::Place::~Place() {
  if (!state_) return;
  state_->shown.Set(static_cast<double>(--state_->all));
  const auto found = state_->of.find(listener_);
  if (found != state_->of.end() && --found->second == 0) state_->of.erase(found);
}

void Listeners::Place::Claim(const std::string& listener) {
  auto& count = state_->of[listener];
  if (count >= state_->limits.each) {
    throw Error(Code::kResourceExhausted, "RATE_LIMITED", "too many streams of yours are open: close one")
        .WithRetryAfter(kComeBackAfter);
  }
  ++count;
  listener_ = listener;
}

}  // namespace market::gateway
