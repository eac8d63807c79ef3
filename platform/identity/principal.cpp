#include "platform/identity/principal.hpp"

#include <algorithm>

namespace market::identity {

bool Principal::IsOperator() const { return std::ranges::find(roles, "operator") != roles.end(); }

bool Principal::IsMemberOf(const SellerId& seller) const {
  return std::ranges::find(sellers, seller, &Membership::seller) != sellers.end();
}

std::vector<SellerId> Principal::SellerIds() const {
  std::vector<SellerId> ids;
  ids.reserve(sellers.size());
  for (const auto& membership : sellers) ids.push_back(membership.seller);
  return ids;
}

}  // namespace market::identity
