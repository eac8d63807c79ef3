#include "services/order/domain/delivery.hpp"

#include <algorithm>

#include "platform/core/error.hpp"

namespace market::order::domain {

void RequireOneOfEach(std::span<const DeliveryChoice> choices) {
  for (std::size_t i = 0; i < choices.size(); ++i) {
    const auto first = std::ranges::find(choices, choices[i].seller, &DeliveryChoice::seller);
    if (first == choices.begin() + static_cast<std::ptrdiff_t>(i)) continue;
    throw InvalidArgument("deliveryChoices[" + std::to_string(i) + "].sellerId", "DUPLICATE",
                          "names a shop twice");
  }
}

}  // namespace market::order::domain
