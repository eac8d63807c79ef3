// Who asks: what a verified access token says about its bearer. What a row belongs to is decided in the
// storage of the service that owns it.
#pragma once
#include <vector>

#include "platform/core/id.hpp"
#include "platform/identity/permissions.hpp"

namespace market::identity {

struct Membership {
  SellerId seller;
  Permissions permissions;
};

struct Principal {
  AccountId account;
  Uuid session;
  Permissions permissions;  // for everything: by the roles of the account
  std::vector<Membership> sellers;

  bool IsMemberOf(const SellerId& seller) const;
  // Those whose membership grants it.
  std::vector<SellerId> SellersWith(Permission permission) const;
};

}  // namespace market::identity
