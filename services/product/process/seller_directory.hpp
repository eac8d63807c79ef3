// What product knows of sellers: their cards, kept in memory by user's feed (platform/events/cards.hpp),
// about a second old.
//
// Owner: the service; `users` must outlive it. Io thread only.
#pragma once
#include <optional>
#include <string>

#include "marketplace/user/v1/user.market.hpp"
#include "platform/events/cards.hpp"

namespace market::product {

class SellerDirectory {
 public:
  explicit SellerDirectory(api::UserApi& users);

  // Throws what user throws.
  Task<> CatchUp() { return cards_.CatchUp(); }

  // False of a seller that it knows not to be ACTIVE. One that it does not know is taken for one: the
  // catalogue does not wait for user.
  bool IsActive(const SellerId& seller) const { return IsActive(seller.ToString()); }
  bool IsActive(const std::string& seller_id) const;

  // Its name, slug and state; null of one that it does not know. Valid until the next CatchUp.
  const api::user::SellerCard* Find(const std::string& seller_id) const { return cards_.Find(seller_id); }

 private:
  using Cards = events::Cards<api::user::SellerCard>;

  Task<marketplace::type::v1::FeedResponse> Feed(marketplace::type::v1::FeedRequest request);
  Task<Cards::Page> List(std::string after);
  static std::optional<api::user::SellerCard> Told(const events::Event& event);

  api::UserApi& users_;
  Cards cards_;
};

}  // namespace market::product
