#include "sandbox/methods.hpp"

#include <algorithm>
#include <array>

namespace market::sandbox {

std::optional<Behaviour> BehaviourOf(std::string_view method) {
  using enum Behaviour::Answer;
  using enum Behaviour::Asks;
  static constexpr std::array<Behaviour, 11> kMethods = {{
      {"pm_card_visa", "", kAtOnce, 0},
      {"pm_card_visa_chargeDeclined", "generic_decline", kAtOnce, 0},
      {"pm_card_visa_chargeDeclinedInsufficientFunds", "insufficient_funds", kAtOnce, 0},
      {"pm_sandbox_timeout_authorized", "", kAfterCallerGaveUp, 0},
      {"pm_sandbox_timeout_declined", "generic_decline", kAfterCallerGaveUp, 0},
      {"pm_sandbox_error_then_authorized", "", kAtOnce, 2},
      {"pm_sandbox_capture_refused", "", kAtOnce, 0, "charge_expired_for_capture"},
      {"pm_card_threeDSecure2Required", "", kAtOnce, 0, "", kOwner},
      {"pm_card_threeDSecureRequiredChargeDeclined", "generic_decline", kAtOnce, 0, "", kOwner},
      {"pm_card_createDispute", "", kAtOnce, 0, "", kNobody, "fraudulent"},
      {"pm_card_createDisputeProductNotReceived", "", kAtOnce, 0, "", kNobody, "product_not_received"},
  }};
  const auto* found = std::ranges::find(kMethods, method, &Behaviour::method);
  return found == kMethods.end() ? std::nullopt : std::optional(*found);
}

}  // namespace market::sandbox
