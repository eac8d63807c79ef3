#include "services/payment/domain/payment.hpp"

#include <algorithm>
#include <set>
#include <stdexcept>

namespace market::payment::domain {
namespace {

Payment Made(OrderId order, int number, Time now) {
  Payment payment;
  payment.id = PaymentId::New();
  payment.order = order;
  payment.number = number;
  payment.created_at = now;
  payment.updated_at = now;
  return payment;
}

void MoveTo(Payment& payment, State to) {
  RequireMove(payment.state, to);
  payment.state = to;
}

template <class Items, class Value, class Member>
auto Find(Items& items, const Value& value, Member member) {
  const auto found = std::ranges::find(items, value, member);
  return found == items.end() ? nullptr : &*found;
}

Attempt* FindIn(Payment& payment, Operation operation, int number) {
  return const_cast<Attempt*>(payment.FindAttempt(operation, number));
}

Refund& RequireRefund(Payment& payment, const Attempt& attempt) {
  auto* refund = Find(payment.refunds, attempt.refund, &Refund::id);
  if (!refund) throw std::logic_error("an attempt to refund without its refund");
  return *refund;
}

// Whether a new answer about the operation can still change the payment.
bool IsOpenFor(const Payment& payment, Operation operation) {
  switch (operation) {
    case Operation::kAuthorize:
      return payment.state == State::kCreated || payment.state == State::kUnknown ||
             payment.state == State::kRequiresAction;
    case Operation::kCapture:
      return payment.state == State::kAuthorized || payment.state == State::kCaptureFailed;
    case Operation::kVoid:
      return payment.state == State::kAuthorized || payment.state == State::kCaptureFailed ||
             payment.state == State::kRequiresAction;
    case Operation::kRefund:
      return payment.state == State::kCaptured;
  }
  throw std::logic_error("an operation without a rule");
}

// Another attempt has answered what was asked by the pending one.
void CloseOthers(Payment& payment, const Attempt& mine) {
  for (auto& attempt : payment.attempts) {
    if (attempt.state != Progress::kPending || &attempt == &mine) continue;
    attempt.state = Progress::kFailed;
    attempt.code = kOvertaken;
  }
}

void Succeed(Payment& payment, Attempt& mine, const Outcome& outcome) {
  switch (mine.operation) {
    case Operation::kAuthorize:
      MoveTo(payment, State::kAuthorized);
      payment.authorized_minor = payment.amount_minor;
      payment.authorization = outcome.authorization;
      break;
    case Operation::kCapture:
      MoveTo(payment, State::kCaptured);
      payment.captured_minor = payment.authorized_minor;
      payment.failure_code.clear();
      break;
    case Operation::kVoid:
      MoveTo(payment, State::kVoided);
      payment.authorized_minor = 0;
      break;
    case Operation::kRefund: {
      auto& refund = RequireRefund(payment, mine);
      refund.state = Progress::kSucceeded;
      payment.refunded_minor += refund.amount_minor;
      break;
    }
  }
  mine.state = Progress::kSucceeded;
  CloseOthers(payment, mine);
}

void Refuse(Payment& payment, Attempt& mine, const Outcome& outcome) {
  switch (mine.operation) {
    case Operation::kAuthorize:
      MoveTo(payment, State::kDeclined);
      payment.decline_code = outcome.code;
      break;
    case Operation::kCapture:
      if (payment.state == State::kAuthorized) MoveTo(payment, State::kCaptureFailed);
      payment.failure_code = outcome.code;
      break;
    case Operation::kVoid:
      break;
    case Operation::kRefund:
      RequireRefund(payment, mine).state = Progress::kFailed;
      break;
  }
  mine.state = Progress::kFailed;
  mine.code = outcome.code;
  if (mine.operation != Operation::kVoid) CloseOthers(payment, mine);
}

// Nobody can say more before whose card it is has done something. Whoever asks in vain asks less often.
bool WaitForAction(Payment& payment, const Attempt* mine, const Attempt& attempt, const Outcome& outcome,
                   Time now) {
  if (!IsOpenFor(payment, Operation::kAuthorize)) return false;
  if (!mine) {
    if (payment.Pending()) return false;
    payment.attempts.push_back(attempt);
  }
  if (payment.state != State::kRequiresAction) {
    MoveTo(payment, State::kRequiresAction);
    payment.authorization = outcome.authorization;
    payment.action_url = outcome.action_url;
    payment.asks = 0;
  }
  ++payment.asks;
  payment.updated_at = now;
  return true;
}

bool StayOpen(Payment& payment, const Attempt* mine, const Attempt& attempt, Time now) {
  if (!mine) {
    if (payment.Pending() || !IsOpenFor(payment, attempt.operation)) return false;
    payment.attempts.push_back(attempt);
  }
  if (payment.state == State::kCreated) MoveTo(payment, State::kUnknown);
  ++payment.asks;
  payment.updated_at = now;
  return true;
}

}  // namespace

const Attempt* Payment::Pending() const { return Find(attempts, Progress::kPending, &Attempt::state); }

const Attempt* Payment::FindAttempt(Operation operation, int number) const {
  const auto found = std::ranges::find_if(attempts, [&](const Attempt& attempt) {
    return attempt.operation == operation && attempt.number == number;
  });
  return found == attempts.end() ? nullptr : &*found;
}

const Split* Payment::FindSplit(const SellerOrderId& part) const {
  return Find(splits, part, &Split::seller_order);
}

const Refund* Payment::FindRefund(const RefundId& refund) const { return Find(refunds, refund, &Refund::id); }

std::int64_t Payment::RefundedOf(const SellerOrderId& part) const {
  std::int64_t sum = 0;
  for (const auto& refund : refunds) {
    if (refund.seller_order == part && refund.state == Progress::kSucceeded) sum += refund.amount_minor;
  }
  return sum;
}

std::int64_t Payment::DisputedOf(const SellerOrderId& part) const {
  std::int64_t sum = 0;
  for (const auto& dispute : disputed) {
    if (dispute.seller_order == part) sum += dispute.amount_minor;
  }
  return sum;
}

std::int64_t Payment::LeftOf(const Split& split) const {
  std::int64_t left = split.amount_minor - DisputedOf(split.seller_order);
  for (const auto& refund : refunds) {
    if (refund.seller_order == split.seller_order && refund.state != Progress::kFailed) {
      left -= refund.amount_minor;
    }
  }
  return left;
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
  auto payment = Made(order, 1, now);
  payment.buyer = buyer;
  payment.currency = amount.currency;
  payment.amount_minor = amount.minor;
  payment.method = std::move(method);
  payment.splits = std::move(splits);
  return payment;
}

Payment MakeUndone(OrderId order, int number, Time now) {
  auto payment = Made(order, number, now);
  payment.state = State::kVoided;
  payment.undone_at = now;
  return payment;
}

std::int64_t AmountOf(const Payment& payment, const WantedRefund& wanted) {
  const auto left = payment.LeftOf(*payment.FindSplit(wanted.seller_order));
  if (!wanted.amount) return left;
  return wanted.bound == Bound::kAtMost ? std::min(wanted.amount->minor, left) : wanted.amount->minor;
}

Attempt NextAttempt(const Payment& payment, Operation operation, Time now) {
  const auto before = std::ranges::count(payment.attempts, operation, &Attempt::operation);
  return {.operation = operation,
          .number = static_cast<int>(before) + 1,
          .refund = {},
          .state = Progress::kPending,
          .code = {},
          .created_at = now};
}

Uuid ProviderKey(const Payment& payment, const Attempt& attempt) {
  std::string name = "order " + payment.order.ToString() + " payment " + std::to_string(payment.number) +
                     ' ' + std::string(Name(attempt.operation)) + ' ';
  int number = attempt.number;
  if (attempt.operation == Operation::kRefund) {
    name += attempt.refund.ToString() + ' ';
    // Of this refund: another one's attempts may come before it, or not, as in a payment from a backup.
    number = 1 + static_cast<int>(std::ranges::count_if(payment.attempts, [&](const Attempt& other) {
               return other.refund == attempt.refund && other.number < attempt.number;
             }));
  }
  return Uuid::FromName(name + std::to_string(number));
}

std::string ReferenceOf(const Refund& refund) {
  return refund.seller_order.ToString() + '/' + refund.id.ToString();
}

std::optional<RefundReference> ParseReference(std::string_view reference) {
  const auto slash = reference.find('/');
  if (slash == std::string_view::npos) return std::nullopt;
  const auto part = SellerOrderId::Parse(reference.substr(0, slash));
  const auto refund = RefundId::Parse(reference.substr(slash + 1));
  if (!part || !refund) return std::nullopt;
  return RefundReference{*part, *refund};
}

void Promise(Payment& payment, const WantedRefund& wanted, Time now) {
  if (payment.Pending()) throw std::logic_error("a second pending attempt");
  if (!payment.FindRefund(wanted.id)) {
    payment.refunds.push_back({.id = wanted.id,
                               .seller_order = wanted.seller_order,
                               .amount_minor = AmountOf(payment, wanted),
                               .state = Progress::kPending,
                               .reason = wanted.reason,
                               .created_at = now,
                               .account = wanted.account,
                               .lines = wanted.lines});
  }
  payment.attempts.push_back(NextAttempt(payment, Operation::kRefund, now));
  payment.attempts.back().refund = wanted.id;
  payment.updated_at = now;
}

void Settle(Payment& payment, const Goal& goal, Time now) {
  switch (goal.operation) {
    case Operation::kAuthorize:
      MoveTo(payment, State::kAuthorized);
      break;
    case Operation::kCapture:
      MoveTo(payment, State::kCaptured);
      break;
    case Operation::kVoid:
      if (payment.state == State::kCreated) payment.undone_at = now;
      MoveTo(payment, State::kVoided);
      break;
    case Operation::kRefund:
      payment.refunds.push_back({.id = goal.refund.id,
                                 .seller_order = goal.refund.seller_order,
                                 .amount_minor = 0,
                                 .state = Progress::kSucceeded,
                                 .reason = goal.refund.reason,
                                 .created_at = now,
                                 .account = goal.refund.account,
                                 .lines = goal.refund.lines});
      break;
  }
  payment.updated_at = now;
}

bool IsStray(const Payment& payment, const Attempt& attempt, const Outcome& outcome) {
  return attempt.operation == Operation::kAuthorize &&
         (outcome.kind == Outcome::Kind::kDone || outcome.kind == Outcome::Kind::kAction) &&
         !IsOpenFor(payment, Operation::kAuthorize) && payment.authorization != outcome.authorization;
}

bool Learn(Payment& payment, const Attempt& attempt, const Outcome& outcome, Time now) {
  using Kind = Outcome::Kind;
  auto* mine = FindIn(payment, attempt.operation, attempt.number);
  // Who wrote it heard the same: the key has one answer.
  if (mine && mine->state != Progress::kPending) return false;
  if (outcome.kind == Kind::kNotDone && !mine) return false;
  if (outcome.kind == Kind::kAction) return WaitForAction(payment, mine, attempt, outcome, now);
  if (outcome.kind == Kind::kNotDone || outcome.kind == Kind::kUnknown) {
    return StayOpen(payment, mine, attempt, now);
  }
  if (!IsOpenFor(payment, attempt.operation)) {
    const bool there = attempt.operation == Operation::kAuthorize ||
                       (attempt.operation == Operation::kCapture && payment.state == State::kCaptured) ||
                       (attempt.operation == Operation::kVoid && payment.state == State::kVoided);
    if (outcome.kind == Kind::kDone && !there) {
      throw std::logic_error("the provider has done " + std::string(Name(attempt.operation)) +
                             " on a payment that is " + std::string(Name(payment.state)));
    }
    return false;
  }
  if (!mine) {
    if (attempt.operation == Operation::kRefund) throw std::logic_error("a refund that was not promised");
    payment.attempts.push_back(attempt);
    mine = &payment.attempts.back();
  }
  switch (outcome.kind) {
    case Kind::kDone:
      Succeed(payment, *mine, outcome);
      break;
    case Kind::kDeclined:
      if (attempt.operation != Operation::kAuthorize) {
        throw std::logic_error("only an authorisation is declined");
      }
      [[fallthrough]];
    case Kind::kRefused:
      Refuse(payment, *mine, outcome);
      break;
    default:
      if (payment.state == State::kUnknown) MoveTo(payment, State::kCreated);
      mine->state = Progress::kFailed;
      mine->code = outcome.code;
  }
  payment.asks = 0;
  payment.updated_at = now;
  return true;
}

void LearnGivenUp(Payment& payment, const Attempt& attempt, std::string authorization, Time now) {
  if (!payment.undone_at || !payment.authorization.empty()) {
    throw std::logic_error("a hold that was given up for a payment that names one");
  }
  payment.authorization = std::move(authorization);
  auto* held = FindIn(payment, attempt.operation, attempt.number);
  if (!held) held = &payment.attempts.emplace_back(attempt);
  held->state = Progress::kSucceeded;
  held->code.clear();
  payment.attempts.push_back(NextAttempt(payment, Operation::kVoid, now));
  payment.attempts.back().state = Progress::kSucceeded;
  payment.updated_at = now;
}

bool IsLookedFor(const Payment& payment, Time now) {
  return payment.undone_at && now - *payment.undone_at <= kUnderWayMax;
}

}  // namespace market::payment::domain
