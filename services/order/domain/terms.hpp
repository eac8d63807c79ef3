// What an order costs beyond the prices of its offers. Found before it is priced: Price only computes. Values only.
#pragma once
#include <cstdint>
#include <map>
#include <vector>

#include "services/order/domain/ids.hpp"
#include "services/order/domain/price.hpp"

namespace market::order::domain {

struct Terms {
  TaxMode tax_mode = TaxMode::kIncluded;
  // Of a line, in parts per million; of an offer that is missing here: none.
  std::map<OfferId, std::int64_t> tax_rates_ppm = {};
  // What is taken off a line, in minor units of the order's currency; never more than it costs.
  std::map<OfferId, std::vector<Discount>> discounts = {};
};

}  // namespace market::order::domain
