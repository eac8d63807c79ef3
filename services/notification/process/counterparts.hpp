// Finds out between whom a conversation is to be, what it is about, who is told of it, and what others call them.
//
// Throws Error NOT_FOUND for what its caller has nothing to do with, else what the peers throw. Owner: the service;
// io thread only.
#pragma once
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "marketplace/auth/v1/auth.market.hpp"
#include "marketplace/order/v1/order.market.hpp"
#include "marketplace/product/v1/product.market.hpp"
#include "marketplace/user/v1/user.market.hpp"
#include "services/notification/domain/conversation.hpp"

namespace market::notification {

class Counterparts {
 public:
  struct Peers {
    api::AuthApi& auth;
    api::UserApi& users;
    api::ProductApi& products;
    api::OrderApi& orders;
  };

  // Before the first call. Apart from the constructor since the others and notification know each other.
  void Connect(Peers peers) { peers_.emplace(peers); }

  // Of the caller as a buyer with a shop that sells now, about a product that everybody sees and that the shop made or
  // offers.
  Task<domain::Parties> OfProduct(CallContext& call, std::string seller_id, std::string product_id);
  // Whoever asks: what the caller has to do with it is for whoever is told.
  Task<domain::Parties> OfSellerOrder(CallContext& call, std::string seller_order_id);

  // The accounts of one side but `author`, as they are now.
  Task<std::vector<AccountId>> Others(CallContext& call, domain::Parties parties, domain::Side side,
                                      AccountId author);

  // What buyers call themselves, as far as that is known.
  Task<std::map<AccountId, std::string>> NamesOf(CallContext& call, std::vector<AccountId> buyers);

 private:
  Task<bool> Offers(CallContext& open, std::string seller_id, std::string product_id);

  std::optional<Peers> peers_;
};

}  // namespace market::notification
