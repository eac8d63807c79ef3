#include "services/order/domain/cart.hpp"

#include <algorithm>

namespace market::order::domain {
namespace {

// The contract's limit; beyond it the rest is left out, as of items.
constexpr std::size_t kCartCouponsMax = 10;

CartItemState StateOf(const CartItem& item, const Offer* offer) {
  if (offer == nullptr || !offer->for_sale || offer->available <= 0) return CartItemState::kGone;
  if (!offer->price) return CartItemState::kNoPrice;
  return offer->available < item.quantity ? CartItemState::kLessLeft : CartItemState::kAvailable;
}

}  // namespace

std::vector<CartLine> Look(const Cart& cart, std::span<const Offer> offers) {
  std::vector<CartLine> lines;
  lines.reserve(cart.items.size());
  for (const auto& item : cart.items) {
    const auto found = std::ranges::find(offers, item.offer, &Offer::id);
    auto& line = lines.emplace_back(CartLine{.item = item, .price_was = {}});
    line.offer = found == offers.end() ? nullptr : &*found;
    line.state = StateOf(item, line.offer);
    const bool priced = line.offer != nullptr && line.offer->price.has_value();
    if (priced && item.seen_minor && *item.seen_minor != line.offer->price->minor)
      line.price_was = Money{*item.seen_minor, line.offer->price->currency};
  }
  return lines;
}

std::vector<Item> Buyable(std::span<const CartLine> lines) {
  std::vector<Item> items;
  for (const auto& line : lines) {
    if (line.state == CartItemState::kAvailable) items.push_back({line.item.offer, line.item.quantity});
  }
  return items;
}

std::vector<SeenPrice> SeenOf(std::span<const CartLine> lines) {
  std::vector<SeenPrice> seen;
  for (const auto& line : lines) {
    if (line.offer != nullptr && line.offer->price)
      seen.push_back({line.item.offer, line.offer->price->minor});
  }
  return seen;
}

Cart Joined(Cart into, const Cart& guest) {
  if (into.currency.empty()) into.currency = guest.currency;
  for (auto item : guest.items) {
    if (into.currency != guest.currency) item.seen_minor.reset();
    const auto same = std::ranges::find(into.items, item.offer, &CartItem::offer);
    if (same != into.items.end()) {
      same->quantity = std::min(kCartQuantityMax, same->quantity + item.quantity);
    } else if (into.items.size() < kCartItemsMax) {
      into.items.push_back(item);
    }
  }
  for (const auto& choice : guest.deliveries) {
    if (std::ranges::find(into.deliveries, choice.seller, &DeliveryChoice::seller) == into.deliveries.end())
      into.deliveries.push_back(choice);
  }
  for (const auto& code : guest.coupons) {
    const bool known = std::ranges::find(into.coupons, code) != into.coupons.end();
    if (!known && into.coupons.size() < kCartCouponsMax) into.coupons.push_back(code);
  }
  return into;
}

}  // namespace market::order::domain
