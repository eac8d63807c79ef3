#include "services/user/domain/seller.hpp"

namespace market::user::domain {

std::optional<SellerState> AfterApproval(SellerState state) {
  switch (state) {
    case SellerState::kPending:
    case SellerState::kActive:
      return SellerState::kActive;
    case SellerState::kSuspended:
      break;
  }
  return std::nullopt;
}

}  // namespace market::user::domain
