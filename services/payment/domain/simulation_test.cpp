#include "services/payment/domain/simulation.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <random>
#include <vector>

namespace market::payment::domain {
namespace {

using namespace std::chrono_literals;

const Time kSimulatedNoon = Time(std::chrono::sys_days(std::chrono::year(2026) / 11 / 30)) + 12h;
const Currency kSimulatedEur = Currency::Parse("EUR");

CommissionRule InForce(std::int64_t ppm, Time from, std::optional<Time> until = {}) {
  CommissionRule rule;
  rule.terms = {.rule = CommissionRuleId::New(), .percentage_ppm = ppm};
  rule.valid_from = from;
  rule.valid_until = until;
  return rule;
}

// Of the rules that were in force then.
SimulatedLine SoldUnder(const std::vector<CommissionRule>& rules, SellerId seller, std::int64_t earned,
                        Time at = kSimulatedNoon) {
  SimulatedLine sold{
      .id = LineId::New(), .line = {seller, {}, Money{earned, kSimulatedEur}}, .placed_at = at};
  sold.earned_minor = earned;
  if (const auto* rule = RuleFor(rules, sold.line, at))
    sold.commission_minor = FeeOf(rule->terms, earned, 1).commission_minor;
  return sold;
}

TEST(Simulation, TheNextVersionReplacesTheOneBefore) {
  const std::vector rules{InForce(100'000, kSimulatedNoon - 48h)};
  auto next = rules[0];
  next.terms.version = 2;
  next.terms.percentage_ppm = 120'000;
  Simulation simulation(rules, next);
  const auto shop = SellerId::New();
  simulation.Add(SoldUnder(rules, shop, 1000));
  simulation.Add(SoldUnder(rules, shop, 2000));
  EXPECT_EQ(simulation.Totals().at(kSimulatedEur), (Simulation::Amounts{2, 2, 3000, 300, 360}));
  EXPECT_EQ(simulation.Sellers().at(0).seller, shop);
  EXPECT_EQ(simulation.Sellers().at(0).amounts.after_minor, 360);
  EXPECT_EQ(simulation.Lines().at(0).after_minor, 240);
}

// A line that was sold under other terms than those of today keeps them, unless the version is about it.
TEST(Simulation, OtherLines_StayAsTheyWere) {
  const auto shop = SellerId::New();
  std::vector rules{InForce(100'000, kSimulatedNoon - 48h)};
  auto old = InForce(300'000, kSimulatedNoon - 90h, kSimulatedNoon - 48h);
  old.terms.rule = rules[0].terms.rule;
  rules.push_back(old);
  auto version = InForce(50'000, {});
  version.seller = shop;
  Simulation simulation(rules, version);
  simulation.Add(SoldUnder(rules, SellerId::New(), 1000, kSimulatedNoon - 50h));
  simulation.Add(SoldUnder(rules, SellerId::New(), 1000));
  EXPECT_EQ(simulation.Totals().at(kSimulatedEur), (Simulation::Amounts{2, 0, 2000, 400, 400}));
  EXPECT_TRUE(simulation.Sellers().empty());
  simulation.Add(SoldUnder(rules, shop, 1000));
  EXPECT_EQ(simulation.Totals().at(kSimulatedEur), (Simulation::Amounts{3, 1, 3000, 500, 450}));
}

TEST(Simulation, ANarrowerVersion_LeavesItsLinesToTheOthers) {
  const auto shop = SellerId::New();
  auto of_shop = InForce(50'000, kSimulatedNoon - 48h);
  of_shop.seller = shop;
  std::vector rules{InForce(100'000, kSimulatedNoon - 48h), of_shop};
  auto elsewhere = of_shop;
  elsewhere.seller = SellerId::New();
  const auto sold = SoldUnder(rules, shop, 1000);
  Simulation simulation(rules, elsewhere);
  simulation.Add(sold);
  EXPECT_EQ(simulation.Totals().at(kSimulatedEur), (Simulation::Amounts{1, 1, 1000, 50, 100}));
  Simulation alone(std::vector{of_shop}, elsewhere);
  alone.Add(sold);
  EXPECT_EQ(alone.Totals().at(kSimulatedEur).after_minor, 0) << "under no rule nothing is taken";
}

// As the newest of those that say as much it comes before them, as it will when it is published.
TEST(Simulation, ANewRule_CountsAsTheLatest) {
  const std::vector rules{InForce(100'000, kSimulatedNoon - 48h)};
  Simulation simulation(rules, InForce(70'000, {}));
  simulation.Add(SoldUnder(rules, SellerId::New(), 1000));
  EXPECT_EQ(simulation.Totals().at(kSimulatedEur).after_minor, 70);
}

TEST(Simulation, TheShareOfTheDelivery_CountsWhereTheTermsSaySo) {
  auto version = InForce(100'000, {});
  for (const bool on : {false, true}) {
    version.terms.on_delivery = on;
    Simulation simulation({}, version);
    auto sold = SoldUnder({}, SellerId::New(), 1000);
    sold.delivery_share_minor = 500;
    simulation.Add(sold);
    EXPECT_EQ(simulation.Totals().at(kSimulatedEur).after_minor, on ? 150 : 100);
  }
}

// Whatever was sold: sums are those of the lines, and the 20 that are shown are those that change most.
TEST(Simulation, OfManyLines_AddsUpAndShowsTheLargestChanges) {
  std::minstd_rand random(3);
  const std::vector rules{InForce(100'000, kSimulatedNoon - 48h)};
  auto next = rules[0];
  next.terms.percentage_ppm = 150'000;
  next.terms.cap_minor = 700;
  Simulation simulation(rules, next);
  std::vector<SellerId> shops;
  for (int i = 0; i < 30; ++i) shops.push_back(SellerId::New());
  std::int64_t before = 0;
  std::int64_t after = 0;
  std::vector<std::int64_t> changes;
  for (int i = 0; i < 500; ++i) {
    const auto sold =
        SoldUnder(rules, shops[random() % shops.size()], 1 + static_cast<std::int64_t>(random() % 9000));
    simulation.Add(sold);
    const auto fee = FeeOf(next.terms, sold.earned_minor, 1).commission_minor;
    before += sold.commission_minor;
    after += fee;
    changes.push_back(std::abs(fee - sold.commission_minor));
  }
  std::ranges::sort(changes, std::greater());
  EXPECT_EQ(simulation.Totals().at(kSimulatedEur).before_minor, before);
  EXPECT_EQ(simulation.Totals().at(kSimulatedEur).after_minor, after);
  const auto lines = simulation.Lines();
  ASSERT_EQ(lines.size(), Simulation::kShown);
  for (std::size_t i = 0; i < lines.size(); ++i)
    EXPECT_EQ(std::abs(lines[i].after_minor - lines[i].before_minor), changes[i]);
  EXPECT_EQ(simulation.Sellers().size(), Simulation::kShown);
}

}  // namespace
}  // namespace market::payment::domain
