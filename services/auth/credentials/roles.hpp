// What each role may do: the one table of roles and permissions. Roles are kept by name with the account;
// its access tokens carry the permissions, so a change of this table is in force everywhere when the last
// token made before it has run out. Pure.
#pragma once
#include <string_view>

#include "platform/identity/permissions.hpp"

namespace market::auth {

// Of a role of an account: for everything. Of a member's role: for that seller. A role that is not in the
// table grants nothing: a newer auth gave it, before it was rolled back.
identity::Permissions OfAccountRole(std::string_view role);
identity::Permissions OfMemberRole(std::string_view role);

}  // namespace market::auth
