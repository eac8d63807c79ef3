#include "services/order/storage/coupon_use.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "services/order/domain/coupon.hpp"

namespace market::order::storage {
namespace {

constexpr postgres::Statement kRedeem{"coupon.redeem", "SELECT FROM redeem_coupons($1, $2, $3, $4, $5)"};
constexpr postgres::Statement kGiveBack{"coupon.give_back", "SELECT FROM give_coupons_back($1)"};

}  // namespace

void AppendRedemption(postgres::Batch& batch, const domain::Order& order) {
  std::vector<domain::CouponId> ids;
  std::vector<std::string> codes;
  std::vector<std::int64_t> amounts;
  for (const auto& [id, code, amount_minor] : order.coupons) {
    ids.push_back(id);
    codes.push_back(code);
    amounts.push_back(amount_minor);
  }
  batch.Add(kRedeem, order.id, order.buyer, ids, codes, amounts);
}

bool IsRefusedCoupon(const postgres::SqlError& error) { return error.Is("MK003"); }

void ThrowRefusedCoupon(const postgres::SqlError& error, const domain::Order& order) {
  const std::string_view told = error.constraint;
  const auto end = told.find(' ');
  const auto code = told.substr(end + 1);
  const auto used = std::ranges::find(order.coupons, code, &domain::UsedCoupon::code);
  const std::array refused = {
      domain::RefusedCoupon{.position = static_cast<std::size_t>(used - order.coupons.begin()),
                            .code = std::string(code),
                            .why = domain::kCouponProblems.Require(told.substr(0, end))}};
  throw domain::CouponRefusal(refused);
}

void AppendGivingBack(postgres::Batch& batch, const domain::OrderId& order) { batch.Add(kGiveBack, order); }

}  // namespace market::order::storage
