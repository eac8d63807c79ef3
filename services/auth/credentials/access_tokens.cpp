#include "services/auth/credentials/access_tokens.hpp"

#include "services/auth/credentials/roles.hpp"

namespace market::auth {

AccessTokens::AccessTokens(const SigningKeys& keys, std::string issuer, std::chrono::seconds lifetime,
                           domain::OperatorsNeed operators_need, const Clock& clock)
    : keys_(keys),
      issuer_(std::move(issuer)),
      lifetime_(lifetime),
      operators_need_(operators_need),
      clock_(clock) {}

std::string AccessTokens::Issue(const domain::Account& account, const Uuid& session) const {
  const auto now = clock_.Now();
  identity::Claims claims{.principal = {.account = account.id,
                                        .session = session,
                                        .permissions = {},
                                        .sellers = {},
                                        .guest = account.guest,
                                        .email_verified = account.email_verified,
                                        .second_factor = account.has_second_factor},
                          .account_version = account.version,
                          .issuer = issuer_,
                          .issued_at = now,
                          .expires_at = now + lifetime_};
  auto& principal = claims.principal;
  if (operators_need_ == domain::OperatorsNeed::kPassword || account.has_second_factor)
    principal.permissions = Everywhere(account);
  for (const auto& [seller, role] : account.sellers) principal.sellers.push_back({seller, Of(role)});
  return keys_.Active().Sign(claims);
}

}  // namespace market::auth
