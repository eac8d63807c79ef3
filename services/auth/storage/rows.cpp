#include "services/auth/storage/rows.hpp"

#include <array>
#include <cstdint>
#include <stdexcept>
#include <utility>

#include "platform/crypto/digest.hpp"
#include "platform/events/event.hpp"
#include "services/auth/messages.hpp"

namespace market::auth::storage {
namespace {

using postgres::Statement;

// The lock is one that disabling the account waits for, and waits for that: none of its sessions is
// overlooked.
constexpr Statement kInsertSession{"auth.insert_session", R"sql(
INSERT INTO session (id, account_id, idle_expires_at, absolute_expires_at)
SELECT $1, id, market_now() + least($3::interval, $4::interval), market_now() + $4::interval
FROM account WHERE id = $2 AND state = 'ACTIVE' FOR SHARE)sql"};

constexpr Statement kInsertFirstToken{
    "auth.insert_first_token", "INSERT INTO refresh_token (digest, session_id, sequence) VALUES ($1, $2, 1)"};

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

std::string TriesDigest(std::string_view email_key, const std::optional<Uuid>& device) {
  return crypto::Sha256(device ? "device " + device->ToString() : email_key);
}

bool IsClosed(const postgres::SqlError& error) { return error.constraint == "refresh_token_session"; }

void AddSession(postgres::Batch& batch, const Work& work, const NewSession& session, AccountId account,
                const domain::Lifetimes& lifetimes) {
  batch.Add(kInsertSession, session.id, account, lifetimes.idle, lifetimes.absolute);
  batch.Add(kInsertFirstToken, postgres::Bytes{session.digest}, session.id);
  events::Append(batch, work, SessionOpenedEvent(session.id, account));
}

}  // namespace market::auth::storage
