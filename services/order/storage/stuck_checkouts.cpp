#include "platform/core/error.hpp"
#include "services/order/storage/checkout_rows.hpp"
#include "services/order/storage/checkouts.hpp"

namespace market::order::storage {
namespace {

using postgres::Batch;
using postgres::ComposedStatement;

constexpr Columns kOnView{
    Column{"c.order_id", &CheckoutOnView::order},
    Column{"o.number", &CheckoutOnView::order_number},
    Column{"o.buyer_id", &CheckoutOnView::buyer},
    Column{kStateOfOrder, &CheckoutOnView::state},
    Column{"c.step", &CheckoutOnView::step},
    Column{"c.undo_reason", &CheckoutOnView::undo_reason},
    Column{"c.attempts", &CheckoutOnView::attempts},
    Column{"c.failures", &CheckoutOnView::failures},
    Column{"c.last_error", &CheckoutOnView::last_error},
    Column{"c.step <> 'DONE' AND c.lease_until >= market_now()", &CheckoutOnView::driven},
    Column{"o.created_at", &CheckoutOnView::created_at},
    Column{"c.deadline_at", &CheckoutOnView::deadline_at},
    Column{"c.next_run_at", &CheckoutOnView::next_run_at},
    Column{"c.parked_at", &CheckoutOnView::parked_at}};
// Open ones are few, and have an index of their own.
constexpr ComposedStatement kStuck{"checkout.stuck", "SELECT " + kOnView + R"sql(
  FROM checkout c JOIN orders o ON o.id = c.order_id
  WHERE c.step <> 'DONE' AND (c.parked_at IS NOT NULL OR c.failures > 0 OR c.deadline_at < market_now())
    AND ($1::timestamptz IS NULL OR (c.deadline_at, c.order_id) > ($1, $2))
  ORDER BY c.deadline_at, c.order_id LIMIT $3)sql"};
constexpr ComposedStatement kFindOnView{
    "checkout.find",
    "SELECT " + kOnView + " FROM checkout c JOIN orders o ON o.id = c.order_id WHERE c.order_id = $1"};

// A checkout under its row lock.
struct LockedCheckout {
  Step step = Step::kForward;
  bool driven = false;
  bool due = true;
  std::uint32_t failures = 0;
  std::optional<Time> parked_at;
};
constexpr Columns kLockedCheckout{
    Column{"step", &LockedCheckout::step}, Column{"lease_until >= market_now()", &LockedCheckout::driven},
    Column{"next_run_at <= market_now()", &LockedCheckout::due},
    Column{"failures", &LockedCheckout::failures}, Column{"parked_at", &LockedCheckout::parked_at}};
constexpr ComposedStatement kLockCheckout{
    "checkout.lock", "SELECT " + kLockedCheckout + " FROM checkout WHERE order_id = $1 FOR UPDATE"};
constexpr ComposedStatement kTakeOver{"checkout.take_over", "UPDATE checkout c SET " + kTaken + R"sql(,
    next_run_at = market_now(), failures = 0, parked_at = NULL
  WHERE order_id = $1 RETURNING )sql" + kLease};

}  // namespace

Task<std::vector<CheckoutOnView>> Checkouts::ListStuck(Work work, std::optional<StuckUpTo> after,
                                                       std::int64_t limit) {
  const auto deadline = after ? std::optional(after->deadline_at) : std::nullopt;
  const auto order = after ? std::optional(after->order) : std::nullopt;
  co_return kOnView.ReadAll(co_await database_.List(work, kStuck, deadline, order, limit));
}

Task<std::optional<CheckoutOnView>> Checkouts::Find(Work work, domain::OrderId order) {
  co_return kOnView.ReadAtMostOne(co_await database_.Read(work, kFindOnView, order));
}

Task<std::optional<Lease>> Checkouts::TakeOver(Work work, domain::OrderId order, audit::Act act) {
  act.target_type = "checkout";
  act.target_id = order.ToString();
  auto body = [&](postgres::Tx& tx) -> Task<std::optional<Lease>> {
    const auto found = kLockedCheckout.ReadAtMostOne(co_await tx.Execute(kLockCheckout, order));
    if (!found) throw NotFound("the checkout");
    if (found->step == Step::kDone || (found->step == Step::kWait && !found->due)) co_return std::nullopt;
    if (found->driven) {
      throw Error(Code::kFailedPrecondition, "ILLEGAL_TRANSITION", "somebody drives this checkout right now");
    }
    act.before = {{"failures", std::to_string(found->failures)}, {"parked", found->parked_at ? "yes" : "no"}};
    act.after = {{"failures", "0"}, {"parked", "no"}};
    Batch batch("checkout.take_over");
    batch.Add(kTakeOver, order, limits_.lease);
    audit::Append(batch, work, act);
    co_return kLease.ReadOne((co_await tx.ExecuteAndCommit(std::move(batch))).front());
  };
  co_return co_await database_.Transaction(work, body);
}

}  // namespace market::order::storage
