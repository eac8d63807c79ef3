// What somebody who looks out for an offer is told of it: that it costs less, or can be bought again. Pure.
#pragma once
#include <chrono>
#include <cstdint>
#include <optional>

#include "platform/core/clock.hpp"

namespace market::order::domain {

// An offer as it was looked at.
struct Sight {
  std::optional<std::int64_t> price_minor;  // in the currency of the wish
  bool in_stock = false;

  bool operator==(const Sight&) const = default;
};

enum class WishNews : std::uint8_t { kNone, kPriceFell, kBackInStock };

struct WishLook {
  WishNews news = WishNews::kNone;
  Sight known;  // what counts as known from now on
};

// At most one thing a day is told of one offer: what would be told meanwhile stays unknown, and is told later if it
// still holds then. A price that rises is known at once, so that its next fall is one; so is what runs out.
inline constexpr std::chrono::hours kBetweenWishNews{24};

WishLook LookAgain(const Sight& known, const Sight& now, std::optional<Time> told_at, Time at);

}  // namespace market::order::domain
