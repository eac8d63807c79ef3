#include "services/auth/storage/account_acts.hpp"

#include "platform/events/event.hpp"
#include "services/auth/messages.hpp"
#include "services/auth/storage/rows.hpp"

namespace market::auth::storage {
namespace {

using postgres::Batch;
using postgres::Column;
using postgres::Columns;
using postgres::ComposedStatement;
using postgres::Statement;

// What is null binds nothing.
constexpr ComposedStatement kListAccounts{"auth.list_accounts", "SELECT " + kAccount + R"sql(
FROM account a WHERE a.id < $1 AND ($3::boolean IS NULL OR )sql" + kIsGuest +
                                                                    R"sql( = $3)
ORDER BY a.id DESC LIMIT $2)sql"};
// By its own index.
constexpr ComposedStatement kListAccountsInState{"auth.list_accounts_in_state", "SELECT " + kAccount + R"sql(
FROM account a
WHERE a.state = $3 AND a.id < $1 AND ($4::boolean IS NULL OR )sql" + kIsGuest + R"sql( = $4)
ORDER BY a.id DESC LIMIT $2)sql"};

constexpr ComposedStatement kListOfEmail{"auth.list_accounts_of_email", "SELECT " + kAccount + R"sql(
FROM account a
WHERE a.email_key = $5 AND a.id < $1 AND ($3::text IS NULL OR a.state = $3)
  AND ($4::boolean IS NULL OR )sql" + kIsGuest + R"sql( = $4)
ORDER BY a.id DESC LIMIT $2)sql"};

// The order is that of bytes, in which no UTF-8 text that begins with the prefix is behind prefix and
// U+10FFFF.
constexpr ComposedStatement kListByEmail{"auth.list_accounts_by_email", "SELECT " + kAccount + R"sql(
FROM account a
WHERE a.email_key >= $1 AND a.email_key < $1::text || U&'\+10FFFF' AND (a.email_key, a.id) > ($5, $6)
  AND ($3::text IS NULL OR a.state = $3) AND ($4::boolean IS NULL OR )sql" + kIsGuest +
                                                                            R"sql( = $4)
ORDER BY a.email_key, a.id LIMIT $2)sql"};

// A statement of its own: what the next one reads is then no older than the lock.

constexpr Statement kLockAdmins{"auth.lock_admins", "SELECT pg_advisory_xact_lock(hashtext('auth.admins'))"};
struct Others {
  std::int64_t count = 0;
};
constexpr Columns kOthers{Column{"count(*)", &Others::count}};
constexpr ComposedStatement kOtherAdmins{"auth.other_admins", "SELECT " + kOthers + R"sql(
FROM account_role r JOIN account a ON a.id = r.account_id
WHERE r.role = 'admin' AND a.state = 'ACTIVE' AND a.id <> $1)sql"};

struct Version {
  std::int64_t number = 0;
};
constexpr Columns kVersion{Column{"version", &Version::number}};

constexpr ComposedStatement kDisable{"auth.disable_account", R"sql(
UPDATE account SET state = 'DISABLED', disabled_at = market_now(), disabled_reason = $2,
  version = version + 1, reduced_version = version + 1, reduced_at = market_now(), updated_at = market_now()
WHERE id = $1 RETURNING )sql" + kVersion};
constexpr ComposedStatement kEnable{"auth.enable_account", R"sql(
UPDATE account SET state = 'ACTIVE', disabled_at = NULL, disabled_reason = NULL,
  version = version + 1, updated_at = market_now()
WHERE id = $1 RETURNING )sql" + kVersion};
constexpr ComposedStatement kRaise{"auth.raise_version_of_account", R"sql(
UPDATE account SET version = version + 1, updated_at = market_now() WHERE id = $1 RETURNING )sql" +
                                                                        kVersion};
constexpr ComposedStatement kReduce{"auth.reduce_account", R"sql(
UPDATE account SET version = version + 1, reduced_version = version + 1, reduced_at = market_now(),
  updated_at = market_now()
WHERE id = $1 RETURNING )sql" + kVersion};

struct EndedOfAccount {
  Uuid session;
};
constexpr Columns kEndedOfAccount{Column{"id", &EndedOfAccount::session}};
constexpr ComposedStatement kEndSessionsOfAccount{"auth.end_sessions_of_account", R"sql(
UPDATE session SET ended_at = market_now(), end_reason = $2 WHERE account_id = $1 AND ended_at IS NULL
RETURNING )sql" + kEndedOfAccount};

constexpr Statement kAddRole{"auth.add_role", "INSERT INTO account_role (account_id, role) VALUES ($1, $2)"};
constexpr Statement kTakeRole{"auth.take_role",
                              "DELETE FROM account_role WHERE account_id = $1 AND role = $2"};

audit::Act Upon(audit::Act act, const domain::Account& account) {
  act.target_type = "account";
  act.target_id = account.id.ToString();
  return act;
}

// What every act ends with: its event, its row on record, and the account as it is now.
Task<domain::Account> Settle(postgres::Tx& tx, const Work& work, const events::NewEvent& event, Batch batch,
                             const audit::Act& act, AccountId id) {
  events::Append(batch, work, event);
  audit::Append(batch, work, act);
  batch.Add(kFindAccount, id);
  const auto results = co_await tx.ExecuteAndCommit(std::move(batch));
  co_return kAccount.ReadOne(results.back());
}

}  // namespace

