// Columns, statements and steps that both stores of this room use.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "platform/postgres/columns.hpp"
#include "platform/postgres/database.hpp"
#include "services/auth/domain/account.hpp"
#include "services/auth/domain/session.hpp"
#include "services/auth/storage/sessions.hpp"

namespace market::auth::storage {

// Arrays of one order. A role that this program does not know grants nothing and is left out:
// a newer auth gave it, before it was rolled back.
void SetRoles(domain::Account& account, const std::vector<std::string>& names);
void SetMemberRoles(domain::Account& account, const std::vector<std::string>& names);

inline constexpr postgres::Columns kAccount{
    postgres::Column{"a.id", &domain::Account::id},
    postgres::Column{"a.email", &domain::Account::email},
    postgres::Column{"a.version", &domain::Account::version},
    postgres::Column{"a.created_at", &domain::Account::created_at},
    postgres::Column{"ARRAY(SELECT r.role FROM account_role r WHERE r.account_id = a.id ORDER BY r.role)",
                     &SetRoles},
    postgres::Column{
        "ARRAY(SELECT m.seller_id FROM seller_member m WHERE m.account_id = a.id ORDER BY m.seller_id)",
        &domain::Account::sellers, &domain::Membership::seller},
    postgres::Column{
        "ARRAY(SELECT m.role FROM seller_member m WHERE m.account_id = a.id ORDER BY m.seller_id)",
        &SetMemberRoles},
    postgres::Column{"a.state", &domain::Account::state},
    postgres::Column{"a.disabled_at", &domain::Account::disabled_at},
    postgres::Column{"a.disabled_reason", &domain::Account::disabled_reason}};

inline constexpr postgres::ComposedStatement kFindAccount{
    "auth.find_account", "SELECT " + kAccount + " FROM account a WHERE a.id = $1"};

// Behind every id there is: where a list that begins with the newest begins.
Uuid Highest();

// SHA-256: what the throttle knows an e-mail or, apart from it, a known device by.
std::string TriesDigest(std::string_view email_key, const std::optional<Uuid>& device);

// The session's row, its first refresh token, and the event. Of an account that is not ACTIVE there is no
// row, and the token that misses it ends the batch: IsClosed tells that from the error.
bool IsClosed(const postgres::SqlError& error);
void AddSession(postgres::Batch& batch, const Work& work, const NewSession& session, AccountId account,
                const domain::Lifetimes& lifetimes);

}  // namespace market::auth::storage
