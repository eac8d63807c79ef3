#include "services/auth/storage/rows.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <stdexcept>
#include <utility>

#include "platform/crypto/digest.hpp"
#include "platform/events/event.hpp"
#include "services/auth/domain/throttle.hpp"
#include "services/auth/messages.hpp"

namespace market::auth::storage {
namespace {

using postgres::Statement;

// The lock is one that disabling the account waits for, and waits for that: none of its sessions is
// overlooked.
constexpr Statement kInsertSession{"auth.insert_session", R"sql(
INSERT INTO session (id, account_id, idle_expires_at, absolute_expires_at, device, address)
SELECT $1, id, market_now() + least($3::interval, $4::interval), market_now() + $4::interval, $5, $6
FROM account WHERE id = $2 AND state = 'ACTIVE' FOR SHARE)sql"};

constexpr Statement kInsertFirstToken{
    "auth.insert_first_token", "INSERT INTO refresh_token (digest, session_id, sequence) VALUES ($1, $2, 1)"};

// Leaves $2 of those that live; as kLockProven, nothing happens when the password was changed.
constexpr postgres::ComposedStatement kEndExcess{"auth.end_excess_sessions", R"sql(
UPDATE session SET ended_at = market_now(), end_reason = $3
WHERE EXISTS (SELECT FROM account WHERE id = $1 AND password_version = $4 AND state = 'ACTIVE') AND ended_at IS NULL AND id IN (
  SELECT id FROM session WHERE account_id = $1 AND ended_at IS NULL AND idle_expires_at > market_now()
  ORDER BY last_used_at DESC, id DESC OFFSET $2)
RETURNING )sql" + kEndedSession};

// Where the account was signed in before: the same program from the same address.
constexpr postgres::Statement kFindOrigin{
    "auth.find_origin", "SELECT FROM session WHERE account_id = $1 AND device = $2 AND address = $3 LIMIT 1"};

// Those of who sets the password, $2, and of its devices, which are named by the sessions that made them known.
constexpr postgres::Statement kForgetAllTries{"auth.forget_all_tries", R"sql(
DELETE FROM sign_in_throttle WHERE digest = $2 OR digest IN (
  SELECT sha256(convert_to('device ' || s.id, 'UTF8')) FROM session s WHERE s.account_id = $1))sql"};

}  // namespace

void SetRoles(domain::Account& account, const std::vector<std::string>& names) {
  for (const auto& name : names) {
    if (const auto role = domain::kRoles.Find(name)) account.roles.push_back(*role);
  }
}

void SetMemberRoles(domain::Account& account, const std::vector<std::string>& names) {
  if (names.size() != account.sellers.size())
    throw std::logic_error("members and their roles differ in number");
  std::vector<domain::Membership> known;
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (const auto role = domain::kMemberRoles.Find(names[i]))
      known.push_back({account.sellers[i].seller, *role});
  }
  account.sellers = std::move(known);
}

Uuid Highest() {
  std::array<std::uint8_t, 16> bytes{};
  bytes.fill(0xFF);
  return Uuid(bytes);
}

std::string GuessesDigest(std::string_view email_key) {
  return crypto::Sha256("guess " + std::string(email_key));
}

std::string TriesDigest(std::string_view email_key, const domain::Guesser& guesser) {
  if (guesser.device) return crypto::Sha256("device " + guesser.device->ToString());
  return crypto::Sha256(guesser.address + ' ' + std::string(email_key));
}

std::string MailsDigest(std::string_view email_key, domain::MailPurpose purpose) {
  return crypto::Sha256("mail " + std::string(Name(purpose)) + ' ' + std::string(email_key));
}

void ForgetAllTries(postgres::Batch& batch, AccountId account, std::string_view email_key,
                    const domain::Guesser& guesser) {
  batch.Add(kForgetAllTries, account, postgres::Bytes{TriesDigest(email_key, guesser)});
  batch.Add(kForgetGuesses, postgres::Bytes{GuessesDigest(email_key)});
}

Task<CountedTry> CountMail(postgres::Tx& tx, std::string_view email_key, domain::MailPurpose purpose) {
  const auto digest = MailsDigest(email_key, purpose);
  co_return kCountedTry.ReadOne(co_await tx.Execute(kCountTry, postgres::Bytes{digest}, email_key,
                                                    domain::WaitTableS(), domain::kForgetTriesAfter));
}

std::chrono::milliseconds WaitOf(const CountedTry& row) {
  // The row that blocks may be younger than the statement's snapshot: then its wait is at least the first one.
  return std::chrono::milliseconds(std::max<std::int64_t>(row.wait_ms.value_or(1000), 1));
}

void TellEnded(postgres::Batch& batch, const Work& work, AccountId account, domain::EndReason reason,
               const postgres::Result& ended) {
  for (const auto& session : kEndedSession.ReadAll(ended)) {
    events::Append(batch, work, SessionEndedEvent(session.id, account, reason));
  }
}
bool IsClosed(const postgres::SqlError& error) { return error.constraint == "refresh_token_session"; }

void AddSession(postgres::Batch& batch, const Work& work, const NewSession& session, AccountId account,
                const domain::Lifetimes& lifetimes, Device device) {
  batch.Add(kInsertSession, session.id, account, lifetimes.idle, lifetimes.absolute, session.origin.device,
            session.origin.address);
  batch.Add(kInsertFirstToken, postgres::Bytes{session.digest}, session.id);
  events::Append(batch, work, SessionOpenedEvent(session.id, account, device));
}

Task<std::optional<domain::Account>> OpenSession(postgres::Tx& tx, Work work, const Proven& proven,
                                                 const NewSession& session,
                                                 const domain::Lifetimes& lifetimes) {
  postgres::Batch look("auth.open_session_look");
  look.Add(kLockProven, proven.account, proven.password_version);
  look.Add(kEndExcess, proven.account, lifetimes.live_max - 1, domain::EndReason::kEnded,
           proven.password_version);
  look.Add(kFindOrigin, proven.account, session.origin.device, session.origin.address);
  const auto seen = co_await tx.Execute(std::move(look));
  if (seen[0].empty()) co_return std::nullopt;
  const auto device = proven.guesser.device || !seen[2].empty() ? Device::kKnown : Device::kNew;
  postgres::Batch batch("auth.open_session");
  TellEnded(batch, work, proven.account, domain::EndReason::kEnded, seen[1]);
  batch.Add(kForgetTries, postgres::Bytes{TriesDigest(proven.email_key, proven.guesser)});
  if (!proven.guesser.device) batch.Add(kForgetGuesses, postgres::Bytes{GuessesDigest(proven.email_key)});
  if (proven.new_hash) batch.Add(kReplaceHash, proven.account, *proven.new_hash);
  AddSession(batch, work, session, proven.account, lifetimes, device);
  batch.Add(kFindAccount, proven.account);
  const auto results = co_await tx.ExecuteAndCommit(std::move(batch));
  co_return kAccount.ReadOne(results.back());
}

}  // namespace market::auth::storage
