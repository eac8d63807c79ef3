#include "platform/idempotency/pg_store.hpp"

#include <algorithm>

#include "platform/idempotency/with_effect.hpp"

namespace market::idempotency {
namespace {

using postgres::Bytes;
using postgres::Statement;

// Claims a new key, one whose lease ended without an answer, or one that expired. No row: someone else's.
constexpr Statement kClaim{"idempotency.claim", R"(
  INSERT INTO idempotency_key AS k
    (principal, method, key, fingerprint, operation_id, fence, leased_until, expires_at)
  VALUES ($1, $2, $3, $4, $5, 1, market_now() + $6::interval, market_now() + $7::interval)
  ON CONFLICT (principal, method, key) DO UPDATE
    SET operation_id = CASE WHEN k.expires_at <= market_now() THEN excluded.operation_id
                            ELSE k.operation_id END,
        fingerprint = excluded.fingerprint, fence = k.fence + 1, leased_until = excluded.leased_until,
        answer = NULL, expires_at = excluded.expires_at
    WHERE k.expires_at <= market_now()
       OR (k.answer IS NULL AND k.leased_until <= market_now() AND k.fingerprint = excluded.fingerprint)
  RETURNING operation_id, fence)"};

// For a key that nobody has used: a row that is there already ends the transaction.
constexpr Statement kClaimNew{"idempotency.claim_new", R"(
  INSERT INTO idempotency_key (principal, method, key, fingerprint, operation_id, fence, leased_until, expires_at)
  VALUES ($1, $2, $3, $4, $5, $6, market_now() + $7::interval, market_now() + $8::interval))"};

constexpr Statement kLook{"idempotency.look", R"(
  SELECT fingerprint = $4, answer, (extract(epoch FROM leased_until - market_now()) * 1000)::bigint
  FROM idempotency_key WHERE principal = $1 AND method = $2 AND key = $3)"};

constexpr Statement kFinish{"idempotency.finish", R"(
  UPDATE idempotency_key SET answer = $5, leased_until = market_now()
  WHERE principal = $1 AND method = $2 AND key = $3 AND fence = $4 AND answer IS NULL)"};

constexpr Statement kAbandon{"idempotency.abandon", R"(
  UPDATE idempotency_key SET leased_until = market_now()
  WHERE principal = $1 AND method = $2 AND key = $3 AND fence = $4 AND answer IS NULL)"};

constexpr Statement kSweep{"idempotency.sweep", R"(
  DELETE FROM idempotency_key WHERE (principal, method, key) IN (
    SELECT principal, method, key FROM idempotency_key WHERE expires_at <= market_now()
    ORDER BY expires_at LIMIT $1 FOR UPDATE SKIP LOCKED))"};

}  // namespace

void AppendClaim(postgres::Batch& batch, const RequestKey& key) {
  const auto& request = key.request;
  batch.Add(kClaimNew, request.principal, request.method, request.key, Bytes{request.fingerprint},
            key.operation_id, kFirstFence, kLease, kKeep);
}

bool IsTaken(const postgres::SqlError& error) { return error.IsUniqueViolation("idempotency_key_pkey"); }

void AppendAnswer(postgres::Batch& batch, const RequestKey& key, std::string answer) {
  const auto& request = key.request;
  batch.Add(kFinish, request.principal, request.method, request.key, key.fence, Bytes{answer});
}

// The row seen as taken may be gone, or free, by the time it is looked at: then claim again.
Task<Decision> PgStore::Begin(Work work, const Request& request) {
  while (true) {
    const auto claimed =
        co_await database_.Write(work, kClaim, request.principal, request.method, request.key,
                                 Bytes{request.fingerprint}, Uuid::NewV7(), options_.lease, options_.keep);
    if (const auto row = claimed.First()) co_return Claimed{row->GetUuid(0), row->Int(1)};

    // On a write connection: reads may come from a replica one day.
    const auto found = co_await database_.Write(work, kLook, request.principal, request.method, request.key,
                                                Bytes{request.fingerprint});
    const auto row = found.First();
    if (!row) continue;
    if (!row->GetBool(0)) co_return OtherRequest{};
    if (auto answer = row->OptionalBytes(1)) co_return Replay{std::move(*answer)};
    const std::chrono::milliseconds left(row->Int(2));
    if (left.count() > 0) co_return InFlight{std::min(left, options_.retry_after)};
  }
}

Task<> PgStore::Finish(Work work, const Request& request, std::int64_t fence, std::string answer) {
  co_await database_.Write(work, kFinish, request.principal, request.method, request.key, fence,
                           Bytes{answer});
}

Task<> PgStore::Abandon(Work work, const Request& request, std::int64_t fence) {
  co_await database_.Write(work, kAbandon, request.principal, request.method, request.key, fence);
}

Task<> PgStore::Sweep(Work work) {
  while (std::chrono::steady_clock::now() < work.deadline) {
    const auto swept = co_await database_.Write(work, kSweep, options_.sweep_chunk);
    if (swept.AffectedRows() < static_cast<std::int64_t>(options_.sweep_chunk)) co_return;
  }
}

}  // namespace market::idempotency
