#include <algorithm>
#include <optional>
#include <string>
#include <string_view>

#include "tools/marketctl/restored.hpp"

namespace market::marketctl {
namespace {

using payment::domain::Goal;
using payment::domain::Operation;
using payment::domain::Payment;
using payment::domain::Progress;
using payment::domain::SellerOrderId;
using payment::domain::WantedRefund;
using payment::provider::Listed;

// Beside running programs somebody else may write a payment first.
constexpr int kTurnsMax = 20;
// More attempts than a payment ever needs.
constexpr int kAttemptsMax = 20;
constexpr std::chrono::milliseconds kTurnPause{500};

// Kept with a refund that was written down here, so that a later run knows it from one that the restored
// books had already.
constexpr std::string_view kLostReason = "refunded after the backup";

std::string Amount(std::int64_t minor, const Currency& currency) {
  return std::to_string(minor) + ' ' + std::string(currency.Code()) + " (minor units)";
}

bool Claims(const Payment& payment, const Listed& charge) {
  return payment.authorization == charge.authorization ||
         std::ranges::any_of(payment.attempts, [&](const auto& attempt) {
           return attempt.operation == Operation::kAuthorize && attempt.state != Progress::kFailed &&
                  payment::domain::ProviderKey(payment, attempt).ToString() == charge.key;
         });
}

// The number under which the order's checkout would send this charge's request again, and hear of a charge
// that is not there any more.
std::optional<int> NumberAskedAgain(payment::domain::OrderId order, int newest, const Listed& charge) {
  Payment payment;
  payment.order = order;
  for (payment.number = 1; payment.number <= newest + 1; ++payment.number) {
    payment::domain::Attempt attempt;
    for (attempt.number = 1; attempt.number <= kAttemptsMax; ++attempt.number) {
      if (payment::domain::ProviderKey(payment, attempt).ToString() == charge.key) return payment.number;
    }
  }
  return std::nullopt;
}

// All of the part's money is back, and at least some went by a refund that the restored books did not have.
// What they had, its order knows: an operator gives back what was delivered, and the part lives on.
bool IsBackByLostRefund(const Payment& payment, const SellerOrderId& part) {
  const auto* split = payment.FindSplit(part);
  return split && split->amount_minor > 0 && payment.RefundedOf(part) == split->amount_minor &&
         std::ranges::any_of(payment.refunds, [&](const auto& refund) {
           return refund.seller_order == part && !refund.account && refund.reason == kLostReason;
         });
}

// The refund that was made there, as somebody here may want it again; nothing when it was for none of our
// parts.
std::optional<WantedRefund> RefundOf(const Payment& payment, const Listed::Refund& refund) {
  const auto reference = payment::domain::ParseReference(refund.reference);
  const auto* split = reference ? payment.FindSplit(reference->seller_order) : nullptr;
  if (!split) return std::nullopt;
  return WantedRefund{.id = reference->refund,
                      .seller_order = reference->seller_order,
                      .amount = Money{refund.amount_minor, payment.currency},
                      .reason = std::string(kLostReason),
                      .bound = payment::domain::Bound::kExactly};
}

// What was done at the provider with this charge and is not in our payment.
std::optional<Goal> Missing(const Payment& payment, const Listed& charge) {
  using payment::domain::State;
  if (payment.state == State::kAuthorized || payment.state == State::kCaptureFailed) {
    if (charge.state == Listed::State::kCaptured) return Goal{.operation = Operation::kCapture, .refund = {}};
    if (charge.state == Listed::State::kVoided) return Goal{.operation = Operation::kVoid, .refund = {}};
  }
  if (payment.state != State::kCaptured) return std::nullopt;
  for (const auto& refund : charge.refunds) {
    auto wanted = RefundOf(payment, refund);
    if (!wanted) continue;
    const auto* known = payment.FindRefund(wanted->id);
    const auto* split = payment.FindSplit(wanted->seller_order);
    const bool fits = known ? known->state == Progress::kPending && known->amount_minor == refund.amount_minor
                            : refund.amount_minor <= payment.LeftOf(*split);
    if (fits) return Goal{.operation = Operation::kRefund, .refund = std::move(*wanted)};
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
    const auto newest = co_await to_.payments.Find(Soon(), order_, std::nullopt);
    const int newest_number = newest ? newest->number : 0;
    const auto asked_again = NumberAskedAgain(order_, newest_number, charge_);
    auto payment = newest;
    if (asked_again && asked_again != newest_number) {
      payment = co_await to_.payments.Find(Soon(), order_, *asked_again);
    }
    if (!payment || !Claims(*payment, charge_)) {
      if (asked_again && co_await Order()) co_await CloseUnsent(payment, *asked_again);
      co_await GiveBack();
    } else if (charge_.state == Listed::State::kCaptured || charge_.state == Listed::State::kVoided) {
      // One that has another after it came to nothing before that one began.
      if (co_await CatchUp(*payment) && payment->number == newest_number) co_await CancelRefunded(*payment);
    }
  }

 private:
  Task<std::optional<order::domain::Order>> Order() const {
    return to_.orders.Find(Soon(), order::domain::OrderId(order_.Value()),
                           order::storage::Scope::Everything());
  }
  std::string Name() const { return "charge " + charge_.authorization + " of order " + charge_.reference; }

  // A payment that is not written down, or is between two attempts, would be asked for under the key of this
  // charge, and be given the answer of one that is not there any more. Its checkout ends as a declined one.
  Task<> CloseUnsent(const std::optional<Payment>& payment, int number) {
    if (payment && (payment->state != payment::domain::State::kCreated || payment->Pending())) co_return;
    if (charge_.state == Listed::State::kDeclined) co_return;
    if (to_.report.Do("payment of order " + charge_.reference +
                      ": closed, as it was charged after the backup"))
      co_await to_.charges.Void(Soon(), order_, number);
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
      payment = *co_await to_.payments.Find(Soon(), order_, payment.number);
    }
    to_.report.Leave("payment of order " + charge_.reference + ": it did not catch up with the provider");
    co_return false;
  }

  // The attempt that was lost with the restore is written down again as one without an answer, and the
  // provider is asked about it. Nothing is sent that would move money.
  Task<bool> Turn(Payment& payment, const std::optional<Goal>& missing) {
    if (!payment.Pending()) {
      auto after = payment;
      if (missing->operation == Operation::kRefund) {
        payment::domain::Promise(after, missing->refund, to_.clock.Now());
      } else {
        after.attempts.push_back(payment::domain::NextAttempt(payment, missing->operation, to_.clock.Now()));
      }
      if (!co_await to_.payments.Write(Soon(), payment, after, to_.charges.Lease())) co_return false;
      payment = std::move(after);
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
    const auto order = co_await Order();
    if (!order || order->CurrentState() == order::domain::State::kPendingPayment) co_return;
    for (const auto& part : order->parts) {
      const bool has_back = payment.state == payment::domain::State::kVoided ||
                            IsBackByLostRefund(payment, SellerOrderId(part.id.Value()));
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
                                    std::string(kLostReason),
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
