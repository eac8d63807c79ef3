#include "services/auth/storage/api_keys.hpp"

#include <algorithm>

#include "platform/events/event.hpp"
#include "services/auth/messages.hpp"
#include "services/auth/storage/rows.hpp"

namespace market::auth::storage {
namespace {

using domain::ApiKey;
using postgres::Batch;
using postgres::Bytes;
using postgres::Column;
using postgres::Columns;
using postgres::ComposedStatement;
using postgres::Inside;
using postgres::Statement;

constexpr Columns kApiKey{Column{"k.id", &ApiKey::id},
                          Column{"k.name", &ApiKey::name},
                          Column{"k.prefix", &ApiKey::prefix},
                          Column{"k.account_id", &ApiKey::maker},
                          Column{"k.seller_id", &ApiKey::seller},
                          Column{"k.permissions", &ApiKey::permissions},
                          Column{"k.created_at", &ApiKey::created_at},
                          Column{"k.expires_at", &ApiKey::expires_at},
                          Column{"k.last_used_at", &ApiKey::last_used_at}};

// Held until the transaction ends: keys of one owner are made one after the other.
constexpr Statement kLockOwner{"auth.lock_api_keys",
                               "SELECT pg_advisory_xact_lock(hashtextextended('api_keys ' || $1::text, 0))"};

struct Held {
  std::int64_t by_maker = 0;
  std::int64_t by_seller = 0;
  bool in_range = false;
};
constexpr Columns kHeld{
    Column{"count(*) FILTER (WHERE account_id = $1)", &Held::by_maker},
    Column{"count(*) FILTER (WHERE seller_id = $2)", &Held::by_seller},
    Column{
        "coalesce($3::timestamptz > market_now() AND $3::timestamptz <= market_now() + $4::interval, true)",
        &Held::in_range}};
constexpr ComposedStatement kCountHeld{"auth.count_api_keys", "SELECT " + kHeld + R"sql(
FROM api_key WHERE revoked_at IS NULL AND expires_at > market_now() AND (account_id = $1 OR seller_id = $2))sql"};

constexpr ComposedStatement kInsertKey{"auth.insert_api_key", R"sql(
INSERT INTO api_key AS k (id, digest, prefix, name, account_id, seller_id, permissions, expires_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, coalesce($8::timestamptz, market_now() + $9::interval))
RETURNING )sql" + kApiKey};

constexpr ComposedStatement kListOfSeller{"auth.list_seller_api_keys", "SELECT " + kApiKey + R"sql(
FROM api_key k WHERE k.revoked_at IS NULL AND k.seller_id = $1 AND k.id < $2 AND k.expires_at > market_now()
ORDER BY k.id DESC LIMIT $3)sql"};
constexpr ComposedStatement kListOfEverything{"auth.list_api_keys", "SELECT " + kApiKey + R"sql(
FROM api_key k WHERE k.revoked_at IS NULL AND k.seller_id IS NULL AND k.id < $1 AND k.expires_at > market_now()
ORDER BY k.id DESC LIMIT $2)sql"};

constexpr ComposedStatement kRevoke{"auth.revoke_api_key", R"sql(
UPDATE api_key AS k SET revoked_at = market_now()
WHERE k.id = $1 AND k.revoked_at IS NULL AND ($2::uuid IS NULL OR k.seller_id = $2)
RETURNING )sql" + kApiKey};

constexpr Columns kResolved{
    Inside{&ResolvedApiKey::key, kApiKey}, Inside{&ResolvedApiKey::maker, kAccount},
    Column{"coalesce(k.last_used_at < market_now() - interval '1 minute', true)", &ResolvedApiKey::note_use}};
constexpr ComposedStatement kResolve{"auth.resolve_api_key", "SELECT " + kResolved + R"sql(
FROM api_key k JOIN account a ON a.id = k.account_id
WHERE k.digest = $1 AND k.revoked_at IS NULL AND k.expires_at > market_now() AND a.state = 'ACTIVE')sql"};

constexpr Statement kNoteUse{"auth.note_api_key_use", R"sql(
UPDATE api_key SET last_used_at = market_now()
WHERE id = $1 AND coalesce(last_used_at < market_now() - interval '1 minute', true))sql"};

constexpr Statement kSweepKeys{"auth.sweep_api_keys", R"sql(
DELETE FROM api_key WHERE id IN (
  SELECT id FROM api_key WHERE least(expires_at, revoked_at) < market_now() - $1::interval
  LIMIT $2 FOR UPDATE SKIP LOCKED))sql"};

audit::Act UponKey(audit::Act act, const ApiKey& key) {
  act.target_type = "api_key";
  act.target_id = key.id.ToString();
  act.seller = key.seller;
  return act;
}

std::string PermissionsOf(const ApiKey& key) {
  std::string all;
  for (const auto& permission : key.permissions) all += (all.empty() ? "" : " ") + permission;
  return all;
}

}  // namespace

Task<MadeApiKey> ApiKeys::Make(Work work, NewApiKey key, audit::Act act) {
  const auto make = [&](postgres::Tx& tx) -> Task<MadeApiKey> {
    Batch look("auth.look_at_api_keys");
    look.Add(kLockOwner, key.maker.ToString());
    if (key.seller) look.Add(kLockOwner, key.seller->ToString());
    look.Add(kCountHeld, key.maker, key.seller, key.expires_at, limits_.lifetime);
    const auto held = kHeld.ReadOne((co_await tx.Execute(std::move(look))).back());
    if (!held.in_range) co_return ExpiryOutOfRange();
    if (std::max(held.by_maker, held.by_seller) >= limits_.count) co_return TooManyApiKeys();
    const auto made = kApiKey.ReadOne(co_await tx.Execute(kInsertKey, key.id, Bytes{key.digest}, key.prefix,
                                                          key.name, key.maker, key.seller, key.permissions,
                                                          key.expires_at, limits_.lifetime));
    Batch told("auth.api_key_made");
    events::Append(told, work, ApiKeyCreatedEvent(made));
    auto record = UponKey(act, made);
    record.after = {{"prefix", made.prefix}, {"permissions", PermissionsOf(made)}};
    if (made.seller) record.after["sellerId"] = made.seller->ToString();
    audit::Append(told, work, record);
    co_await tx.ExecuteAndCommit(std::move(told));
    co_return made;
  };
  co_return co_await database_.Transaction(work, make);
}

Task<std::vector<ApiKey>> ApiKeys::List(Work work, std::optional<SellerId> seller,
                                        std::optional<domain::ApiKeyId> before, int limit) {
  const auto bound = before ? before->Value() : Highest();
  co_return kApiKey.ReadAll(seller ? co_await database_.List(work, kListOfSeller, *seller, bound, limit)
                                   : co_await database_.List(work, kListOfEverything, bound, limit));
}

Task<bool> ApiKeys::Revoke(Work work, domain::ApiKeyId id, std::optional<SellerId> seller, audit::Act act) {
  const auto revoke = [&](postgres::Tx& tx) -> Task<bool> {
    const auto key = kApiKey.ReadAtMostOne(co_await tx.Execute(kRevoke, id, seller));
    if (!key) co_return false;
    Batch told("auth.api_key_revoked");
    events::Append(told, work, ApiKeyRevokedEvent(*key));
    auto record = UponKey(act, *key);
    record.before = {{"prefix", key->prefix}, {"permissions", PermissionsOf(*key)}};
    audit::Append(told, work, record);
    co_await tx.ExecuteAndCommit(std::move(told));
    co_return true;
  };
  co_return co_await database_.Transaction(work, revoke);
}

Task<std::optional<ResolvedApiKey>> ApiKeys::Resolve(Work work, std::string digest) {
  co_return kResolved.ReadAtMostOne(co_await database_.Read(work, kResolve, Bytes{digest}));
}

Task<> ApiKeys::NoteUse(Work work, domain::ApiKeyId id) { co_await database_.Write(work, kNoteUse, id); }

Task<std::int64_t> ApiKeys::Sweep(Work work, std::chrono::milliseconds kept, std::int64_t limit) {
  co_return (co_await database_.Write(work, kSweepKeys, kept, limit)).AffectedRows();
}

}  // namespace market::auth::storage
