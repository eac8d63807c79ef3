// Brings the payment of an order where a caller wants it: authorised, captured, voided, a part refunded.
//
// The only code that talks to the provider about payments, whoever asks: a request, or the recovery. Each
// attempt is committed before it is sent and its result after, with no transaction in between. Killed
// anywhere, the next driver finds the pending attempt, asks the provider about it by its key and goes on;
// what the provider has not said is never assumed.
// One driver at a time has a payment's lease; others wait for it.
//
// A task of these must not be cancelled by a caller that leaves: run it in a TaskGroup. Io thread only.
// Throws what storage throws, and domain::NextStep's refusals.
#pragma once
#include <chrono>
#include <string_view>

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
  };

  Charges(storage::Payments& payments, provider::Provider& provider, const Clock& clock, Metrics& metrics,
          Options options)
      : payments_(payments), provider_(provider), clock_(clock), metrics_(metrics), options_(options) {}

  // Asks for the money of one order, once. Of an order that has a payment: that one, brought as far as it
  // goes now. The state of what is returned says how it ended; UNKNOWN or CREATED: not decided yet, ask
  // again. Throws Error ALREADY_EXISTS when the order's payment is about another amount or method.
  Task<domain::Payment> Authorize(Work work, domain::Payment draft);
  // The state says how it ended; an AUTHORIZED one is not captured yet, ask again. Throws Error NOT_FOUND.
  Task<domain::Payment> Capture(Work work, domain::OrderId order);
  // VOIDED or DECLINED: no money will move. CAPTURED: too late. Else ask again. An order without a payment
  // gets a tombstone, so that no late Authorize can charge it.
  Task<domain::Payment> Void(Work work, domain::OrderId order);
  // Gives back what one seller order cost. Throws Error UNAVAILABLE when the provider has not said yet.
  Task<domain::Payment> Refund(Work work, domain::OrderId order, domain::SellerOrderId part,
                               std::string reason);

  // For the recovery: finds out about the pending attempt of a payment whose lease the caller holds.
  Task<> Resolve(Work work, domain::Payment payment);

  std::chrono::milliseconds Lease() const { return options_.provider_timeout + options_.lease_margin; }

 private:
  enum class Ended {
    kSettled,   // the attempt is over; what is next is for domain::NextStep to say
    kOpen,      // nothing more can be done now
    kOvertaken  // somebody else has written; read again
  };

  Task<domain::Payment> Reach(Work work, domain::Payment payment, domain::Goal goal, int attempts);
  Task<bool> Take(Work work, domain::Payment& payment, domain::Step step, const domain::Goal& goal);
  Task<Ended> Send(Work work, domain::Payment& payment);
  Task<Ended> Ask(Work work, domain::Payment& payment);
  Task<provider::Result> CallAndLook(Work work, const domain::Payment& payment);
  Task<provider::Result> Call(Work work, const domain::Payment& payment);
  Task<provider::Found> Find(Work work, const domain::Payment& payment);
  Task<Ended> Apply(Work work, domain::Payment& payment, provider::Result result);
  Task<domain::Payment> Require(Work work, domain::OrderId order);
  Work AtProvider(const Work& work) const;

  storage::Payments& payments_;
  provider::Provider& provider_;
  const Clock& clock_;
  Metrics& metrics_;
  const Options options_;
};

}  // namespace market::payment
