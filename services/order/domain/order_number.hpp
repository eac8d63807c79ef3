// What somebody says of the number of an order, or of a part of one: all of it, or how it begins. Pure.
//
// A number is a day and eight signs, "261124-8F3K2M9Q" (OrderNumber in pricing.hpp), that of a part has its position besides:
// "261124-8F3K2M9Q-2". So the first six digits say when the order was made.
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "platform/core/clock.hpp"

namespace market::order::domain {

struct NumberSought {
  std::string order;                // how the number of the order begins
  std::optional<std::string> part;  // how that of the part begins, where it says more than the order's
  // When such orders were made, as far as it says: then or later, and before then.
  std::optional<Time> from;
  std::optional<Time> until;

  // Few orders have numbers that begin so: it says more than the day.
  bool NamesFew() const;
};

// Capitals or not, and with the letters that people read out of the digits 0 and 1. Nothing where no number begins so.
std::optional<NumberSought> NumberFrom(std::string_view text);

}  // namespace market::order::domain
