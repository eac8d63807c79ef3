#include "services/auth/storage/accounts.hpp"

#include "platform/events/event.hpp"
#include "services/auth/messages.hpp"
#include "services/auth/storage/rows.hpp"

namespace market::auth::storage {
namespace {

using postgres::Batch;
using postgres::Column;
using postgres::Columns;
using postgres::ComposedStatement;
using postgres::SqlError;
using postgres::Statement;

struct Named {
  AccountId id;
};
constexpr Columns kNamed{Column{"id", &Named::id}};
constexpr ComposedStatement kFindId{
    "auth.find_account_id",
    "SELECT " + kNamed + " FROM account WHERE email_key = $1 AND password_hash IS NOT NULL"};

constexpr ComposedStatement kFindGuests{
    "auth.find_guests",
    "SELECT " + kNamed +
        " FROM account WHERE email_key = $1 AND password_hash IS NULL ORDER BY id DESC LIMIT 100"};

constexpr ComposedStatement kFindHolder{"auth.find_email_holder", "SELECT " + kNamed + R"sql(
FROM account WHERE email_key = $1 AND password_hash IS NOT NULL
UNION ALL
SELECT account_id FROM mailed_token
WHERE address_key = $1 AND purpose = 'UNDO_EMAIL_CHANGE' AND ended_at IS NULL AND expires_at > market_now()
LIMIT 1)sql"};

constexpr Statement kInsertAccount{"auth.insert_account", R"sql(
INSERT INTO account (id, email, email_key, password_hash, accepted_terms, terms_accepted_at)
VALUES ($1, $2, $3, $4, $5, CASE WHEN $5::text IS NOT NULL THEN market_now() END))sql"};

constexpr Statement kInsertAccountIfNew{"auth.insert_account_if_new", R"sql(
INSERT INTO account (id, email, email_key, password_hash) VALUES ($1, $2, $3, $4)
ON CONFLICT (email_key) WHERE password_hash IS NOT NULL DO NOTHING)sql"};

constexpr Statement kGrantRole{"auth.grant_role", R"sql(
INSERT INTO account_role (account_id, role) SELECT id, $2 FROM account WHERE email_key = $1 AND password_hash IS NOT NULL
ON CONFLICT (account_id, role) DO NOTHING)sql"};

constexpr ComposedStatement kRaiseVersion{"auth.raise_account_version", R"sql(
UPDATE account SET version = version + 1, updated_at = market_now()
WHERE email_key = $1 AND password_hash IS NOT NULL
RETURNING )sql" + kRaised};

struct Operators {
  std::int64_t count = 0;
};
constexpr Columns kOperators{Column{"count(DISTINCT a.id)", &Operators::count}};
constexpr ComposedStatement kCountWithRoles{"auth.count_accounts_with_roles", "SELECT " + kOperators + R"sql(
FROM account a JOIN account_role r ON r.account_id = a.id WHERE r.role = ANY ($1) AND a.state = 'ACTIVE')sql"};

}  // namespace

Task<std::optional<AccountId>> Accounts::FindId(Work work, std::string_view email_key) {
  const auto named = kNamed.ReadAtMostOne(co_await database_.Read(work, kFindId, email_key));
  co_return named ? std::optional(named->id) : std::nullopt;
}

Task<std::vector<AccountId>> Accounts::FindGuests(Work work, std::string_view email_key) {
  std::vector<AccountId> guests;
  for (const auto& [id] : kNamed.ReadAll(co_await database_.Read(work, kFindGuests, email_key)))
    guests.push_back(id);
  co_return guests;
}

Task<std::optional<AccountId>> Accounts::FindHolder(Work work, std::string_view email_key) {
  const auto named = kNamed.ReadAtMostOne(co_await database_.Read(work, kFindHolder, email_key));
  co_return named ? std::optional(named->id) : std::nullopt;
}

Task<std::variant<domain::Account, EmailTaken>> Accounts::Create(Work work, const NewAccount& account,
                                                                 const NewSession& session,
                                                                 const outbox::NewMessage& message) {
  Batch batch("auth.sign_up");
  batch.Add(kInsertAccount, account.id, account.email, domain::NormalizeEmail(account.email),
            account.password_hash, account.accepted_terms);
  events::Append(batch, work, AccountCreatedEvent(account.id));
  AddSession(batch, work, session, account.id, lifetimes_);
  outbox::Append(batch, message);
  batch.Add(kFindAccount, account.id);
  try {
    const auto results = co_await database_.Write(work, std::move(batch));
    co_return kAccount.ReadOne(results.back());
  } catch (const SqlError& error) {
    if (!error.IsUniqueViolation("account_email_key")) throw;
  }
  co_return EmailTaken();
}

Task<std::optional<domain::Account>> Accounts::Find(Work work, AccountId id) {
  co_return kAccount.ReadAtMostOne(co_await database_.Read(work, kFindAccount, id));
}

Task<Promotion> Accounts::EnsureOperator(Work work, NewAccount account, domain::Role role,
                                         outbox::NewMessage message, audit::Act act) {
  const auto email_key = domain::NormalizeEmail(account.email);
  const auto promote = [&](postgres::Tx& tx) -> Task<Promotion> {
    Batch batch("auth.ensure_operator");
    batch.Add(kInsertAccountIfNew, account.id, account.email, email_key, account.password_hash);
    batch.Add(kGrantRole, email_key, role);
    const auto results = co_await tx.Execute(std::move(batch));
    if (results[1].AffectedRows() == 0) co_return Promotion::kHadRole;
    const bool created = results[0].AffectedRows() == 1;
    const auto raised = kRaised.ReadOne(co_await tx.Execute(kRaiseVersion, email_key));
    Batch told("auth.operator_made");
    if (created) {
      outbox::Append(told, message);
      events::Append(told, work, AccountCreatedEvent(raised.id));
    }
    events::Append(told, work, RoleGrantedEvent(raised.id, role, raised.version));
    act.target_type = "account";
    act.target_id = raised.id.ToString();
    act.after["role"] = Name(role);
    audit::Append(told, work, act);
    co_await tx.ExecuteAndCommit(std::move(told));
    co_return created ? Promotion::kCreated : Promotion::kPromoted;
  };
  co_return co_await database_.Transaction(work, promote);
}

Task<std::int64_t> Accounts::CountWithRoles(Work work, std::vector<domain::Role> roles) {
  co_return kOperators.ReadOne(co_await database_.Read(work, kCountWithRoles, roles)).count;
}

}  // namespace market::auth::storage
