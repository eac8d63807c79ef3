// How the lines of one seller are sent, and what that costs. Values only.
#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "services/order/domain/ids.hpp"
#include "services/order/domain/price.hpp"

namespace market::order::domain {

// What a shop without methods of its own sends by, for nothing.
inline constexpr std::string_view kFreeDelivery = "Free delivery";

// What of a method an order keeps.
struct Way {
  DeliveryMethodId method;  // nil: the shop has none of its own
  std::string name{kFreeDelivery};
  std::optional<std::int64_t> days_from = {};  // after how many days it arrives;
  std::optional<std::int64_t> days_to = {};    // nothing: nobody says
  std::string pickup_place = {};               // "": it is sent

  bool IsPickup() const { return !pickup_place.empty(); }
  bool operator==(const Way&) const = default;
};

// How one shop is to send.
struct DeliveryChoice {
  SellerId seller;
  DeliveryMethodId method;

  bool operator==(const DeliveryChoice&) const = default;
};

// Throws Error INVALID_ARGUMENT for two of one shop.
void RequireOneOfEach(std::span<const DeliveryChoice> choices);

// On which terms a seller sends an order.
struct DeliveryTerm {
  Way way = {};
  std::int64_t price_minor = 0;
  std::vector<Discount> discounts = {};
  TaxTerm tax = {};
};

// What sending the lines of a part costs, as it is written down.
struct Delivery {
  Way way = {};
  Price price = {};

  bool operator==(const Delivery&) const = default;
};

}  // namespace market::order::domain
