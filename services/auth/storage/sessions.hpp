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
#include <vector>

#include "platform/postgres/database.hpp"
#include "services/auth/domain/account.hpp"
#include "services/auth/domain/session.hpp"
#include "services/auth/domain/throttle.hpp"

namespace market::auth::storage {

struct NewSession {
  Uuid id;
  std::string digest;  // of its first refresh token
  domain::Origin origin;
};

// A right password, and what it was counted and found by.
struct Proven {
  AccountId account;
  std::string email_key;
  domain::Guesser guesser;
  std::int64_t password_version = 1;
  std::optional<std::string> new_hash = std::nullopt;  // where the one that it matched is outdated
};

// What a sign-in is checked against.
struct SignInTry {
  // Set when the e-mail must wait first; the try does not count then and nothing else is filled in.
  std::optional<std::chrono::milliseconds> wait;
  std::optional<AccountId> account;  // none: no such account
  std::optional<std::string> password_hash;
  std::optional<std::int64_t> password_version;
  bool asks_for_code = false;  // it has a confirmed authenticator
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
enum class Ending { kEnded, kNoneToEnd };

using RefreshOutcome = std::variant<Refreshed, SessionEnded, SessionReused>;

class Sessions {
 public:
  Sessions(postgres::Database& database, const domain::Lifetimes& lifetimes)
      : database_(database), lifetimes_(lifetimes) {}

  // Counts the try before its password is checked, so that tries side by side can't slip past the limit.
  Task<SignInTry> CountTry(Work work, std::string_view email_key, const domain::Guesser& guesser = {});
  // After the right password: a session opens and the tries counted with this one are forgotten. Where the
  // account has as many as there may be, the one that was not used for longest ends. Nothing happens when the
  // password was changed meanwhile or the account is not ACTIVE.
  Task<std::optional<domain::Account>> Open(Work work, const Proven& proven, const NewSession& session);
  // After a success that opens no session.
  Task<> ForgetTries(Work work, std::string_view email_key, const domain::Guesser& guesser = {});
  // Ends all other sessions than `kept`. Nothing happens when the password was changed meanwhile.
  Task<std::optional<domain::Account>> ChangePassword(Work work, const Proven& proven,
                                                      std::string_view new_hash, const Uuid& kept);

  using DigestAt = std::function<std::string(const Uuid& session, std::int64_t sequence)>;
  // Rotates in one transaction under the lock of the session. `digest_at` gives the successor's digest.
  Task<RefreshOutcome> Refresh(Work work, std::string digest, DigestAt digest_at, domain::Origin origin = {});

  // The one used last first; at most lifetimes.live_max.
  Task<std::vector<domain::LiveSession>> ListLive(Work work, AccountId owner);
  // No effect on a session that ended or is somebody else's.
  Task<Ending> End(Work work, const Uuid& session, AccountId owner, domain::EndReason reason);
  Task<> EndAll(Work work, AccountId owner);

  // Deletes expired sessions, those that ended `kept` ago, and forgotten tries, at most `limit` rows of each; gives
  // the number deleted.
  Task<std::int64_t> Sweep(Work work, std::chrono::milliseconds kept, std::int64_t limit);

 private:
  postgres::Database& database_;
  const domain::Lifetimes lifetimes_;
};

}  // namespace market::auth::storage
