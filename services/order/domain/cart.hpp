// What somebody means to buy, and how it stands now. Values and pure functions; prices are the offers', a cart only
// remembers which its buyer has seen.
#pragma once
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "platform/core/clock.hpp"
#include "platform/core/words.hpp"
#include "services/order/domain/delivery.hpp"
#include "services/order/domain/ids.hpp"
#include "services/order/domain/pricing.hpp"

namespace market::order::domain {

inline constexpr std::size_t kCartItemsMax = 100;
inline constexpr std::int64_t kCartQuantityMax = 999;

struct CartItem {
  OfferId offer;
  std::int64_t quantity = 0;
  std::optional<std::int64_t>
      seen_minor;  // the price of one unit that the buyer has seen, in the cart's currency

  bool operator==(const CartItem&) const = default;
};

struct Cart {
  CartId id;
  std::optional<AccountId> account;  // none: a guest's
  std::string currency;              // "": the market's first one, until the first item says which that is
  std::vector<CartItem> items;       // in the order in which they were put there
  std::vector<DeliveryChoice> deliveries;
  std::vector<std::string> coupons;
  std::optional<OrderId> order;  // that is made of it and not decided yet
  std::int64_t version = 1;
  Time created_at;
  Time updated_at;
};

enum class CartItemState : std::uint8_t { kAvailable, kLessLeft, kGone, kNoPrice };
// As in the contract.
inline constexpr Words<CartItemState, 4> kCartItemStates{"state of an item of a cart",
                                                         {"AVAILABLE", "LESS_LEFT", "GONE", "NO_PRICE"}};
inline std::string_view Name(CartItemState state) { return kCartItemStates.Name(state); }

// An item beside its offer as that is now.
struct CartLine {
  CartItem item;
  const Offer* offer = nullptr;  // null: there is none any more
  CartItemState state = CartItemState::kGone;
  std::optional<Money> price_was;  // that the buyer has seen, where it is another one now
};

// `offers` must outlive the lines.
std::vector<CartLine> Look(const Cart& cart, std::span<const Offer> offers);

// What can be bought as it stands, in the order of the lines.
std::vector<Item> Buyable(std::span<const CartLine> lines);

// What the buyer has seen once he has been told of the lines.
struct SeenPrice {
  OfferId offer;
  std::int64_t minor = 0;
};
std::vector<SeenPrice> SeenOf(std::span<const CartLine> lines);

// `into` with all of `guest`: quantities add up to kCartQuantityMax at most, what is beyond kCartItemsMax items stays
// out, choices that `into` has made stand. A price that was seen in another currency was not seen.
Cart Joined(Cart into, const Cart& guest);

}  // namespace market::order::domain
