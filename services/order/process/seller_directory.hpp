// What order knows of sellers: their cards, about a second old (peers/user/seller_cards.hpp).
//
// Owner: the service; `users` must outlive it. Io thread only.
#pragma once
#include <optional>
#include <string>

#include "peers/user/seller_cards.hpp"
#include "platform/core/clock.hpp"

namespace market::order {

class SellerDirectory {
 public:
  explicit SellerDirectory(api::UserApi& users) : cards_(peers::SellersOf(users)) {}

  // Throws what user throws.
  Task<> CatchUp() { return cards_.CatchUp(); }

  // Null when it does not know the seller.
  const api::user::SellerCard* Find(const SellerId& seller) const { return cards_.Find(seller.ToString()); }
  // False of a seller that it knows not to be ACTIVE, or to be on holiday. One that it does not know may
  // sell: an order does not wait for user.
  bool MaySell(const SellerId& seller, Time now) const;
  // False of one that it does not know.
  bool IsVatRegistered(const SellerId& seller) const;
  // Where it is at home, "" where that is not known.
  std::string CountryOf(const SellerId& seller) const;

 private:
  peers::SellerCards cards_;
};

}  // namespace market::order
