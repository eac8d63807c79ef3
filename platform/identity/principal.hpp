// Who asks: what a verified access token says about its bearer. A hint for roles; what a row belongs to is
// decided in the storage of the service that owns it.
#pragma once
#include <string>
#include <vector>

#include "platform/core/id.hpp"

namespace market::identity {

struct Membership {
  SellerId seller;
  std::string role;
};

struct Principal {
  AccountId account;
  Uuid session;
  std::vector<std::string> roles;
  std::vector<Membership> sellers;

  bool IsOperator() const;
  bool IsMemberOf(const SellerId& seller) const;
  std::vector<SellerId> SellerIds() const;
};

}  // namespace market::identity
