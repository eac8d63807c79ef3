#include "services/auth/domain/account.hpp"

#include <algorithm>

namespace market::auth::domain {

bool Account::Has(Role role) const { return std::ranges::find(roles, role) != roles.end(); }

std::string NormalizeEmail(std::string_view email) {
  std::string normal(email);
  std::ranges::transform(normal, normal.begin(),
                         [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  return normal;
}

}  // namespace market::auth::domain
