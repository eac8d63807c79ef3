// Columns, statements and steps that several stores of this room use.
#pragma once
#include <array>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "platform/postgres/columns.hpp"
#include "platform/postgres/database.hpp"
#include "services/auth/domain/account.hpp"
#include "services/auth/domain/mailed_token.hpp"
#include "services/auth/domain/session.hpp"
#include "services/auth/messages.hpp"
#include "services/auth/storage/sessions.hpp"

namespace market::auth::storage {

// Arrays of one order. A role that this program does not know grants nothing and is left out:
// a newer auth gave it, before it was rolled back.
void SetRoles(domain::Account& account, const std::vector<std::string>& names);
void SetMemberRoles(domain::Account& account, const std::vector<std::string>& names);

inline constexpr char kHasSecondFactor[] =
    "EXISTS (SELECT FROM authenticator f WHERE f.account_id = a.id AND f.confirmed_at IS NOT NULL)";

// Nobody signs in with a closed account either.
inline constexpr char kIsGuest[] = "(a.password_hash IS NULL AND a.state <> 'CLOSED')";

inline constexpr postgres::Columns kAccount{
    postgres::Column{"a.id", &domain::Account::id},
    postgres::Column{"a.email", &domain::Account::email},
    postgres::Column{kHasSecondFactor, &domain::Account::has_second_factor},
    postgres::Column{kIsGuest, &domain::Account::guest},
    postgres::Column{"a.version", &domain::Account::version},
    postgres::Column{"a.email_verified_at IS NOT NULL", &domain::Account::email_verified},
    postgres::Column{"a.accepted_terms", &domain::Account::accepted_terms},
    postgres::Column{"a.terms_accepted_at", &domain::Account::terms_accepted_at},
    postgres::Column{"a.created_at", &domain::Account::created_at},
    postgres::Column{"ARRAY(SELECT r.role FROM account_role r WHERE r.account_id = a.id ORDER BY r.role)",
                     &SetRoles},
    postgres::Column{
        "ARRAY(SELECT m.seller_id FROM seller_member m WHERE m.account_id = a.id AND m.role IS NOT NULL "
        "ORDER BY m.seller_id)",
        &domain::Account::sellers, &domain::Membership::seller},
    postgres::Column{
        "ARRAY(SELECT m.role FROM seller_member m WHERE m.account_id = a.id AND m.role IS NOT NULL "
        "ORDER BY m.seller_id)",
        &SetMemberRoles},
    postgres::Column{"a.state", &domain::Account::state},
    postgres::Column{"a.disabled_at", &domain::Account::disabled_at},
    postgres::Column{"a.disabled_reason", &domain::Account::disabled_reason}};

inline constexpr postgres::ComposedStatement kFindAccount{
    "auth.find_account", "SELECT " + kAccount + " FROM account a WHERE a.id = $1"};

// Behind every id there is: where a list that begins with the newest begins.
Uuid Highest();

struct CountedTry {
  bool counted = false;
  std::optional<std::int64_t> wait_ms;
  std::optional<AccountId> account;
  std::optional<std::string> password_hash;
  std::optional<std::int64_t> password_version;
  bool asks_for_code = false;
};
inline constexpr postgres::Columns kCountedTry{
    postgres::Column{"EXISTS (SELECT FROM counted)", &CountedTry::counted},
    postgres::Column{R"sql((SELECT ceil(extract(epoch FROM t.blocked_until - market_now()) * 1000)::bigint
        FROM sign_in_throttle t WHERE t.digest = $1))sql",
                     &CountedTry::wait_ms},
    postgres::Column{"a.id", &CountedTry::account},
    postgres::Column{"a.password_hash", &CountedTry::password_hash},
    postgres::Column{"a.password_version", &CountedTry::password_version},
    postgres::Column{kHasSecondFactor, &CountedTry::asks_for_code}};

// One row whatever the e-mail: whether the try was counted, how long to wait otherwise, and the account that
// signs in with it if there is one. $3 is the table of waits in seconds, $4 when tries are forgotten.
inline constexpr postgres::ComposedStatement kCountTry{"auth.count_try", R"sql(
WITH counted AS (
  INSERT INTO sign_in_throttle AS t (digest, tries, last_try_at, blocked_until)
  VALUES ($1, 1, market_now(), market_now() + make_interval(secs => ($3::bigint[])[1]))
  ON CONFLICT (digest) DO UPDATE SET
    tries = CASE WHEN t.last_try_at < market_now() - $4::interval THEN 1 ELSE t.tries + 1 END,
    last_try_at = market_now(),
    blocked_until = market_now() + make_interval(secs => ($3::bigint[])[
      CASE WHEN t.last_try_at < market_now() - $4::interval THEN 1 ELSE least(t.tries + 1, cardinality($3::bigint[])) END])
  WHERE t.blocked_until <= market_now()
  RETURNING 1)
SELECT )sql" + kCountedTry + R"sql(
FROM (SELECT) one LEFT JOIN account a ON a.email_key = $2 AND a.password_hash IS NOT NULL)sql"};

// What all strangers together may try with an e-mail is counted anew.
inline constexpr postgres::Statement kForgetGuesses{"auth.forget_guesses",
                                                    "DELETE FROM caller_limit WHERE digest = $1"};

