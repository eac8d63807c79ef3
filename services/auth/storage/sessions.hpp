// Sessions, their refresh tokens and the throttle of sign-ins. Times are the database's, so replicas agree.
//
// Fails as platform/postgres/errors.hpp says. Nothing here takes a token: digests only.
#pragma once
#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "platform/postgres/database.hpp"
#include "services/auth/domain/account.hpp"
#include "services/auth/domain/session.hpp"

namespace market::auth::storage {

struct NewSession {
  Uuid id;
  std::string digest;  // of its first refresh token
};

// What a sign-in is checked against.
struct SignInTry {
  // Set when the e-mail must wait first; the try does not count then and nothing else is filled in.
  std::optional<std::chrono::milliseconds> wait;
  std::optional<AccountId> account;  // none: no such account
  std::optional<std::string> password_hash;
};

// A good refresh token was given: `successor` is the position whose token is the answer.
struct Refreshed {
  Uuid session;
  std::int64_t successor = 0;
  domain::Account account;
};
struct SessionEnded {};
// A token came twice. The session, live until now, has been ended.
struct SessionReused {
  Uuid session;
  AccountId account;
};
using RefreshOutcome = std::variant<Refreshed, SessionEnded, SessionReused>;

class Sessions {
 public:
  Sessions(postgres::Database& database, const domain::Lifetimes& lifetimes)
      : database_(database), lifetimes_(lifetimes) {}

  // Counts the try before its password is checked, so that tries side by side can't slip past the limit. Those
  // of a known device of the account count apart from everybody else's.
  Task<SignInTry> CountTry(Work work, std::string_view email_key, std::optional<Uuid> device = std::nullopt);
  // After the right password: a session opens and the tries counted with this one are forgotten.
  // `new_hash` replaces an outdated one. nullopt when the account is not ACTIVE: nothing has changed then.
  Task<std::optional<domain::Account>> Open(Work work, AccountId account, std::string_view email_key,
                                            std::optional<Uuid> device, const NewSession& session,
                                            const std::optional<std::string>& new_hash);

  using DigestAt = std::function<std::string(const Uuid& session, std::int64_t sequence)>;
  // Rotates in one transaction under the lock of the session. `digest_at` gives the successor's digest.
  Task<RefreshOutcome> Refresh(Work work, std::string digest, DigestAt digest_at);

  // No effect on a session that ended or is somebody else's.
  Task<> End(Work work, const Uuid& session, AccountId owner);

  // Deletes expired sessions and forgotten tries, at most `limit` rows of each; gives the number deleted.
  Task<std::int64_t> Sweep(Work work, std::int64_t limit);

 private:
  postgres::Database& database_;
  const domain::Lifetimes lifetimes_;
};

}  // namespace market::auth::storage
