// The ids a payment speaks of, each its own type.
#pragma once
#include "platform/core/id.hpp"

namespace market::payment::domain {

using PaymentId = Id<struct PaymentTag>;
using OrderId = Id<struct OrderTag>;
using SellerOrderId = Id<struct SellerOrderTag>;
using RefundId = Id<struct RefundTag>;
using PayoutId = Id<struct PayoutTag>;
using DisputeId = Id<struct DisputeTag>;
using CommissionRuleId = Id<struct CommissionRuleTag>;
using CategoryId = Id<struct CategoryTag>;
using LineId = Id<struct LineTag>;
using ProductId = Id<struct ProductTag>;

}  // namespace market::payment::domain
