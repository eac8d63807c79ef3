#include "services/auth/storage/sessions.hpp"

#include "platform/core/error.hpp"
#include "platform/events/event.hpp"
#include "services/auth/domain/throttle.hpp"
#include "services/auth/messages.hpp"
#include "services/auth/storage/rows.hpp"

namespace market::auth::storage {
namespace {

using postgres::Batch;
using postgres::Bytes;
using postgres::Column;
using postgres::Columns;
using postgres::ComposedStatement;
using postgres::Statement;

constexpr ComposedStatement kChangePassword{"auth.change_password", R"sql(
UPDATE account SET password_hash = $3, password_version = password_version + 1, version = version + 1,
  updated_at = market_now()
WHERE id = $1 AND password_version = $2
RETURNING )sql" + kRaised};

constexpr Columns kLiveSession{Column{"id", &domain::LiveSession::id},
                               Column{"device", &domain::LiveSession::origin, &domain::Origin::device},
                               Column{"address", &domain::LiveSession::origin, &domain::Origin::address},
                               Column{"created_at", &domain::LiveSession::created_at},
                               Column{"last_used_at", &domain::LiveSession::last_used_at}};

constexpr ComposedStatement kListSessions{"auth.list_sessions", "SELECT " + kLiveSession + R"sql(
FROM session WHERE account_id = $1 AND ended_at IS NULL AND idle_expires_at > market_now()
ORDER BY last_used_at DESC, id DESC LIMIT $2)sql"};

// A statement of its own: what the next one reads is then no older than the lock.
constexpr Statement kLockSession{"auth.lock_session", R"sql(
SELECT FROM session WHERE id = (SELECT session_id FROM refresh_token WHERE digest = $1) FOR UPDATE)sql"};

struct Found {
  Uuid session;
  AccountId account;
  domain::PresentedToken token;
  Time now;
};
constexpr Columns kFound{
    Column{"s.id", &Found::session},
    Column{"s.account_id", &Found::account},
    Column{"t.sequence", &Found::token, &domain::PresentedToken::sequence},
    Column{"t.used_at", &Found::token, &domain::PresentedToken::used_at},
    Column{"n.digest IS NOT NULL AND n.used_at IS NULL", &Found::token,
           &domain::PresentedToken::successor_unused},
    Column{"s.ended_at IS NOT NULL", &Found::token, &domain::PresentedToken::session_ended},
    Column{"s.idle_expires_at", &Found::token, &domain::PresentedToken::idle_expires_at},
    Column{"s.absolute_expires_at", &Found::token, &domain::PresentedToken::absolute_expires_at},
    Column{"market_now()", &Found::now}};

constexpr ComposedStatement kReadToken{"auth.read_token", "SELECT " + kFound + R"sql(
FROM refresh_token t
JOIN session s ON s.id = t.session_id
LEFT JOIN refresh_token n ON n.session_id = t.session_id AND n.sequence = t.sequence + 1
WHERE t.digest = $1)sql"};

constexpr Statement kUseToken{"auth.use_token",
                              "UPDATE refresh_token SET used_at = market_now() WHERE digest = $1"};

constexpr Statement kInsertSuccessor{
    "auth.insert_successor", "INSERT INTO refresh_token (digest, session_id, sequence) VALUES ($1, $2, $3)"};

constexpr Statement kTouchSession{"auth.touch_session", R"sql(
UPDATE session SET last_used_at = market_now(), idle_expires_at = least(market_now() + $2::interval, absolute_expires_at),
  device = $3, address = $4
WHERE id = $1)sql"};

constexpr Statement kEndSession{"auth.end_session", R"sql(
UPDATE session SET ended_at = market_now(), end_reason = $3 WHERE id = $1 AND account_id = $2 AND ended_at IS NULL)sql"};

constexpr Statement kSweepSessions{"auth.sweep_sessions", R"sql(
DELETE FROM session WHERE id IN (
  SELECT id FROM session WHERE absolute_expires_at < market_now() OR ended_at < market_now() - $1::interval
  LIMIT $2 FOR UPDATE SKIP LOCKED))sql"};

constexpr Statement kSweepTries{"auth.sweep_tries", R"sql(
DELETE FROM sign_in_throttle WHERE digest IN (
  SELECT digest FROM sign_in_throttle WHERE last_try_at < market_now() - $1::interval
  LIMIT $2 FOR UPDATE SKIP LOCKED))sql"};

}  // namespace

Task<SignInTry> Sessions::CountTry(Work work, std::string_view email_key, const domain::Guesser& guesser) {
  const auto digest = TriesDigest(email_key, guesser);
  auto row = kCountedTry.ReadOne(co_await database_.Write(work, kCountTry, Bytes{digest}, email_key,
                                                          domain::WaitTableS(), domain::kForgetTriesAfter));
  SignInTry attempt;
  if (!row.counted) {
    attempt.wait = WaitOf(row);
    co_return attempt;
  }
  attempt.account = row.account;
  attempt.password_hash = std::move(row.password_hash);
  attempt.password_version = row.password_version;
  attempt.asks_for_code = row.asks_for_code;
  co_return attempt;
}

Task<std::optional<domain::Account>> Sessions::Open(Work work, const Proven& proven,
                                                    const NewSession& session) {
  const auto open = [&](postgres::Tx& tx) { return OpenSession(tx, work, proven, session, lifetimes_); };
  co_return co_await database_.Transaction(work, open);
}

Task<> Sessions::ForgetTries(Work work, std::string_view email_key, const domain::Guesser& guesser) {
  co_await database_.Write(work, kForgetTries, Bytes{TriesDigest(email_key, guesser)});
}

Task<std::optional<domain::Account>> Sessions::ChangePassword(Work work, const Proven& proven,
                                                              std::string_view new_hash, const Uuid& kept) {
  const auto change = [&](postgres::Tx& tx) -> Task<std::optional<domain::Account>> {
    const auto raised = kRaised.ReadAtMostOne(
        co_await tx.Execute(kChangePassword, proven.account, proven.password_version, new_hash));
    if (!raised) co_return std::nullopt;
    const auto reason = domain::EndReason::kPasswordChanged;
    const auto ended = co_await tx.Execute(kEndSessions, proven.account, reason, kept);
    Batch batch("auth.password_changed");
    batch.Add(kForgetTries, Bytes{TriesDigest(proven.email_key, proven.guesser)});
    batch.Add(kEndMailed, proven.account, kOverWithThePassword);
    events::Append(batch, work, PasswordChangedEvent(proven.account, raised->version));
    TellEnded(batch, work, proven.account, reason, ended);
    batch.Add(kFindAccount, proven.account);
    const auto results = co_await tx.ExecuteAndCommit(std::move(batch));
    co_return kAccount.ReadOne(results.back());
  };
  co_return co_await database_.Transaction(work, change);
}

Task<RefreshOutcome> Sessions::Refresh(Work work, std::string digest, DigestAt digest_at,
                                       domain::Origin origin) {
  const auto rotate = [&](postgres::Tx& tx) -> Task<RefreshOutcome> {
    Batch look("auth.refresh_look");
    look.Add(kLockSession, Bytes{digest}).Add(kReadToken, Bytes{digest});
    const auto seen = co_await tx.Execute(std::move(look));
    const auto found = kFound.ReadAtMostOne(seen[1]);
    if (!found) co_return SessionEnded();
    const auto verdict = domain::Judge(found->token, found->now, lifetimes_.retry_window);
    if (verdict == domain::Verdict::kEnded) co_return SessionEnded();

    Batch batch("auth.refresh");
    if (verdict == domain::Verdict::kReused) {
      const auto reason = domain::EndReason::kReused;
      batch.Add(kEndSession, found->session, found->account, reason);
      events::Append(batch, work, SessionEndedEvent(found->session, found->account, reason));
      co_await tx.ExecuteAndCommit(std::move(batch));
      co_return SessionReused{found->session, found->account};
    }
    const std::int64_t successor = found->token.sequence + 1;
    if (verdict == domain::Verdict::kRotate) {
      const auto successor_digest = digest_at(found->session, successor);
      batch.Add(kUseToken, Bytes{digest});
      batch.Add(kInsertSuccessor, Bytes{successor_digest}, found->session, successor);
      batch.Add(kTouchSession, found->session, lifetimes_.idle, origin.device, origin.address);
    }
    batch.Add(kFindAccount, found->account);
    const auto results = co_await tx.ExecuteAndCommit(std::move(batch));
    co_return Refreshed{found->session, successor, kAccount.ReadOne(results.back())};
  };
  co_return co_await database_.Transaction(work, rotate);
}

Task<Ending> Sessions::End(Work work, const Uuid& session, AccountId owner, domain::EndReason reason) {
  const auto end = [&](postgres::Tx& tx) -> Task<Ending> {
    const auto ended = co_await tx.Execute(kEndSession, session, owner, reason);
    if (ended.AffectedRows() == 0) co_return Ending::kNoneToEnd;
    Batch batch("auth.session_ended");
    events::Append(batch, work, SessionEndedEvent(session, owner, reason));
    co_await tx.ExecuteAndCommit(std::move(batch));
    co_return Ending::kEnded;
  };
  co_return co_await database_.Transaction(work, end);
}

Task<> Sessions::EndAll(Work work, AccountId owner) {
  const auto end = [&](postgres::Tx& tx) -> Task<> {
    const auto reason = domain::EndReason::kEnded;
    const auto ended = co_await tx.Execute(kEndSessions, owner, reason, std::optional<Uuid>());
    Batch batch("auth.sessions_ended");
    TellEnded(batch, work, owner, reason, ended);
    co_await tx.ExecuteAndCommit(std::move(batch));
  };
  co_await database_.Transaction(work, end);
}

Task<std::vector<domain::LiveSession>> Sessions::ListLive(Work work, AccountId owner) {
  co_return kLiveSession.ReadAll(co_await database_.Read(work, kListSessions, owner, lifetimes_.live_max));
}

Task<std::int64_t> Sessions::Sweep(Work work, std::chrono::milliseconds kept, std::int64_t limit) {
  const auto sessions = co_await database_.Write(work, kSweepSessions, kept, limit);
  const auto tries = co_await database_.Write(work, kSweepTries, domain::kForgetTriesAfter, limit);
  co_return sessions.AffectedRows() + tries.AffectedRows();
}

}  // namespace market::auth::storage
