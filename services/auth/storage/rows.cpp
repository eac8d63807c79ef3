#include "services/auth/storage/rows.hpp"

#include "platform/crypto/digest.hpp"
#include "platform/events/event.hpp"
#include "services/auth/messages.hpp"

namespace market::auth::storage {
namespace {

using postgres::Statement;

constexpr Statement kInsertSession{"auth.insert_session", R"sql(
INSERT INTO session (id, account_id, idle_expires_at, absolute_expires_at)
VALUES ($1, $2, market_now() + least($3::interval, $4::interval), market_now() + $4::interval))sql"};

constexpr Statement kInsertFirstToken{
    "auth.insert_first_token", "INSERT INTO refresh_token (digest, session_id, sequence) VALUES ($1, $2, 1)"};

}  // namespace

domain::Account ReadAccount(const postgres::Row& row) {
  domain::Account account{.id = row.GetId<AccountId>(0),
                          .email = std::string(row.Text(1)),
                          .roles = row.TextArray(3),
                          .sellers = {},
                          .created_at = row.GetTime(2)};
  const auto sellers = row.UuidArray(4);
  auto roles = row.TextArray(5);
  for (std::size_t i = 0; i < sellers.size(); ++i) {
    account.sellers.push_back({SellerId(sellers[i]), std::move(roles[i])});
  }
  return account;
}

std::string EmailDigest(std::string_view email_key) { return crypto::Sha256(email_key); }

void AddSession(postgres::Batch& batch, const Work& work, const NewSession& session, AccountId account,
                const domain::Lifetimes& lifetimes) {
  batch.Add(kInsertSession, session.id, account, lifetimes.idle, lifetimes.absolute);
  batch.Add(kInsertFirstToken, postgres::Bytes{session.digest}, session.id);
  events::Append(batch, work, SessionOpenedEvent(session.id, account));
}

}  // namespace market::auth::storage
