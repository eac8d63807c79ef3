// How the failure of an order is told to the buyer who placed it.
#pragma once
#include "marketplace/order/v1/order.market.hpp"
#include "platform/core/error.hpp"
#include "services/order/domain/order.hpp"

namespace market::order {

Error Refusal(const domain::Failure& failure, const api::order::PlaceOrderRequest& request);

}  // namespace market::order
