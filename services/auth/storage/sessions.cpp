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

struct CountedTry {
  bool counted = false;
  std::optional<std::int64_t> wait_ms;
  std::optional<AccountId> account;
  std::optional<std::string> password_hash;
};
constexpr Columns kCountedTry{
    Column{"EXISTS (SELECT FROM counted)", &CountedTry::counted},
    Column{R"sql((SELECT ceil(extract(epoch FROM t.blocked_until - market_now()) * 1000)::bigint
        FROM sign_in_throttle t WHERE t.digest = $1))sql",
           &CountedTry::wait_ms},
    Column{"a.id", &CountedTry::account}, Column{"a.password_hash", &CountedTry::password_hash}};

// One row whatever the e-mail: whether the try was counted, how long to wait otherwise, and the account if
// there is one. $3 is the table of waits in seconds, $4 when tries are forgotten.
constexpr ComposedStatement kCountTry{"auth.count_try", R"sql(
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
FROM (SELECT) one LEFT JOIN account a ON a.email_key = $2)sql"};

constexpr Statement kForgetTries{"auth.forget_tries", "DELETE FROM sign_in_throttle WHERE digest = $1"};

constexpr Statement kReplaceHash{
    "auth.replace_hash", "UPDATE account SET password_hash = $2, updated_at = market_now() WHERE id = $1"};

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
UPDATE session SET last_used_at = market_now(), idle_expires_at = least(market_now() + $2::interval, absolute_expires_at)
WHERE id = $1)sql"};

constexpr Statement kEndSession{"auth.end_session", R"sql(
UPDATE session SET ended_at = market_now(), end_reason = $3 WHERE id = $1 AND account_id = $2 AND ended_at IS NULL)sql"};

constexpr Statement kSweepSessions{"auth.sweep_sessions", R"sql(
DELETE FROM session WHERE id IN (
  SELECT id FROM session WHERE absolute_expires_at < market_now() LIMIT $1 FOR UPDATE SKIP LOCKED))sql"};

constexpr Statement kSweepTries{"auth.sweep_tries", R"sql(
DELETE FROM sign_in_throttle WHERE digest IN (
  SELECT digest FROM sign_in_throttle WHERE last_try_at < market_now() - $1::interval
  LIMIT $2 FOR UPDATE SKIP LOCKED))sql"};

}  // namespace

Task<SignInTry> Sessions::CountTry(Work work, std::string_view email_key, std::optional<Uuid> device) {
  const auto digest = TriesDigest(email_key, device);
  auto row = kCountedTry.ReadOne(co_await database_.Write(work, kCountTry, Bytes{digest}, email_key,
                                                          domain::WaitTableS(), domain::kForgetTriesAfter));
  SignInTry attempt;
  if (!row.counted) {
    // The row that blocks may be younger than this statement's snapshot:
    // then its wait is at least the first one.
    const auto wait_ms = std::max<std::int64_t>(row.wait_ms.value_or(1000), 1);
    attempt.wait = std::chrono::milliseconds(wait_ms);
    co_return attempt;
  }
  attempt.account = row.account;
  attempt.password_hash = std::move(row.password_hash);
  co_return attempt;
}

Task<std::optional<domain::Account>> Sessions::Open(Work work, AccountId account, std::string_view email_key,
                                                    std::optional<Uuid> device, const NewSession& session,
                                                    const std::optional<std::string>& new_hash) {
  const auto digest = TriesDigest(email_key, device);
  Batch batch("auth.open_session");
  batch.Add(kForgetTries, Bytes{digest});
  if (new_hash) batch.Add(kReplaceHash, account, *new_hash);
  AddSession(batch, work, session, account, lifetimes_);
  batch.Add(kFindAccount, account);
  try {
    const auto results = co_await database_.Write(work, std::move(batch));
    co_return kAccount.ReadOne(results.back());
  } catch (const postgres::SqlError& error) {
    if (!IsClosed(error)) throw;
  }
  co_return std::nullopt;
}

Task<RefreshOutcome> Sessions::Refresh(Work work, std::string digest, DigestAt digest_at) {
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
      batch.Add(kTouchSession, found->session, lifetimes_.idle);
    }
    batch.Add(kFindAccount, found->account);
    const auto results = co_await tx.ExecuteAndCommit(std::move(batch));
    co_return Refreshed{found->session, successor, kAccount.ReadOne(results.back())};
  };
  co_return co_await database_.Transaction(work, rotate);
}

Task<> Sessions::End(Work work, const Uuid& session, AccountId owner) {
  const auto end = [&](postgres::Tx& tx) -> Task<> {
    const auto reason = domain::EndReason::kSignedOut;
    const auto ended = co_await tx.Execute(kEndSession, session, owner, reason);
    if (ended.AffectedRows() == 0) co_return;
    Batch batch("auth.session_ended");
    events::Append(batch, work, SessionEndedEvent(session, owner, reason));
    co_await tx.ExecuteAndCommit(std::move(batch));
  };
  co_await database_.Transaction(work, end);
}

Task<std::int64_t> Sessions::Sweep(Work work, std::int64_t limit) {
  const auto sessions = co_await database_.Write(work, kSweepSessions, limit);
  const auto tries = co_await database_.Write(work, kSweepTries, domain::kForgetTriesAfter, limit);
  co_return sessions.AffectedRows() + tries.AffectedRows();
}

}  // namespace market::auth::storage
