// Brings the payment of an order where a caller wants it: authorised, captured, voided, a part refunded.
//
// The only code that talks to the provider about payments, whoever asks: a request, or the recovery. A charge,
// a capture or a void is sent first and its row written once, with the answer: its key is made of what it is
// about, so whoever comes after a process that died in between sends the same request again and hears the same
// answer. A refund is promised first: two of them at once must not give back more than there is.
//
// Several may drive one payment at a time; what keeps them from harm:
//   the same request, twice     one key, one effect; who writes second finds it written
//   capture against void        the provider does one of them; who is refused looks, and writes what it sees
//   an answer against a newer row   it is brought into the row as it is by then (domain::Learn)
//   undo of an order without a row  leaves a row that accepts no authorisation and is looked after until
//                               nothing can be under way any more; a hold that turns up is given up, by the
//                               late driver, or by the recovery when that one died
//   confirmed against voided    what waits to be confirmed is ended at the provider, which then accepts no
//                               confirmation; one that came before has a hold, which ends with it
// What the provider has not said is never assumed: it is PENDING, and the recovery asks.
//
// A task of these must not be cancelled by a caller that leaves: run it in a TaskGroup. Io thread only.
// Throws what storage throws, and domain::NextStep's refusals.
#pragma once
#include <chrono>
#include <string>
#include <string_view>

#include "platform/audit/audit.hpp"
#include "platform/core/clock.hpp"
#include "services/payment/metrics.hpp"
#include "services/payment/provider/provider.hpp"
#include "services/payment/storage/payments.hpp"

namespace market::payment {

class Charges {
 public:
  struct Options {
    std::chrono::milliseconds provider_timeout{5000};  // of one turn at the provider
    std::chrono::milliseconds lease_margin{5000};      // a lease is longer than a turn by this
    // Where people reach the marketplace; "": nobody can be sent to confirm a payment.
    std::string public_url = {};
  };

  Charges(storage::Payments& payments, provider::Provider& provider, const Clock& clock, Metrics& metrics,
          Options options)
      : payments_(payments), provider_(provider), clock_(clock), metrics_(metrics), options_(options) {}

  // Asks for the money of one order. Of one that has a payment of that number: that one, brought as far as it
  // goes now. The state of what is returned says how it ended; UNKNOWN or CREATED: not decided yet, ask
  // again; REQUIRES_ACTION: nothing goes on before its buyer has confirmed it at the provider. Throws Error
  // ALREADY_EXISTS when that payment is about another amount or method, ILLEGAL_TRANSITION when the order's
  // payment before it may still be charged.
  Task<domain::Payment> Authorize(Work work, domain::Payment draft);
  // Of the newest payment. CAPTURED; CAPTURE_FAILED: refused for good; VOIDED: too late; an AUTHORIZED one is
  // not captured yet, ask again. Throws Error NOT_FOUND.
  Task<domain::Payment> Capture(Work work, domain::OrderId order);
  // Of the payment of that number, without one the newest. VOIDED or DECLINED: no money will move. CAPTURED:
  // too late. Else ask again. Where there is no payment, none will be: VOIDED. The one before that number is
  // ended with it, as by Authorize.
  Task<domain::Payment> Void(Work work, domain::OrderId order, std::optional<int> number);
  // Gives back some or all of what one seller order cost. The refund is SUCCEEDED or FAILED: refused for good.
  // Throws Error UNAVAILABLE when the provider has not said yet.
  Task<domain::Payment> Refund(Work work, domain::OrderId order, domain::WantedRefund refund);
  // The same of a payment, by an operator: the act goes on record with the promise. Throws Error NOT_FOUND.
  Task<domain::Payment> RefundBy(Work work, domain::PaymentId payment, domain::WantedRefund refund,
                                 audit::Act act);

  // For the recovery: finds out about what is open of a payment that was due.
  Task<> Resolve(Work work, domain::Payment payment);

  // How long a driver may take at most: what it has in hand is left to it for that long.
  std::chrono::milliseconds Lease() const { return options_.provider_timeout + options_.lease_margin; }

 private:
  enum class Ended {
    kSettled,   // what is next is for domain::NextStep to say
    kOpen,      // nothing more can be done now
    kOvertaken  // somebody else has written; `payment` is what it is now
  };
  // What the provider said, and of which attempt.
  struct Heard {
    domain::Attempt attempt;
    domain::Outcome outcome;
  };

  // What an operator wants goes on record with the first thing that is written of it.
  Task<domain::Payment> Reach(Work work, domain::Payment payment, domain::Goal goal,
                              const audit::Act* act = nullptr);
  Task<Ended> Take(Work work, domain::Payment& payment, domain::Step step, const domain::Goal& goal,
                   const audit::Act* act);
  Task<domain::Payment> GiveBack(Work work, domain::Payment payment, domain::WantedRefund refund,
                                 const audit::Act* act);
  Task<Ended> Send(Work work, domain::Payment& payment, domain::Attempt attempt);
  Task<Ended> Ask(Work work, domain::Payment& payment);
  Task<Ended> Note(Work work, domain::Payment& payment, Heard heard);
  Task<> GiveUp(Work work, domain::Payment& payment, domain::Attempt attempt, std::string authorization);
  Task<> LookFor(Work work, domain::Payment& payment);
  Task<> EndOneBefore(Work work, domain::OrderId order, int number);

  Task<Heard> CallAndLook(Work work, const domain::Payment& payment, domain::Attempt attempt);
  std::string ReturnUrl(const domain::Payment& payment) const;
  Task<provider::Result> Call(Work work, const domain::Payment& payment, const domain::Attempt& attempt);
  Task<provider::Found> Find(Work work, const domain::Payment& payment, const domain::Attempt& attempt);
  std::optional<Heard> HeardOf(const domain::Payment& payment, const domain::Attempt& attempt,
                               const provider::Listed& charge) const;

  Task<bool> Write(Work work, domain::Payment& payment, domain::Payment after,
                   const audit::Act* act = nullptr);
  std::optional<std::chrono::milliseconds> RunAfter(const domain::Payment& payment) const;
  Task<domain::Payment> Require(Work work, domain::OrderId order, std::optional<int> number);
  Work AtProvider(const Work& work) const;

  storage::Payments& payments_;
  provider::Provider& provider_;
  const Clock& clock_;
  Metrics& metrics_;
  const Options options_;
};

}  // namespace market::payment
