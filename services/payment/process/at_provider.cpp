// What is asked of the provider about an attempt, and what its words mean.
#include <algorithm>
#include <optional>
#include <stdexcept>
#include <variant>

#include "platform/telemetry/log.hpp"
#include "services/payment/process/charges.hpp"

namespace market::payment {
namespace {

using domain::Attempt;
using domain::Operation;
using domain::Outcome;
using domain::Payment;
using provider::Found;
using provider::Listed;
using provider::Result;
namespace log = telemetry::log;

template <class... Ts>
struct Overloaded : Ts... {
  using Ts::operator()...;
};

Outcome OutcomeOf(const Result& result) {
  using Kind = Outcome::Kind;
  return std::visit(
      Overloaded{
          [](const provider::Done& r) { return Outcome{Kind::kDone, r.authorization, {}}; },
          [](const provider::Declined& r) { return Outcome{Kind::kDeclined, {}, r.code}; },
          [](const provider::Unknown& r) { return Outcome{Kind::kUnknown, {}, r.why}; },
          [](const provider::NotDone& r) { return Outcome{Kind::kNotDone, {}, r.why}; },
          [](const provider::Errored&) { return Outcome{Kind::kFailed, {}, "provider_error"}; },
          [](const provider::Refused& r) { return Outcome{Kind::kRefused, {}, r.code}; },
          [](const provider::Action& r) { return Outcome{Kind::kAction, r.authorization, {}, r.url}; }},
      result);
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

// Nothing: it was not done.
std::optional<Outcome> OutcomeSeen(const Payment& payment, const Attempt& attempt, const Listed& charge) {
  using Kind = Outcome::Kind;
  const Outcome done{Kind::kDone, charge.authorization, {}};
  switch (attempt.operation) {
    case Operation::kAuthorize:
      if (charge.state == Listed::State::kDeclined) return Outcome{Kind::kDeclined, {}, charge.decline_code};
      if (charge.state == Listed::State::kRequiresAction) {
        return Outcome{Kind::kAction, charge.authorization, {}, charge.action_url};
      }
      return done;
    case Operation::kCapture:
      if (charge.state == Listed::State::kCaptured) return done;
      if (charge.state == Listed::State::kAuthorized) return std::nullopt;
      return Outcome{Kind::kRefused, {}, "hold_lost"};
    case Operation::kVoid:
      return charge.state == Listed::State::kVoided ? std::optional(done) : std::nullopt;
    case Operation::kRefund: {
      const auto reference = domain::ReferenceOf(*payment.FindRefund(attempt.refund));
      const auto made = std::ranges::find(charge.refunds, reference, &Listed::Refund::reference);
      return made != charge.refunds.end() ? std::optional(done) : std::nullopt;
    }
  }
  throw std::logic_error("an operation without a rule");
}

}  // namespace

std::optional<Charges::Heard> Charges::HeardOf(const Payment& payment, const Attempt& attempt,
                                               const Listed& charge) const {
  // What waited to be confirmed came to its end without us: it was confirmed before it could be ended, in
  // vain or not, or was ended, by the provider itself or by a void whose answer nobody heard.
  if (payment.state == domain::State::kRequiresAction && payment.Pending() != nullptr) {
    const bool decided = charge.state == Listed::State::kDeclined || charge.state == Listed::State::kCaptured;
    if (attempt.operation == Operation::kVoid && decided) return HeardOf(payment, *payment.Pending(), charge);
    if (attempt.operation == Operation::kAuthorize && charge.state == Listed::State::kVoided) {
      return Heard{domain::NextAttempt(payment, Operation::kVoid, clock_.Now()),
                   {Outcome::Kind::kDone, charge.authorization, {}}};
    }
  }
  // Who wanted to void what was captured meanwhile has heard of the capture.
  if (attempt.operation == Operation::kVoid && charge.state == Listed::State::kCaptured) {
    return Heard{domain::NextAttempt(payment, Operation::kCapture, clock_.Now()),
                 {Outcome::Kind::kDone, charge.authorization, {}}};
  }
  auto outcome = OutcomeSeen(payment, attempt, charge);
  if (!outcome) return std::nullopt;
  return Heard{attempt, std::move(*outcome)};
}

Task<Charges::Heard> Charges::CallAndLook(Work work, const Payment& payment, Attempt attempt) {
  const auto result = co_await Call(work, payment, attempt);
  if (const auto why = WhyOf(result); !why.empty()) {
    log::Warn("payment.not_done", {{"order_id", payment.order.ToString()},
                                   {"operation", domain::Name(attempt.operation)},
                                   {"number", attempt.number},
                                   {"answer", provider::Name(result)},
                                   {"detail", why}});
  }
  Heard heard{attempt, OutcomeOf(result)};
  if (!NeedsLook(result, attempt.operation)) co_return heard;
  const auto found = co_await Find(work, payment, attempt);
  if (const auto* unknown = std::get_if<provider::Unknown>(&found)) {
    heard.outcome = {Outcome::Kind::kUnknown, {}, unknown->why};
  } else if (const auto* charge = std::get_if<Listed>(&found)) {
    if (auto seen = HeardOf(payment, attempt, *charge)) heard = std::move(*seen);
  }
  co_return heard;
}

// From there nginx sends the browser on to the order's page, in its language.
std::string Charges::ReturnUrl(const Payment& payment) const {
  if (options_.public_url.empty()) return {};
  return options_.public_url + "/orders/" + payment.order.ToString() + "/payment";
}

Task<Result> Charges::Call(Work work, const Payment& payment, const Attempt& attempt) {
  auto key = domain::ProviderKey(payment, attempt).ToString();
  Result result;
  if (attempt.operation == Operation::kAuthorize) {
    result = co_await provider_.Authorize({.key = std::move(key),
                                           .reference = payment.order.ToString(),
                                           .method = payment.method,
                                           .amount = {payment.amount_minor, payment.currency},
                                           .return_url = ReturnUrl(payment)},
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
      default: {
        const auto& refund = *payment.FindRefund(attempt.refund);
        change.amount.minor = refund.amount_minor;
        change.reference = domain::ReferenceOf(refund);
        result = co_await provider_.Refund(std::move(change), work);
      }
    }
  }
  metrics_.Answered(domain::Name(attempt.operation), provider::Name(result));
  co_return result;
}

Task<Found> Charges::Find(Work work, const Payment& payment, const Attempt& attempt) {
  // One that waits to be confirmed is known by its id, and is no charge yet that its key would find.
  const bool by_key =
      attempt.operation == Operation::kAuthorize && payment.state != domain::State::kRequiresAction;
  auto found = co_await provider_.Find({.reference = payment.order.ToString(),
                                        .key = domain::ProviderKey(payment, attempt).ToString(),
                                        .authorization = by_key ? std::string() : payment.authorization},
                                       work);
  metrics_.Answered("FIND", provider::Name(found));
  co_return found;
}

}  // namespace market::payment
