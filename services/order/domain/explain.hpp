// Every amount of an order computed again from what was stored with it. Pure: who bought it, and who checks the
// books, sees how it came about, and whether it still does.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "services/order/domain/order.hpp"

namespace market::order::domain {

struct ExplainedAmount {
  std::string_view subject;  // line, tax, sellerOrder, order
  Uuid id;                   // of the line (a tax, too), the seller order or the order
  std::string formula;       // in minor units
  std::int64_t stored_minor = 0;
  std::int64_t computed_minor = 0;
};

// Lines first, then what adds them up.
std::vector<ExplainedAmount> Explain(const Order& order);

}  // namespace market::order::domain
