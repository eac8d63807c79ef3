// Whose payments a query may see. A row that is not the caller's does not exist for it.
#pragma once
#include <optional>

#include "platform/core/id.hpp"

namespace market::payment::storage {

class Scope {
 public:
  static Scope Buyer(const AccountId& buyer) { return Scope(buyer); }
  // Operators, and the service's own work.
  static Scope Everything() { return Scope(std::nullopt); }

  const std::optional<AccountId>& BuyerId() const { return buyer_; }

 private:
  explicit Scope(std::optional<AccountId> buyer) : buyer_(buyer) {}

  std::optional<AccountId> buyer_;
};

}  // namespace market::payment::storage
