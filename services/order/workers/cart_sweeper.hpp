// Deletes carts that nobody has changed for long, guests' and accounts', empty ones among them. Hygiene only: nothing
// depends on it.
#pragma once
#include <chrono>

#include "platform/runtime/every.hpp"
#include "services/order/storage/carts.hpp"

namespace market::order {

// Any number of replicas may. What it sweeps must outlive it.
class CartSweeper {
 public:
  CartSweeper(storage::Carts& carts, std::chrono::milliseconds kept);

  runtime::Every& Sweeping() { return sweeping_; }

 private:
  Task<runtime::Every::Next> Sweep();

  storage::Carts& carts_;
  const std::chrono::milliseconds kept_;
  runtime::Every sweeping_;
};

}  // namespace market::order
