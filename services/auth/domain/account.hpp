// An account as its owner and its access tokens see it.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "platform/core/clock.hpp"
#include "platform/core/id.hpp"
#include "platform/core/words.hpp"

namespace market::auth::domain {

// Of an account, and of a member of a seller. What each may do: credentials/roles.cpp.
enum class Role : std::uint8_t { kOperator };
enum class MemberRole : std::uint8_t { kOwner, kManager, kStaff };  // each may more than the next

// As stored and as answers show them.
inline constexpr Words<Role, 1> kRoles{"role of an account", {"operator"}};
inline constexpr Words<MemberRole, 3> kMemberRoles{"role of a member", {"owner", "manager", "staff"}};
inline std::string_view Name(Role role) { return kRoles.Name(role); }
inline std::string_view Name(MemberRole role) { return kMemberRoles.Name(role); }
inline void FromText(std::string_view word, MemberRole& role) { role = kMemberRoles.Require(word); }

struct Membership {
  SellerId seller;
  MemberRole role = MemberRole::kOwner;
  bool operator==(const Membership&) const = default;
};

struct Account {
  AccountId id;
  std::string email;  // as it was given
  std::vector<Role> roles;
  std::vector<Membership> sellers;
  Time created_at;
};

// The form that names an account: ASCII letters in lower case. Other characters stay, so that two addresses
// which some mail system tells apart are never taken for one.
std::string NormalizeEmail(std::string_view email);

}  // namespace market::auth::domain
