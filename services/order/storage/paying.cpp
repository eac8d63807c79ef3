// Checkouts whose payment came to nothing, or waits to be confirmed: they wait for their buyer, and go on
// when he pays with another method, or has confirmed it.
#include <array>

#include "platform/core/error.hpp"
#include "platform/idempotency/with_effect.hpp"
#include "services/order/domain/return.hpp"
#include "services/order/messages.hpp"
#include "services/order/storage/checkout_rows.hpp"
#include "services/order/storage/checkouts.hpp"
#include "services/order/storage/transitions.hpp"

namespace market::order::storage {
namespace {

using postgres::Batch;
using postgres::ComposedStatement;
using postgres::Statement;

// Past its deadline, where it counts as stuck, only once it should have been undone for that long.
constexpr Statement kWait{"checkout.wait", R"sql(
  WITH won AS (
    UPDATE checkout SET step = 'WAIT', undo_reason = $3, undo_decline_code = $4, lease_until = market_now(),
                        next_run_at = $5, deadline_at = $5::timestamptz + $6::interval, failures = 0, last_error = '',
                        parked_at = NULL
    WHERE order_id = $1 AND fence = $2 AND step = 'FORWARD' RETURNING 1),
  told AS (
    UPDATE orders SET payment_state = $8, authorized_minor = 0, decline_code = $4, pay_until = $5, action_url = $9,
                      version = version + 1, updated_at = $7
    FROM won WHERE id = $1 RETURNING 1)
  SELECT require(count(*) = 1) FROM told)sql"};
// Whoever drives it has looked before the payment was confirmed, and finds out at the next thing that it
// writes. One whose time is over is undone by whoever takes it: the payment, too.
constexpr Statement kConfirmed{"checkout.confirmed", R"sql(
  UPDATE checkout c SET step = 'FORWARD', undo_reason = '', undo_decline_code = '', fence = fence + 1,
                        lease_until = market_now(), next_run_at = market_now(), deadline_at = market_now() + $3::interval,
                        attempts = 0, failures = 0, parked_at = NULL
  FROM orders o
  WHERE c.order_id = $1 AND o.id = c.order_id AND o.payment_number = $2
    AND (c.step = 'FORWARD'
         OR (c.step = 'WAIT' AND o.payment_state = 'REQUIRES_ACTION' AND c.next_run_at > market_now())))sql"};
// Of the payment that was captured, not of one that has followed it.
constexpr Columns kUnpaidOrder{Column{"o.id", &UnpaidOrder::id},
                               Column{"o.number", &UnpaidOrder::number},
                               Column{"o.buyer_id", &UnpaidOrder::buyer},
                               Column{"o.total_minor", &UnpaidOrder::total, &Money::minor},
                               Column{"o.currency", &UnpaidOrder::total, &Money::currency},
                               Column{"o.version", &UnpaidOrder::version}};
constexpr ComposedStatement kLost{"checkout.lost", R"sql(
  WITH reopened AS (
    UPDATE checkout SET step = 'WAIT', undo_reason = 'PAYMENT_FAILED', undo_decline_code = '', lease_until = market_now(),
                        next_run_at = market_now() + $2::interval, deadline_at = market_now() + $2::interval + $3::interval,
                        attempts = 0
    WHERE order_id = $1 AND step = 'DONE' AND EXISTS (SELECT FROM orders WHERE id = $1 AND payment_number = $4)
    RETURNING next_run_at)
  UPDATE orders o SET payment_state = 'CAPTURE_FAILED', authorized_minor = $5, pay_until = reopened.next_run_at,
                      version = version + 1, updated_at = market_now()
  FROM reopened WHERE id = $1 RETURNING )sql" + kUnpaidOrder};

// A checkout under its row lock, as who wants to pay finds it.
struct Payable {
  Step step = Step::kForward;
  domain::FailureReason undo_reason = domain::FailureReason::kNone;
  bool over = false;              // whoever takes it now undoes it
  std::optional<Uuid> operation;  // that began the newest payment
  int payments = 1;               // begun
  domain::State state = domain::State::kPendingPayment;
  domain::PaymentState payment = domain::PaymentState::kCreated;
};
constexpr Columns kPayable{Column{"c.step", &Payable::step},
                           Column{"c.undo_reason", &Payable::undo_reason},
                           Column{"c.next_run_at <= market_now()", &Payable::over},
                           Column{"c.pay_operation_id", &Payable::operation},
                           Column{"o.payment_number", &Payable::payments},
                           Column{kStateOfOrder, &Payable::state},
                           Column{"o.payment_state", &Payable::payment}};
constexpr ComposedStatement kLockToPay{"checkout.lock_to_pay",
                                       "SELECT " + kPayable +
                                           " FROM checkout c JOIN orders o ON o.id = c.order_id"
                                           " WHERE c.order_id = $1 AND c.buyer_id = $2"
                                           " FOR UPDATE OF c, o"};
constexpr ComposedStatement kPay{"checkout.pay", R"sql(
  UPDATE checkout c SET step = 'FORWARD', undo_reason = '', undo_decline_code = '', fence = fence + 1,
                        lease_until = market_now() + $2::interval, next_run_at = market_now(),
                        deadline_at = market_now() + $3::interval, attempts = 0, failures = 0, pay_operation_id = $4
  WHERE order_id = $1 RETURNING )sql" + kLease};
constexpr Statement kPayWith{"order.pay_with", R"sql(
  UPDATE orders SET payment_method = $2, payment_number = payment_number + 1, payment_state = 'CREATED',
                    authorized_minor = 0, decline_code = '', action_url = '', version = version + 1, updated_at = $3
  WHERE id = $1)sql"};

struct LockedPart {
  domain::SellerOrderId id;
  domain::State state = domain::State::kPlaced;
  Currency currency;
};
constexpr Columns kLockedPart{Column{"s.id", &LockedPart::id}, Column{"s.state", &LockedPart::state},
                              Column{"o.currency", &LockedPart::currency}};
constexpr ComposedStatement kLockStates{"order.lock_states",
                                        "SELECT " + kLockedPart +
                                            " FROM seller_order s JOIN orders o ON o.id = s.order_id"
                                            " WHERE s.order_id = $1 ORDER BY s.id FOR UPDATE OF s"};
constexpr Statement kDone{"checkout.done", R"sql(
  WITH won AS (
    UPDATE checkout SET step = 'DONE', undo_reason = '', lease_until = market_now(), failures = 0, last_error = '',
                        parked_at = NULL
    WHERE order_id = $1 AND fence = $2 AND step = $3 RETURNING 1)
  SELECT require(count(*) = 1) FROM won)sql"};

constexpr std::string_view kNotConfirmed = "authentication_required";
// When whoever drives the payment that is under way may know more.
constexpr std::chrono::seconds kLookAgainIn{2};

Error NotPayable(domain::State state, std::string why) {
  return Error(Code::kFailedPrecondition, "ILLEGAL_TRANSITION", std::move(why))
      .WithMetadata("from", std::string(domain::Name(state)))
      .WithMetadata("to", std::string(domain::Name(domain::State::kPlaced)));
}

void RequirePayable(const Payable& found, std::int32_t most) {
  const auto state = found.state;
  if (found.step == Step::kForward) {
    throw NotPayable(state, "a payment of this order is under way; look at the order again in a moment")
        .WithRetryAfter(kLookAgainIn);
  }
  if (domain::IsCancellation(found.undo_reason)) throw NotPayable(state, "the order was cancelled");
  if (domain::IsDead(state)) {
    throw NotPayable(state,
                     "the order is " + std::string(domain::Name(state)) + " and can't be paid any more");
  }
  const bool done = found.step == Step::kDone;
  if (done && domain::IsSecured(found.payment)) throw NotPayable(state, "the order is paid already");
  if (done || found.step == Step::kUndo || found.over)
    throw NotPayable(state, "the time to pay this order is over");
  if (found.payments >= most) {
    throw Error(Code::kFailedPrecondition, "LIMIT_REACHED",
                "it was tried to pay this order " + std::to_string(most) + " times; it can't be tried again");
  }
}

}  // namespace

Task<> Checkouts::Wait(Work work, const Lease& lease, domain::Order& order, const domain::Failure& why,
                       Time now, const KeyedAnswer* answer) {
  auto waiting = order;
  waiting.Wait(why, order.pay_until.value_or(now + limits_.pay_within), now);
  Batch batch("checkout.wait");
  batch.Add(kWait, lease.order, lease.fence, why.reason, why.decline_code, *waiting.pay_until,
            limits_.deadline, now, waiting.payment.state, waiting.action_url);
  events::Append(batch, work,
                 OrderPaymentNeededEvent({.id = order.id,
                                          .number = order.number,
                                          .buyer = order.buyer,
                                          .total = order.total,
                                          .version = waiting.version}));
  if (answer != nullptr) idempotency::AppendAnswer(batch, answer->key, answer->of(waiting));
  co_await WriteGuarded(work, std::move(batch));
  if (answer != nullptr) answer->key.answered = true;
  order = std::move(waiting);
}

// Undone without having been confirmed, it was declined for that: the provider's own word where nobody can be
// asked.
Task<> Checkouts::WaitForAction(Work work, const Lease& lease, domain::Order& order, std::string url,
                                Time now) {
  auto waiting = order;
  waiting.WaitForAction(std::move(url), order.pay_until.value_or(now + limits_.pay_within), now);
  Batch batch("checkout.wait");
  batch.Add(kWait, lease.order, lease.fence, domain::FailureReason::kPaymentDeclined, kNotConfirmed,
            *waiting.pay_until, limits_.deadline, now, waiting.payment.state, waiting.action_url);
  co_await WriteGuarded(work, std::move(batch));
  order = std::move(waiting);
}

Task<> Checkouts::Confirmed(Work work, domain::OrderId order, int payment_number) {
  co_await database_.Write(work, kConfirmed, order, payment_number, limits_.deadline);
}

Task<std::optional<Lease>> Checkouts::Pay(Work work, domain::OrderId order, AccountId buyer,
                                          std::string method, Uuid operation_id, idempotency::RequestKey& key,
                                          Time now) {
  auto body = [&](postgres::Tx& tx) -> Task<std::optional<Lease>> {
    Batch look("checkout.lock_to_pay");
    if (!key.Claimed()) idempotency::AppendClaim(look, key);
    look.Add(kLockToPay, order, buyer);
    const auto found = kPayable.ReadAtMostOne((co_await tx.Execute(std::move(look))).back());
    if (!found) throw NotFound("the order");
    if (found->operation == operation_id) co_return std::nullopt;
    RequirePayable(*found, limits_.payments_of_order);
    Batch batch("checkout.pay");
    batch.Add(kPay, order, limits_.lease, limits_.deadline, operation_id).Add(kPayWith, order, method, now);
    co_return kLease.ReadOne((co_await tx.ExecuteAndCommit(std::move(batch))).front());
  };
  try {
    auto lease = co_await database_.Transaction(work, body);
    if (!key.Claimed()) key.fence = idempotency::kFirstFence;
    co_return lease;
  } catch (const postgres::SqlError& error) {
    if (idempotency::IsTaken(error)) throw idempotency::KeyTaken();
    throw;
  }
}

Task<> Checkouts::Lost(Work work, domain::OrderId order, int payment_number, std::int64_t authorized_minor,
                       const outbox::Message& command) {
  auto body = [&](postgres::Tx& tx) -> Task<> {
    const auto unpaid = kUnpaidOrder.ReadAtMostOne(co_await tx.Execute(
        kLost, order, limits_.pay_within, limits_.deadline, payment_number, authorized_minor));
    Batch batch("checkout.lost");
    outbox::AppendDelivered(batch, command);
    if (unpaid) events::Append(batch, work, OrderPaymentNeededEvent(*unpaid));
    co_await tx.ExecuteAndCommit(std::move(batch));
  };
  co_await database_.Transaction(work, body);
}

// Under the locks of the parts: a cancellation or a return that comes later finds the capture before its own message. What was
// cancelled or returned before is paid with the rest, and goes back after it.
Task<> Checkouts::Secure(Work work, const Lease& lease, domain::PaymentSummary payment) {
  auto body = [&](postgres::Tx& tx) -> Task<> {
    Batch read("order.lock_states");
    read.Add(kLockStates, lease.order).Add(kUnitsOfOrder, lease.order);
    const auto found = co_await tx.Execute(std::move(read));
    const auto parts = kLockedPart.ReadAll(found[0]);
    const auto lines = kLineNow.ReadAll(found[1]);
    Batch batch("checkout.secure");
    batch.Add(kDone, lease.order, lease.fence, lease.step);
    AddPayment(batch, lease.order, payment);
    std::vector<outbox::NewMessage> messages{CaptureMessage(lease.order, lease.trace)};
    for (const auto& part : parts) {
      const Money cost{domain::CostOfGone(part.id, lines), part.currency};
      const auto gone = domain::GoneOf(part.id, lines);
      if (domain::IsDead(part.state) || domain::IsAllBack(part.id, lines)) {
        messages.push_back(RefundMessage(lease.order, part.id, {{}, gone}, part.currency, lease.trace));
      } else if (!gone.empty()) {
        messages.push_back(RefundMessage(lease.order, part.id, {cost, gone}, part.currency, lease.trace));
      }
    }
    outbox::Append(batch, messages);
    co_await tx.ExecuteAndCommit(std::move(batch));
  };
  co_await Guarded(database_.Transaction(work, body));
}

Task<std::size_t> Checkouts::EndUnpaid(Work work, const Lease& lease, domain::PaymentSummary payment,
                                       Time now) {
  Batch end("checkout.end_unpaid");
  end.Add(kDone, lease.order, lease.fence, lease.step);
  AddPayment(end, lease.order, payment);
  co_return co_await Guarded(
      Transitions(database_).EndUnpaid(work, lease.order, std::move(end), lease.trace, now));
}

}  // namespace market::order::storage
