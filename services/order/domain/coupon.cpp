#include "services/order/domain/coupon.hpp"

#include <algorithm>
#include <set>
#include <utility>

#include "platform/core/shares.hpp"

namespace market::order::domain {
namespace {

bool Applies(const CouponScope& scope, const CouponLine& line) {
  if (scope.seller && *scope.seller != line.seller) return false;
  if (scope.categories.empty() && scope.products.empty()) return true;
  return std::ranges::find(scope.products, line.product) != scope.products.end() ||
         std::ranges::any_of(line.categories, [&](const CategoryId& category) {
           return std::ranges::find(scope.categories, category) != scope.categories.end();
         });
}

// Of one coupon on its own, whatever others there are.
std::optional<CouponProblem> ProblemOf(const FoundCoupon& found, std::span<const CouponLine> lines,
                                       const Currency& currency) {
  const auto& coupon = found.coupon;
  if (coupon.state == CouponState::kEnded || found.over) return CouponProblem::kExpired;
  if (found.early) return CouponProblem::kNotYet;
  if (coupon.currency && *coupon.currency != currency) return CouponProblem::kOtherCurrency;
  bool any = false;
  std::int64_t eligible_minor = 0;
  for (const auto& line : lines) {
    if (!Applies(coupon.scope, line)) continue;
    any = true;
    eligible_minor += line.base_minor;
  }
  if (!any) return CouponProblem::kNothingEligible;
  if (coupon.minimum_minor && eligible_minor < *coupon.minimum_minor) return CouponProblem::kBelowMinimum;
  if (coupon.limit_per_buyer && found.used_by_buyer >= *coupon.limit_per_buyer)
    return CouponProblem::kUsedByYou;
  if (coupon.total_limit && coupon.redeemed >= *coupon.total_limit) return CouponProblem::kUsedUp;
  return std::nullopt;
}

std::string_view InWords(CouponProblem why) {
  switch (why) {
    case CouponProblem::kUnknown:
      return "there is no such coupon";
    case CouponProblem::kExpired:
      return "the coupon has expired";
    case CouponProblem::kNotYet:
      return "the coupon can't be used yet";
    case CouponProblem::kUsedUp:
      return "the coupon is used up";
    case CouponProblem::kUsedByYou:
      return "you have used the coupon already, as often as one may";
    case CouponProblem::kBelowMinimum:
      return "what the coupon is for costs too little";
    case CouponProblem::kNothingEligible:
      return "there is nothing in the order that the coupon would take something off";
    case CouponProblem::kOtherCurrency:
      return "the coupon is in another currency than the order";
    case CouponProblem::kNotCombinable:
      return "only one coupon of this kind can be used at once, of a shop or of the marketplace";
  }
  return "";
}

// What is left of the lines and the deliveries while one coupon after the other takes its part.
class Basket {
 public:
  Basket(std::span<const CouponLine> lines, const std::map<SellerId, std::int64_t>& deliveries)
      : lines_(lines), deliveries_left_(deliveries) {
    for (const auto& line : lines) left_.push_back(line.base_minor);
  }

  // How much it takes.
  std::int64_t Take(const Coupon& coupon, AppliedCoupons& applied) {
    switch (coupon.kind) {
      case CouponKind::kPercentage:
        return TakePercentage(coupon, applied);
      case CouponKind::kFixed:
        return TakeFixed(coupon, applied);
      case CouponKind::kFreeDelivery:
        return TakeDeliveries(coupon, applied);
    }
    return 0;
  }

 private:
  static std::int64_t Give(const Coupon& coupon, std::int64_t amount, std::int64_t& left,
                           std::vector<Discount>& discounts) {
    left -= amount;
    std::int64_t of_seller = coupon.funder == CouponFunder::kSeller ? amount : 0;
    if (coupon.funder == CouponFunder::kSplit)
      of_seller = Portion(amount, coupon.seller_share_ppm.value(), kMillion);
    if (of_seller > 0) discounts.push_back({SourceOf(coupon), Funder::kSeller, of_seller});
    if (of_seller < amount) discounts.push_back({SourceOf(coupon), Funder::kMarketplace, amount - of_seller});
    return amount;
  }

  std::int64_t TakeOf(std::size_t line, const Coupon& coupon, std::int64_t amount, AppliedCoupons& applied) {
    if (amount == 0) return 0;
    return Give(coupon, amount, left_[line], applied.lines[lines_[line].offer]);
  }

  std::int64_t TakePercentage(const Coupon& coupon, AppliedCoupons& applied) {
    std::int64_t taken = 0;
    for (std::size_t i = 0; i < lines_.size(); ++i) {
      if (!Applies(coupon.scope, lines_[i])) continue;
      taken += TakeOf(i, coupon, Portion(left_[i], coupon.percentage_ppm.value(), kMillion), applied);
    }
    return taken;
  }

