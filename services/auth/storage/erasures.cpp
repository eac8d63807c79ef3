#include "services/auth/storage/erasures.hpp"

#include "platform/audit/audit.hpp"
#include "platform/events/event.hpp"
#include "platform/idempotency/forget.hpp"
#include "platform/outbox/outbox.hpp"
#include "platform/personal_data/personal_data.hpp"
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

// The e-mail is free again. What stands in its place reaches nobody (RFC 2606) and names the account alone.
constexpr ComposedStatement kClose{"auth.close_account", R"sql(
UPDATE account SET state = 'CLOSED', email = id || '@erased.invalid', email_key = id || '@erased.invalid',
  email_verified_at = NULL, password_hash = NULL, password_version = password_version + 1,
  version = version + 1, reduced_version = version + 1, reduced_at = market_now(), updated_at = market_now()
WHERE id = $1 AND state = 'ACTIVE' AND ($2::bigint IS NULL OR password_version = $2)
RETURNING )sql" + kRaised};

struct RevokedKey {
  domain::ApiKeyId id;
  std::optional<SellerId> seller;
};
constexpr Columns kRevokedKey{Column{"id", &RevokedKey::id}, Column{"seller_id", &RevokedKey::seller}};
constexpr ComposedStatement kRevokeKeys{"auth.revoke_api_keys_of_account", R"sql(
UPDATE api_key SET revoked_at = market_now() WHERE account_id = $1 AND revoked_at IS NULL
RETURNING )sql" + kRevokedKey};

// Everything else that is personal. Rows by which others know what has ended stay until they are swept.
constexpr Statement kEraseSessions{
    "auth.erase_sessions",
    "UPDATE session SET device = '', address = '' WHERE account_id = $1 AND (device, address) <> ('', '')"};
constexpr Statement kEraseRefreshTokens{
    "auth.erase_refresh_tokens",
    "DELETE FROM refresh_token WHERE session_id IN (SELECT id FROM session WHERE account_id = $1)"};
constexpr Statement kEraseMailed{"auth.erase_mailed_tokens",
                                 "DELETE FROM mailed_token WHERE account_id = $1"};
constexpr Statement kEraseAuthenticators{"auth.erase_authenticators",
                                         "DELETE FROM authenticator WHERE account_id = $1"};
constexpr Statement kEraseRecoveryCodes{"auth.erase_recovery_codes",
                                        "DELETE FROM recovery_code WHERE account_id = $1"};
constexpr Statement kEraseChallenges{"auth.erase_challenges",
                                     "DELETE FROM sign_in_challenge WHERE account_id = $1"};
constexpr Statement kEraseRoles{"auth.erase_roles", "DELETE FROM account_role WHERE account_id = $1"};
constexpr Statement kEraseKeyNames{"auth.erase_api_key_names",
                                   "UPDATE api_key SET name = $2 WHERE account_id = $1 AND name <> $2"};
// Of its e-mail, of mails to it ($2), and of its devices, which are named by the sessions that made them known.
constexpr Statement kEraseTries{"auth.erase_tries", R"sql(
DELETE FROM sign_in_throttle WHERE digest = ANY ($2::bytea[]) OR digest IN (
  SELECT sha256(convert_to('device ' || s.id, 'UTF8')) FROM session s WHERE s.account_id = $1))sql"};

constexpr Statement kBegin{"auth.begin_erasure", R"sql(
INSERT INTO erasure (account_id, waiting, email, next_run_at)
VALUES ($1, $2, $3, market_now() + $4::interval))sql"};

constexpr Columns kDue{Column{"account_id", &DueErasure::account}, Column{"fence", &DueErasure::fence},
                       Column{"attempts", &DueErasure::attempts}, Column{"failures", &DueErasure::failures}};
constexpr ComposedStatement kTakeDue{"auth.take_due_erasures", R"sql(
UPDATE erasure SET fence = fence + 1, lease_until = market_now() + $2::interval
WHERE account_id IN (SELECT account_id FROM erasure WHERE pass <> 'DONE' AND parked_at IS NULL
                       AND next_run_at <= market_now() AND lease_until <= market_now()
                     ORDER BY next_run_at LIMIT $1 FOR UPDATE SKIP LOCKED)
RETURNING )sql" + kDue};

