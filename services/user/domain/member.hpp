// Who acts for a seller, and who is invited to. What each role may do is auth's to say
// (services/auth/credentials/roles.cpp); here it is the order of them.
#pragma once
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "platform/core/clock.hpp"
#include "platform/core/id.hpp"
#include "platform/core/words.hpp"

namespace market::user::domain {

using InvitationId = Id<struct InvitationTag>;

inline constexpr int kMembershipsMax = 20;  // of an account; also a CHECK of the database
inline constexpr int kMembersMax = 50;      // of a seller
inline constexpr int kInvitationsMax = 50;  // of a seller, open
inline constexpr std::chrono::hours kInvitationLifetime{std::chrono::days(7)};

enum class MemberRole : std::uint8_t { kOwner, kManager, kStaff };
inline constexpr Words<MemberRole, 3> kMemberRoles{"role of a member", {"owner", "manager", "staff"}};
inline std::string_view Name(MemberRole role) { return kMemberRoles.Name(role); }
inline void FromText(std::string_view word, MemberRole& role) { role = kMemberRoles.Require(word); }

struct Member {
  SellerId seller;
  AccountId account;
  std::string display_name;  // of the profile, if it is there
  MemberRole role = MemberRole::kStaff;
  std::int64_t version = 1;
  Time joined_at;
};

// Who opened it.
inline Member FirstOwner(SellerId seller, AccountId account) {
  return {.seller = seller, .account = account, .display_name = {}, .role = MemberRole::kOwner};
}

struct Invitation {
  InvitationId id;
  SellerId seller;
  std::string email;
  MemberRole role = MemberRole::kStaff;
  AccountId invited_by;
  Time created_at;
  Time expires_at;
};

}  // namespace market::user::domain
