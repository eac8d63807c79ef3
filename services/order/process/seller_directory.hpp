// What order knows of sellers: their cards, kept in memory by user's feed, in every process for itself.
//
// Owner: the service; `users` must outlive it. A worker catches up every second, so a card is about that
// old; before the first time, and of sellers that are not there yet, it knows nothing. Io thread only.
#pragma once
#include <unordered_map>

#include "marketplace/user/v1/user.market.hpp"
#include "platform/events/feed_reader.hpp"

namespace market::order {

class SellerDirectory {
 public:
  explicit SellerDirectory(api::UserApi& users);
  SellerDirectory(const SellerDirectory&) = delete;
  SellerDirectory& operator=(const SellerDirectory&) = delete;

  // Throws what user throws.
  Task<> CatchUp() { return reader_.CatchUp(); }

  // Null when it does not know the seller.
  const api::user::SellerCard* Find(const SellerId& seller) const;
  // False of a seller that it knows not to be ACTIVE. Who has an offer was ACTIVE once, so one that it does
  // not know may sell: an order does not wait for user.
  bool MaySell(const SellerId& seller) const;

 private:
  using Cards = std::unordered_map<SellerId, api::user::SellerCard>;

  Task<marketplace::type::v1::FeedResponse> Feed(marketplace::type::v1::FeedRequest request);
  Task<> Rebuild();
  void Apply(const events::Event& event);

  api::UserApi& users_;
  Cards cards_;
  events::FeedReader reader_;
};

}  // namespace market::order
