// What product knows of sellers: their cards, about a second old (peers/user/seller_cards.hpp).
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

#include "peers/user/seller_cards.hpp"

namespace market::product {

class SellerDirectory {
 public:
  explicit SellerDirectory(api::UserApi& users) : cards_(peers::SellersOf(users)) {}

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
  void NoteChanges();

  peers::SellerCards cards_;
  std::uint64_t noted_changes_ = 0;
  std::shared_ptr<const Sellers> inactive_ = std::make_shared<const Sellers>();
  std::unordered_map<SellerId, std::string> names_;
  std::vector<SellerId> renamed_;
};

}  // namespace market::product
