// The saga that places an order: reserve the stock, authorise the payment, PLACED; undone in reverse. A
// payment that is declined, or waits for its buyer to confirm it, leaves the order and its stock as they are,
// for him to do so or to go on with another method until the time for that is over; so does one that is lost
// after the order was placed, which is then paid again or ends. What is held becomes sold, and what is
// authorised is captured, afterwards and through the outbox: a saga's hold has no expiry, so nothing can take
// it away meanwhile.
//
// Advance is the only code that drives a checkout, whoever calls it: the request that placed the order, or
// the recovery worker after a crash. Every step at a peer is keyed by the order and repeatable, so only
// decisions are written down: that the order exists, that it is to be undone, that it is done. Killed between
// any two lines, the next driver starts again from the last decision and reaches the same end. A peer that
// did not answer is asked again later, never assumed to have failed; one that refuses what it should have
// accepted breaks the run.
#pragma once
#include <chrono>

#include "marketplace/payment/v1/payment.market.hpp"
#include "marketplace/product/v1/product.market.hpp"
#include "platform/core/clock.hpp"
#include "services/order/metrics.hpp"
#include "services/order/storage/checkouts.hpp"

namespace market::order {

class Checkout {
 public:
  Checkout(storage::Checkouts& checkouts, api::ProductApi& products, api::PaymentApi& payments,
           const Clock& clock, Metrics& metrics, runtime::Patience patience = {})
      : checkouts_(checkouts),
        products_(products),
        payments_(payments),
        clock_(clock),
        metrics_(metrics),
        patience_(patience) {}

  // Drives `order` as far as it goes now and brings it up to date. The caller holds `lease`; it is given up
  // when this returns. `answer`: what the caller's key keeps when the order is placed or its payment
  // declined. kPending: something is not known yet, and the checkout is due again by itself, or goes on when
  // its payment was confirmed. Throws storage::LostLease when another driver has taken over.
  Task<Outcome> Advance(CallContext& call, const storage::Lease& lease, domain::Order& order,
                        const storage::KeyedAnswer* answer = nullptr);

 private:
  Task<Outcome> Run(CallContext& call, const storage::Lease& lease, domain::Order& order,
                    const storage::KeyedAnswer* answer);
  Task<Outcome> Forward(CallContext& call, storage::Lease lease, domain::Order& order,
                        const storage::KeyedAnswer* answer);
  Task<Outcome> Undo(CallContext& call, storage::Lease lease, domain::Order& order);
  Task<Outcome> PaidAgain(CallContext& call, storage::Lease lease, domain::Order& order,
                          api::payment::Payment payment);
  Task<Outcome> Unpaid(CallContext& call, storage::Lease lease, domain::Order& order,
                       api::payment::Payment payment);
  Task<Outcome> Declined(CallContext& call, storage::Lease lease, domain::Order& order, std::string code,
                         const storage::KeyedAnswer* answer);
  Task<api::payment::Payment> GiveBack(CallContext& call, const domain::Order& order);
  Task<Outcome> Postpone(CallContext& call, storage::Lease lease, domain::Order& order, std::string why);
  Task<Outcome> FailFresh(CallContext& call, storage::Lease lease, domain::Order& order, domain::Failure why);
  Task<Outcome> DecideUndo(CallContext& call, storage::Lease lease, domain::Order& order,
                           domain::Failure why);
  // Why it can't be had; nothing when it is held.
  Task<std::optional<domain::Failure>> Reserve(CallContext& call, const domain::Order& order);
  Task<api::payment::Payment> Authorize(CallContext& call, const domain::Order& order);

  storage::Checkouts& checkouts_;
  api::ProductApi& products_;
  api::PaymentApi& payments_;
  const Clock& clock_;
  Metrics& metrics_;
  const runtime::Patience patience_;
};

}  // namespace market::order
