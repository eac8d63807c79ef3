// What an order costs beyond the prices of its offers. Found before it is priced: Price only computes. Values only.
#pragma once
#include <map>
#include <vector>

#include "services/order/domain/delivery.hpp"
#include "services/order/domain/ids.hpp"
#include "services/order/domain/price.hpp"

namespace market::order::domain {

struct Terms {
  TaxMode tax_mode = TaxMode::kIncluded;
  // Of a line; of an offer that is missing here: no tax.
  std::map<OfferId, TaxTerm> taxes = {};
  // What is taken off a line, in minor units of the order's currency; never more than it costs.
  std::map<OfferId, std::vector<Discount>> discounts = {};
  // How each seller sends, for what, and what is taken off that (never more than it costs); of one that is missing
  // here: for nothing.
  std::map<SellerId, DeliveryTerm> deliveries = {};
};

}  // namespace market::order::domain
