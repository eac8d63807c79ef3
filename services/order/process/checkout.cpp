#include "services/order/process/checkout.hpp"

#include "platform/conversions/conversions.hpp"
#include "platform/core/error.hpp"
#include "platform/runtime/backoff.hpp"
#include "platform/telemetry/log.hpp"
#include "services/order/process/payment_summary.hpp"

namespace market::order {
namespace {

using Payment = api::payment::Payment;
using Reserved = api::product::ReserveStockResponse;
using domain::FailureReason;
namespace log = telemetry::log;

// Decisions are written even when the request that drives the checkout is out of time.
constexpr std::chrono::seconds kWriteLimit{5};
// After how long a checkout that found no answer is due again.
constexpr runtime::Backoff::Options kPause{
    .initial = std::chrono::seconds(1), .max = std::chrono::seconds(30), .jitter = 0.3};

Work Writing(const CallContext& call) { return Work(call).With(runtime::After(kWriteLimit)); }

domain::Failure FailureOf(const Reserved& reserved) {
  domain::Failure why;
  why.reason = reserved.outcome() == Reserved::OUT_OF_STOCK ? FailureReason::kOutOfStock
                                                            : FailureReason::kOfferUnavailable;
  for (const auto& shortage : reserved.shortages()) {
    why.shortages.push_back({domain::OfferId::From(shortage.offer_id()), shortage.available()});
  }
  return why;
}

domain::Failure Because(FailureReason reason) {
  return {.reason = reason, .shortages = {}, .decline_code = {}};
}

bool IsPlaced(const domain::Order& order) { return order.CurrentState() != domain::State::kPendingPayment; }

// Nobody can tell: the peer did not answer, or said that it does not know.
bool IsIndefinite(const Error& error) {
  switch (error.code) {
    case Code::kUnavailable:
    case Code::kDeadlineExceeded:
    case Code::kCancelled:
    case Code::kUnknown:
    case Code::kInternal:
    case Code::kResourceExhausted:
    case Code::kAborted:
      return true;
    default:
      return false;
  }
}

}  // namespace

Task<Outcome> Checkout::Advance(CallContext& call, const storage::Lease& lease, domain::Order& order,
                                const storage::KeyedAnswer* answer) {
  const bool was_placed = IsPlaced(order);
  const auto outcome = co_await Run(call, lease, order, answer);
  if (!was_placed && (outcome != Outcome::kPending || lease.attempts == 0)) {
    metrics_.Ended(outcome, order, clock_.Now() - order.created_at, call.Trace());
  }
  co_return outcome;
}

Task<Outcome> Checkout::Run(CallContext& call, const storage::Lease& lease, domain::Order& order,
                            const storage::KeyedAnswer* answer) {
  std::string why;
  std::optional<runtime::Setback> refused;
  try {
    if (lease.step == storage::Step::kUndo) co_return co_await Undo(call, lease, order);
    if (lease.overdue) {
      co_return co_await DecideUndo(call, lease, order, Because(FailureReason::kUnavailable));
    }
    co_return co_await Forward(call, lease, order, answer);
  } catch (const Error& error) {
    if (!IsIndefinite(error)) {
      // A peer refused what it should have accepted. Asking again is safe; in the end a person must look.
      refused = patience_.After(std::current_exception(), lease.attempts, lease.failures);
      log::Error("checkout.refused",
                 {{"order_id", order.id.ToString()}, {"reason", error.reason}, {"detail", error.message}},
                 &call.Trace());
    }
    why = error.reason + ": " + error.message;
  }
  if (!refused) co_return co_await Postpone(call, lease, order, std::move(why));
  co_await checkouts_.PutBack(Writing(call), lease.order, lease.fence, std::move(*refused));
  co_return Outcome::kPending;
}

Task<Outcome> Checkout::Forward(CallContext& call, storage::Lease lease, domain::Order& order,
                                const storage::KeyedAnswer* answer) {
  const bool placed = IsPlaced(order);
  std::optional<domain::Failure> why;
  if (!placed) why = co_await Reserve(call, order);
  if (why) {
    if (lease.Fresh()) co_return co_await FailFresh(call, lease, order, std::move(*why));
    co_return co_await DecideUndo(call, lease, order, std::move(*why));
  }

  const auto payment = co_await Authorize(call, order);
  switch (payment.state()) {
    case Payment::DECLINED:
      co_return co_await Declined(call, lease, order, payment.decline_code(), answer);
    case Payment::VOIDED:  // somebody has given it up for this order
      co_return co_await DecideUndo(call, lease, order, Because(FailureReason::kPaymentDeclined));
    case Payment::REQUIRES_ACTION:
      co_await checkouts_.WaitForAction(Writing(call), lease, order, payment.next_action().url(),
                                        clock_.Now());
      co_return Outcome::kPending;
    case Payment::AUTHORIZED:
    case Payment::CAPTURED:
      break;
    default:
      co_return co_await Postpone(call, lease, order, "payment is " + Payment::State_Name(payment.state()));
  }
  if (placed) co_return co_await PaidAgain(call, lease, order, payment);
  co_await checkouts_.Place(Writing(call), lease, order, SummaryOf(payment), clock_.Now(), answer);
  co_return Outcome::kPlaced;
}

Task<Outcome> Checkout::Declined(CallContext& call, storage::Lease lease, domain::Order& order,
                                 std::string code, const storage::KeyedAnswer* answer) {
  auto why = Because(code == domain::kMethodUnknown ? FailureReason::kUnknownPaymentMethod
                                                    : FailureReason::kPaymentDeclined);
  why.decline_code = std::move(code);
  co_await checkouts_.Wait(Writing(call), lease, order, why, clock_.Now(), answer);
  co_return Outcome::kDeclined;
}

// Of an order that was placed before: its money is there again.
Task<Outcome> Checkout::PaidAgain(CallContext& call, storage::Lease lease, domain::Order& order,
                                  Payment payment) {
  order.payment = SummaryOf(payment);
  co_await checkouts_.Secure(Writing(call), lease, order.payment);
  co_return Outcome::kPlaced;
}

// The same: its money will not come. What was sent before it was lost stays sent.
Task<Outcome> Checkout::Unpaid(CallContext& call, storage::Lease lease, domain::Order& order,
                               Payment payment) {
  order.payment = SummaryOf(payment);
  const auto parts = co_await checkouts_.EndUnpaid(Writing(call), lease, order.payment, clock_.Now());
  metrics_.Moved(domain::State::kCancelled, parts);
  co_return Outcome::kFailed;
}

Task<Outcome> Checkout::Undo(CallContext& call, storage::Lease lease, domain::Order& order) {
  // The payment first: while it may be authorised unseen, the stock stays held.
  api::payment::VoidPaymentRequest void_request;
  void_request.set_order_id(order.id.ToString());
  void_request.set_number(order.payment_number);
  auto payment = co_await payments_.VoidPayment(call, std::move(void_request));
  // Too late to void: an order that came back from a backup may be older than its payment (docs/adr/0014).
  if (payment.state() == Payment::CAPTURED) {
    if (IsPlaced(order)) co_return co_await PaidAgain(call, lease, order, std::move(payment));
    payment = co_await GiveBack(call, order);
  } else if (payment.state() != Payment::VOIDED && payment.state() != Payment::DECLINED) {
    co_return co_await Postpone(call, lease, order,
                                "void: payment is " + Payment::State_Name(payment.state()));
  }
  if (IsPlaced(order)) co_return co_await Unpaid(call, lease, order, std::move(payment));

  api::product::ReleaseReservationRequest release;
  release.set_order_id(order.id.ToString());
  release.set_cause_id(order.id.ToString());  // the whole of it, once
  co_await products_.ReleaseReservation(call, std::move(release));

  co_await checkouts_.Fail(Writing(call), lease, order, lease.undo, SummaryOf(payment), clock_.Now());
  co_return Outcome::kFailed;
}

// Throws when the provider has not said yet of a part: it is asked again with the next run.
Task<Payment> Checkout::GiveBack(CallContext& call, const domain::Order& order) {
  Payment payment;
  for (const auto& part : order.parts) {
    api::payment::RefundForOrderRequest request;
    request.set_order_id(order.id.ToString());
    request.set_refund_id(part.id.ToString());  // the whole of it, once
    request.set_seller_order_id(part.id.ToString());
    request.set_reason("not placed");
    payment = co_await payments_.RefundForOrder(call, std::move(request));
  }
  co_return payment;
}

Task<Outcome> Checkout::Postpone(CallContext& call, storage::Lease lease, domain::Order& order,
                                 std::string why) {
  co_await checkouts_.Postpone(Writing(call), lease, runtime::Backoff::After(lease.attempts + 1, kPause),
                               std::move(why));
  co_return Outcome::kPending;
}

// Nothing was reserved and no peer but the stock has heard of this order: there is nothing to undo.
Task<Outcome> Checkout::FailFresh(CallContext& call, storage::Lease lease, domain::Order& order,
                                  domain::Failure why) {
  co_await checkouts_.Fail(Writing(call), lease, order, why, order.payment, clock_.Now());
  co_return Outcome::kFailed;
}

// Written before the first compensation, so that no later driver goes forward again.
Task<Outcome> Checkout::DecideUndo(CallContext& call, storage::Lease lease, domain::Order& order,
                                   domain::Failure why) {
  co_await checkouts_.DecideUndo(Writing(call), lease, why);
  lease.step = storage::Step::kUndo;
  lease.undo = std::move(why);
  co_return co_await Undo(call, std::move(lease), order);
}

Task<std::optional<domain::Failure>> Checkout::Reserve(CallContext& call, const domain::Order& order) {
  api::product::ReserveStockRequest request;
  request.set_order_id(order.id.ToString());
  for (const auto& part : order.parts) {
    for (const auto& line : part.lines) {
      auto& wanted = *request.add_lines();
      wanted.set_line_id(line.id.ToString());
      wanted.set_offer_id(line.offer.ToString());
      wanted.set_quantity(line.quantity);
    }
  }
  const auto reserved = co_await products_.ReserveStock(call, std::move(request));
  if (reserved.outcome() == Reserved::RESERVED) co_return std::nullopt;
  co_return FailureOf(reserved);
}

// A method that the provider does not have is declined like a card that it does not take: another may do.
Task<Payment> Checkout::Authorize(CallContext& call, const domain::Order& order) {
  api::payment::AuthorizePaymentRequest request;
  request.set_order_id(order.id.ToString());
  request.set_buyer_id(order.buyer.ToString());
  request.set_payment_method(order.payment_method);
  request.set_number(order.payment_number);
  *request.mutable_amount() = conversions::ToProto(order.total);
  for (const auto& part : order.parts) {
    auto& split = *request.add_parts();
    split.set_seller_order_id(part.id.ToString());
    split.set_seller_id(part.seller.ToString());
    *split.mutable_amount() = conversions::ToProto(part.total);
  }
  try {
    co_return co_await payments_.AuthorizePayment(call, std::move(request));
  } catch (const Error& error) {
    if (error.reason != domain::Name(FailureReason::kUnknownPaymentMethod)) throw;
  }
  Payment declined;
  declined.set_state(Payment::DECLINED);
  declined.set_decline_code(std::string(domain::kMethodUnknown));
  co_return declined;
}

}  // namespace market::order
