#include "services/order/domain/wish.hpp"

namespace market::order::domain {

WishLook LookAgain(const Sight& known, const Sight& now, std::optional<Time> told_at, Time at) {
  // Of what can't be bought no price is news; the one that is known stays.
  const Sight next{.price_minor = now.price_minor ? now.price_minor : known.price_minor,
                   .in_stock = now.in_stock};
  if (!now.in_stock) return {.known = {.price_minor = known.price_minor, .in_stock = false}};
  const bool back = !known.in_stock;
  const bool fell = known.price_minor && now.price_minor && *now.price_minor < *known.price_minor;
  if (!back && !fell) return {.known = next};
  if (told_at && at < *told_at + kBetweenWishNews) return {.known = known};
  return {.news = back ? WishNews::kBackInStock : WishNews::kPriceFell, .known = next};
}

}  // namespace market::order::domain
