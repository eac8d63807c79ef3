#include "services/auth/storage/second_factors.hpp"

#include "services/auth/storage/rows.hpp"

namespace market::auth::storage {
namespace {

using postgres::Batch;
using postgres::Bytes;
using postgres::Column;
using postgres::Columns;
using postgres::ComposedStatement;
using postgres::Statement;

constexpr Columns kAuthenticator{Column{"id", &Authenticator::id}, Column{"name", &Authenticator::name},
                                 Column{"created_at", &Authenticator::created_at},
                                 Column{"confirmed_at", &Authenticator::confirmed_at}};

constexpr Statement kDropUnconfirmed{
    "auth.drop_unconfirmed_authenticators",
    "DELETE FROM authenticator WHERE account_id = $1 AND confirmed_at IS NULL"};

constexpr ComposedStatement kAddAuthenticator{"auth.add_authenticator", R"sql(
INSERT INTO authenticator (id, account_id, name)
SELECT $1, $2, $3 WHERE (SELECT count(*) FROM authenticator WHERE account_id = $2) < $4
RETURNING )sql" + kAuthenticator};

constexpr ComposedStatement kListAuthenticators{"auth.list_authenticators",
                                                "SELECT " + kAuthenticator + R"sql(
FROM authenticator WHERE account_id = $1 ORDER BY created_at, id)sql"};

constexpr ComposedStatement kUseStep{"auth.use_step", R"sql(
UPDATE authenticator SET last_step = $3, confirmed_at = coalesce(confirmed_at, market_now())
WHERE id = $1 AND account_id = $2 AND (last_step IS NULL OR last_step < $3)
RETURNING )sql" + kAuthenticator};

constexpr Statement kUseRecoveryCode{"auth.use_recovery_code", R"sql(
UPDATE recovery_code SET used_at = market_now() WHERE digest = $1 AND account_id = $2 AND used_at IS NULL)sql"};

struct Confirmable {
  std::int64_t confirmed = 0;
};
constexpr Columns kConfirmable{Column{"count(*)", &Confirmable::confirmed}};
constexpr ComposedStatement kCountConfirmed{"auth.count_confirmed_authenticators",
                                            "SELECT " + kConfirmable + R"sql(
FROM authenticator WHERE account_id = $1 AND confirmed_at IS NOT NULL)sql"};

constexpr Statement kDropRecoveryCodes{"auth.drop_recovery_codes",
                                       "DELETE FROM recovery_code WHERE account_id = $1"};
constexpr Statement kAddRecoveryCode{"auth.add_recovery_code",
                                     "INSERT INTO recovery_code (digest, account_id) VALUES ($1, $2)"};

constexpr Statement kRemoveAuthenticator{"auth.remove_authenticator",
                                         "DELETE FROM authenticator WHERE id = $1 AND account_id = $2"};
constexpr Statement kDropCodesOfNone{"auth.drop_codes_of_none", R"sql(
DELETE FROM recovery_code WHERE account_id = $1
AND NOT EXISTS (SELECT FROM authenticator WHERE account_id = $1 AND confirmed_at IS NOT NULL))sql"};

constexpr Statement kOpenChallenge{"auth.open_challenge", R"sql(
INSERT INTO sign_in_challenge (id, account_id, device, address, password_version, expires_at)
VALUES ($1, $2, $3, $4, $5, market_now() + $6::interval))sql"};

constexpr Columns kChallenge{
    Column{"account_id", &Challenge::account},
    Column{
        "ARRAY(SELECT a.id FROM authenticator a WHERE a.account_id = c.account_id AND a.confirmed_at IS NOT "
        "NULL)",
        &Challenge::authenticators}};
constexpr ComposedStatement kCountChallengeTry{"auth.count_challenge_try", R"sql(
UPDATE sign_in_challenge c SET tries = tries + 1 WHERE id = $1 AND tries < $2 AND expires_at > market_now()
RETURNING )sql" + kChallenge};

constexpr Columns kProven{Column{"a.id", &Proven::account}, Column{"a.email_key", &Proven::email_key},
                          Column{"c.device", &Proven::guesser, &domain::Guesser::device},
                          Column{"c.address", &Proven::guesser, &domain::Guesser::address},
                          Column{"a.password_version", &Proven::password_version}};
constexpr ComposedStatement kUseChallenge{"auth.use_challenge", R"sql(
DELETE FROM sign_in_challenge c USING account a
WHERE c.id = $1 AND c.account_id = $2 AND a.id = c.account_id
AND c.password_version = a.password_version
RETURNING )sql" + kProven};

constexpr Statement kSweepChallenges{"auth.sweep_challenges", R"sql(
DELETE FROM sign_in_challenge WHERE id IN (
  SELECT id FROM sign_in_challenge WHERE expires_at < market_now() LIMIT $1 FOR UPDATE SKIP LOCKED))sql"};

void ReplaceRecoveryCodes(Batch& batch, AccountId account, const std::vector<std::string>& digests) {
  batch.Add(kDropRecoveryCodes, account);
  for (const auto& digest : digests) batch.Add(kAddRecoveryCode, Bytes{digest}, account);
}

Task<bool> UseProof(postgres::Tx& tx, AccountId account, const Proof& proof) {
  if (const auto* code = std::get_if<UsedRecoveryCode>(&proof)) {
    const auto used = co_await tx.Execute(kUseRecoveryCode, Bytes{code->digest}, account);
    co_return used.AffectedRows() == 1;
  }
  const auto& step = std::get<UsedStep>(proof);
  co_return (co_await tx.Execute(kUseStep, step.authenticator, account, step.step)).AffectedRows() == 1;
}

}  // namespace

Task<std::variant<Authenticator, TooManyAuthenticators>> SecondFactors::Add(Work work, AccountId account,
                                                                            const Uuid& id,
                                                                            std::string name) {
  Batch batch("auth.add_authenticator");
  batch.Add(kLockAccount, account)
      .Add(kDropUnconfirmed, account)
      .Add(kAddAuthenticator, id, account, name, kAuthenticatorsMax);
  const auto results = co_await database_.Write(work, std::move(batch));
  if (auto added = kAuthenticator.ReadAtMostOne(results.back())) co_return std::move(*added);
  co_return TooManyAuthenticators();
}

Task<std::vector<Authenticator>> SecondFactors::List(Work work, AccountId account) {
  co_return kAuthenticator.ReadAll(co_await database_.Read(work, kListAuthenticators, account));
}

Task<std::optional<SecondFactors::Confirmed>> SecondFactors::Confirm(
    Work work, AccountId account, const UsedStep& proof, const std::vector<std::string>& recovery_digests) {
  const auto confirm = [&](postgres::Tx& tx) -> Task<std::optional<Confirmed>> {
    co_await tx.Execute(kLockAccount, account);
    const auto before = kConfirmable.ReadOne(co_await tx.Execute(kCountConfirmed, account));
    auto used =
        kAuthenticator.ReadAtMostOne(co_await tx.Execute(kUseStep, proof.authenticator, account, proof.step));
    if (!used) co_return std::nullopt;
    Batch batch("auth.confirm_authenticator");
    if (before.confirmed == 0) ReplaceRecoveryCodes(batch, account, recovery_digests);
    co_await tx.ExecuteAndCommit(std::move(batch));
    co_return Confirmed{.authenticator = std::move(*used), .first = before.confirmed == 0};
  };
  co_return co_await database_.Transaction(work, confirm);
}

Task<bool> SecondFactors::Remove(Work work, AccountId account, const Uuid& id) {
  Batch batch("auth.remove_authenticator");
  batch.Add(kLockAccount, account).Add(kRemoveAuthenticator, id, account).Add(kDropCodesOfNone, account);
  const auto results = co_await database_.Write(work, std::move(batch));
  co_return results[1].AffectedRows() == 1;
}

Task<bool> SecondFactors::RenewRecoveryCodes(Work work, AccountId account, const UsedStep& proof,
                                             const std::vector<std::string>& recovery_digests) {
  const auto renew = [&](postgres::Tx& tx) -> Task<bool> {
    co_await tx.Execute(kLockAccount, account);
    if (!co_await UseProof(tx, account, proof)) co_return false;
    Batch batch("auth.renew_recovery_codes");
    ReplaceRecoveryCodes(batch, account, recovery_digests);
    co_await tx.ExecuteAndCommit(std::move(batch));
    co_return true;
  };
  co_return co_await database_.Transaction(work, renew);
}

Task<bool> SecondFactors::OpenChallenge(Work work, const Uuid& id, const Proven& proven) {
  const auto open = [&](postgres::Tx& tx) -> Task<bool> {
    if ((co_await tx.Execute(kLockProven, proven.account, proven.password_version)).empty()) co_return false;
    Batch batch("auth.open_challenge");
    if (proven.new_hash) batch.Add(kReplaceHash, proven.account, *proven.new_hash);
    batch.Add(kOpenChallenge, id, proven.account, proven.guesser.device, proven.guesser.address,
              proven.password_version, kChallengeLifetime);
    co_await tx.ExecuteAndCommit(std::move(batch));
    co_return true;
  };
  co_return co_await database_.Transaction(work, open);
}

Task<std::optional<Challenge>> SecondFactors::CountTry(Work work, const Uuid& challenge) {
  co_return kChallenge.ReadAtMostOne(
      co_await database_.Write(work, kCountChallengeTry, challenge, kChallengeTriesMax));
}

Task<std::optional<domain::Account>> SecondFactors::Answer(Work work, const Uuid& challenge,
                                                           AccountId account, const Proof& proof,
                                                           const NewSession& session) {
  const auto answer = [&](postgres::Tx& tx) -> Task<std::optional<domain::Account>> {
    if (!co_await UseProof(tx, account, proof)) co_return std::nullopt;
    // Answered by somebody else meanwhile: then this proof is used up for nothing, which harms nobody.
    const auto proven = kProven.ReadAtMostOne(co_await tx.Execute(kUseChallenge, challenge, account));
    if (!proven) co_return std::nullopt;
    co_return co_await OpenSession(tx, work, *proven, session, lifetimes_);
  };
  co_return co_await database_.Transaction(work, answer);
}

Task<std::int64_t> SecondFactors::Sweep(Work work, std::int64_t limit) {
  co_return (co_await database_.Write(work, kSweepChallenges, limit)).AffectedRows();
}

}  // namespace market::auth::storage
