// What each role may do: the one table of roles and permissions. Roles are kept by name with the account;
// its access tokens carry the permissions, so a change of this table is in force everywhere when the last
// token made before it has run out. Pure.
#pragma once
#include "platform/identity/permissions.hpp"
#include "services/auth/domain/account.hpp"

namespace market::auth {

// For everything.
identity::Permissions Of(domain::Role role);
// For that seller.
identity::Permissions Of(domain::MemberRole role);

}  // namespace market::auth