Task<std::vector<domain::Account>> AccountActs::List(Work work, const AccountFilter& filter,
                                                     std::optional<AccountId> before, int limit) {
  const auto bound = before.value_or(AccountId(Highest()));
  co_return kAccount.ReadAll(
      filter.state
          ? co_await database_.List(work, kListAccountsInState, bound, limit, *filter.state, filter.guest)
          : co_await database_.List(work, kListAccounts, bound, limit, filter.guest));
}

Task<std::vector<domain::Account>> AccountActs::ListOfEmail(Work work, std::string_view email_key,
                                                            const AccountFilter& filter,
                                                            std::optional<AccountId> before, int limit) {
  const auto bound = before.value_or(AccountId(Highest()));
  co_return kAccount.ReadAll(
      co_await database_.List(work, kListOfEmail, bound, limit, filter.state, filter.guest, email_key));
}

Task<std::vector<domain::Account>> AccountActs::ListByEmail(Work work, std::string_view prefix,
                                                            const AccountFilter& filter,
                                                            const std::optional<Position>& after, int limit) {
  const auto from = after.value_or(Position());
  co_return kAccount.ReadAll(co_await database_.List(work, kListByEmail, prefix, limit, filter.state,
                                                     filter.guest, from.email_key, from.id));
}

Task<std::optional<domain::Account>> AccountActs::Lock(postgres::Tx& tx, AccountId id) {
  Batch batch("auth.lock_and_find_account");
  batch.Add(kLockAccount, id).Add(kFindAccount, id);
  const auto results = co_await tx.Execute(std::move(batch));
  co_return kAccount.ReadAtMostOne(results.back());
}

Task<bool> AccountActs::IsLastAdmin(postgres::Tx& tx, const domain::Account& account) {
  if (account.state != domain::AccountState::kActive || !account.Has(domain::Role::kAdmin)) co_return false;
  Batch batch("auth.count_admins");
  batch.Add(kLockAdmins).Add(kOtherAdmins, account.id);
  const auto results = co_await tx.Execute(std::move(batch));
  co_return kOthers.ReadOne(results.back()).count == 0;
}

