#include "platform/core/shares.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <numeric>
#include <random>
#include <stdexcept>

namespace market {
namespace {

TEST(Share, LargestRemaindersGetTheRest) {
  const auto share = [](std::int64_t total, std::vector<std::int64_t> weights) {
    return Share(total, weights);
  };
  EXPECT_EQ(share(100, {1, 1, 1}), (std::vector<std::int64_t>{34, 33, 33}));
  EXPECT_EQ(share(10, {50, 30, 20}), (std::vector<std::int64_t>{5, 3, 2}));
  EXPECT_EQ(share(1, {1, 2, 1}), (std::vector<std::int64_t>{0, 1, 0}));
  EXPECT_EQ(share(5, {0, 0}), (std::vector<std::int64_t>{5, 0}));
  EXPECT_EQ(share(0, {3, 4}), (std::vector<std::int64_t>{0, 0}));
  EXPECT_THROW(share(1, {}), std::invalid_argument);
  EXPECT_THROW(share(1, {-1, 2}), std::invalid_argument);
}

TEST(Share, AlwaysAddsUpAndNobodyIsOffByMoreThanOne) {
  std::mt19937_64 random(1);
  for (int round = 0; round < 2000; ++round) {
    std::vector<std::int64_t> weights(1 + random() % 100);
    for (auto& weight : weights) weight = static_cast<std::int64_t>(random() % 100'000'000);
    const auto total = static_cast<std::int64_t>(random() % 1'000'000'000'000);
    const auto shares = Share(total, weights);
    EXPECT_EQ(std::accumulate(shares.begin(), shares.end(), std::int64_t{0}), total);
    const auto sum = std::accumulate(weights.begin(), weights.end(), std::int64_t{0});
    for (std::size_t i = 0; i < shares.size() && sum > 0; ++i) {
      const auto exact = static_cast<long double>(total) * weights[i] / sum;
      EXPECT_LT(std::abs(exact - shares[i]), 1.0L);
    }
  }
}

}  // namespace
}  // namespace market
