#include "services/payment/domain/payment.hpp"

#include <algorithm>
#include <set>
#include <stdexcept>

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
  if (payment.state != State::kCreated && payment.state != State::kUnknown) return Step::kNothing;
  return payment.Pending() ? Step::kResolve : Step::kAttempt;
}

Step NextOfCapture(const Payment& payment) {
  if (payment.state == State::kCaptured) return Step::kNothing;
  if (payment.Pending()) return Step::kResolve;
  RequireMove(payment.state, State::kCaptured);
  return Step::kAttempt;
}

// A captured payment is not refused:
// the caller sees in the answer that there is nothing left to void and refunds.
Step NextOfVoid(const Payment& payment) {
  if (payment.state == State::kVoided || payment.state == State::kDeclined ||
      payment.state == State::kCaptured) {
    return Step::kNothing;
  }
  if (payment.Pending()) return Step::kResolve;
  return payment.state == State::kAuthorized ? Step::kAttempt : Step::kClose;
}

Step NextOfRefund(const Payment& payment, const SellerOrderId& part) {
  const auto* split = payment.FindSplit(part);
  if (!split) throw NotFound("the seller order's payment");
  const auto* refund = payment.FindRefund(part);
  if (refund && refund->state == Progress::kSucceeded) return Step::kNothing;
  if (payment.Pending()) return Step::kResolve;
  if (payment.state != State::kCaptured) throw IllegalRefund(payment.state);
  if (split->amount_minor > payment.captured_minor - payment.refunded_minor) {
    throw Error(Code::kFailedPrecondition, "REFUND_ABOVE_CAPTURED",
                "more than was captured can't be refunded");
  }
  return Step::kAttempt;
}

void MoveTo(Payment& payment, State to) {
  RequireMove(payment.state, to);
  payment.state = to;
}

Attempt& RequirePending(Payment& payment) {
  auto* pending = payment.Pending();
  if (!pending) throw std::logic_error("a result without a pending attempt");
  return *pending;
}

Refund& RequireRefund(Payment& payment, const Attempt& attempt) {
  auto* refund = payment.FindRefund(attempt.seller_order);
  if (!refund) throw std::logic_error("an attempt to refund without its refund");
  return *refund;
}

void Settled(Payment& payment, Time now) {
  payment.asks = 0;
  payment.updated_at = now;
}

}  // namespace

const Attempt* Payment::Pending() const {
  const auto found = std::ranges::find(attempts, Progress::kPending, &Attempt::state);
  return found == attempts.end() ? nullptr : &*found;
}

Attempt* Payment::Pending() { return const_cast<Attempt*>(std::as_const(*this).Pending()); }

const Split* Payment::FindSplit(const SellerOrderId& part) const {
  const auto found = std::ranges::find(splits, part, &Split::seller_order);
  return found == splits.end() ? nullptr : &*found;
}

const Refund* Payment::FindRefund(const SellerOrderId& part) const {
  const auto found = std::ranges::find(refunds, part, &Refund::seller_order);
  return found == refunds.end() ? nullptr : &*found;
}

Refund* Payment::FindRefund(const SellerOrderId& part) {
  return const_cast<Refund*>(std::as_const(*this).FindRefund(part));
}

Payment MakePayment(OrderId order, AccountId buyer, Money amount, std::string method,
                    std::vector<Split> splits, Time now) {
  Money sum{0, amount.currency};
  std::set<SellerOrderId> parts;
  for (const auto& split : splits) {
    sum = sum + Money{split.amount_minor, amount.currency};
    if (!parts.insert(split.seller_order).second) {
      throw InvalidArgument("parts", "DUPLICATE", "a seller order can be named only once");
    }
  }
  if (sum != amount) throw InvalidArgument("parts", "SUM", "the parts must add up to the amount");
  return {.id = PaymentId::New(),
          .order = order,
          .buyer = buyer,
          .currency = amount.currency,
          .amount_minor = amount.minor,
          .method = std::move(method),
          .splits = std::move(splits),
          .created_at = now,
          .updated_at = now};
}

