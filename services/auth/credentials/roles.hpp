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

// All that the account may do for everything.
identity::Permissions Everywhere(const domain::Account& account);
// What it may do for that seller: nothing unless it is a member.
identity::Permissions Within(const domain::Account& account, SellerId seller);

// What a person may do and no API key: whoever finds a key must not make himself at home with it.
identity::Permissions ForPeopleAlone();

}  // namespace market::auth
