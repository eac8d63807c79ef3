// What order knows of sellers: their cards, kept in memory by user's feed (platform/events/cards.hpp),
// about a second old.
//
// Owner: the service; `users` must outlive it. Io thread only.
#pragma once
#include <optional>
#include <string>

#include "marketplace/user/v1/user.market.hpp"
#include "platform/core/clock.hpp"
#include "platform/events/cards.hpp"

namespace market::order {

class SellerDirectory {
 public:
  explicit SellerDirectory(api::UserApi& users);

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
  using Cards = events::Cards<api::user::SellerCard>;

  Task<marketplace::type::v1::FeedResponse> Feed(marketplace::type::v1::FeedRequest request);
  Task<Cards::Page> List(std::string after);
  static std::optional<api::user::SellerCard> Told(const events::Event& event);

  api::UserApi& users_;
  Cards cards_;
};

}  // namespace market::order
