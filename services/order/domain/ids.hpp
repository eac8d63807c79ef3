// The ids an order speaks of, each its own type.
#pragma once
#include "platform/core/id.hpp"

namespace market::order::domain {

using OrderId = Id<struct OrderTag>;
using SellerOrderId = Id<struct SellerOrderTag>;
using LineId = Id<struct LineTag>;
using ParcelId = Id<struct ParcelTag>;
using OfferId = Id<struct OfferTag>;
using ProductId = Id<struct ProductTag>;
using CategoryId = Id<struct CategoryTag>;
using ReturnId = Id<struct ReturnTag>;
using CouponId = Id<struct CouponTag>;
using AddressId = Id<struct AddressTag>;
using CartId = Id<struct CartTag>;
using DeliveryMethodId = Id<struct DeliveryMethodTag>;  // nil: of a shop that has none of its own
using TaxRateId = Id<struct TaxRateTag>;
using InvoiceId = Id<struct InvoiceTag>;

}  // namespace market::order::domain