Task<Acted> AccountActs::Disable(Work work, AccountId id, std::string reason, Target target, audit::Act act) {
  const auto disable = [&](postgres::Tx& tx) -> Task<Acted> {
    const auto account = co_await Lock(tx, id);
    if (!account) co_return NoSuchAccount();
    if (!account->roles.empty() && target == Target::kNoOperator) co_return IsOperator();
    if (account->state == domain::AccountState::kClosed) co_return AccountIsClosed();
    if (account->state == domain::AccountState::kDisabled) co_return *account;
    if (co_await IsLastAdmin(tx, *account)) co_return LastAdmin();

    constexpr auto kEnd = domain::EndReason::kDisabled;
    Batch changes("auth.disable_and_end");
    changes.Add(kDisable, id, reason).Add(kEndSessionsOfAccount, id, kEnd);
    const auto results = co_await tx.Execute(std::move(changes));
    Batch told("auth.account_disabled");
    for (const auto& ended : kEndedOfAccount.ReadAll(results[1])) {
      events::Append(told, work, SessionEndedEvent(ended.session, id, kEnd));
    }
    auto record = Upon(act, *account);
    record.before["state"] = Name(account->state);
    record.after["state"] = Name(domain::AccountState::kDisabled);
    co_return co_await Settle(tx, work, AccountDisabledEvent(id, kVersion.ReadOne(results[0]).number),
                              std::move(told), record, id);
  };
  co_return co_await database_.Transaction(work, disable);
}

Task<Acted> AccountActs::Enable(Work work, AccountId id, audit::Act act) {
  const auto enable = [&](postgres::Tx& tx) -> Task<Acted> {
    const auto account = co_await Lock(tx, id);
    if (!account) co_return NoSuchAccount();
    if (account->state == domain::AccountState::kClosed) co_return AccountIsClosed();
    if (account->state == domain::AccountState::kActive) co_return *account;
    const auto version = kVersion.ReadOne(co_await tx.Execute(kEnable, id)).number;
    auto record = Upon(act, *account);
    record.before["state"] = Name(account->state);
    record.after["state"] = Name(domain::AccountState::kActive);
    co_return co_await Settle(tx, work, AccountEnabledEvent(id, version), Batch("auth.account_enabled"),
                              record, id);
  };
  co_return co_await database_.Transaction(work, enable);
}

Task<Acted> AccountActs::Grant(Work work, AccountId id, domain::Role role, audit::Act act) {
  const auto grant = [&](postgres::Tx& tx) -> Task<Acted> {
    const auto account = co_await Lock(tx, id);
    if (!account) co_return NoSuchAccount();
    if (account->guest) co_return IsGuest();
    if (account->state == domain::AccountState::kClosed) co_return AccountIsClosed();
    if (account->Has(role)) co_return *account;
    const auto version = kVersion.ReadOne(co_await tx.Execute(kRaise, id)).number;
    Batch batch("auth.role_granted");
    batch.Add(kAddRole, id, role);
    auto record = Upon(act, *account);
    record.after["role"] = Name(role);
    co_return co_await Settle(tx, work, RoleGrantedEvent(id, role, version), std::move(batch), record, id);
  };
  co_return co_await database_.Transaction(work, grant);
}

Task<Acted> AccountActs::Revoke(Work work, AccountId id, domain::Role role, audit::Act act) {
  const auto revoke = [&](postgres::Tx& tx) -> Task<Acted> {
    const auto account = co_await Lock(tx, id);
    if (!account) co_return NoSuchAccount();
    if (!account->Has(role)) co_return *account;
    if (role == domain::Role::kAdmin && co_await IsLastAdmin(tx, *account)) co_return LastAdmin();
    const auto version = kVersion.ReadOne(co_await tx.Execute(kReduce, id)).number;
    Batch batch("auth.role_revoked");
    batch.Add(kTakeRole, id, role);
    auto record = Upon(act, *account);
    record.before["role"] = Name(role);
    co_return co_await Settle(tx, work, RoleRevokedEvent(id, role, version), std::move(batch), record, id);
  };
  co_return co_await database_.Transaction(work, revoke);
}

}  // namespace market::auth::storage
