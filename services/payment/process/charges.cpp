#include "services/payment/process/charges.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <stdexcept>
#include <variant>

#include "platform/runtime/backoff.hpp"
#include "platform/telemetry/log.hpp"

namespace market::payment {
namespace {

using namespace std::chrono_literals;
using domain::Operation;
using domain::Payment;
using domain::Step;
using provider::Found;
using provider::Result;
namespace log = telemetry::log;

// What a caller keeps for itself after the provider did not answer in time.
constexpr std::chrono::milliseconds kCallerReserve{500};
// Results are written even when the request that asked for them is out of time.
constexpr std::chrono::seconds kWriteLimit{5};
// Attempts that one call makes when the provider answers with errors of its own.
constexpr int kAttemptsMax = 3;
// Providers forget a key after 24 hours. From here on an attempt is only asked for, never sent again, and one
// that the provider does not have by now will not arrive any more.
constexpr std::chrono::hours kSendAgainLimit{20};
// Somebody else drives this payment: how long until it is looked at again, doubling.
constexpr std::chrono::milliseconds kTurnPauseMin{10};
constexpr std::chrono::milliseconds kTurnPauseMax{200};
constexpr runtime::Backoff::Options kAskPause{.initial = 2s, .max = 60s};

// What the provider did is written down even when the request is out of time.
Work Writing(const Work& work) { return work.With(runtime::After(kWriteLimit)); }

template <class... Ts>
struct Overloaded : Ts... {
  using Ts::operator()...;
};

std::string_view AnswerName(const Result& result) {
  static constexpr std::array<std::string_view, 6> kNames = {"done",     "declined", "unknown",
                                                             "not_done", "error",    "refused"};
  return kNames.at(result.index());
}

std::string WhyOf(const Result& result) {
  return std::visit(Overloaded{[](const provider::Unknown& r) { return r.why; },
                               [](const provider::NotDone& r) { return r.why; },
                               [](const provider::Errored& r) { return r.why; },
                               [](const provider::Refused& r) { return r.code; },
                               [](const auto&) { return std::string(); }},
                    result);
}

// What an attempt's own result leaves open is settled by looking: the error of a charge that went through,
// and a refusal to do what was done before.
bool NeedsLook(const Result& result, Operation operation) {
  return std::holds_alternative<provider::Errored>(result) ||
         (std::holds_alternative<provider::Refused>(result) && operation != Operation::kAuthorize);
}

// Nothing when the provider does not have it.
std::optional<Result> ResultOf(const Found& found) {
  return std::visit(Overloaded{[](const provider::Absent&) -> std::optional<Result> { return std::nullopt; },
                               [](const auto& known) -> std::optional<Result> { return Result(known); }},
                    found);
}

}  // namespace

Task<Payment> Charges::Authorize(Work work, Payment draft) {
  const domain::Goal goal{.operation = Operation::kAuthorize, .reason = {}};
  if (AtProvider(work).deadline <= std::chrono::steady_clock::now()) {
    throw DeadlineExceeded("too little time is left to ask the provider");
  }
  Payment payment = draft;
  domain::Begin(payment, goal, clock_.Now());
  if (co_await payments_.Insert(Writing(work), payment, Lease())) {
    const auto ended = co_await Send(AtProvider(work), payment);
    if (ended == Ended::kOpen) co_return payment;
    if (ended == Ended::kOvertaken) payment = co_await Require(work, draft.order);
    co_return co_await Reach(work, std::move(payment), goal, 1);
  }
  auto known = co_await Require(work, draft.order);
  if (!known.IsTombstone() && (known.amount_minor != draft.amount_minor || known.currency != draft.currency ||
                               known.method != draft.method)) {
    throw Error(Code::kAlreadyExists, "ALREADY_EXISTS",
                "the order already has a payment with another amount or method");
  }
  co_return co_await Reach(work, std::move(known), goal, 0);
}

Task<Payment> Charges::Capture(Work work, domain::OrderId order) {
  auto payment = co_await Require(work, order);
  co_return co_await Reach(work, std::move(payment), {.operation = Operation::kCapture, .reason = {}}, 0);
}

Task<Payment> Charges::Void(Work work, domain::OrderId order) {
  auto payment = co_await payments_.Find(work, order, storage::Scope::Everything());
  if (!payment) {
    const auto tombstone = domain::MakeTombstone(order, clock_.Now());
    if (co_await payments_.InsertTombstone(Writing(work), tombstone)) co_return tombstone;
    payment = co_await Require(work, order);
  }
  co_return co_await Reach(work, std::move(*payment), {.operation = Operation::kVoid, .reason = {}}, 0);
}

Task<Payment> Charges::Refund(Work work, domain::OrderId order, domain::SellerOrderId part,
                              std::string reason) {
  auto payment = co_await Require(work, order);
  payment =
      co_await Reach(work, std::move(payment),
                     {.operation = Operation::kRefund, .seller_order = part, .reason = std::move(reason)}, 0);
  const auto* refund = payment.FindRefund(part);
  if (!refund || refund->state != domain::Progress::kSucceeded) {
    throw Unavailable("the payment provider has not confirmed the refund yet");
  }
  co_return payment;
}

Task<> Charges::Resolve(Work work, Payment payment) {
  if (!payment.Pending()) throw std::logic_error("a payment that is due without a pending attempt");
  co_await Ask(AtProvider(work), payment);
}

// Steps until there is nothing left to do, the provider leaves it open, or the time is up.
Task<Payment> Charges::Reach(Work work, Payment payment, domain::Goal goal, int attempts) {
  auto pause = kTurnPauseMin;
  for (;;) {
    const Step step = domain::NextStep(payment, goal);
    if (step == Step::kNothing || (step == Step::kAttempt && attempts == kAttemptsMax)) co_return payment;
    if (work.deadline - kCallerReserve <= runtime::After(pause)) co_return payment;

    auto ended = Ended::kOvertaken;
    if (co_await Take(work, payment, step, goal)) {
      attempts += step == Step::kAttempt;
      if (step == Step::kClose) co_return payment;
      const auto turn = AtProvider(work);
      ended = step == Step::kAttempt ? co_await Send(turn, payment) : co_await Ask(turn, payment);
    } else {
      co_await runtime::SleepFor(pause);
      pause = std::min(kTurnPauseMax, 2 * pause);
    }
    if (ended == Ended::kOpen) co_return payment;
    if (ended == Ended::kOvertaken) payment = co_await Require(work, payment.order);
  }
}

// False leaves `payment` as nobody has it in the database; read it again.
Task<bool> Charges::Take(Work work, Payment& payment, Step step, const domain::Goal& goal) {
  const auto limit = work.With(std::min(work.deadline, Writing(work).deadline));
  switch (step) {
    case Step::kAttempt:
      domain::Begin(payment, goal, clock_.Now());
      co_return co_await payments_.Begin(limit, payment, Lease());
    case Step::kClose:
      domain::Close(payment, clock_.Now());
      co_return co_await payments_.Close(limit, payment);
    default:
      co_return co_await payments_.Take(limit, payment, Lease());
  }
}

// Sends the pending attempt for the first time.
Task<Charges::Ended> Charges::Send(Work work, Payment& payment) {
  co_return co_await Apply(work, payment, co_await CallAndLook(work, payment));
}

// Finds out what became of the pending attempt; one that the provider does not have is sent again, which to
// the provider is the same request.
Task<Charges::Ended> Charges::Ask(Work work, Payment& payment) {
  const auto found = co_await Find(work, payment);
  if (const auto known = ResultOf(found)) co_return co_await Apply(work, payment, *known);
  if (clock_.Now() - payment.Pending()->created_at > kSendAgainLimit) {
    co_return co_await Apply(work, payment, provider::Errored{"the provider never had it"});
  }
  auto result = co_await CallAndLook(work, payment);
  // This time nothing was done; what was sent before may still be on its way.
  if (const auto* not_done = std::get_if<provider::NotDone>(&result))
    result = provider::Unknown{not_done->why};
  co_return co_await Apply(work, payment, std::move(result));
}

Task<Result> Charges::CallAndLook(Work work, const Payment& payment) {
  auto result = co_await Call(work, payment);
  if (NeedsLook(result, payment.Pending()->operation)) {
    const auto found = co_await Find(work, payment);
    if (auto known = ResultOf(found)) result = std::move(*known);
  }
  co_return result;
}

Task<Result> Charges::Call(Work work, const Payment& payment) {
  const auto& attempt = *payment.Pending();
  std::string key = domain::ProviderKey(payment.id, attempt);
  Result result;
  if (attempt.operation == Operation::kAuthorize) {
    result = co_await provider_.Authorize({.key = std::move(key),
                                           .reference = payment.order.ToString(),
                                           .method = payment.method,
                                           .amount = {payment.amount_minor, payment.currency}},
                                          work);
  } else {
    provider::Change change{.key = std::move(key),
                            .authorization = payment.authorization,
                            .amount = {payment.authorized_minor, payment.currency},
                            .reference = {}};
    switch (attempt.operation) {
      case Operation::kCapture:
        result = co_await provider_.Capture(std::move(change), work);
        break;
      case Operation::kVoid:
        result = co_await provider_.Void(std::move(change), work);
        break;
      default:
        change.amount.minor = payment.FindRefund(attempt.seller_order)->amount_minor;
        change.reference = attempt.seller_order.ToString();
        result = co_await provider_.Refund(std::move(change), work);
    }
  }
  metrics_.Answered(domain::Name(attempt.operation), AnswerName(result));
  co_return result;
}

Task<Found> Charges::Find(Work work, const Payment& payment) {
  const auto& attempt = *payment.Pending();
  auto found = co_await provider_.Find({.operation = attempt.operation,
                                        .key = domain::ProviderKey(payment.id, attempt),
                                        .reference = payment.order.ToString(),
                                        .authorization = payment.authorization,
                                        .refund_reference = attempt.seller_order.ToString()},
                                       work);
  static constexpr std::array<std::string_view, 4> kNames = {"done", "declined", "absent", "unknown"};
  metrics_.Answered("FIND", kNames.at(found.index()));
  co_return found;
}

// Writes what the result makes of the pending attempt, with the ledger entry of money that moved.
Task<Charges::Ended> Charges::Apply(Work work, Payment& payment, Result result) {
  const auto now = clock_.Now();
  const auto pending = payment.Pending() - payment.attempts.data();
  const auto& attempt = payment.attempts[static_cast<std::size_t>(pending)];
  const auto why = WhyOf(result);
  if (!why.empty()) {
    log::Warn("payment.not_done", {{"order_id", payment.order.ToString()},
                                   {"operation", domain::Name(attempt.operation)},
                                   {"number", attempt.number},
                                   {"answer", AnswerName(result)},
                                   {"detail", why}});
  }
  auto ended = Ended::kSettled;
  std::visit(
      Overloaded{
          [&](provider::Done& done) { domain::Succeed(payment, std::move(done.authorization), now); },
          [&](provider::Declined& declined) { domain::Decline(payment, std::move(declined.code), now); },
          [&](provider::Unknown&) {
            domain::StayPending(payment, now);
            ended = Ended::kOpen;
          },
          [&](provider::NotDone&) {
            domain::Fail(payment, "not_done", now);
            ended = Ended::kOpen;
          },
          [&](provider::Errored&) { domain::Fail(payment, "provider_error", now); },
          [&](provider::Refused& refused) {
            if (attempt.operation == Operation::kAuthorize) {
              domain::Decline(payment, std::move(refused.code), now);
            } else {
              domain::Fail(payment, std::move(refused.code), now);
              ended = Ended::kOpen;
            }
          }},
      result);
  const auto ask_after =
      runtime::Backoff::After(static_cast<std::uint32_t>(std::max(payment.asks, 1)), kAskPause);
  if (!co_await payments_.Record(Writing(work), payment, attempt, ask_after)) co_return Ended::kOvertaken;
  metrics_.Settled(payment, attempt);
  co_return ended;
}

Task<Payment> Charges::Require(Work work, domain::OrderId order) {
  auto payment = co_await payments_.Find(work, order, storage::Scope::Everything());
  if (!payment) throw NotFound("the order's payment");
  co_return std::move(*payment);
}

Work Charges::AtProvider(const Work& work) const {
  return work.With(std::min(work.deadline - kCallerReserve, runtime::After(options_.provider_timeout)));
}

}  // namespace market::payment
