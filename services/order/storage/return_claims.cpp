#include "services/order/storage/return_claims.hpp"

#include "platform/core/error.hpp"
#include "platform/postgres/columns.hpp"

namespace market::order::storage {
namespace {

using postgres::Batch;
using postgres::Column;
using postgres::Columns;
using postgres::ComposedStatement;
using postgres::Statement;

struct ReturnClaim {
  domain::ReturnId coming;
  std::int64_t number = 0;
};
constexpr Columns kReturnClaim{Column{"c.return_id", &ReturnClaim::coming},
                               Column{"c.number", &ReturnClaim::number}};
struct ShownByReturn {
  std::vector<std::string> pictures;
};
constexpr Columns kShownByReturn{Column{"r.pictures", &ShownByReturn::pictures}};

// Requests end within seconds (timeout_ms in order.proto).
constexpr ComposedStatement kBeginClaim{"return_claim.begin", R"sql(
INSERT INTO return_claim AS c (return_id, due_at) VALUES ($1, market_now() + interval '1 minute') RETURNING )sql" +
                                                                  kReturnClaim};
constexpr Statement kUseClaim{"return_claim.use",
                              "UPDATE return_claim SET due_at = market_now() WHERE number = $1"};
constexpr ComposedStatement kTakeDueClaim{"return_claim.take_due",
                                          "SELECT " + kReturnClaim +
                                              " FROM return_claim c WHERE c.due_at <= market_now() "
                                              "ORDER BY c.due_at, c.number LIMIT 1 FOR UPDATE SKIP LOCKED"};
// Earlier ones of the return whose time is over, too: what they have kept is let go with this one.
constexpr Statement kLockEarlierClaims{"return_claim.lock_earlier", R"sql(
SELECT FROM return_claim WHERE return_id = $1 AND number <= $2 AND due_at <= market_now() ORDER BY number FOR UPDATE)sql"};
constexpr Statement kForgetClaim{"return_claim.forget", R"sql(
DELETE FROM return_claim WHERE return_id = $1 AND number <= $2 AND due_at <= market_now())sql"};
constexpr ComposedStatement kFindShownByReturn{
    "return_claim.find_shown", "SELECT " + kShownByReturn + " FROM order_return r WHERE r.id = $1"};

}  // namespace

Task<std::int64_t> ReturnClaims::Begin(Work work, domain::ReturnId coming) {
  co_return kReturnClaim.ReadOne(co_await database_.Write(work, kBeginClaim, coming)).number;
}

Task<bool> ReturnClaims::SettleDue(Work work, std::function<Task<>(Settled)> tell) {
  const auto settle = [&](postgres::Tx& tx) -> Task<bool> {
    const auto due = kReturnClaim.ReadAtMostOne(co_await tx.Execute(kTakeDueClaim));
    if (!due) co_return false;
    // What is read after the locks is what was written with these claims, if anything was.
    Batch look("return_claim.look");
    look.Add(kLockEarlierClaims, due->coming, due->number).Add(kFindShownByReturn, due->coming);
    const auto found = co_await tx.Execute(std::move(look));
    auto shown = kShownByReturn.ReadAtMostOne(found[1]).value_or(ShownByReturn());
    co_await tell({.coming = due->coming, .number = due->number, .shown = std::move(shown.pictures)});
    Batch batch("return_claim.settle");
    batch.Add(kForgetClaim, due->coming, due->number);
    co_await tx.ExecuteAndCommit(std::move(batch));
    co_return true;
  };
  co_return co_await database_.Transaction(work, settle);
}

Task<> ReturnClaims::Use(postgres::Tx& tx, std::int64_t number) {
  if ((co_await tx.Execute(kUseClaim, number)).AffectedRows() == 0)
    throw Unavailable("it took too long to keep the pictures of the return; try again");
}

}  // namespace market::order::storage
