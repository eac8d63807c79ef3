#include <algorithm>
#include <optional>
#include <string>

#include "tools/marketctl/restored.hpp"

namespace market::marketctl {
namespace {

using payment::domain::Goal;
using payment::domain::Operation;
using payment::domain::Payment;
using payment::domain::Progress;
using payment::domain::SellerOrderId;
using payment::provider::Listed;

// Beside running programs a payment's lease may be somebody else's for a moment.
constexpr int kTurnsMax = 20;
constexpr std::chrono::milliseconds kTurnPause{500};

std::string Amount(std::int64_t minor, const Currency& currency) {
  return std::to_string(minor) + ' ' + std::string(currency.Code()) + " (minor units)";
}

bool Claims(const Payment& payment, const Listed& charge) {
  return payment.authorization == charge.authorization ||
         std::ranges::any_of(payment.attempts, [&](const auto& attempt) {
           return attempt.operation == Operation::kAuthorize && attempt.state != Progress::kFailed &&
                  payment::domain::ProviderKey(payment.id, attempt) == charge.key;
         });
}

bool IsRefunded(const Payment& payment, const SellerOrderId& part) {
  const auto* refund = payment.FindRefund(part);
  return refund && refund->state == Progress::kSucceeded;
}

// The part of the payment that a refund at the provider was for, if it was for one of ours.
const payment::domain::Split* SplitOf(const Payment& payment, const Listed::Refund& refund) {
  const auto part = SellerOrderId::Parse(refund.reference);
  const auto* split = part ? payment.FindSplit(*part) : nullptr;
  return split && split->amount_minor == refund.amount_minor ? split : nullptr;
}

// What was done at the provider with this charge and is not in our payment.
std::optional<Goal> Missing(const Payment& payment, const Listed& charge) {
  if (payment.state == payment::domain::State::kAuthorized) {
    if (charge.state == Listed::State::kCaptured) return Goal{.operation = Operation::kCapture, .reason = {}};
    if (charge.state == Listed::State::kVoided) return Goal{.operation = Operation::kVoid, .reason = {}};
  }
  if (payment.state != payment::domain::State::kCaptured) return std::nullopt;
  for (const auto& refund : charge.refunds) {
    const auto* split = SplitOf(payment, refund);
    if (!split || IsRefunded(payment, split->seller_order)) continue;
    return Goal{.operation = Operation::kRefund,
                .seller_order = split->seller_order,
                .reason = "refunded after the backup"};
  }
  return std::nullopt;
}

class ChargeCase {
 public:
  ChargeCase(const Restored& restored, Listed charge) : to_(restored), charge_(std::move(charge)) {}

  Task<> Judge() {
    const auto order = payment::domain::OrderId::Parse(charge_.reference);
    if (!order) {
      to_.report.Leave(Name() + ": its reference '" + charge_.reference + "' is no order of a marketplace");
      co_return;
    }
    order_ = *order;
    auto payment = co_await to_.payments.Find(Soon(), order_, payment::storage::Scope::Everything());
    if (!payment || !Claims(*payment, charge_)) {
      co_await CloseUnsent(payment);
      co_await GiveBack();
    } else if (charge_.state == Listed::State::kCaptured || charge_.state == Listed::State::kVoided) {
      if (co_await CatchUp(*payment)) co_await CancelRefunded(*payment);
    }
  }

 private:
  std::string Name() const { return "charge " + charge_.authorization + " of order " + charge_.reference; }

  // A payment between two attempts would make its next one under the key of this charge, and be given the
  // answer of a charge that is not there any more. Its checkout ends as a declined one.
  Task<> CloseUnsent(const std::optional<Payment>& payment) {
    if (!payment || payment->state != payment::domain::State::kCreated || payment->Pending()) co_return;
    if (charge_.state == Listed::State::kDeclined) co_return;
    if (to_.report.Do("payment of order " + charge_.reference +
                      ": closed, as it was charged after the backup"))
      co_await to_.charges.Void(Soon(), order_);
  }

