// Coupons: codes that take something off what an order costs. Pure; minor units of the order's currency.
//
// The rules, as people expect them:
//   - a shop's coupon takes something off its own lines only; the marketplace's off those that it names, or all;
//   - with one order go at most one coupon of each shop and one of the marketplace that change what lines cost, and
//     besides one of each for free delivery;
//   - the shops' come off first, the marketplace's take their part of what is left then; in which order the buyer
//     names them changes nothing;
//   - the minimum counts what the lines that a coupon applies to cost before any coupon;
//   - a percentage is rounded half up for each line, a fixed amount is shared among the lines by largest remainder,
//     and neither takes more than is left of a line;
//   - a coupon that would take nothing off is refused, not used up.
#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "platform/core/clock.hpp"
#include "platform/core/error.hpp"
#include "platform/core/id.hpp"
#include "platform/core/money.hpp"
#include "platform/core/words.hpp"
#include "services/order/domain/ids.hpp"
#include "services/order/domain/order.hpp"
#include "services/order/domain/price.hpp"

namespace market::order::domain {

enum class CouponKind : std::uint8_t { kPercentage, kFixed, kFreeDelivery };
inline constexpr Words<CouponKind, 3> kCouponKinds{"kind of a coupon",
                                                   {"PERCENTAGE", "FIXED", "FREE_DELIVERY"}};
inline std::string_view Name(CouponKind kind) { return kCouponKinds.Name(kind); }
inline void FromText(std::string_view text, CouponKind& kind) { kind = kCouponKinds.Require(text); }

// Who bears what it takes off.
enum class CouponFunder : std::uint8_t { kMarketplace, kSeller, kSplit };
inline constexpr Words<CouponFunder, 3> kCouponFunders{"funder of a coupon",
                                                       {"MARKETPLACE", "SELLER", "SPLIT"}};
inline std::string_view Name(CouponFunder funder) { return kCouponFunders.Name(funder); }
inline void FromText(std::string_view text, CouponFunder& funder) { funder = kCouponFunders.Require(text); }

enum class CouponState : std::uint8_t { kActive, kEnded };
inline constexpr Words<CouponState, 2> kCouponStates{"state of a coupon", {"ACTIVE", "ENDED"}};
inline std::string_view Name(CouponState state) { return kCouponStates.Name(state); }
inline void FromText(std::string_view text, CouponState& state) { state = kCouponStates.Require(text); }

// What it applies to: lines of the shop, if one is named, whose product is named or in a category that is; where
// neither products nor categories are, all products.
struct CouponScope {
  std::optional<SellerId> seller;
  std::vector<CategoryId> categories;
  std::vector<ProductId> products;
};

struct Coupon {
  CouponId id;
  std::string code;                // in capitals
  std::optional<SellerId> seller;  // whose it is; none: the marketplace's
  CouponKind kind = CouponKind::kPercentage;
  std::optional<std::int64_t> percentage_ppm;  // of kPercentage
  std::optional<std::int64_t> amount_minor;    // of kFixed
  std::optional<std::int64_t> minimum_minor;
  std::optional<Currency> currency;  // of the amount and the minimum; none where there are none
  CouponScope scope;
  std::optional<Time> valid_from;
  std::optional<Time> valid_until;
  std::optional<std::int64_t> total_limit;
  std::optional<std::int64_t> limit_per_buyer;
  std::int64_t redeemed = 0;
  CouponFunder funder = CouponFunder::kMarketplace;
  std::optional<std::int64_t> seller_share_ppm;  // of kSplit
  CouponState state = CouponState::kActive;
  std::int64_t version = 1;
  Time created_at;
  Time updated_at;
};

// A coupon as it was found for a buyer, by the clock of the database.
struct FoundCoupon {
  Coupon coupon;
  bool early = false;  // it does not apply yet,
  bool over = false;   // or not any more
  std::int64_t used_by_buyer = 0;
};

struct CouponLine {
  OfferId offer;
  ProductId product;
  SellerId seller;
  std::vector<CategoryId> categories;  // of the product, with those above
  std::int64_t base_minor = 0;
};

// Why a coupon can't be used with an order.
enum class CouponProblem : std::uint8_t {
  kUnknown,
  kExpired,
  kNotYet,
  kUsedUp,
  kUsedByYou,
  kBelowMinimum,
  kNothingEligible,
  kOtherCurrency,
  kNotCombinable
};
inline constexpr Words<CouponProblem, 9> kCouponProblems{
    "why of a coupon",
    {"UNKNOWN", "EXPIRED", "NOT_YET", "USED_UP", "USED_BY_YOU", "BELOW_MINIMUM", "NOTHING_ELIGIBLE",
     "OTHER_CURRENCY", "NOT_COMBINABLE"}};
inline std::string_view Name(CouponProblem problem) { return kCouponProblems.Name(problem); }

struct RefusedCoupon {
  std::size_t position = 0;  // among the codes of the request
  std::string code;
  CouponProblem why = CouponProblem::kUnknown;
  std::optional<Money> minimum = {};  // with kBelowMinimum
};

// COUPON_NOT_APPLICABLE, naming each of them.
Error CouponRefusal(std::span<const RefusedCoupon> refused);

struct AppliedCoupons {
  std::map<OfferId, std::vector<Discount>> lines;
  std::map<SellerId, std::vector<Discount>> deliveries;
  std::vector<UsedCoupon> used;        // as the codes are
  std::vector<RefusedCoupon> refused;  // when there is one, nothing is applied
};

// `codes` are in capitals and each once, `found` are those of them that are known, `deliveries` is what each shop asks
// for sending, before coupons.
AppliedCoupons ApplyCoupons(std::span<const std::string> codes, std::span<const FoundCoupon> found,
                            std::span<const CouponLine> lines,
                            const std::map<SellerId, std::int64_t>& deliveries, const Currency& currency);

// "coupon/WELCOME": of the discounts that it gives.
std::string SourceOf(const Coupon& coupon);

}  // namespace market::order::domain
