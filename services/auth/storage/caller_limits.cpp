#include "services/auth/storage/caller_limits.hpp"

#include <algorithm>

#include "platform/crypto/digest.hpp"
#include "platform/postgres/columns.hpp"
#include "services/auth/storage/rows.hpp"

namespace market::auth::storage {
namespace {

using postgres::Bytes;
using postgres::Column;
using postgres::Columns;
using postgres::ComposedStatement;
using postgres::Statement;

struct Taken {
  bool taken = false;
  std::optional<std::int64_t> wait_ms;
};
constexpr Columns kTaken{
    Column{"EXISTS (SELECT FROM taken)", &Taken::taken},
    Column{
        R"sql((SELECT ceil(extract(epoch FROM l.busy_until + $2::interval - $3::interval - market_now()) * 1000)::bigint
        FROM caller_limit l WHERE l.digest = $1))sql",
        &Taken::wait_ms}};

// $2 is what one takes of the window $3.
constexpr ComposedStatement kTake{"auth.take_caller_limit", R"sql(
WITH taken AS (
  INSERT INTO caller_limit AS l (digest, busy_until) VALUES ($1, market_now() + $2::interval)
  ON CONFLICT (digest) DO UPDATE SET busy_until = greatest(l.busy_until, market_now()) + $2::interval
  WHERE greatest(l.busy_until, market_now()) + $2::interval <= market_now() + $3::interval
  RETURNING 1)
SELECT )sql" + kTaken};

constexpr Statement kSweepCallers{"auth.sweep_callers", R"sql(
DELETE FROM caller_limit WHERE digest IN (
  SELECT digest FROM caller_limit WHERE busy_until < market_now() LIMIT $1 FOR UPDATE SKIP LOCKED))sql"};

}  // namespace

Task<std::optional<std::chrono::milliseconds>> CallerLimits::Take(Work work, std::string_view caller,
                                                                  const domain::RateLimit& limit) {
  co_return co_await TakeDigest(work, crypto::Sha256(caller), limit);
}

Task<std::optional<std::chrono::milliseconds>> CallerLimits::TakeGuess(Work work, std::string_view email_key,
                                                                       const domain::RateLimit& limit) {
  co_return co_await TakeDigest(work, GuessesDigest(email_key), limit);
}

Task<std::optional<std::chrono::milliseconds>> CallerLimits::TakeDigest(Work work, std::string digest,
                                                                        const domain::RateLimit& limit) {
  const auto each = std::chrono::duration_cast<std::chrono::microseconds>(limit.window) / limit.count;
  const auto row = kTaken.ReadOne(co_await database_.Write(work, kTake, Bytes{digest}, each, limit.window));
  if (row.taken) co_return std::nullopt;
  // The row that refuses may be younger than the statement's snapshot: then the wait is at least one's share.
  const auto share = std::chrono::ceil<std::chrono::milliseconds>(each).count();
  co_return std::chrono::milliseconds(std::max<std::int64_t>(row.wait_ms.value_or(share), 1));
}

Task<std::int64_t> CallerLimits::Sweep(Work work, std::int64_t limit) {
  co_return (co_await database_.Write(work, kSweepCallers, limit)).AffectedRows();
}

}  // namespace market::auth::storage