struct Parked {
  std::int64_t count = 0;
};
constexpr Columns kParked{Column{"count(*)", &Parked::count}};
constexpr ComposedStatement kCountParked{"auth.count_parked_erasures",
                                         "SELECT " + kParked + " FROM erasure WHERE parked_at IS NOT NULL"};

constexpr Columns kErasureLease{Column{"account_id", &ErasureLease::account},
                                Column{"fence", &ErasureLease::fence}, Column{"pass", &ErasureLease::pass},
                                Column{"waiting", &ErasureLease::waiting},
                                Column{"coalesce(email, '')", &ErasureLease::email}};
constexpr ComposedStatement kReadLease{
    "auth.read_erasure", "SELECT " + kErasureLease + " FROM erasure WHERE account_id = $1 AND fence = $2"};

// What the last service says ends the pass by EndPass, in which the list is filled anew or the erasure done.
constexpr Statement kErasedAt{"auth.erased_at_service", R"sql(
UPDATE erasure SET waiting = CASE WHEN cardinality(waiting) > 1 THEN array_remove(waiting, $3) ELSE waiting END,
  email = CASE WHEN $3 = 'user' THEN NULL ELSE email END, updated_at = market_now()
WHERE account_id = $1 AND fence = $2)sql"};

constexpr Statement kEndPass{"auth.end_pass_of_erasure", R"sql(
UPDATE erasure SET pass = CASE pass WHEN 'FIRST' THEN 'LAST' ELSE 'DONE' END,
  waiting = CASE pass WHEN 'FIRST' THEN $3::text[] ELSE '{}' END, email = NULL,
  next_run_at = created_at + $4::interval, lease_until = market_now(), attempts = 0, failures = 0, last_error = '',
  parked_at = NULL, updated_at = market_now()
WHERE account_id = $1 AND fence = $2)sql"};

constexpr Statement kPostpone{"auth.postpone_erasure", R"sql(
UPDATE erasure SET lease_until = market_now(), next_run_at = market_now() + $3::interval, attempts = attempts + 1,
  failures = 0, last_error = $4, parked_at = NULL, updated_at = market_now()
WHERE account_id = $1 AND fence = $2)sql"};

constexpr Statement kPutBack{"auth.put_erasure_back", R"sql(
UPDATE erasure SET lease_until = market_now(), next_run_at = market_now() + $3::interval, attempts = attempts + 1,
  failures = $4, last_error = $5, parked_at = CASE WHEN $6 THEN market_now() END, updated_at = market_now()
WHERE account_id = $1 AND fence = $2 AND pass <> 'DONE')sql"};

void RequireLease(const postgres::Result& written) {
  if (written.AffectedRows() == 0) throw LostErasure();
}

// What may come into this service after an account was closed: a request of it that was under way, an answer
// that shows it to an operator.
void AddKeptAnswers(Batch& batch, AccountId account, std::string_view email_key) {
  std::vector<std::string> names = {account.ToString()};
  if (!email_key.empty()) names.emplace_back(email_key);
  idempotency::AppendForget(batch, account);
  idempotency::AppendReopenNaming(batch, names);
}

void AddErasure(Batch& batch, AccountId account, const std::string& email_key) {
  std::vector<std::string> digests = {TriesDigest(email_key, {})};
  for (const auto word : domain::kMailPurposes.words) {
    digests.push_back(MailsDigest(email_key, domain::kMailPurposes.Require(word)));
  }
  std::vector<Bytes> tries;
  for (const auto& digest : digests) tries.push_back({digest});
  batch.Add(kEraseTries, account, tries);
  batch.Add(kForgetGuesses, Bytes{GuessesDigest(email_key)});
  batch.Add(kEraseSessions, account).Add(kEraseRefreshTokens, account).Add(kEraseMailed, account);
  batch.Add(kEraseAuthenticators, account).Add(kEraseRecoveryCodes, account).Add(kEraseChallenges, account);
  batch.Add(kEraseRoles, account).Add(kEraseKeyNames, account, market::personal_data::kErased);
  outbox::Withdraw(batch, kProfileCreate, account.ToString());
  AddKeptAnswers(batch, account, email_key);
}

}  // namespace

