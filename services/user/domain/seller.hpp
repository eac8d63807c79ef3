// Sellers: PENDING until an operator approves, then ACTIVE, unless an operator suspends one; CLOSED for good.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "platform/core/clock.hpp"
#include "platform/core/id.hpp"
#include "platform/core/words.hpp"

namespace market::user::domain {

enum class SellerState : std::uint8_t { kPending, kActive, kSuspended, kClosed };
inline constexpr Words<SellerState, 4> kSellerStates{"state of a seller",
                                                     {"PENDING", "ACTIVE", "SUSPENDED", "CLOSED"}};

inline std::string_view Name(SellerState state) { return kSellerStates.Name(state); }
inline void FromText(std::string_view word, SellerState& state) { state = kSellerStates.Require(word); }

// How a new seller comes to be ACTIVE.
enum class Approval { kByOperator, kAutomatic };

inline SellerState InitialState(Approval approval) {
  return approval == Approval::kAutomatic ? SellerState::kActive : SellerState::kPending;
}

// What moves a seller from state to state.
enum class SellerAct : std::uint8_t { kApprove, kSuspend, kReinstate, kClose };

// Where an act leads.
SellerState Target(SellerAct act);
// Whether it may be done to a seller in this state. In the state where it leads it may, so that a repeated
// call finds what it asked for.
bool MayDo(SellerAct act, SellerState state);

// Who the trader is (Regulation (EU) 2022/2065, article 30). Without a legal name nothing is known.
struct Trader {
  std::string legal_name;
  std::string register_number;
  std::string vat_number;
  std::vector<std::string> lines;
  std::string city;
  std::string region;
  std::string postal_code;
  std::string country_code;
  bool operator==(const Trader&) const = default;
};

// While it lasts nothing can be bought. Without an end there is none.
struct Holiday {
  std::optional<Time> until;
  std::string note;
  bool operator==(const Holiday&) const = default;
};

// What the shop tells of itself.
struct Presentation {
  std::string display_name;
  std::string description;
  std::string logo;
  std::string contact_email;
  std::string contact_phone;
  std::string return_policy;
  std::string shipping_policy;
  Holiday holiday;
  Trader trader;
  bool operator==(const Presentation&) const = default;
};

struct Seller {
  SellerId id;
  AccountId opened_by;
  std::string slug;
  std::string country_code;
  SellerState state = SellerState::kPending;
  Presentation presentation;
  std::int64_t version = 1;
  Time created_at;
  Time updated_at;
};

struct SellerChange {
  std::optional<std::string> display_name;
  std::optional<std::string> description;
  std::optional<std::string> logo;
  std::optional<std::string> contact_email;
  std::optional<std::string> contact_phone;
  std::optional<std::string> return_policy;
  std::optional<std::string> shipping_policy;
  std::optional<Holiday> holiday;
  std::optional<Trader> trader;
};

// What the change makes of it.
Presentation Changed(Presentation presentation, const SellerChange& change);

// Rules beyond the contract's, refused as Error INVALID_ARGUMENT; the trader's postal code comes to be
// written as the country does (people.hpp).
void Settle(SellerChange& change);

}  // namespace market::user::domain
