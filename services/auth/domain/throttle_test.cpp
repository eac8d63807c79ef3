#include "services/auth/domain/throttle.hpp"

#include <gtest/gtest.h>

namespace market::auth::domain {
namespace {

TEST(Throttle, FirstTries_AreFree) {
  for (int tries = 1; tries < kFreeTries; ++tries) EXPECT_EQ(WaitAfterTry(tries).count(), 0) << tries;
}

TEST(Throttle, WaitAfterTheFreeTries_DoublesToAQuarterOfAnHour) {
  const std::vector<std::int64_t> expected = {1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900, 900};
  for (std::size_t i = 0; i < expected.size(); ++i) {
    EXPECT_EQ(WaitAfterTry(kFreeTries + static_cast<int>(i)).count(), expected[i]) << i;
  }
  EXPECT_EQ(WaitAfterTry(2'000'000'000), kLongestWait);
}

TEST(Throttle, Table_SaysTheSameAsTheFunction) {
  const auto table = WaitTableS();
  for (std::size_t i = 0; i < table.size(); ++i)
    EXPECT_EQ(table[i], WaitAfterTry(static_cast<int>(i) + 1).count());
  EXPECT_EQ(table.back(), kLongestWait.count());
}

}  // namespace
}  // namespace market::auth::domain
