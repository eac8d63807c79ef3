#include "platform/resilience/token_bucket.hpp"

#include <algorithm>

namespace market::resilience {

TokenBuckets::Bucket& TokenBuckets::Find(std::string_view key, SteadyTime now) {
  if (const auto found = buckets_.find(key); found != buckets_.end()) {
    order_.splice(order_.begin(), order_, found->second);
    return order_.front();
  }
  if (buckets_.size() >= options_.max_keys && !order_.empty()) {
    buckets_.erase(order_.back().key);
    order_.pop_back();
  }
  order_.push_front({.key = std::string(key), .tokens = options_.burst, .filled_at = now});
  buckets_.emplace(order_.front().key, order_.begin());
  return order_.front();
}

std::optional<std::chrono::milliseconds> TokenBuckets::Take(std::string_view key, double tokens,
                                                            SteadyTime now) {
  Bucket& bucket = Find(key, now);
  const double elapsed_s = std::max(0.0, std::chrono::duration<double>(now - bucket.filled_at).count());
  bucket.tokens = std::min(options_.burst, bucket.tokens + elapsed_s * options_.rate_per_s);
  bucket.filled_at = std::max(bucket.filled_at, now);
  if (bucket.tokens >= tokens) {
    bucket.tokens -= tokens;
    return std::nullopt;
  }
  ++refused_;
  const double missing = std::min(tokens, options_.burst) - bucket.tokens;
  return std::chrono::ceil<std::chrono::milliseconds>(
      std::chrono::duration<double>(std::max(missing, 0.0) / options_.rate_per_s));
}

}  // namespace market::resilience
