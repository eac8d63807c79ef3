// What product knows of sellers: their cards, kept in memory by user's feed (platform/events/cards.hpp),
// about a second old.
//
// Owner: the service; `users` must outlive it. Io thread only.
#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

#include "marketplace/user/v1/user.market.hpp"
#include "platform/events/cards.hpp"

namespace market::product {

class SellerDirectory {
 public:
  explicit SellerDirectory(api::UserApi& users);

  // Throws what user throws.
  Task<> CatchUp();

  // False of a seller that it knows not to be ACTIVE. One that it does not know is taken for one: the
  // catalogue does not wait for user.
  bool IsActive(const SellerId& seller) const { return IsActive(seller.ToString()); }
  bool IsActive(const std::string& seller_id) const;

  // Its name, slug and state; null of one that it does not know. Valid until the next CatchUp.
  const api::user::SellerCard* Find(const std::string& seller_id) const { return cards_.Find(seller_id); }
  // All of which IsActive is false; never null.
  using Sellers = std::unordered_set<SellerId>;
  std::shared_ptr<const Sellers> Inactive() const { return inactive_; }

  // The name of the shop; "" of one that is not known.
  std::string NameOf(const SellerId& seller) const;
  // Whose names are new since the last call.
  std::vector<SellerId> TakeRenamed() { return std::exchange(renamed_, {}); }

 private:
  using Cards = events::Cards<api::user::SellerCard>;

  Task<marketplace::type::v1::FeedResponse> Feed(marketplace::type::v1::FeedRequest request);
  Task<Cards::Page> List(std::string after);
  static std::optional<api::user::SellerCard> Told(const events::Event& event);

  void NoteChanges();

  api::UserApi& users_;
  Cards cards_;
  std::uint64_t noted_changes_ = 0;
  std::shared_ptr<const Sellers> inactive_ = std::make_shared<const Sellers>();
  std::unordered_map<SellerId, std::string> names_;
  std::vector<SellerId> renamed_;
};

}  // namespace market::product
