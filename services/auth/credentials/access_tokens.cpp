#include "services/auth/credentials/access_tokens.hpp"

#include "services/auth/credentials/roles.hpp"

namespace market::auth {

AccessTokens::AccessTokens(identity::SigningKey key, std::string issuer, std::chrono::seconds lifetime,
                           const Clock& clock)
    : key_(std::move(key)), issuer_(std::move(issuer)), lifetime_(lifetime), clock_(clock) {}

std::string AccessTokens::Issue(const domain::Account& account, const Uuid& session) const {
  const auto now = clock_.Now();
  identity::Claims claims{.principal = {.account = account.id,
                                        .session = session,
                                        .permissions = Everywhere(account),
                                        .sellers = {}},
                          .account_version = account.version,
                          .issuer = issuer_,
                          .issued_at = now,
                          .expires_at = now + lifetime_};
  auto& principal = claims.principal;
  for (const auto& [seller, role] : account.sellers) principal.sellers.push_back({seller, Of(role)});
  return key_.Sign(claims);
}

}  // namespace market::auth
