// Rate limits kept in this process: a token bucket for each key (a principal, an address).
//
// Several replicas each keep their own, so a limit is per replica; shared limits live in PostgreSQL or Redis.
// The table is bounded: past max_keys the bucket used least recently is forgotten, which can only be too kind
// to that key. Io thread only; time is passed in.
#pragma once
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <list>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "platform/resilience/deadline.hpp"

namespace market::resilience {

class TokenBuckets {
 public:
  struct Options {
    double rate_per_s = 10;
    double burst = 20;
    std::size_t max_keys = 100'000;
  };

  explicit TokenBuckets(const Options& options) : options_(options) {}

  // Takes `tokens` for `key`: nothing when granted, else how long until they would be there. More than
  // `burst` tokens are never granted.
  std::optional<std::chrono::milliseconds> Take(std::string_view key, double tokens = 1,
                                                SteadyTime now = std::chrono::steady_clock::now());
  std::size_t Size() const { return buckets_.size(); }
  std::uint64_t Refused() const { return refused_; }

 private:
  struct Bucket {
    std::string key;
    double tokens;
    SteadyTime filled_at;
  };
  using Order = std::list<Bucket>;  // most recently used first

  Bucket& Find(std::string_view key, SteadyTime now);

  const Options options_;
  Order order_;
  std::unordered_map<std::string_view, Order::iterator> buckets_;  // keys point into order_
  std::uint64_t refused_ = 0;
};

}  // namespace market::resilience
