#include "services/auth/storage/signing_keys.hpp"

#include "platform/events/event.hpp"
#include "platform/postgres/columns.hpp"
#include "services/auth/messages.hpp"

namespace market::auth::storage {
namespace {

using domain::KeyState;
using domain::SigningKey;
using postgres::Batch;
using postgres::Column;
using postgres::Columns;
using postgres::ComposedStatement;
using postgres::Statement;

constexpr Columns kSigningKey{Column{"kid", &SigningKey::kid},
                              Column{"x", &SigningKey::x},
                              Column{"y", &SigningKey::y},
                              Column{"sealed", &SigningKey::sealed},
                              Column{"state", &SigningKey::state},
                              Column{"created_at", &SigningKey::created_at},
                              Column{"activated_at", &SigningKey::activated_at},
                              Column{"retired_at", &SigningKey::retired_at},
                              Column{"removed_at", &SigningKey::removed_at}};

constexpr ComposedStatement kPublished{"auth.published_signing_keys", "SELECT " + kSigningKey + R"sql(
FROM signing_key
WHERE state IN ('NEXT', 'ACTIVE') OR (state = 'RETIRED' AND retired_at > market_now() - $1::interval)
ORDER BY state, retired_at DESC LIMIT 30)sql"};
constexpr ComposedStatement kListKeys{"auth.list_signing_keys", "SELECT " + kSigningKey + R"sql(
FROM signing_key ORDER BY created_at DESC, state DESC LIMIT 100)sql"};

// Held until the transaction ends.
constexpr Statement kLockKeys{"auth.lock_signing_keys",
                              "SELECT pg_advisory_xact_lock(hashtext('auth.signing_keys'))"};

struct Current {
  std::string next;
  std::string active;
  std::int64_t wait_ms = 0;  // until the next one is old enough; less than 0: it is
};
constexpr Columns kCurrent{
    Column{"n.kid", &Current::next}, Column{"a.kid", &Current::active},
    Column{"ceil(extract(epoch FROM n.created_at + $1::interval - market_now()) * 1000)::bigint",
           &Current::wait_ms}};
constexpr ComposedStatement kFindCurrent{"auth.current_signing_keys", "SELECT " + kCurrent + R"sql(
FROM signing_key n JOIN signing_key a ON n.state = 'NEXT' AND a.state = 'ACTIVE')sql"};

struct KnownKey {
  KeyState state = KeyState::kNext;
};
constexpr Columns kKnownKey{Column{"state", &KnownKey::state}};
constexpr ComposedStatement kFindKey{"auth.find_signing_key",
                                     "SELECT " + kKnownKey + " FROM signing_key WHERE kid = $1"};

constexpr Statement kInsertNext{"auth.insert_next_signing_key", R"sql(
INSERT INTO signing_key (kid, x, y, sealed, state) VALUES ($1, $2, $3, $4, 'NEXT'))sql"};
constexpr Statement kActivate{"auth.activate_signing_key", R"sql(
UPDATE signing_key SET state = 'ACTIVE', activated_at = market_now() WHERE state = 'NEXT')sql"};
// It signs nothing any more, so what it signed with goes.
constexpr Statement kRetire{"auth.retire_signing_key", R"sql(
UPDATE signing_key SET state = 'RETIRED', retired_at = market_now(), sealed = '' WHERE state = 'ACTIVE')sql"};
constexpr Statement kRemove{"auth.remove_signing_key", R"sql(
UPDATE signing_key SET state = 'REMOVED', removed_at = market_now(), sealed = '' WHERE kid = $1)sql"};

struct Cleared {
  std::string kid;
};
constexpr Columns kCleared{Column{"kid", &Cleared::kid}};
constexpr ComposedStatement kRemoveAll{"auth.remove_all_signing_keys", R"sql(
UPDATE signing_key SET state = 'REMOVED', removed_at = market_now(), sealed = '' WHERE state <> 'REMOVED'
RETURNING )sql" + kCleared};

constexpr Statement kSweepSigningKeys{"auth.sweep_signing_keys", R"sql(
DELETE FROM signing_key WHERE kid IN (
  SELECT kid FROM signing_key
  WHERE coalesce(removed_at, retired_at) < market_now() - $1::interval AND state IN ('RETIRED', 'REMOVED')
  LIMIT $2 FOR UPDATE SKIP LOCKED))sql"};

void AddNext(Batch& batch, const domain::NewSigningKey& key) {
  batch.Add(kInsertNext, key.kid, key.x, key.y, key.sealed);
}

audit::Act UponSigningKey(audit::Act act, std::string kid) {
  act.target_type = "signing_key";
  act.target_id = std::move(kid);
  return act;
}

// Behind the lock. Whoever changes keys does so after Begin.
Task<Current> LockCurrent(postgres::Tx& tx, std::chrono::milliseconds published_before) {
  Batch look("auth.look_at_signing_keys");
  look.Add(kLockKeys).Add(kFindCurrent, published_before);
  co_return kCurrent.ReadOne((co_await tx.Execute(std::move(look))).back());
}

}  // namespace

Task<std::vector<SigningKey>> SigningKeys::Published(Work work) {
  co_return kSigningKey.ReadAll(co_await database_.Read(work, kPublished, times_.published_after));
}

Task<std::vector<SigningKey>> SigningKeys::List(Work work) {
  co_return kSigningKey.ReadAll(co_await database_.List(work, kListKeys));
}

Task<> SigningKeys::Begin(Work work, domain::NewSigningKey active, domain::NewSigningKey next) {
  const auto begin = [&](postgres::Tx& tx) -> Task<bool> {
    Batch look("auth.lock_and_find_signing_keys");
    look.Add(kLockKeys).Add(kPublished, times_.published_after);
    const auto results = co_await tx.Execute(std::move(look));
    if (!results.back().empty()) co_return false;
    Batch batch("auth.begin_signing_keys");
    AddNext(batch, active);
    batch.Add(kActivate);
    AddNext(batch, next);
    co_await tx.ExecuteAndCommit(std::move(batch));
    co_return true;
  };
  co_await database_.Transaction(work, begin);
}

Task<std::variant<Rotated, TooEarly>> SigningKeys::Rotate(Work work, domain::NewSigningKey next,
                                                          audit::Act act) {
  using Outcome = std::variant<Rotated, TooEarly>;
  const auto rotate = [&](postgres::Tx& tx) -> Task<Outcome> {
    const auto current = co_await LockCurrent(tx, times_.published_before);
    if (current.wait_ms > 0) co_return TooEarly{std::chrono::milliseconds(current.wait_ms)};
    Batch batch("auth.rotate_signing_keys");
    batch.Add(kRetire).Add(kActivate);
    AddNext(batch, next);
    auto record = UponSigningKey(act, current.next);
    record.before["active"] = current.active;
    record.after["active"] = current.next;
    record.after["next"] = next.kid;
    audit::Append(batch, work, record);
    co_await tx.ExecuteAndCommit(std::move(batch));
    co_return Rotated();
  };
  co_return co_await database_.Transaction(work, rotate);
}

Task<std::variant<KeyRemoved, NoSuchKey>> SigningKeys::Remove(Work work, std::string kid,
                                                              domain::NewSigningKey next, audit::Act act) {
  using Outcome = std::variant<KeyRemoved, NoSuchKey>;
  const auto remove = [&](postgres::Tx& tx) -> Task<Outcome> {
    Batch look("auth.look_at_signing_key");
    look.Add(kLockKeys).Add(kFindKey, kid);
    const auto found = kKnownKey.ReadAtMostOne((co_await tx.Execute(std::move(look))).back());
    if (!found) co_return NoSuchKey();
    if (found->state == KeyState::kRemoved) co_return KeyRemoved();
    Batch batch("auth.remove_signing_key_and_tell");
    batch.Add(kRemove, kid);
    auto record = UponSigningKey(act, kid);
    record.before["state"] = Name(found->state);
    record.after["state"] = Name(KeyState::kRemoved);
    if (found->state == KeyState::kActive) batch.Add(kActivate);
    if (found->state == KeyState::kActive || found->state == KeyState::kNext) {
      AddNext(batch, next);
      record.after["next"] = next.kid;
    }
    events::Append(batch, work, SigningKeyRemovedEvent(kid));
    audit::Append(batch, work, record);
    co_await tx.ExecuteAndCommit(std::move(batch));
    co_return KeyRemoved();
  };
  co_return co_await database_.Transaction(work, remove);
}

Task<std::int64_t> SigningKeys::RemoveAll(Work work, audit::Act act) {
  const auto remove = [&](postgres::Tx& tx) -> Task<std::int64_t> {
    Batch take("auth.lock_and_remove_signing_keys");
    take.Add(kLockKeys).Add(kRemoveAll);
    const auto taken = kCleared.ReadAll((co_await tx.Execute(std::move(take))).back());
    Batch told("auth.signing_keys_removed");
    for (const auto& key : taken) {
      events::Append(told, work, SigningKeyRemovedEvent(key.kid));
      auto record = UponSigningKey(act, key.kid);
      record.after["state"] = Name(KeyState::kRemoved);
      audit::Append(told, work, record);
    }
    co_await tx.ExecuteAndCommit(std::move(told));
    co_return static_cast<std::int64_t>(taken.size());
  };
  co_return co_await database_.Transaction(work, remove);
}

Task<std::int64_t> SigningKeys::Sweep(Work work, std::chrono::milliseconds kept, std::int64_t limit) {
  co_return (co_await database_.Write(work, kSweepSigningKeys, kept, limit)).AffectedRows();
}

}  // namespace market::auth::storage
