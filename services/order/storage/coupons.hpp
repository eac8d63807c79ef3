// Coupons: made, changed and ended by operators and shops, found by what buyers say. How they are used with an order
// stands in coupon_use.hpp. Every act on one goes on record with it.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "platform/audit/audit.hpp"
#include "platform/core/clock.hpp"
#include "platform/core/id.hpp"
#include "platform/postgres/database.hpp"
#include "services/order/domain/coupon.hpp"
#include "services/order/storage/scope.hpp"

namespace market::order::storage {

// What changes; of an empty one within, there is none from then on.
struct CouponEdit {
  std::optional<std::int64_t> if_version = {};
  std::optional<std::optional<Time>> valid_from = {};
  std::optional<std::optional<Time>> valid_until = {};
  std::optional<std::optional<std::int64_t>> total_limit = {};
  std::optional<std::optional<std::int64_t>> limit_per_buyer = {};
};

struct CouponsWanted {
  std::optional<SellerId> seller;
  std::optional<domain::CouponState> state;
  std::optional<std::string> code;
};

// Of a shop's scope the coupons are its own, not the marketplace's for it.
class Coupons {
 public:
  explicit Coupons(postgres::Database& database) : database_(database) {}

  // One that is there already, of an earlier run, is answered as it is. Throws Error COUPON_CODE_TAKEN.
  Task<domain::Coupon> Create(Work work, domain::Coupon coupon, audit::Act act);
  // Newest first.
  Task<std::vector<domain::Coupon>> List(Work work, CouponsWanted wanted,
                                         std::optional<domain::CouponId> before, std::int64_t limit);
  Task<std::optional<domain::Coupon>> Find(Work work, domain::CouponId id, Scope scope);
  // Throws Error NOT_FOUND, ETAG_MISMATCH, COUPON_ENDED, and INVALID_ARGUMENT for what it can't become.
  Task<domain::Coupon> Update(Work work, domain::CouponId id, Scope scope, CouponEdit edit, audit::Act act);
  // Of one that has ended nothing changes. Throws Error NOT_FOUND, ETAG_MISMATCH.
  Task<> End(Work work, domain::CouponId id, Scope scope, std::optional<std::int64_t> if_version,
             audit::Act act);

  // Of each code in capitals the coupon that has it, or else the last one that had; unknown codes are left out.
  Task<std::vector<domain::FoundCoupon>> FindByCodes(Work work, std::vector<std::string> codes,
                                                     AccountId buyer);

 private:
  postgres::Database& database_;
};

}  // namespace market::order::storage
