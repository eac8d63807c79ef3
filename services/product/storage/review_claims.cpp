#include "services/product/storage/review_claims.hpp"

#include "platform/core/error.hpp"
#include "platform/postgres/columns.hpp"

namespace market::product::storage {
namespace {

using postgres::Batch;
using postgres::Column;
using postgres::Columns;
using postgres::ComposedStatement;
using postgres::Statement;

struct Claim {
  domain::ReviewId review;
  std::int64_t number = 0;
};
constexpr Columns kClaim{Column{"c.review_id", &Claim::review}, Column{"c.number", &Claim::number}};
struct ShownByReview {
  std::vector<std::string> pictures;
};
constexpr Columns kShownByReview{Column{"r.pictures", &ShownByReview::pictures}};

// Requests end within seconds (timeout_ms in product.proto).
constexpr ComposedStatement kBegin{"review_claim.begin", R"sql(
INSERT INTO review_claim AS c (review_id, due_at) VALUES ($1, market_now() + interval '1 minute') RETURNING )sql" +
                                                             kClaim};
constexpr ComposedStatement kReleaseClaim{
    "review_claim.release",
    "INSERT INTO review_claim AS c (review_id, due_at) VALUES ($1, market_now()) RETURNING " + kClaim};
constexpr Statement kUse{"review_claim.use",
                         "UPDATE review_claim SET due_at = market_now() WHERE number = $1"};

constexpr ComposedStatement kTakeDue{"review_claim.take_due",
                                     "SELECT " + kClaim +
                                         " FROM review_claim c WHERE c.due_at <= market_now() "
                                         "ORDER BY c.due_at, c.number LIMIT 1 FOR UPDATE SKIP LOCKED"};
// Earlier ones of the review whose time is over, too: what they have kept is let go with this one.
constexpr Statement kLockEarlier{"review_claim.lock_earlier", R"sql(
SELECT FROM review_claim WHERE review_id = $1 AND number <= $2 AND due_at <= market_now() ORDER BY number FOR UPDATE)sql"};
constexpr Statement kForget{"review_claim.forget", R"sql(
DELETE FROM review_claim WHERE review_id = $1 AND number <= $2 AND due_at <= market_now())sql"};
constexpr ComposedStatement kFindShown{"review_claim.find_shown",
                                       "SELECT " + kShownByReview + " FROM review r WHERE r.id = $1"};

}  // namespace

Task<std::int64_t> ReviewClaims::Begin(Work work, domain::ReviewId review) {
  co_return kClaim.ReadOne(co_await database_.Write(work, kBegin, review)).number;
}

Task<bool> ReviewClaims::SettleDue(Work work, std::function<Task<>(Settled)> tell) {
  const auto settle = [&](postgres::Tx& tx) -> Task<bool> {
    const auto due = kClaim.ReadAtMostOne(co_await tx.Execute(kTakeDue));
    if (!due) co_return false;
    // What is read after the locks is what was written with these claims, if anything was.
    Batch look("review_claim.look");
    look.Add(kLockEarlier, due->review, due->number).Add(kFindShown, due->review);
    const auto found = co_await tx.Execute(std::move(look));
    auto shown = kShownByReview.ReadAtMostOne(found[1]).value_or(ShownByReview());
    co_await tell({.review = due->review, .number = due->number, .shown = std::move(shown.pictures)});
    Batch batch("review_claim.settle");
    batch.Add(kForget, due->review, due->number);
    co_await tx.ExecuteAndCommit(std::move(batch));
    co_return true;
  };
  co_return co_await database_.Transaction(work, settle);
}

Task<> ReviewClaims::Use(postgres::Tx& tx, std::int64_t number) {
  if ((co_await tx.Execute(kUse, number)).AffectedRows() == 0)
    throw Unavailable("it took too long to keep the pictures of the review; try again");
}

Task<std::int64_t> ReviewClaims::Release(postgres::Tx& tx, domain::ReviewId review) {
  co_return kClaim.ReadOne(co_await tx.Execute(kReleaseClaim, review)).number;
}

void ReviewClaims::AppendRelease(Batch& batch, domain::ReviewId review) { batch.Add(kReleaseClaim, review); }

}  // namespace market::product::storage
