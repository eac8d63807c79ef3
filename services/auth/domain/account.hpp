// An account as its owner and its access tokens see it.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "platform/core/clock.hpp"
#include "platform/core/id.hpp"

namespace market::auth::domain {

// What a role may do: credentials/roles.cpp.
inline constexpr std::string_view kOperator = "operator";  // of an account
inline constexpr std::string_view kOwner = "owner";        // of a member

struct Membership {
  SellerId seller;
  std::string role;
};

struct Account {
  AccountId id;
  std::string email;  // as it was given
  std::vector<std::string> roles;
  std::vector<Membership> sellers;
  Time created_at;
};

// The form that names an account: ASCII letters in lower case. Other characters stay, so that two addresses
// which some mail system tells apart are never taken for one.
std::string NormalizeEmail(std::string_view email);

}  // namespace market::auth::domain
