#include "platform/core/simulation.hpp"

#include <gtest/gtest.h>

#include <vector>

#include "platform/core/id.hpp"
#include "platform/core/random.hpp"
#include "platform/testing/fake_clock.hpp"

namespace market {
namespace {

struct Run {
  std::vector<Uuid> ids;
  std::vector<double> shares;
  Time time;
  bool operator==(const Run&) const = default;
};

Run Simulate(std::uint64_t seed) {
  testing::FakeClock clock;
  const Simulation simulation(clock, seed);
  Run run;
  for (int i = 0; i < 5; ++i) {
    run.ids.push_back(Uuid::NewV7());
    run.shares.push_back(RandomShare());
    clock.Advance(std::chrono::milliseconds(i));
  }
  run.time = SystemClock().Now();
  return run;
}

TEST(Simulation, SameSeed_GivesTheSameIdsTimesAndChances) {
  const auto first = Simulate(7);
  EXPECT_EQ(Simulate(7), first);
  EXPECT_NE(Simulate(8).ids, first.ids);
  EXPECT_NE(Simulate(8).shares, first.shares);
  // The world outside goes on as it was: in its own time, by its own chance.
  EXPECT_GT(WallTime(), first.time);
  EXPECT_NE(Random64(), Random64());
}

TEST(Simulation, Ids_OfTheWorldOutside_IncreaseOverIt) {
  for (int round = 0; round < 1000; ++round) {  // most of them within one millisecond
    const auto first = Uuid::NewV7();
    const auto second = Uuid::NewV7();
    Simulate(7);
    ASSERT_LT(first, second);
    ASSERT_LT(second, Uuid::NewV7());
  }
}

TEST(Simulation, Ids_CarryItsTimeAndIncreaseWhileItStandsStill) {
  testing::FakeClock clock(Time(std::chrono::milliseconds(0x010203040506)));
  const Simulation simulation(clock, 1);
  const auto first = Uuid::NewV7();
  const auto second = Uuid::NewV7();
  EXPECT_EQ(first.ToString().substr(0, 13), "01020304-0506");
  EXPECT_EQ(second.ToString().substr(0, 13), "01020304-0506");
  EXPECT_LT(first, second);
}

TEST(RandomShare, CoversItsRangeEvenly) {
  std::vector<int> tenths(10);
  for (int i = 0; i < 100'000; ++i) {
    const double share = RandomShare();
    ASSERT_GE(share, 0);
    ASSERT_LT(share, 1);
    ++tenths[static_cast<std::size_t>(share * 10)];
  }
  for (const int count : tenths) EXPECT_NEAR(count, 10'000, 600);  // six standard deviations
}

}  // namespace
}  // namespace market
