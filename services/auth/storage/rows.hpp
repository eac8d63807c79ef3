// Statements and readers that both stores of this room use.
#pragma once
#include <string>
#include <string_view>

#include "platform/postgres/database.hpp"
#include "services/auth/domain/account.hpp"
#include "services/auth/domain/session.hpp"
#include "services/auth/storage/sessions.hpp"

namespace market::auth::storage {

inline constexpr postgres::Statement kFindAccount{"auth.find_account", R"sql(
SELECT a.id, a.email, a.created_at,
       ARRAY(SELECT r.role FROM account_role r WHERE r.account_id = a.id ORDER BY r.role),
       ARRAY(SELECT m.seller_id FROM seller_member m WHERE m.account_id = a.id ORDER BY m.seller_id),
       ARRAY(SELECT m.role FROM seller_member m WHERE m.account_id = a.id ORDER BY m.seller_id)
FROM account a
WHERE a.id = $1)sql"};

domain::Account ReadAccount(const postgres::Row& row);

// SHA-256: what the throttle knows an e-mail by.
std::string EmailDigest(std::string_view email_key);

// The session's row, its first refresh token, and the event.
void AddSession(postgres::Batch& batch, const Work& work, const NewSession& session, AccountId account,
                const domain::Lifetimes& lifetimes);

}  // namespace market::auth::storage
