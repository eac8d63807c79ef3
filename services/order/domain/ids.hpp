// The ids an order speaks of, each its own type.
#pragma once
#include "platform/core/id.hpp"

namespace market::order::domain {

using OrderId = Id<struct OrderTag>;
using SellerOrderId = Id<struct SellerOrderTag>;
using LineId = Id<struct LineTag>;
using OfferId = Id<struct OfferTag>;
using ProductId = Id<struct ProductTag>;
using AddressId = Id<struct AddressTag>;
using CartId = Id<struct CartTag>;

}  // namespace market::order::domain
