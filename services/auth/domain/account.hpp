// An account as its owner and its access tokens see it.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "platform/core/clock.hpp"
#include "platform/core/id.hpp"
#include "platform/core/words.hpp"

namespace market::auth::domain {

// Of an account, and of a member of a seller. What each may do: credentials/roles.cpp.
enum class Role : std::uint8_t { kAdmin, kSupport, kFinance, kModerator };
enum class MemberRole : std::uint8_t { kOwner, kManager, kStaff };  // each may more than the next

// As stored and as answers show them.
inline constexpr Words<Role, 4> kRoles{"role of an account", {"admin", "support", "finance", "moderator"}};
inline constexpr Words<MemberRole, 3> kMemberRoles{"role of a member", {"owner", "manager", "staff"}};
inline std::string_view Name(Role role) { return kRoles.Name(role); }
inline std::string_view Name(MemberRole role) { return kMemberRoles.Name(role); }
inline void FromText(std::string_view word, MemberRole& role) { role = kMemberRoles.Require(word); }

// Only an ACTIVE account has sessions. One that its owner closed never comes back.
enum class AccountState : std::uint8_t { kActive, kDisabled, kClosed };
inline constexpr Words<AccountState, 3> kAccountStates{"state of an account",
                                                       {"ACTIVE", "DISABLED", "CLOSED"}};
inline std::string_view Name(AccountState state) { return kAccountStates.Name(state); }
inline void FromText(std::string_view word, AccountState& state) { state = kAccountStates.Require(word); }

struct Membership {
  SellerId seller;
  MemberRole role = MemberRole::kOwner;
  bool operator==(const Membership&) const = default;
};

// What operators sign in with before their roles are in their tokens.
enum class OperatorsNeed : std::uint8_t { kPassword, kSecondFactor };

struct Account {
  AccountId id;
  std::string email;  // as it was given
  bool email_verified = false;
  bool guest = false;                         // has no password until it is claimed
  std::optional<std::string> accepted_terms;  // the version agreed to last
  std::optional<Time> terms_accepted_at;      // with it
  std::vector<Role> roles;
  std::vector<Membership> sellers;
  bool has_second_factor = false;
  std::int64_t version = 0;  // each change gives it the next one; access tokens carry it
  Time created_at;
  AccountState state = AccountState::kActive;
  std::optional<Time> disabled_at;             // with kDisabled
  std::optional<std::string> disabled_reason;  // likewise

  bool Has(Role role) const;
};

// The form that names an account: ASCII letters in lower case. Other characters stay, so that two addresses
// which some mail system tells apart are never taken for one.
std::string NormalizeEmail(std::string_view email);

}  // namespace market::auth::domain
