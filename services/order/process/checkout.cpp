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
  const auto outcome = co_await Run(call, lease, order, answer);
  if (outcome != Outcome::kPending || lease.attempts == 0) {
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
  const auto reserved = co_await Reserve(call, order);
  if (reserved.outcome() != Reserved::RESERVED) {
    auto why = FailureOf(reserved);
    if (lease.Fresh()) co_return co_await FailFresh(call, lease, order, std::move(why));
    co_return co_await DecideUndo(call, lease, order, std::move(why));
  }

  Payment payment;
  std::optional<domain::Failure> refused;
  try {
    payment = co_await Authorize(call, order);
  } catch (const Error& error) {
    if (error.reason != domain::Name(FailureReason::kUnknownPaymentMethod)) throw;
    refused = Because(FailureReason::kUnknownPaymentMethod);
  }
  if (payment.state() == Payment::DECLINED || payment.state() == Payment::VOIDED) {
    refused = Because(FailureReason::kPaymentDeclined);
    refused->decline_code = payment.decline_code();
  }
  if (refused) co_return co_await DecideUndo(call, lease, order, std::move(*refused));
  if (payment.state() != Payment::AUTHORIZED && payment.state() != Payment::CAPTURED) {
    co_return co_await Postpone(call, lease, order, "payment is " + Payment::State_Name(payment.state()));
  }

  co_await checkouts_.Place(Writing(call), lease, order, SummaryOf(payment), clock_.Now(), answer);
  co_return Outcome::kPlaced;
}

Task<Outcome> Checkout::Undo(CallContext& call, storage::Lease lease, domain::Order& order) {
  // The payment first: while it may be authorised unseen, the stock stays held.
  api::payment::VoidPaymentRequest void_request;
  void_request.set_order_id(order.id.ToString());
  auto payment = co_await payments_.VoidPayment(call, std::move(void_request));
  // Too late to void: an order that came back from a backup may be older than its payment (docs/adr/0014).
  if (payment.state() == Payment::CAPTURED) {
    payment = co_await GiveBack(call, order);
  } else if (payment.state() != Payment::VOIDED && payment.state() != Payment::DECLINED) {
    co_return co_await Postpone(call, lease, order,
                                "void: payment is " + Payment::State_Name(payment.state()));
  }

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

Task<Reserved> Checkout::Reserve(CallContext& call, const domain::Order& order) {
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
  co_return co_await products_.ReserveStock(call, std::move(request));
}

Task<Payment> Checkout::Authorize(CallContext& call, const domain::Order& order) {
  api::payment::AuthorizePaymentRequest request;
  request.set_order_id(order.id.ToString());
  request.set_buyer_id(order.buyer.ToString());
  request.set_payment_method(order.payment_method);
  request.set_number(1);
  *request.mutable_amount() = conversions::ToProto(order.total);
  for (const auto& part : order.parts) {
    auto& split = *request.add_parts();
    split.set_seller_order_id(part.id.ToString());
    split.set_seller_id(part.seller.ToString());
    *split.mutable_amount() = conversions::ToProto(part.total);
  }
  co_return co_await payments_.AuthorizePayment(call, std::move(request));
}

}  // namespace market::order
