// Coupons of an order: used in the transaction that inserts it, given back in the one that ends it.
#pragma once
#include <string_view>

#include "platform/postgres/database.hpp"
#include "platform/postgres/errors.hpp"
#include "services/order/domain/order.hpp"

namespace market::order::storage {

// The last statement of the order's insertion, so that other orders wait as shortly as can be for the row of a
// coupon. Ends the transaction where one can't be used any more.
void AppendRedemption(postgres::Batch& batch, const domain::Order& order);

// Whether that is what ended it.
bool IsRefusedCoupon(const postgres::SqlError& error);
// COUPON_NOT_APPLICABLE of the coupon that it names.
[[noreturn]] void ThrowRefusedCoupon(const postgres::SqlError& error, const domain::Order& order);

// The last statement of what ends parts of an order, after the order's own row: when no part lives any more, its
// coupons can be used again.
void AppendGivingBack(postgres::Batch& batch, const domain::OrderId& order);

}  // namespace market::order::storage