  Task<> GiveBack() {
    const auto rest = charge_.captured.minor - charge_.refunded_minor;
    payment::provider::Change change{
        .key = Uuid::FromName("give back " + charge_.authorization + ' ' + std::to_string(rest)).ToString(),
        .authorization = charge_.authorization,
        .amount = {rest, charge_.captured.currency},
        .reference = charge_.reference};
    payment::provider::Result result;
    if (charge_.state == Listed::State::kAuthorized) {
      if (!to_.report.Do(Name() + ": no payment here claims it: voided")) co_return;
      result = co_await to_.provider.Void(std::move(change), Soon());
    } else if (charge_.state == Listed::State::kCaptured && rest > 0) {
      const auto amount = Amount(rest, charge_.captured.currency);
      if (!to_.report.Do(Name() + ": no payment here claims it: refunded " + amount)) co_return;
      result = co_await to_.provider.Refund(std::move(change), Soon());
    } else {
      co_return;
    }
    if (!std::holds_alternative<payment::provider::Done>(result))
      to_.report.Leave(Name() + ": the provider did not give the money back");
  }

  // Brings `payment` where the provider is. False: that did not work, and is told.
  Task<bool> CatchUp(Payment& payment) {
    for (int turn = 0; turn < kTurnsMax; ++turn) {
      const auto missing = Missing(payment, charge_);
      if (!missing && !payment.Pending()) co_return Agrees(payment);
      const auto what = missing ? payment::domain::Name(missing->operation) : "an open attempt";
      if (turn == 0 && !to_.report.Do("payment of order " + charge_.reference + ": catches up with " +
                                      std::string(what) + " at the provider"))
        co_return false;
      if (!co_await Turn(payment, missing)) co_await runtime::SleepFor(kTurnPause);
      payment = *co_await to_.payments.Find(Soon(), order_, payment::storage::Scope::Everything());
    }
    to_.report.Leave("payment of order " + charge_.reference + ": it did not catch up with the provider");
    co_return false;
  }

  // The attempt that was lost with the restore is written down again as one without an answer, and the
  // provider is asked about it. Nothing is sent that would move money.
  Task<bool> Turn(Payment& payment, const std::optional<Goal>& missing) {
    if (payment.Pending()) {
      if (!co_await to_.payments.Take(Soon(), payment, to_.charges.Lease())) co_return false;
    } else {
      payment::domain::Begin(payment, *missing, to_.clock.Now());
      if (!co_await to_.payments.Begin(Soon(), payment, to_.charges.Lease())) co_return false;
    }
    co_await to_.charges.Resolve(Soon(), payment);
    co_return true;
  }

  bool Agrees(const Payment& payment) {
    const bool agrees =
        payment.captured_minor == charge_.captured.minor && payment.refunded_minor == charge_.refunded_minor;
    if (!agrees)
      to_.report.Leave(Name() + ": captured " + std::to_string(charge_.captured.minor) + " and refunded " +
                       std::to_string(charge_.refunded_minor) + " there, " +
                       std::to_string(payment.captured_minor) + " and " +
                       std::to_string(payment.refunded_minor) + " here");
    return agrees;
  }

  // The buyer has the money back, so the part does not live. While the order waits for its payment the
  // checkout itself sees to that.
  Task<> CancelRefunded(const Payment& payment) {
    const auto order = co_await to_.orders.Find(Soon(), order::domain::OrderId(order_.Value()),
                                                order::storage::Scope::Everything());
    if (!order || order->CurrentState() == order::domain::State::kPendingPayment) co_return;
    for (const auto& part : order->parts) {
      const bool has_back = payment.state == payment::domain::State::kVoided ||
                            IsRefunded(payment, SellerOrderId(part.id.Value()));
      if (has_back && !order::domain::IsDead(part.state)) co_await Cancel(*order, part);
    }
  }

  Task<> Cancel(const order::domain::Order& order, const order::domain::SellerOrder& part) {
    const std::string name = "seller order " + part.id.ToString() + " of order " + charge_.reference;
    if (!order::domain::MayMove(part.state, order::domain::State::kCancelled)) {
      to_.report.Leave(name + ": its money was given back after the backup, and it is " +
                       std::string(order::domain::Name(part.state)));
      co_return;
    }
    if (!to_.report.Do(name + ": cancelled, as its money was given back after the backup")) co_return;
    co_await to_.transitions.Cancel(Soon(), order.id, order::storage::Scope::Everything(), {part.id},
                                    {order::domain::ActorRole::kSystem, std::nullopt},
                                    "refunded after the backup",
                                    Uuid::FromName("reconcile " + part.id.ToString()), "", to_.clock.Now());
  }

  const Restored& to_;
  const Listed charge_;
  payment::domain::OrderId order_;
};

}  // namespace

Task<> ReconcileCharge(const Restored& restored, Listed charge) {
  ChargeCase one(restored, std::move(charge));
  co_await one.Judge();
}

}  // namespace market::marketctl
