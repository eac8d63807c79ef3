#include "services/user/domain/seller.hpp"

#include <array>
#include <utility>

namespace market::user::domain {
namespace {

constexpr std::array<std::pair<SellerState, std::string_view>, 3> kNames = {{
    {SellerState::kPending, "PENDING"},
    {SellerState::kActive, "ACTIVE"},
    {SellerState::kSuspended, "SUSPENDED"},
}};

}  // namespace

std::string_view Name(SellerState state) { return kNames[static_cast<std::size_t>(state)].second; }

std::optional<SellerState> SellerStateFrom(std::string_view name) {
  for (const auto& [state, word] : kNames) {
    if (word == name) return state;
  }
  return std::nullopt;
}

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
