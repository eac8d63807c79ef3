// What an order does to the cart that it is made of, in the transactions of its checkout: it claims the cart when it is
// inserted, takes out what it has bought when it is placed, and lets the cart go when it has FAILED. So a cart is bought
// once, whoever drives the checkout and wherever a process dies. Of an order without a cart none of it adds anything.
#pragma once
#include <stdexcept>

#include "platform/postgres/database.hpp"
#include "services/order/domain/order.hpp"

namespace market::order::storage {

// Nothing has happened: the cart is not what the order was made of any more, or waits for another order.
class CartMoved : public std::runtime_error {
 public:
  CartMoved() : std::runtime_error("the cart has changed since it was read") {}
};

// After the order's own rows; IsCartMoved tells from the error of the batch that the claim has ended it.
void AppendCartClaim(postgres::Batch& batch, const domain::Order& order);
bool IsCartMoved(const postgres::SqlError& error);

// Of what is in the cart by now, as many units as the order has go.
void AppendCartBought(postgres::Batch& batch, const domain::Order& order);
void AppendCartReleased(postgres::Batch& batch, const domain::Order& order);

}  // namespace market::order::storage
