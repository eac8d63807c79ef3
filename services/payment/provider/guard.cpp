#include "services/payment/provider/guard.hpp"

#include <algorithm>

namespace market::payment::provider {

Guard::Guard(const Options& options) : breaker_("payment_provider", options.breaker) {
  if (options.requests_per_s <= 0) return;
  quota_.emplace(resilience::TokenBuckets::Options{
      .rate_per_s = options.requests_per_s, .burst = std::max(1.0, options.requests_per_s), .max_keys = 1});
}

std::variant<resilience::CircuitBreaker::Call, Guard::TurnedAway> Guard::Begin() {
  if (quota_ && quota_->Take("provider")) return Tell("quota");
  auto call = breaker_.TryCall();
  if (!call) return Tell("breaker");
  return std::move(*call);
}

Guard::TurnedAway Guard::Tell(TurnedAway why) const {
  if (on_turned_away_) on_turned_away_(why);
  return why;
}

}  // namespace market::payment::provider
