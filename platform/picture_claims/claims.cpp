#include "platform/picture_claims/claims.hpp"

#include "platform/core/error.hpp"

namespace market::picture_claims {
namespace {

using postgres::Batch;
using postgres::Column;
using postgres::Columns;
using postgres::ComposedStatement;
using postgres::Statement;

struct PictureClaim {
  Uuid shown_by;
  std::int64_t number = 0;
};
constexpr Columns kPictureClaim{Column{"c.shown_by", &PictureClaim::shown_by},
                                Column{"c.number", &PictureClaim::number}};

// Requests end within seconds (timeout_ms in the contracts).
constexpr ComposedStatement kBeginClaim{"picture_claim.begin", R"sql(
INSERT INTO picture_claim AS c (shown_by, due_at) VALUES ($1, market_now() + interval '1 minute') RETURNING )sql" +
                                                                   kPictureClaim};
constexpr ComposedStatement kReleaseClaim{
    "picture_claim.release",
    "INSERT INTO picture_claim AS c (shown_by, due_at) VALUES ($1, market_now()) RETURNING " + kPictureClaim};
constexpr Statement kUseClaim{"picture_claim.use",
                              "UPDATE picture_claim SET due_at = market_now() WHERE number = $1"};
constexpr ComposedStatement kTakeDueClaim{"picture_claim.take_due",
                                          "SELECT " + kPictureClaim +
                                              " FROM picture_claim c WHERE c.due_at <= market_now() "
                                              "ORDER BY c.due_at, c.number LIMIT 1 FOR UPDATE SKIP LOCKED"};
// Earlier ones of the same thing whose time is over, too: what they have kept is let go with this one.
constexpr Statement kLockEarlierClaims{"picture_claim.lock_earlier", R"sql(
SELECT FROM picture_claim WHERE shown_by = $1 AND number <= $2 AND due_at <= market_now() ORDER BY number FOR UPDATE)sql"};
constexpr Statement kForgetClaims{"picture_claim.forget", R"sql(
DELETE FROM picture_claim WHERE shown_by = $1 AND number <= $2 AND due_at <= market_now())sql"};

}  // namespace

Task<std::int64_t> Claims::Begin(Work work, Uuid shown_by) {
  co_return kPictureClaim.ReadOne(co_await database_.Write(work, kBeginClaim, shown_by)).number;
}

Task<bool> Claims::SettleDue(Work work, std::function<Task<>(Settled)> tell) {
  const auto settle = [&](postgres::Tx& tx) -> Task<bool> {
    const auto due = kPictureClaim.ReadAtMostOne(co_await tx.Execute(kTakeDueClaim));
    if (!due) co_return false;
    // What is read after the locks is what was written with these claims, if anything was.
    Batch look("picture_claim.look");
    look.Add(kLockEarlierClaims, due->shown_by, due->number).Add(find_shown_, due->shown_by);
    const auto found = co_await tx.Execute(std::move(look));
    auto shown = kShown.ReadAtMostOne(found[1]).value_or(Shown());
    co_await tell({.shown_by = due->shown_by, .number = due->number, .shown = std::move(shown.pictures)});
    Batch batch("picture_claim.settle");
    batch.Add(kForgetClaims, due->shown_by, due->number);
    co_await tx.ExecuteAndCommit(std::move(batch));
    co_return true;
  };
  co_return co_await database_.Transaction(work, settle);
}

Task<> Claims::Use(postgres::Tx& tx, std::int64_t number) {
  if ((co_await tx.Execute(kUseClaim, number)).AffectedRows() == 0)
    throw Unavailable("it took too long to keep the pictures; try again");
}

Task<std::int64_t> Claims::Release(postgres::Tx& tx, Uuid shown_by) {
  co_return kPictureClaim.ReadOne(co_await tx.Execute(kReleaseClaim, shown_by)).number;
}

void Claims::AppendRelease(Batch& batch, Uuid shown_by) { batch.Add(kReleaseClaim, shown_by); }

}  // namespace market::picture_claims
