#include "platform/identity/principal.hpp"

#include <algorithm>

#include "platform/core/error.hpp"

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

void Demand(PeopleNeed need, const Principal& caller) {
  if (need == PeopleNeed::kNothing || caller.email_verified) return;
  throw Error(Code::kPermissionDenied, "EMAIL_NOT_VERIFIED", "the e-mail is not verified yet");
}

}  // namespace market::identity