Task<Erasures::Closed> Erasures::Close(Work work, AccountId id,
                                       std::optional<std::int64_t> password_version) {
  const auto close = [&](postgres::Tx& tx) -> Task<Closed> {
    Batch look("auth.look_at_account_to_close");
    look.Add(kLockAccount, id).Add(kFindAccount, id);
    const auto account = kAccount.ReadAtMostOne((co_await tx.Execute(std::move(look))).back());
    if (!account) co_return PasswordDiffers();
    if (co_await AccountActs::IsLastAdmin(tx, *account)) co_return LastAdmin();
    const auto raised = kRaised.ReadAtMostOne(co_await tx.Execute(kClose, id, password_version));
    if (!raised) co_return PasswordDiffers();

    constexpr auto kReason = domain::EndReason::kEnded;
    Batch ends("auth.end_of_account");
    ends.Add(kEndSessions, id, kReason, std::optional<Uuid>()).Add(kRevokeKeys, id);
    const auto ended = co_await tx.Execute(std::move(ends));

    const auto email_key = domain::NormalizeEmail(account->email);
    Batch batch("auth.account_closed");
    events::Append(batch, work, AccountClosedEvent(id, raised->version));
    TellEnded(batch, work, id, kReason, ended[0]);
    for (const auto& [key, seller] : kRevokedKey.ReadAll(ended[1])) {
      domain::ApiKey revoked;
      revoked.id = key;
      revoked.seller = seller;
      events::Append(batch, work, ApiKeyRevokedEvent(revoked));
    }
    AddErasure(batch, id, email_key);
    batch.Add(kBegin, id, services_, email_key, times_.first);
    audit::Append(
        batch, work,
        market::personal_data::ErasureOf(id, "auth", "marketplace.auth.v1.AuthService/CloseMyAccount"));
    batch.Add(kFindAccount, id);
    const auto results = co_await tx.ExecuteAndCommit(std::move(batch));
    co_return kAccount.ReadOne(results.back());
  };
  co_return co_await database_.Transaction(work, close);
}

Task<std::vector<DueErasure>> Erasures::TakeDue(Work work, std::size_t limit) {
  co_return kDue.ReadAll(co_await database_.Write(work, kTakeDue, limit, times_.lease));
}

Task<std::int64_t> Erasures::CountParked(Work work) {
  co_return kParked.ReadOne(co_await database_.Read(work, kCountParked)).count;
}

Task<std::optional<ErasureLease>> Erasures::Read(Work work, DueErasure due) {
  co_return kErasureLease.ReadAtMostOne(co_await database_.Read(work, kReadLease, due.account, due.fence));
}

Task<> Erasures::Erased(Work work, const ErasureLease& lease, std::string_view service) {
  RequireLease(co_await database_.Write(work, kErasedAt, lease.account, lease.fence, service));
}

Task<> Erasures::EndPass(Work work, const ErasureLease& lease) {
  const auto end = [&](postgres::Tx& tx) -> Task<> {
    RequireLease(co_await tx.Execute(kEndPass, lease.account, lease.fence, services_, times_.last));
    Batch batch("auth.erase_what_came_late");
    AddKeptAnswers(batch, lease.account, {});
    co_await tx.ExecuteAndCommit(std::move(batch));
  };
  co_await database_.Transaction(work, end);
}

Task<> Erasures::Postpone(Work work, const ErasureLease& lease, std::chrono::milliseconds delay,
                          std::string why) {
  RequireLease(co_await database_.Write(work, kPostpone, lease.account, lease.fence, delay, why));
}

Task<> Erasures::PutBack(Work work, DueErasure due, runtime::Setback setback) {
  co_await database_.Write(work, kPutBack, due.account, due.fence, setback.delay, setback.failures,
                           setback.why, setback.Parked());
}

}  // namespace market::auth::storage
