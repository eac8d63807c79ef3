#include "services/payment/domain/commission.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <random>
#include <vector>

#include "services/payment/domain/commission_version.hpp"

namespace market::payment::domain {
namespace {

using namespace std::chrono_literals;

const Time kCommissionNoon = Time(std::chrono::sys_days(std::chrono::year(2026) / 11 / 30)) + 12h;
const Currency kCommissionEur = Currency::Parse("EUR");

CommissionRule ARule(std::int64_t ppm = 100'000) {
  CommissionRule rule;
  rule.terms.rule = CommissionRuleId::New();
  rule.terms.percentage_ppm = ppm;
  rule.valid_from = kCommissionNoon - 24h;
  return rule;
}

struct CommissionScene {
  SellerId shop = SellerId::New();
  CategoryId own = CategoryId::New();
  CategoryId parent = CategoryId::New();
  CategoryId root = CategoryId::New();
  CommissionedLine line{shop, {own, parent, root}, Money{1999, kCommissionEur}};

  const CommissionRule* Best(const std::vector<CommissionRule>& rules) const {
    return RuleFor(rules, line, kCommissionNoon);
  }
};

TEST(RuleFor, TheRuleThatSaysMostWins) {
  CommissionScene scene;
  std::vector rules{ARule()};
  const auto wins = [&](CommissionRule rule) {
    rules.insert(rules.begin(), rule);
    const auto* best = scene.Best(rules);
    return best != nullptr && best->terms.rule == rule.terms.rule;
  };
  auto later = ARule();
  later.valid_from = kCommissionNoon - 1h;
  EXPECT_TRUE(wins(later));
  auto band = ARule();
  band.currency = kCommissionEur;
  band.price_from_minor = 1000;
  EXPECT_TRUE(wins(band));
  auto far = ARule();
  far.category = scene.root;
  EXPECT_TRUE(wins(far));
  auto near = ARule();
  near.category = scene.own;
  EXPECT_TRUE(wins(near));
  auto between = ARule();
  between.category = scene.parent;
  EXPECT_FALSE(wins(between)) << "the category nearest to the product";
  auto of_shop = ARule();
  of_shop.seller = scene.shop;
  EXPECT_TRUE(wins(of_shop));
}

TEST(RuleFor, OfAnother_IsNone) {
  const CommissionScene scene;
  const auto applies = [&](auto change) {
    auto rule = ARule();
    change(rule);
    return scene.Best({rule}) != nullptr;
  };
  EXPECT_TRUE(applies([](auto&) {}));
  EXPECT_FALSE(applies([](auto& rule) { rule.seller = SellerId::New(); }));
  EXPECT_FALSE(applies([](auto& rule) { rule.category = CategoryId::New(); }));
  EXPECT_FALSE(applies([](auto& rule) { rule.currency = Currency::Parse("USD"); }));
  EXPECT_FALSE(applies([](auto& rule) { rule.price_from_minor = 2000; }));
  EXPECT_TRUE(applies([](auto& rule) { rule.price_from_minor = 1999; }));
  EXPECT_FALSE(applies([](auto& rule) { rule.price_below_minor = 1999; }));
  EXPECT_TRUE(applies([](auto& rule) { rule.price_below_minor = 2000; }));
  EXPECT_FALSE(applies([](auto& rule) { rule.valid_from = kCommissionNoon + 1us; }));
  EXPECT_TRUE(applies([](auto& rule) { rule.valid_from = kCommissionNoon; }));
  EXPECT_FALSE(applies([](auto& rule) { rule.valid_until = kCommissionNoon; }));
  EXPECT_TRUE(applies([](auto& rule) { rule.valid_until = kCommissionNoon + 1us; }));
}

// Whatever order the rows come in, a line falls under the same rule: of any two that apply one says more.
TEST(RuleFor, IsATotalOrder) {
  std::minstd_rand random(7);
  const CommissionScene scene;
  const auto half = [&] { return random() % 2 == 0; };
  for (int round = 0; round < 500; ++round) {
    std::vector<CommissionRule> rules;
    for (std::size_t i = 0; i < 2 + random() % 7; ++i) {
      auto rule = ARule();
      if (half()) rule.seller = half() ? scene.shop : SellerId::New();
      if (half()) rule.category = scene.line.categories[random() % 3];
      if (half()) rule.price_from_minor = 1 + static_cast<std::int64_t>(random() % 3000);
      if (half()) rule.price_below_minor = 3001 + static_cast<std::int64_t>(random() % 3000);
      rule.valid_from = kCommissionNoon - std::chrono::hours(random() % 3);
      rules.push_back(rule);
    }
    const auto* best = scene.Best(rules);
    const auto wanted = best ? std::optional(best->terms) : std::nullopt;
    for (int shuffle = 0; shuffle < 6; ++shuffle) {
      std::ranges::shuffle(rules, random);
      const auto* again = scene.Best(rules);
      EXPECT_EQ(again ? std::optional(again->terms) : std::nullopt, wanted);
    }
    if (!best) continue;
    // Without the best one it is another that wins, and put back in it wins over that.
    auto others = rules;
    std::erase_if(others, [&](const auto& rule) { return rule.terms.rule == wanted->rule; });
    const auto* second = scene.Best(others);
    if (second == nullptr) continue;
    EXPECT_EQ(scene.Best({*second, *scene.Best(rules)})->terms.rule, wanted->rule);
  }
}

TEST(FeeOf, IsWhatTheTermsSay) {
  CommissionTerms terms{.rule = {}, .percentage_ppm = 100'000};
  EXPECT_EQ(FeeOf(terms, 1999, 1), (Fee{200, 0})) << "199.9, half up";
  EXPECT_EQ(FeeOf(terms, 1994, 1), (Fee{199, 0}));
  EXPECT_EQ(FeeOf(terms, 1995, 1), (Fee{200, 0})) << "199.5, half up";
  terms.fixed_minor = 30;
  EXPECT_EQ(FeeOf(terms, 1999, 3), (Fee{290, 0}));
  terms.tax_ppm = 190'000;
  EXPECT_EQ(FeeOf(terms, 1999, 3), (Fee{290, 55})) << "55.1";
  terms.floor_minor = 500;
  EXPECT_EQ(FeeOf(terms, 1999, 3), (Fee{500, 95}));
  terms.floor_minor = 0;
  terms.cap_minor = 100;
  EXPECT_EQ(FeeOf(terms, 1999, 3), (Fee{100, 19}));
  terms.cap_minor = 0;
  EXPECT_EQ(FeeOf(terms, 1999, 3), (Fee{0, 0}));
}

TEST(FeeOf, TakesNoMoreThanThereIs) {
  CommissionTerms terms{.rule = {}, .percentage_ppm = 1'000'000, .tax_ppm = 190'000};
  EXPECT_EQ(FeeOf(terms, 1000, 1), (Fee{1000, 0}));
  terms.percentage_ppm = 900'000;
  EXPECT_EQ(FeeOf(terms, 1000, 1), (Fee{900, 100}));
  EXPECT_EQ(FeeOf(terms, 0, 5), (Fee{0, 0}));
  EXPECT_EQ(FeeOf({.rule = {}, .fixed_minor = 50}, 0, 5), (Fee{0, 0}));
}

// Bounds, that more money never means less commission, and that each is rounded half up once.
TEST(FeeOf, ForAnyTerms_IsWithinBoundsAndMonotone) {
  std::minstd_rand random(11);
  const auto below = [&](std::int64_t bound) { return static_cast<std::int64_t>(random()) % bound; };
  for (int round = 0; round < 5000; ++round) {
    CommissionTerms terms;
    terms.percentage_ppm = below(1'000'001);
    if (below(2) == 0) terms.fixed_minor = below(500);
    if (below(2) == 0) terms.floor_minor = below(500);
    if (below(2) == 0) terms.cap_minor = terms.floor_minor + below(5000);
    terms.tax_ppm = below(2) == 0 ? 0 : below(1'000'001);
    const auto earned = below(1'000'000);
    const auto quantity = 1 + below(20);
    const auto fee = FeeOf(terms, earned, quantity);
    EXPECT_GE(fee.commission_minor, 0);
    EXPECT_GE(fee.tax_minor, 0);
    EXPECT_LE(fee.commission_minor + fee.tax_minor, earned);
    if (terms.cap_minor) EXPECT_LE(fee.commission_minor, *terms.cap_minor);
    EXPECT_GE(fee.commission_minor, std::min(terms.floor_minor, earned));
    EXPECT_GE(FeeOf(terms, earned + below(1000), quantity).commission_minor, fee.commission_minor);
    EXPECT_GE(FeeOf(terms, earned, quantity + 1).commission_minor, fee.commission_minor);

    const CommissionTerms plain{.rule = {}, .percentage_ppm = terms.percentage_ppm};
    const auto share = FeeOf(plain, earned, quantity).commission_minor;
    const auto exact = earned * terms.percentage_ppm;  // in millionths
    EXPECT_LE(2 * (share * 1'000'000 - exact), 1'000'000);
    EXPECT_LT(2 * (exact - share * 1'000'000), 1'000'000);
  }
}

std::string ReasonOfRule(auto act) {
  try {
    act();
  } catch (const Error& error) {
    return error.fields.empty() ? std::string(error.reason) : error.fields.at(0).field;
  }
  return "";
}

TEST(RuleVersion, ThatContradictsItself_IsRefused) {
  RuleVersion version;
  version.rule = ARule();
  version.rule.price_from_minor = 100;
  version.rule.price_below_minor = 101;
  version.rule.terms.floor_minor = version.rule.terms.cap_minor.emplace(5);
  EXPECT_EQ(ReasonOfRule([&] { RequireSound(version); }), "");
  version.rule.terms.cap_minor = 4;
  EXPECT_EQ(ReasonOfRule([&] { RequireSound(version); }), "commissionRule.cap");
  version.rule.price_below_minor = 100;
  EXPECT_EQ(ReasonOfRule([&] { RequireSound(version); }), "commissionRule.priceBelow");
}

TEST(RuleVersion, IsApprovedBySomebodyElse) {
  RuleVersion version;
  const auto proposer = AccountId::New();
  version.proposed_by = proposer;
  for (const auto state : {RuleState::kDraft, RuleState::kPublished, RuleState::kWithdrawn}) {
    version.state = state;
    EXPECT_EQ(ReasonOfRule([&] { RequireApprovable(version, AccountId::New()); }), "ILLEGAL_TRANSITION");
  }
  version.state = RuleState::kProposed;
  EXPECT_EQ(ReasonOfRule([&] { RequireApprovable(version, AccountId::New()); }), "");
  EXPECT_EQ(ReasonOfRule([&] { RequireApprovable(version, proposer); }), "COMMISSION_RULE_OWN_PROPOSAL");
}

}  // namespace
}  // namespace market::payment::domain
