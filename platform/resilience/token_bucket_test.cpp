#include "platform/resilience/token_bucket.hpp"

#include <gtest/gtest.h>

namespace market::resilience {
namespace {

using namespace std::chrono_literals;

constexpr SteadyTime kStart{1h};

TEST(TokenBuckets, Burst_ThenRate) {
  TokenBuckets buckets({.rate_per_s = 10, .burst = 3});
  for (int i = 0; i < 3; ++i) EXPECT_FALSE(buckets.Take("a", 1, kStart));
  EXPECT_EQ(buckets.Take("a", 1, kStart), 100ms);
  EXPECT_EQ(buckets.Take("a", 1, kStart + 50ms), 50ms);
  EXPECT_FALSE(buckets.Take("a", 1, kStart + 100ms));
  EXPECT_TRUE(buckets.Take("a", 1, kStart + 100ms));
  // A long pause refills to the burst and not more.
  for (int i = 0; i < 3; ++i) EXPECT_FALSE(buckets.Take("a", 1, kStart + 1h));
  EXPECT_TRUE(buckets.Take("a", 1, kStart + 1h));
  EXPECT_EQ(buckets.Refused(), 4u);
}

TEST(TokenBuckets, Keys_AreIndependent) {
  TokenBuckets buckets({.rate_per_s = 1, .burst = 1});
  EXPECT_FALSE(buckets.Take("a", 1, kStart));
  EXPECT_FALSE(buckets.Take("b", 1, kStart));
  EXPECT_TRUE(buckets.Take("a", 1, kStart));
}

TEST(TokenBuckets, FullTable_ForgetsTheLeastRecentlyUsed) {
  TokenBuckets buckets({.rate_per_s = 1, .burst = 1, .max_keys = 2});
  buckets.Take("a", 1, kStart);
  buckets.Take("b", 1, kStart);
  buckets.Take("a", 1, kStart);  // "b" is now the older one
  buckets.Take("c", 1, kStart);
  EXPECT_EQ(buckets.Size(), 2u);
  EXPECT_TRUE(buckets.Take("a", 1, kStart)) << "still empty";
  EXPECT_FALSE(buckets.Take("b", 1, kStart)) << "was forgotten";
}

TEST(TokenBuckets, MoreThanTheBurst_IsNeverGranted) {
  TokenBuckets buckets({.rate_per_s = 1, .burst = 2});
  EXPECT_TRUE(buckets.Take("a", 3, kStart));
  EXPECT_TRUE(buckets.Take("a", 3, kStart + 1h));
  EXPECT_FALSE(buckets.Take("a", 2, kStart + 1h));
}

}  // namespace
}  // namespace market::resilience