Payment MakeTombstone(OrderId order, Time now) {
  return {
      .id = PaymentId::New(), .order = order, .state = State::kVoided, .created_at = now, .updated_at = now};
}

Step NextStep(const Payment& payment, const Goal& goal) {
  switch (goal.operation) {
    case Operation::kAuthorize:
      return NextOfAuthorize(payment);
    case Operation::kCapture:
      return NextOfCapture(payment);
    case Operation::kVoid:
      return NextOfVoid(payment);
    case Operation::kRefund:
      return NextOfRefund(payment, goal.seller_order);
  }
  throw std::logic_error("a goal without a rule");
}

std::string ProviderKey(const PaymentId& payment, const Attempt& attempt) {
  std::string name = "payment " + payment.ToString() + ' ' + std::string(Name(attempt.operation)) + ' ' +
                     std::to_string(attempt.number);
  if (!attempt.seller_order.IsNil()) name += ' ' + attempt.seller_order.ToString();
  return Uuid::FromName(name).ToString();
}

void Begin(Payment& payment, const Goal& goal, Time now) {
  if (payment.Pending()) throw std::logic_error("a second pending attempt");
  const auto before = std::ranges::count(payment.attempts, goal.operation, &Attempt::operation);
  payment.attempts.push_back({.operation = goal.operation,
                              .number = static_cast<int>(before) + 1,
                              .seller_order = goal.seller_order,
                              .code = {},
                              .created_at = now});
  payment.updated_at = now;
  if (goal.operation != Operation::kRefund) return;
  if (auto* again = payment.FindRefund(goal.seller_order)) {
    again->state = Progress::kPending;
  } else {
    payment.refunds.push_back({.seller_order = goal.seller_order,
                               .amount_minor = payment.FindSplit(goal.seller_order)->amount_minor,
                               .reason = goal.reason});
  }
}

void Close(Payment& payment, Time now) {
  MoveTo(payment, State::kVoided);
  payment.updated_at = now;
}

void Succeed(Payment& payment, std::string authorization, Time now) {
  auto& attempt = RequirePending(payment);
  switch (attempt.operation) {
    case Operation::kAuthorize:
      MoveTo(payment, State::kAuthorized);
      payment.authorized_minor = payment.amount_minor;
      payment.authorization = std::move(authorization);
      break;
    case Operation::kCapture:
      MoveTo(payment, State::kCaptured);
      payment.captured_minor = payment.authorized_minor;
      break;
    case Operation::kVoid:
      MoveTo(payment, State::kVoided);
      payment.authorized_minor = 0;
      break;
    case Operation::kRefund: {
      auto& refund = RequireRefund(payment, attempt);
      refund.state = Progress::kSucceeded;
      payment.refunded_minor += refund.amount_minor;
      break;
    }
  }
  attempt.state = Progress::kSucceeded;
  Settled(payment, now);
}

void Decline(Payment& payment, std::string code, Time now) {
  auto& attempt = RequirePending(payment);
  if (attempt.operation != Operation::kAuthorize) throw std::logic_error("only an authorisation is declined");
  MoveTo(payment, State::kDeclined);
  payment.decline_code = code;
  attempt.state = Progress::kFailed;
  attempt.code = std::move(code);
  Settled(payment, now);
}

void Fail(Payment& payment, std::string code, Time now) {
  auto& attempt = RequirePending(payment);
  if (payment.state == State::kUnknown) MoveTo(payment, State::kCreated);
  if (attempt.operation == Operation::kRefund) RequireRefund(payment, attempt).state = Progress::kFailed;
  attempt.state = Progress::kFailed;
  attempt.code = std::move(code);
  Settled(payment, now);
}

void StayPending(Payment& payment, Time now) {
  const auto& attempt = RequirePending(payment);
  if (attempt.operation == Operation::kAuthorize && payment.state == State::kCreated) {
    MoveTo(payment, State::kUnknown);
  }
  ++payment.asks;
  payment.updated_at = now;
}

}  // namespace market::payment::domain
