#include "platform/identity/principal.hpp"

#include <algorithm>

namespace market::identity {

bool Principal::IsMemberOf(const SellerId& seller) const {
  return std::ranges::find(sellers, seller, &Membership::seller) != sellers.end();
}

std::vector<SellerId> Principal::SellersWith(Permission permission) const {
  std::vector<SellerId> ids;
  for (const auto& membership : sellers) {
    if (membership.permissions.Has(permission)) ids.push_back(membership.seller);
  }
  return ids;
}

}  // namespace market::identity
