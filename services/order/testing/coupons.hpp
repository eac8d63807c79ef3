// Coupons, and orders that are made with them. For tests only.
#pragma once
#include <string>
#include <utility>
#include <vector>

#include "platform/audit/testing/some_act.hpp"
#include "platform/core/random.hpp"
#include "services/order/domain/coupon.hpp"
#include "services/order/storage/coupons.hpp"
#include "services/order/testing/store_fixture.hpp"

namespace market::order::testing {

// 10 % of everything, of the marketplace, with a code that no other has.
inline domain::Coupon ACoupon() {
  domain::Coupon coupon;
  coupon.id = domain::CouponId::New();
  // The end of it is the part by chance.
  coupon.code = "C-" + std::to_string(Random64());
  coupon.percentage_ppm = 100'000;
  return coupon;
}

inline Task<domain::Coupon> Made(storage::Coupons& coupons, domain::Coupon coupon) {
  return coupons.Create(Soon(), std::move(coupon), audit::SomeAct());
}

// The order with the coupons, a cent off by each.
inline domain::Order With(std::vector<domain::Coupon> coupons, domain::Order order = AnOrder()) {
  for (const auto& coupon : coupons)
    order.coupons.push_back({.id = coupon.id, .code = coupon.code, .amount_minor = 1});
  return order;
}

// With how many orders it is used: as it says, and as the orders do.
inline std::string UsesOf(const domain::Coupon& coupon) {
  const auto id = coupon.id.ToString();
  return Sql("SELECT redeemed FROM coupon WHERE id = '" + id + "'") + '/' +
         Sql("SELECT count(*) FROM coupon_redemption WHERE state = 'LIVE' AND coupon_id = '" + id + "'");
}

}  // namespace market::order::testing
