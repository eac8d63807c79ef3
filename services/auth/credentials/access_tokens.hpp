// Access tokens: what an account may do for ten minutes. Roles and memberships are those of the moment of
// issue, roles only of who has the factors that operators need; they are read again at each refresh. A token runs out by itself. Before that it is called back when
// its session ends or its account may do less than it says (storage/revocations.hpp).
#pragma once
#include <chrono>
#include <string>

#include "platform/core/clock.hpp"
#include "platform/identity/jwt.hpp"
#include "services/auth/credentials/signing_keys.hpp"
#include "services/auth/domain/account.hpp"

namespace market::auth {

class AccessTokens {
 public:
  // `keys` and `clock` must outlive it.
  AccessTokens(const SigningKeys& keys, std::string issuer, std::chrono::seconds lifetime,
               domain::OperatorsNeed operators_need, const Clock& clock);

  std::string Issue(const domain::Account& account, const Uuid& session) const;
  std::chrono::seconds Lifetime() const { return lifetime_; }

 private:
  const SigningKeys& keys_;
  std::string issuer_;
  std::chrono::seconds lifetime_;
  domain::OperatorsNeed operators_need_;
  const Clock& clock_;
};

}  // namespace market::auth