inline constexpr postgres::Statement kForgetTries{"auth.forget_tries",
                                                  "DELETE FROM sign_in_throttle WHERE digest = $1"};

struct Raised {
  AccountId id;
  std::int64_t version = 0;
};
inline constexpr postgres::Columns kRaised{postgres::Column{"id", &Raised::id},
                                           postgres::Column{"version", &Raised::version}};

inline constexpr postgres::ComposedStatement kRaiseVersionById{"auth.raise_account_version_by_id", R"sql(
UPDATE account SET version = version + 1, updated_at = market_now() WHERE id = $1
RETURNING )sql" + kRaised};

struct EndedSession {
  Uuid id;
};
inline constexpr postgres::Columns kEndedSession{postgres::Column{"id", &EndedSession::id}};

// All that an account has, but $3 if it is given.
inline constexpr postgres::ComposedStatement kEndSessions{"auth.end_sessions", R"sql(
UPDATE session SET ended_at = market_now(), end_reason = $2
WHERE account_id = $1 AND ended_at IS NULL AND id IS DISTINCT FROM $3::uuid
RETURNING )sql" + kEndedSession};

// Acts on one account wait for each other.
inline constexpr postgres::Statement kLockAccount{"auth.lock_account",
                                                  "SELECT FROM account WHERE id = $1 FOR NO KEY UPDATE"};

// No row when the password was changed since it was checked, or the account is not ACTIVE. Locked: it is
// changed after what follows, or waited for.
inline constexpr postgres::Statement kLockProven{"auth.lock_proven", R"sql(
SELECT FROM account WHERE id = $1 AND password_version = $2 AND state = 'ACTIVE' FOR NO KEY UPDATE)sql"};

// $2 are the purposes.
inline constexpr postgres::Statement kEndMailed{"auth.end_mailed_tokens", R"sql(
UPDATE mailed_token SET ended_at = market_now()
WHERE account_id = $1 AND purpose = ANY($2::text[]) AND ended_at IS NULL)sql"};
// Who knew the old password, or read the mail, may have asked for these, to keep the account.
inline constexpr std::array kOverWithThePassword = {domain::MailPurpose::kChangeEmail,
                                                    domain::MailPurpose::kResetPassword};

// To the account's e-mail, unless $5 is another address; $6 names it.
inline constexpr postgres::Statement kInsertToken{"auth.insert_mailed_token", R"sql(
INSERT INTO mailed_token (id, digest, account_id, purpose, address, address_key, expires_at)
SELECT $1, $2, a.id, $4, coalesce($5::text, a.email), coalesce($6::text, a.email_key), market_now() + $7::interval
FROM account a WHERE a.id = $3)sql"};

// A statement of its own: what the next one reads is then no older than the lock. Tokens of an account change
// under it only; one that is over already locks nothing.
inline constexpr postgres::Statement kLockOwnerOfToken{"auth.lock_owner_of_mailed_token", R"sql(
SELECT FROM account WHERE id = (
  SELECT account_id FROM mailed_token WHERE digest = $1 AND ended_at IS NULL AND expires_at > market_now())
FOR NO KEY UPDATE)sql"};

// SHA-256: what the throttle knows who guesses at an e-mail by: all strangers together, and each apart.
std::string GuessesDigest(std::string_view email_key);
std::string TriesDigest(std::string_view email_key, const domain::Guesser& guesser);

// The same for mails with a token that somebody asks for.
std::string MailsDigest(std::string_view email_key, domain::MailPurpose purpose);
// With a new password: the tries of who sets it, of all strangers together and of the account's devices.
void ForgetAllTries(postgres::Batch& batch, AccountId account, std::string_view email_key,
                    const domain::Guesser& guesser);

Task<CountedTry> CountMail(postgres::Tx& tx, std::string_view email_key, domain::MailPurpose purpose);
// How long who was not counted has to wait.
std::chrono::milliseconds WaitOf(const CountedTry& row);

// An event for each session that `ended`, rows of kEndedSession, names.
void TellEnded(postgres::Batch& batch, const Work& work, AccountId account, domain::EndReason reason,
               const postgres::Result& ended);

// Of an outdated one.
inline constexpr postgres::Statement kReplaceHash{
    "auth.replace_hash", "UPDATE account SET password_hash = $2, updated_at = market_now() WHERE id = $1"};

// Opens a session after the right password, and commits; nothing happens when it was changed since it was checked.
Task<std::optional<domain::Account>> OpenSession(postgres::Tx& tx, Work work, const Proven& proven,
                                                 const NewSession& session,
                                                 const domain::Lifetimes& lifetimes);

// The session's row, its first refresh token, and the event. A device that signs up, or claims an account, is none that
// its owner need hear of. Of an account that is not ACTIVE there is no
// row, and the token that misses it ends the batch: IsClosed tells that from the error.
bool IsClosed(const postgres::SqlError& error);
void AddSession(postgres::Batch& batch, const Work& work, const NewSession& session, AccountId account,
                const domain::Lifetimes& lifetimes, Device device = Device::kKnown);

}  // namespace market::auth::storage
