// Every amount of an order computed again from what was stored with it. Pure: who bought it, and who checks the
// books, sees how it came about, and whether it still does.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "services/order/domain/order.hpp"

namespace market::order::domain {

struct ExplainedAmount {
  std::string_view subject;  // line, tax, delivery, sellerOrder, order
  Uuid id;  // of the line, the seller order (a delivery, too) or the order; a tax has that of its price
  std::string formula;  // in minor units
  std::int64_t stored_minor = 0;
  std::int64_t computed_minor = 0;
};

// Lines first, then what adds them up.
std::vector<ExplainedAmount> Explain(const Order& order);

}  // namespace market::order::domain
