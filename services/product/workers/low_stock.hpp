// Tells shops of offers that run low. Who moves units only asks for a look, so what is told is true of the
// moment of the look, a second after the move at most: what was held and given back in between is no news.
#pragma once
#include "platform/runtime/every.hpp"
#include "services/product/storage/stock.hpp"

namespace market::product {

// Any number of replicas may. `stock` must outlive it.
class LowStock {
 public:
  explicit LowStock(storage::Stock& stock);

  runtime::Every& Looking() { return looking_; }

 private:
  runtime::Every looking_;
};

}  // namespace market::product
