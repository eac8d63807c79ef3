// Whose rows a query may see. Every query on somebody's orders takes one and filters in SQL, so a row that is
// not the caller's does not exist for it.
#pragma once
#include <optional>
#include <utility>
#include <vector>

#include "platform/core/id.hpp"

namespace market::order::storage {

class Scope {
 public:
  static Scope Buyer(const AccountId& buyer) { return Scope(buyer, std::nullopt); }
  static Scope Sellers(std::vector<SellerId> sellers) { return Scope(std::nullopt, std::move(sellers)); }
  static Scope BuyerOrSellers(const AccountId& buyer, std::vector<SellerId> sellers) {
    return Scope(buyer, std::move(sellers));
  }
  // Operators, and the service's own workers.
  static Scope Everything() { return Scope(std::nullopt, std::nullopt); }

  const std::optional<AccountId>& BuyerId() const { return buyer_; }
  const std::optional<std::vector<SellerId>>& SellerIds() const { return sellers_; }

 private:
  Scope(std::optional<AccountId> buyer, std::optional<std::vector<SellerId>> sellers)
      : buyer_(std::move(buyer)), sellers_(std::move(sellers)) {}

  std::optional<AccountId> buyer_;
  std::optional<std::vector<SellerId>> sellers_;
};

}  // namespace market::order::storage
