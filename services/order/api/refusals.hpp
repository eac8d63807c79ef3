// Why an order can't be had as it was asked for, told to the buyer: with the items of the request that are in
// the way, and their values as `lines` of proto/marketplace/type/v1/refusal.proto.
#pragma once
#include <string>

#include "marketplace/order/v1/order.market.hpp"
#include "platform/core/error.hpp"
#include "services/order/domain/order.hpp"
#include "services/order/domain/pricing.hpp"

namespace market::order {

using RequestedItems = google::protobuf::RepeatedPtrField<api::order::OrderItem>;

// How the failure of an order is told; and, of one that waits for its buyer, why its payment was declined.
Error Refusal(const domain::Order& order, const RequestedItems& items);

// OUT_OF_STOCK, of offers that nothing was left of before there was an order.
Error SoldOutRefusal(std::span<const domain::Shortage> sold_out, const RequestedItems& items);

// PRICE_CHANGED; `quote_hash` is that of the prices as they are now.
Error PriceRefusal(const domain::Changes& changes, const std::string& quote_hash,
                   const RequestedItems& items);

}  // namespace market::order
