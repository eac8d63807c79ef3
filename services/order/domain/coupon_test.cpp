#include "services/order/domain/coupon.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdlib>
#include <map>
#include <optional>
#include <random>
#include <string>
#include <utility>
#include <vector>

namespace market::order::domain {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

const Currency kCouponEuro = Currency::Parse("EUR");
const Currency kUsd = Currency::Parse("USD");
const std::map<SellerId, std::int64_t> kNoDelivery;

CouponLine ALine(const SellerId& seller, std::int64_t base_minor) {
  return {.offer = OfferId::New(),
          .product = ProductId::New(),
          .seller = seller,
          .categories = {CategoryId::New(), CategoryId::New()},
          .base_minor = base_minor};
}

FoundCoupon Percentage(std::string code, std::int64_t ppm) {
  FoundCoupon found;
  found.coupon.id = CouponId::New();
  found.coupon.code = std::move(code);
  found.coupon.percentage_ppm = ppm;
  return found;
}

FoundCoupon Fixed(std::string code, std::int64_t amount) {
  auto found = Percentage(std::move(code), 1);
  found.coupon.kind = CouponKind::kFixed;
  found.coupon.percentage_ppm = std::nullopt;
  found.coupon.amount_minor = amount;
  found.coupon.currency = kCouponEuro;
  return found;
}

FoundCoupon FreeDelivery(std::string code) {
  auto found = Percentage(std::move(code), 1);
  found.coupon.kind = CouponKind::kFreeDelivery;
  found.coupon.percentage_ppm = std::nullopt;
  return found;
}

FoundCoupon Of(FoundCoupon found, const SellerId& shop) {
  found.coupon.seller = found.coupon.scope.seller = shop;
  found.coupon.funder = CouponFunder::kSeller;
  return found;
}

AppliedCoupons Apply(const std::vector<FoundCoupon>& found, const std::vector<CouponLine>& lines,
                     const std::map<SellerId, std::int64_t>& deliveries = kNoDelivery) {
  std::vector<std::string> codes;
  for (const auto& one : found) codes.push_back(one.coupon.code);
  return ApplyCoupons(codes, found, lines, deliveries, kCouponEuro);
}

std::vector<CouponProblem> Problems(const AppliedCoupons& applied) {
  std::vector<CouponProblem> problems;
  for (const auto& refused : applied.refused) problems.push_back(refused.why);
  return problems;
}

std::int64_t TakenOff(const AppliedCoupons& applied, const CouponLine& line) {
  const auto found = applied.lines.find(line.offer);
  return found == applied.lines.end() ? 0 : SumOf(found->second);
}

TEST(Coupon_Percentage, IsRoundedHalfUpForEachLine) {
  const auto shop = SellerId::New();
  const std::vector lines = {ALine(shop, 1001), ALine(shop, 1999), ALine(shop, 1)};
  const auto applied = Apply({Percentage("QUARTER", 250'000)}, lines);
  EXPECT_EQ(TakenOff(applied, lines[0]), 250);  // 250.25
  EXPECT_EQ(TakenOff(applied, lines[1]), 500);  // 499.75
  EXPECT_EQ(applied.lines.count(lines[2].offer), 0u) << "a discount of nothing is none";
  ASSERT_EQ(applied.used.size(), 1u);
  EXPECT_EQ(applied.used.front().amount_minor, 750);
  EXPECT_THAT(applied.lines.at(lines[0].offer),
              ElementsAre(Discount{"coupon/QUARTER", Funder::kMarketplace, 250}));
}

TEST(Coupon_Fixed, IsSharedByLargestRemainderAndNeverMoreThanTheLines) {
  const auto shop = SellerId::New();
  const std::vector lines = {ALine(shop, 100), ALine(shop, 100), ALine(shop, 100)};
  const auto applied = Apply({Fixed("TEN", 10)}, lines);
  EXPECT_EQ(TakenOff(applied, lines[0]), 4);
  EXPECT_EQ(TakenOff(applied, lines[1]), 3);
  EXPECT_EQ(TakenOff(applied, lines[2]), 3);
  const auto all = Apply({Fixed("MUCH", 1'000'000)}, lines);
  EXPECT_EQ(all.used.front().amount_minor, 300);
  for (const auto& line : lines) EXPECT_EQ(TakenOff(all, line), 100);
}

TEST(Coupon_Split, IsBorneByBothToTheCent) {
  const std::vector lines = {ALine(SellerId::New(), 1001)};
  auto split = Percentage("BOTH", 333'333);
  split.coupon.funder = CouponFunder::kSplit;
  split.coupon.seller_share_ppm = 500'000;
  const auto applied = Apply({split}, lines);
  EXPECT_THAT(applied.lines.at(lines[0].offer),
              ElementsAre(Discount{"coupon/BOTH", Funder::kSeller, 167},
                          Discount{"coupon/BOTH", Funder::kMarketplace, 167}));
  split.coupon.seller_share_ppm = 1;
  EXPECT_THAT(Apply({split}, lines).lines.at(lines[0].offer),
              ElementsAre(Discount{"coupon/BOTH", Funder::kMarketplace, 334}))
      << "whoever bears nothing is not named";
}

TEST(Coupon_Scope, IsTheShopAndTheProductsOrTheirCategories) {
  const auto anna = SellerId::New();
  const auto bob = SellerId::New();
  const std::vector lines = {ALine(anna, 1000), ALine(anna, 1000), ALine(bob, 1000)};
  const auto taken = [&](const FoundCoupon& coupon) {
    const auto applied = Apply({coupon}, lines);
    std::vector<std::int64_t> all;
    for (const auto& line : lines) all.push_back(TakenOff(applied, line));
    return all;
  };
  EXPECT_THAT(taken(Of(Percentage("ANNA", 100'000), anna)), ElementsAre(100, 100, 0));
  auto category = Percentage("CAT", 100'000);
  category.coupon.scope.categories = {lines[1].categories.front(), lines[2].categories.back()};
  EXPECT_THAT(taken(category), ElementsAre(0, 100, 100));
  category.coupon.scope.products = {lines[0].product};
  EXPECT_THAT(taken(category), ElementsAre(100, 100, 100));
  category.coupon.scope.seller = bob;
  EXPECT_THAT(taken(category), ElementsAre(0, 0, 100));
  EXPECT_THAT(Problems(Apply({Of(Percentage("EVE", 1), SellerId::New())}, lines)),
              ElementsAre(CouponProblem::kNothingEligible));
}

TEST(Coupon_Several, ShopsComeFirstWhateverTheOrderOfTheCodes) {
  const auto anna = SellerId::New();
  const std::vector lines = {ALine(anna, 1000)};
  const auto shops = Of(Fixed("ANNA", 500), anna);
  const auto markets = Percentage("MARKET", 100'000);
  for (const auto& applied : {Apply({shops, markets}, lines), Apply({markets, shops}, lines)}) {
    EXPECT_THAT(applied.lines.at(lines[0].offer),
                ElementsAre(Discount{"coupon/ANNA", Funder::kSeller, 500},
                            Discount{"coupon/MARKET", Funder::kMarketplace, 50}));
  }
  EXPECT_EQ(Apply({markets, shops}, lines).used.front().code, "MARKET") << "as they were named";
}

TEST(Coupon_Several, OnlyOneOfEachShopAndOfTheMarketplace) {
  const auto anna = SellerId::New();
  const std::vector lines = {ALine(anna, 1000)};
  const std::map<SellerId, std::int64_t> deliveries = {{anna, 400}};
  EXPECT_THAT(Apply({Of(Fixed("A", 1), anna), Fixed("B", 1), FreeDelivery("C")}, lines, deliveries).refused,
              IsEmpty());
  const auto refused = Apply({Fixed("A", 1), Percentage("B", 100'000)}, lines).refused;
  ASSERT_EQ(refused.size(), 1u);
  EXPECT_EQ(refused.front().why, CouponProblem::kNotCombinable);
  EXPECT_EQ(refused.front().position, 1u);
}

TEST(Coupon_FreeDelivery, TakesWhatShopsOfItsLinesAskForSending) {
  const auto anna = SellerId::New();
  const auto bob = SellerId::New();
  const std::vector lines = {ALine(anna, 1000), ALine(bob, 1000)};
  const std::map<SellerId, std::int64_t> deliveries = {{anna, 400}, {bob, 0}};
  const auto applied = Apply({FreeDelivery("SENT")}, lines, deliveries);
  EXPECT_THAT(applied.deliveries.at(anna), ElementsAre(Discount{"coupon/SENT", Funder::kMarketplace, 400}));
  EXPECT_EQ(applied.deliveries.size(), 1u);
  EXPECT_THAT(applied.lines, IsEmpty());
  EXPECT_EQ(applied.used.front().amount_minor, 400);
  EXPECT_THAT(Problems(Apply({FreeDelivery("SENT")}, lines)), ElementsAre(CouponProblem::kNothingEligible))
      << "nothing is to be paid for it";
}

TEST(Coupon_Refused, SaysWhy) {
  const std::vector lines = {ALine(SellerId::New(), 1000)};
  const auto why = [&](auto change) {
    auto found = Fixed("CODE", 100);
    change(found);
    const auto problems = Problems(Apply({found}, lines));
    return problems.empty() ? std::string() : std::string(Name(problems.front()));
  };
  EXPECT_EQ(why([](FoundCoupon&) {}), "");
  EXPECT_EQ(why([](FoundCoupon& found) { found.coupon.state = CouponState::kEnded; }), "EXPIRED");
  EXPECT_EQ(why([](FoundCoupon& found) { found.over = true; }), "EXPIRED");
  EXPECT_EQ(why([](FoundCoupon& found) { found.early = true; }), "NOT_YET");
  EXPECT_EQ(why([](FoundCoupon& found) { found.coupon.currency = kUsd; }), "OTHER_CURRENCY");
  EXPECT_EQ(why([](FoundCoupon& found) { found.coupon.total_limit = found.coupon.redeemed = 3; }), "USED_UP");
  EXPECT_EQ(why([](FoundCoupon& found) { found.coupon.limit_per_buyer = found.used_by_buyer = 1; }),
            "USED_BY_YOU");
  EXPECT_EQ(why([](FoundCoupon& found) { found.coupon.minimum_minor = 1001; }), "BELOW_MINIMUM");
  EXPECT_EQ(why([](FoundCoupon& found) { found.coupon.minimum_minor = 1000; }), "");
  const std::vector<std::string> codes = {"KNOWN", "GUESS"};
  const std::vector known = {Fixed("KNOWN", 1)};
  const auto unknown = ApplyCoupons(codes, known, lines, kNoDelivery, kCouponEuro);
  EXPECT_THAT(Problems(unknown), ElementsAre(CouponProblem::kUnknown));
  EXPECT_EQ(unknown.refused.front().position, 1u);
  EXPECT_THAT(unknown.used, IsEmpty()) << "all or none";
}

TEST(Coupon_Minimum, CountsWhatItAppliesToBeforeAnyCoupon) {
  const auto anna = SellerId::New();
  const auto bob = SellerId::New();
  const std::vector lines = {ALine(anna, 600), ALine(bob, 5000)};
  auto of_anna = Of(Fixed("ANNA", 500), anna);
  of_anna.coupon.minimum_minor = 601;
  EXPECT_THAT(Problems(Apply({of_anna}, lines)), ElementsAre(CouponProblem::kBelowMinimum));
  of_anna.coupon.minimum_minor = 600;
  auto markets = Fixed("MARKET", 1);
  markets.coupon.minimum_minor = 5600;
  EXPECT_THAT(Apply({of_anna, markets}, lines).refused, IsEmpty());
}

TEST(Coupon_NothingLeft, IsRefusedAndNotUsedUp) {
  const auto anna = SellerId::New();
  const std::vector lines = {ALine(anna, 600)};
  const auto applied = Apply({Fixed("LATE", 1), Of(Percentage("ALL", 1'000'000), anna)}, lines);
  ASSERT_THAT(Problems(applied), ElementsAre(CouponProblem::kNothingEligible));
  EXPECT_EQ(applied.refused.front().code, "LATE");
  EXPECT_THAT(applied.lines, IsEmpty());
  EXPECT_THAT(applied.used, IsEmpty());
}

TEST(Coupon_Refusal, NamesEachCodeWithWhy) {
  const std::array refused = {RefusedCoupon{.position = 1, .code = "A-1", .why = CouponProblem::kUsedUp},
                              RefusedCoupon{.position = 2,
                                            .code = "B",
                                            .why = CouponProblem::kBelowMinimum,
                                            .minimum = Money{5000, kCouponEuro}}};
  const auto error = CouponRefusal(refused);
  EXPECT_EQ(error.reason, "COUPON_NOT_APPLICABLE");
  ASSERT_EQ(error.fields.size(), 2u);
  EXPECT_EQ(error.fields[1].field, "couponCodes[2]");
  EXPECT_EQ(error.metadata.at(0).second, R"([{"field":"couponCodes[1]","code":"A-1","why":"USED_UP"},)"
                                         R"({"field":"couponCodes[2]","code":"B","why":"BELOW_MINIMUM",)"
                                         R"("minimum":{"amount":5000,"currency":"EUR"}}])");
}

// The same rules once more, slowly: money is moved cent by cent, and a rounding is looked for.
class Model {
 public:
  explicit Model(const std::vector<CouponLine>& lines) : lines_(lines) {
    for (const auto& line : lines) left_.push_back(line.base_minor);
  }

  // What each line gives to the coupon.
  std::vector<std::int64_t> Take(const Coupon& coupon) {
    std::vector<std::int64_t> taken(lines_.size(), 0);
    if (coupon.kind == CouponKind::kPercentage) {
      for (std::size_t i = 0; i < lines_.size(); ++i) {
        if (In(coupon, lines_[i])) taken[i] = NearestTo(left_[i], *coupon.percentage_ppm);
      }
    } else {
      taken = CentByCent(coupon);
    }
    for (std::size_t i = 0; i < lines_.size(); ++i) left_[i] -= taken[i];
    return taken;
  }
  const std::vector<std::int64_t>& Left() const { return left_; }

  // The whole number that is nearest to amount * ppm / a million, the larger one of two.
  static std::int64_t NearestTo(std::int64_t amount, std::int64_t ppm) {
    std::int64_t best = 0;
    const auto off = [&](std::int64_t candidate) { return std::abs(candidate * 1'000'000 - amount * ppm); };
    for (std::int64_t candidate = 0; candidate <= amount; ++candidate) {
      if (off(candidate) <= off(best)) best = candidate;
    }
    return best;
  }

 private:
  static bool In(const Coupon& coupon, const CouponLine& line) {
    const auto& [seller, categories, products] = coupon.scope;
    if (seller.has_value() && !(*seller == line.seller)) return false;
    bool named = categories.empty() && products.empty();
    for (const auto& product : products) named = named || product == line.product;
    for (const auto& one : categories) {
      for (const auto& other : line.categories) named = named || one == other;
    }
    return named;
  }

  // Whole parts first; then each cent that is left goes to who is furthest below what is his, the first of equal ones.
  std::vector<std::int64_t> CentByCent(const Coupon& coupon) const {
    std::vector<std::int64_t> weights;
    std::int64_t sum = 0;
    for (std::size_t i = 0; i < lines_.size(); ++i) {
      weights.push_back(In(coupon, lines_[i]) ? left_[i] : 0);
      sum += weights.back();
    }
    std::vector<std::int64_t> taken(lines_.size(), 0);
    const auto amount = std::min(*coupon.amount_minor, sum);
    std::int64_t given = 0;
    for (std::size_t i = 0; i < lines_.size() && sum > 0; ++i) {
      while ((taken[i] + 1) * sum <= amount * weights[i]) ++taken[i], ++given;
    }
    for (; given < amount; ++given) {
      std::size_t neediest = 0;
      const auto need = [&](std::size_t i) { return amount * weights[i] - taken[i] * sum; };
      for (std::size_t i = 1; i < lines_.size(); ++i) {
        if (need(i) > need(neediest)) neediest = i;
      }
      ++taken[neediest];
    }
    return taken;
  }

  const std::vector<CouponLine>& lines_;
  std::vector<std::int64_t> left_;
};

// Orders of a few lines of a few shops, with a coupon of one of them and one of the marketplace.
class Drawn {
 public:
  explicit Drawn(unsigned seed) : random_(seed) {
    for (auto& shop : shops_) shop = SellerId::New();
    for (auto& category : categories_) category = CategoryId::New();
    const auto count = Below(6) + 1;
    for (std::int64_t i = 0; i < count; ++i) {
      auto line = ALine(shops_.at(Index(shops_.size())), Below(3000) + 1);
      line.categories = {categories_.at(Index(categories_.size()))};
      lines.push_back(std::move(line));
    }
    auto own = Of(ACoupon("SHOP"), shops_.at(Index(shops_.size())));
    auto markets = ACoupon("MARKET");
    if (Below(2) == 0) markets.coupon.scope.categories = {categories_.front()};
    if (Below(3) == 0) markets.coupon.scope.products = {lines.front().product};
    if (Below(2) == 0) {
      markets.coupon.funder = CouponFunder::kSplit;
      markets.coupon.seller_share_ppm = Below(999'999) + 1;
    }
    coupons = {std::move(own), std::move(markets)};
  }

  std::vector<CouponLine> lines;
  std::vector<FoundCoupon> coupons;  // the shop's first

 private:
  std::int64_t Below(std::int64_t limit) {
    return static_cast<std::int64_t>(random_() % static_cast<unsigned>(limit));
  }
  std::size_t Index(std::size_t size) { return static_cast<std::size_t>(random_()) % size; }
  FoundCoupon ACoupon(const std::string& code) {
    return Below(2) == 0 ? Percentage(code, Below(1'000'000) + 1) : Fixed(code, Below(6000) + 1);
  }

  std::mt19937 random_;
  std::array<SellerId, 3> shops_;
  std::array<CategoryId, 2> categories_;
};

// Holds the coupons of one order to the model; says whether they could be used.
bool Agrees(const Drawn& drawn) {
  Model model(drawn.lines);
  std::vector<std::vector<std::int64_t>> wanted;
  bool used = true;
  for (const auto& [coupon, early, over, times] : drawn.coupons) {
    auto taken = model.Take(coupon);
    used = used && std::ranges::any_of(taken, [](std::int64_t amount) { return amount > 0; });
    wanted.push_back(std::move(taken));
  }
  auto named = drawn.coupons;
  std::ranges::reverse(named);
  const auto applied = Apply(named, drawn.lines);
  EXPECT_EQ(applied.refused.empty(), used);
  if (!used) return false;
  for (std::size_t i = 0; i < drawn.lines.size(); ++i) {
    const auto& line = drawn.lines[i];
    EXPECT_EQ(TakenOff(applied, line), line.base_minor - model.Left()[i]);
    EXPECT_GE(model.Left()[i], 0);
    const auto discounts = applied.lines.find(line.offer);
    if (discounts == applied.lines.end()) continue;
    for (std::size_t c = 0; c < drawn.coupons.size(); ++c) {
      const auto& coupon = drawn.coupons[c].coupon;
      std::map<Funder, std::int64_t> borne;
      for (const auto& [source, funder, amount] : discounts->second) {
        if (source == SourceOf(coupon)) borne[funder] += amount;
      }
      EXPECT_EQ(borne[Funder::kSeller] + borne[Funder::kMarketplace], wanted[c][i]);
      const auto share = coupon.funder == CouponFunder::kSplit
                             ? Model::NearestTo(wanted[c][i], *coupon.seller_share_ppm)
                         : coupon.funder == CouponFunder::kSeller ? wanted[c][i]
                                                                  : 0;
      EXPECT_EQ(borne[Funder::kSeller], share);
    }
  }
  return true;
}

TEST(Coupon_AnyOrder, IsWhatASlowModelSays) {
  int used = 0;
  for (unsigned seed = 0; seed < 500 && !::testing::Test::HasFailure(); ++seed) used += Agrees(Drawn(seed));
  EXPECT_GT(used, 100);
  EXPECT_LT(used, 500);
}

}  // namespace
}  // namespace market::order::domain
