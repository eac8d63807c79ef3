// Sellers: PENDING until an operator approves, then ACTIVE. No operation makes one SUSPENDED yet.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "platform/core/clock.hpp"
#include "platform/core/id.hpp"
#include "platform/core/words.hpp"

namespace market::user::domain {

inline constexpr int kSellersMax = 20;  // of an account; also a CHECK of the database

enum class SellerState : std::uint8_t { kPending, kActive, kSuspended };
inline constexpr Words<SellerState, 3> kSellerStates{"state of a seller", {"PENDING", "ACTIVE", "SUSPENDED"}};

inline std::string_view Name(SellerState state) { return kSellerStates.Name(state); }
inline void FromText(std::string_view word, SellerState& state) { state = kSellerStates.Require(word); }

// How a new seller comes to be ACTIVE.
enum class Approval { kByOperator, kAutomatic };

// What an operator's approval makes of it: PENDING becomes ACTIVE, ACTIVE stays so that a repeated call finds
// what it asked for; nullopt where it is not allowed.
std::optional<SellerState> AfterApproval(SellerState state);

inline SellerState InitialState(Approval approval) {
  return approval == Approval::kAutomatic ? SellerState::kActive : SellerState::kPending;
}

struct Seller {
  SellerId id;
  AccountId owner;
  std::string display_name;
  std::string slug;
  std::string country_code;
  SellerState state = SellerState::kPending;
  std::int64_t version = 1;
  Time created_at;
  Time updated_at;
};

}  // namespace market::user::domain
