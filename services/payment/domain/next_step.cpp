#include <stdexcept>

#include "services/payment/domain/payment.hpp"

namespace market::payment::domain {
namespace {

Error IllegalRefund(State state) {
  return Error(Code::kFailedPrecondition, "ILLEGAL_TRANSITION",
               "a payment that is " + std::string(Name(state)) + " has nothing to refund")
      .WithMetadata("from", std::string(Name(state)))
      .WithMetadata("to", "REFUNDED");
}

Step NextOfAuthorize(const Payment& payment) {
  if (payment.state == State::kDeclined && payment.decline_code == kMethodUnknown) {
    throw Error(Code::kInvalidArgument, "UNKNOWN_PAYMENT_METHOD", "the provider has no such payment method")
        .WithField("paymentMethod", "UNKNOWN_PAYMENT_METHOD", "'" + payment.method + "' does not exist");
  }
  if (payment.state != State::kCreated && payment.state != State::kUnknown &&
      payment.state != State::kRequiresAction) {
    return Step::kNothing;
  }
  if (payment.Pending()) return Step::kResolve;
  return payment.amount_minor == 0 ? Step::kSettle : Step::kSend;
}

// One that was voided, or refused for good, is not refused: the caller sees that there is nothing to capture.
Step NextOfCapture(const Payment& payment) {
  if (payment.state == State::kCaptured || payment.state == State::kVoided ||
      payment.state == State::kCaptureFailed) {
    return Step::kNothing;
  }
  if (payment.Pending()) return Step::kResolve;
  RequireMove(payment.state, State::kCaptured);
  return payment.amount_minor == 0 ? Step::kSettle : Step::kSend;
}

// A captured payment is not refused:
// the caller sees in the answer that there is nothing left to void and refunds.
Step NextOfVoid(const Payment& payment) {
  if (payment.state == State::kVoided || payment.state == State::kDeclined ||
      payment.state == State::kCaptured) {
    return Step::kNothing;
  }
  // What waits for somebody to confirm it does so for long: it is ended first, and what became of it is asked
  // then.
  if (payment.state == State::kRequiresAction) return Step::kSend;
  if (payment.Pending()) return Step::kResolve;
  return payment.authorization.empty() ? Step::kSettle : Step::kSend;
}

// Whether it may be the refund that was made of this wish before.
bool IsOf(const WantedRefund& wanted, const Refund& refund) {
  if (refund.seller_order != wanted.seller_order) return false;
  if (!wanted.amount) return true;
  return wanted.bound == Bound::kAtMost ? refund.amount_minor <= wanted.amount->minor
                                        : refund.amount_minor == wanted.amount->minor;
}

Step NextOfRefund(const Payment& payment, const WantedRefund& wanted) {
  const auto* split = payment.FindSplit(wanted.seller_order);
  if (!split) throw NotFound("the seller order's payment");
  if (wanted.amount && wanted.amount->currency != payment.currency) {
    throw Error(Code::kInvalidArgument, "MIXED_CURRENCIES", "a refund is in the currency of its payment");
  }
  const auto* known = payment.FindRefund(wanted.id);
  if (known) {
    if (!IsOf(wanted, *known)) {
      throw Error(Code::kAlreadyExists, "ALREADY_EXISTS", "the refund's id belongs to another refund");
    }
    if (known->state != Progress::kPending) return Step::kNothing;
  }
  if (payment.Pending()) return Step::kResolve;
  if (payment.state != State::kCaptured) throw IllegalRefund(payment.state);
  if (known) return Step::kPromise;  // its last attempt came to nothing
  const auto left = payment.LeftOf(*split);
  const auto amount = AmountOf(payment, wanted);
  const auto disputed = payment.DisputedOf(wanted.seller_order);
  const bool of_disputed = amount > left ? amount <= left + disputed : left == 0 && disputed > 0;
  if (of_disputed && wanted.bound == Bound::kExactly) {
    throw Error(Code::kFailedPrecondition, "PAYMENT_DISPUTED",
                "the buyer's bank disputes " + Money{disputed, payment.currency}.ToString() +
                    " of what this seller order cost; only " + Money{left, payment.currency}.ToString() +
                    " can go back");
  }
  if (amount > left || (amount == 0 && wanted.bound == Bound::kExactly)) {
    throw Error(Code::kFailedPrecondition, "REFUND_ABOVE_CAPTURED",
                "of what this seller order cost only " + Money{left, payment.currency}.ToString() +
                    " can still go back");
  }
  return amount == 0 ? Step::kSettle : Step::kPromise;
}

}  // namespace

Step NextStep(const Payment& payment, const Goal& goal) {
  switch (goal.operation) {
    case Operation::kAuthorize:
      return NextOfAuthorize(payment);
    case Operation::kCapture:
      return NextOfCapture(payment);
    case Operation::kVoid:
      return NextOfVoid(payment);
    case Operation::kRefund:
      return NextOfRefund(payment, goal.refund);
  }
  throw std::logic_error("a goal without a rule");
}

}  // namespace market::payment::domain