  std::int64_t TakeFixed(const Coupon& coupon, AppliedCoupons& applied) {
    std::vector<std::int64_t> weights(lines_.size(), 0);
    std::int64_t sum = 0;
    for (std::size_t i = 0; i < lines_.size(); ++i) {
      if (Applies(coupon.scope, lines_[i])) weights[i] = left_[i];
      sum += weights[i];
    }
    if (sum == 0) return 0;
    const auto amount = std::min(coupon.amount_minor.value(), sum);
    const auto shares = Share(amount, weights);
    for (std::size_t i = 0; i < lines_.size(); ++i) TakeOf(i, coupon, shares[i], applied);
    return amount;
  }

  std::int64_t TakeDeliveries(const Coupon& coupon, AppliedCoupons& applied) {
    std::int64_t taken = 0;
    for (auto& [seller, left] : deliveries_left_) {
      const bool eligible = std::ranges::any_of(lines_, [&](const CouponLine& line) {
        return line.seller == seller && Applies(coupon.scope, line);
      });
      if (eligible && left > 0) taken += Give(coupon, left, left, applied.deliveries[seller]);
    }
    return taken;
  }

  std::span<const CouponLine> lines_;
  std::vector<std::int64_t> left_;
  std::map<SellerId, std::int64_t> deliveries_left_;
};

// A coupon that is going to be applied, and where it stands among the codes.
struct Wanted {
  std::size_t position;
  const Coupon* coupon;
};

RefusedCoupon Refused(std::size_t position, const std::string& code, CouponProblem why,
                      const Coupon* coupon) {
  RefusedCoupon refused{.position = position, .code = code, .why = why};
  if (why == CouponProblem::kBelowMinimum)
    refused.minimum = Money{coupon->minimum_minor.value(), coupon->currency.value()};
  return refused;
}

}  // namespace

std::string SourceOf(const Coupon& coupon) { return "coupon/" + coupon.code; }

AppliedCoupons ApplyCoupons(std::span<const std::string> codes, std::span<const FoundCoupon> found,
                            std::span<const CouponLine> lines,
                            const std::map<SellerId, std::int64_t>& deliveries, const Currency& currency) {
  AppliedCoupons applied;
  std::vector<Wanted> wanted;
  std::set<std::pair<bool, std::optional<SellerId>>> taken;  // for delivery or not, and whose
  for (std::size_t i = 0; i < codes.size(); ++i) {
    const auto known = std::ranges::find(
        found, codes[i], [](const FoundCoupon& one) -> const std::string& { return one.coupon.code; });
    const Coupon* coupon = known == found.end() ? nullptr : &known->coupon;
    auto why = coupon == nullptr ? CouponProblem::kUnknown : ProblemOf(*known, lines, currency);
    if (!why && !taken.emplace(coupon->kind == CouponKind::kFreeDelivery, coupon->seller).second)
      why = CouponProblem::kNotCombinable;
    if (why) {
      applied.refused.push_back(Refused(i, codes[i], *why, coupon));
    } else {
      wanted.push_back({i, coupon});
    }
  }
  if (!applied.refused.empty()) return applied;

  applied.used.resize(codes.size());
  std::ranges::sort(
      wanted, {}, [](const Wanted& one) { return std::pair(!one.coupon->seller.has_value(), one.position); });
  Basket basket(lines, deliveries);
  for (const auto& [position, coupon] : wanted) {
    const auto amount = basket.Take(*coupon, applied);
    applied.used[position] = {.id = coupon->id, .code = coupon->code, .amount_minor = amount};
    if (amount == 0)
      applied.refused.push_back(Refused(position, coupon->code, CouponProblem::kNothingEligible, coupon));
  }
  std::ranges::sort(applied.refused, {}, &RefusedCoupon::position);
  if (!applied.refused.empty()) return {.refused = std::move(applied.refused)};
  return applied;
}

Error CouponRefusal(std::span<const RefusedCoupon> refused) {
  Error error(Code::kAborted, "COUPON_NOT_APPLICABLE", "a coupon can't be used with this order");
  // Codes, words and currencies need no escaping.
  std::string list;
  for (const auto& [position, code, why, minimum] : refused) {
    const auto field = "couponCodes[" + std::to_string(position) + "]";
    std::string detail(InWords(why));
    if (minimum) detail += ": it must cost " + minimum->ToString() + " at least";
    error.WithField(field, std::string(Name(why)), std::move(detail));
    list.append(list.empty() ? "" : ",").append(R"({"field":")").append(field);
    list.append(R"(","code":")").append(code).append(R"(","why":")").append(Name(why)).append("\"");
    if (minimum) {
      list.append(R"(,"minimum":{"amount":)").append(std::to_string(minimum->minor));
      list.append(R"(,"currency":")").append(minimum->currency.Code()).append("\"}");
    }
    list.append("}");
  }
  return error.WithMetadata("coupons", "[" + list + "]");
}

}  // namespace market::order::domain
