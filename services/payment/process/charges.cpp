#include "services/payment/process/charges.hpp"

#include <algorithm>
#include <optional>
#include <stdexcept>
#include <variant>

#include "platform/runtime/backoff.hpp"
#include "platform/telemetry/log.hpp"

namespace market::payment {
namespace {

using namespace std::chrono_literals;
using domain::Attempt;
using domain::Operation;
using domain::Outcome;
using domain::Payment;
using domain::Step;
namespace log = telemetry::log;

// What a caller keeps for itself after the provider did not answer in time.
constexpr std::chrono::milliseconds kCallerReserve{500};
// What the provider did is written down, or given up, even when the request that asked for it is out of time.
constexpr std::chrono::seconds kWriteLimit{5};
// Attempts that one call makes when the provider answers with errors of its own.
constexpr int kAttemptsMax = 3;
// Providers forget a key after 24 hours. From here on an attempt is only asked for, never sent again, and one
// that the provider does not have by now will not arrive any more.
constexpr std::chrono::hours kSendAgainLimit{20};
constexpr runtime::Backoff::Options kAskPause{.initial = 2s, .max = 60s};
// Nobody waits for it who would notice less; one whose webhook is lost is known soon all the same.
constexpr runtime::Backoff::Options kActionPause{.initial = 2s, .max = 10s};
constexpr runtime::Backoff::Options kLookPause{.initial = 2s, .max = 10min};

Work Writing(const Work& work) { return work.With(runtime::After(kWriteLimit)); }

// Nobody can say more about it now; the same call may be made again later. A refusal decides everything but a
// void: the hold is there still.
bool IsOpen(const Attempt& attempt, const Outcome& outcome) {
  return outcome.kind == Outcome::Kind::kUnknown || outcome.kind == Outcome::Kind::kNotDone ||
         (outcome.kind == Outcome::Kind::kRefused && attempt.operation == Operation::kVoid);
}

// What is on record of a refund that an operator wants.
audit::Act Recorded(audit::Act act, const Payment& payment, const domain::Refund& refund) {
  const auto split = std::ranges::find(payment.splits, refund.seller_order, &domain::Split::seller_order);
  if (split != payment.splits.end()) act.seller = split->seller;
  act.after["refund"] = refund.id.ToString();
  act.after["sellerOrder"] = refund.seller_order.ToString();
  act.after["amount"] = Money{refund.amount_minor, payment.currency}.ToString();
  return act;
}

void RequireSameTerms(const Payment& draft, const Payment& payment) {
  if (!payment.HasTerms() || (payment.amount_minor == draft.amount_minor &&
                              payment.currency == draft.currency && payment.method == draft.method)) {
    return;
  }
  throw Error(Code::kAlreadyExists, "ALREADY_EXISTS",
              "the order already has a payment with another amount or method");
}

}  // namespace

Task<Payment> Charges::Authorize(Work work, Payment draft) {
  if (AtProvider(work).deadline <= std::chrono::steady_clock::now()) {
    throw DeadlineExceeded("too little time is left to ask the provider");
  }
  if (draft.number > 1) co_await EndOneBefore(work, draft.order, draft.number);
  auto payment = co_await Reach(work, draft, {.operation = Operation::kAuthorize, .refund = {}});
  RequireSameTerms(draft, payment);
  co_return payment;
}

Task<Payment> Charges::Capture(Work work, domain::OrderId order) {
  auto payment = co_await Require(work, order, std::nullopt);
  co_return co_await Reach(work, std::move(payment), {.operation = Operation::kCapture, .refund = {}});
}

Task<Payment> Charges::Void(Work work, domain::OrderId order, std::optional<int> number) {
  if (number.value_or(1) > 1) co_await EndOneBefore(work, order, *number);
  auto payment = co_await payments_.Find(work, order, number);
  if (!payment) {
    payment = domain::MakeUndone(order, number.value_or(1), clock_.Now());
    if (co_await Write(work, *payment, *payment)) {
      co_await LookFor(AtProvider(work), *payment);
      co_return std::move(*payment);
    }
  }
  co_return co_await Reach(work, std::move(*payment), {.operation = Operation::kVoid, .refund = {}});
}

Task<Payment> Charges::Refund(Work work, domain::OrderId order, domain::WantedRefund refund) {
  co_return co_await GiveBack(work, co_await Require(work, order, std::nullopt), std::move(refund), nullptr);
}

Task<Payment> Charges::RefundBy(Work work, domain::PaymentId id, domain::WantedRefund refund,
                                audit::Act act) {
  auto payment = co_await payments_.Get(work, id, storage::Scope::Everything());
  if (!payment) throw NotFound("the payment");
  act.target_type = "payment";
  act.target_id = id.ToString();
  co_return co_await GiveBack(work, std::move(*payment), std::move(refund), &act);
}

Task<Payment> Charges::GiveBack(Work work, Payment payment, domain::WantedRefund refund,
                                const audit::Act* act) {
  const auto id = refund.id;
  payment = co_await Reach(work, std::move(payment),
                           {.operation = Operation::kRefund, .refund = std::move(refund)}, act);
  const auto* known = payment.FindRefund(id);
  if (!known || known->state == domain::Progress::kPending) {
    throw Unavailable("the payment provider has not confirmed the refund yet");
  }
  co_return payment;
}

Task<> Charges::Resolve(Work work, Payment payment) {
  if (payment.Pending()) {
    co_await Ask(AtProvider(work), payment);
  } else if (payment.undone_at) {
    co_await LookFor(AtProvider(work), payment);
  } else {
    throw std::logic_error("a payment that is due without anything open");
  }
}

// A further payment of an order begins only when the one before it can't be charged any more.
Task<> Charges::EndOneBefore(Work work, domain::OrderId order, int number) {
  auto before = co_await payments_.Find(work, order, std::nullopt);
  if (!before || before->number >= number) co_return;
  // Order goes on with another one only while nothing was sold for this one: whoever has confirmed it
  // meanwhile was too late.
  const bool confirmed = before->state == domain::State::kAuthorized && before->NeededAction();
  if (before->state == domain::State::kCaptureFailed || before->state == domain::State::kRequiresAction ||
      confirmed) {
    before = co_await Reach(work, std::move(*before), {.operation = Operation::kVoid, .refund = {}});
  }
  using domain::State;
  if (before->state == State::kDeclined || before->state == State::kVoided) co_return;
  if (before->state == State::kCaptureFailed || before->state == State::kRequiresAction || confirmed) {
    throw Unavailable("the payment provider has not given up the payment before");
  }
  throw Error(Code::kFailedPrecondition, "ILLEGAL_TRANSITION",
              "the order has a payment that is " + std::string(domain::Name(before->state)))
      .WithMetadata("from", std::string(domain::Name(before->state)))
      .WithMetadata("to", std::string(domain::Name(State::kCreated)));
}

// Steps until there is nothing left to do, the provider leaves it open, or the time is up.
Task<Payment> Charges::Reach(Work work, Payment payment, domain::Goal goal, const audit::Act* act) {
  for (int sent = 0;;) {
    const Step step = domain::NextStep(payment, goal);
    const bool sends = step == Step::kSend || step == Step::kPromise;
    if (step == Step::kNothing || (sends && sent == kAttemptsMax)) co_return payment;
    if (AtProvider(work).deadline <= std::chrono::steady_clock::now()) co_return payment;
    sent += sends;
    if (co_await Take(work, payment, step, goal, act) == Ended::kOpen) co_return payment;
  }
}

Task<Charges::Ended> Charges::Take(Work work, Payment& payment, Step step, const domain::Goal& goal,
                                   const audit::Act* act) {
  Payment after = payment;
  switch (step) {
    case Step::kSend:
      co_return co_await Send(AtProvider(work), payment,
                              domain::NextAttempt(payment, goal.operation, clock_.Now()));
    case Step::kResolve:
      co_return co_await Ask(AtProvider(work), payment);
    case Step::kPromise: {
      domain::Promise(after, goal.refund, clock_.Now());
      std::optional<audit::Act> record;
      if (act != nullptr && !payment.FindRefund(goal.refund.id)) {
        record = Recorded(*act, after, *after.FindRefund(goal.refund.id));
      }
      if (!co_await Write(work, payment, std::move(after), record ? &*record : nullptr)) {
        co_return Ended::kOvertaken;
      }
      co_return co_await Send(AtProvider(work), payment, *payment.Pending());
    }
    case Step::kSettle:
      domain::Settle(after, goal, clock_.Now());
      co_return co_await Write(work, payment, std::move(after)) ? Ended::kSettled : Ended::kOvertaken;
    case Step::kNothing:
      break;
  }
  throw std::logic_error("nothing to do");
}

Task<Charges::Ended> Charges::Send(Work work, Payment& payment, Attempt attempt) {
  auto heard = co_await CallAndLook(work, payment, std::move(attempt));
  co_return co_await Note(work, payment, std::move(heard));
}

// Finds out what became of the pending attempt; one that the provider does not have is sent again, which to
// the provider is the same request.
Task<Charges::Ended> Charges::Ask(Work work, Payment& payment) {
  const Attempt attempt = *payment.Pending();
  const auto found = co_await Find(work, payment, attempt);
  if (const auto* unknown = std::get_if<provider::Unknown>(&found)) {
    co_return co_await Note(work, payment, {attempt, {Outcome::Kind::kUnknown, {}, unknown->why}});
  }
  if (const auto* charge = std::get_if<provider::Listed>(&found)) {
    if (auto heard = HeardOf(payment, attempt, *charge)) {
      co_return co_await Note(work, payment, std::move(*heard));
    }
  }
  // A provider that does not know what it asked for: sent again, it would be another charge for somebody to
  // confirm.
  if (payment.state == domain::State::kRequiresAction) {
    co_return co_await Note(work, payment, {attempt, {Outcome::Kind::kUnknown, {}, "it was there before"}});
  }
  if (clock_.Now() - attempt.created_at > kSendAgainLimit) {
    co_return co_await Note(work, payment, {attempt, {Outcome::Kind::kFailed, {}, "never_had_it"}});
  }
  co_return co_await Send(work, payment, attempt);
}

// Brings what was heard into the payment as it is now. While nobody knows for certain, what somebody else has
// written meanwhile says more.
Task<Charges::Ended> Charges::Note(Work work, Payment& payment, Heard heard) {
  const bool open = IsOpen(heard.attempt, heard.outcome);
  const bool waits = heard.outcome.kind == Outcome::Kind::kAction;
  for (bool overtaken = false;; overtaken = true) {
    // What a repeated request hears is how it was when it was first sent: how it is now the provider says when it is
    // asked for it.
    const bool known = waits && payment.state == domain::State::kRequiresAction;
    if (overtaken && (open || known)) co_return Ended::kOvertaken;
    if (domain::IsStray(payment, heard.attempt, heard.outcome)) {
      co_await GiveUp(work, payment, std::move(heard.attempt), std::move(heard.outcome.authorization));
      co_return Ended::kSettled;
    }
    Payment after = payment;
    const bool more = domain::Learn(after, heard.attempt, heard.outcome, clock_.Now());
    if (!more || co_await Write(work, payment, std::move(after))) {
      co_return open || waits ? Ended::kOpen : Ended::kSettled;
    }
  }
}

// A hold that no payment will name. Whoever got it gives it up; of an undone payment the recovery looks again.
Task<> Charges::GiveUp(Work work, Payment& payment, Attempt attempt, std::string authorization) {
  const auto result = co_await provider_.Void({.key = Uuid::FromName("void " + authorization).ToString(),
                                               .authorization = authorization,
                                               .amount = {},
                                               .reference = {}},
                                              Writing(work));
  metrics_.Answered(domain::Name(Operation::kVoid), provider::Name(result));
  log::Warn("payment.given_up", {{"order_id", payment.order.ToString()},
                                 {"number", payment.number},
                                 {"authorization", authorization},
                                 {"answer", provider::Name(result)}});
  if (!std::holds_alternative<provider::Done>(result)) co_return;
  if (!payment.undone_at || !payment.authorization.empty()) co_return;
  Payment after = payment;
  domain::LearnGivenUp(after, attempt, std::move(authorization), clock_.Now());
  co_await Write(work, payment, std::move(after));
}

// Looks for a hold of an undone payment, under every key that a driver may have used before it saw the undo.
Task<> Charges::LookFor(Work work, Payment& payment) {
  Attempt attempt;
  attempt.created_at = clock_.Now();
  const auto known = std::ranges::count(payment.attempts, Operation::kAuthorize, &Attempt::operation);
  bool answered = true;
  for (; answered && attempt.number <= known + kAttemptsMax; ++attempt.number) {
    const auto found = co_await Find(work, payment, attempt);
    answered = !std::holds_alternative<provider::Unknown>(found);
    const auto* charge = std::get_if<provider::Listed>(&found);
    if (!charge || charge->state != provider::Listed::State::kAuthorized) continue;
    co_await GiveUp(work, payment, attempt, charge->authorization);
    answered = false;  // that it is gone is for the next look to see
  }
  Payment after = payment;
  ++after.asks;
  if (answered && !domain::IsLookedFor(payment, clock_.Now())) after.asks = 0;
  co_await Write(work, payment, std::move(after));
}

// False: somebody else has written since, and `payment` is what it is now.
Task<bool> Charges::Write(Work work, Payment& payment, Payment after, const audit::Act* act) {
  const auto limit = Writing(work);
  if (!co_await payments_.Write(limit, payment, after, RunAfter(after), act)) {
    payment = co_await Require(limit, payment.order, payment.number);
    co_return false;
  }
  metrics_.Written(payment, after);
  payment = std::move(after);
  co_return true;
}

// What was just begun is its driver's for a while.
std::optional<std::chrono::milliseconds> Charges::RunAfter(const Payment& payment) const {
  const auto pause = [&](const runtime::Backoff::Options& options) {
    return payment.asks == 0 ? Lease()
                             : runtime::Backoff::After(static_cast<std::uint32_t>(payment.asks), options);
  };
  if (payment.state == domain::State::kRequiresAction) return pause(kActionPause);
  if (payment.Pending()) return pause(kAskPause);
  const bool looked_for =
      payment.undone_at && (payment.asks > 0 || domain::IsLookedFor(payment, clock_.Now()));
  return looked_for ? std::optional(pause(kLookPause)) : std::nullopt;
}

Task<Payment> Charges::Require(Work work, domain::OrderId order, std::optional<int> number) {
  auto payment = co_await payments_.Find(work, order, number);
  if (!payment) throw NotFound("the order's payment");
  co_return std::move(*payment);
}

Work Charges::AtProvider(const Work& work) const {
  return work.With(std::min(work.deadline - kCallerReserve, runtime::After(options_.provider_timeout)));
}

}  // namespace market::payment
