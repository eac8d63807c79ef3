// The saga rows of orders being placed: who drives one now, what was decided, when it is due again.
//
// A driver holds a lease with a fence; every write of a driver names its fence and does nothing, throwing
// LostLease, when somebody else has taken over. The direction is decided once: a checkout that was told to
// undo never goes forward again. One whose payment was declined, waits to be confirmed, or was lost after its
// order was placed, waits for its buyer: nobody drives it until he has confirmed it or pays with another
// method, or the time for that is over, and then whoever takes it undoes it (paying.cpp). A checkout whose
// runs break again and again is parked: no worker takes it until an operator lets it go on, and a good run of
// whoever drives it ends that too. Times are the database's.
#pragma once
#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "platform/audit/audit.hpp"
#include "platform/core/random.hpp"
#include "platform/core/words.hpp"
#include "platform/idempotency/store.hpp"
#include "platform/outbox/outbox.hpp"
#include "platform/postgres/database.hpp"
#include "platform/runtime/setback.hpp"
#include "services/order/domain/order.hpp"
#include "services/order/storage/scope.hpp"

namespace market::order::storage {

enum class Step : std::uint8_t { kForward, kUndo, kDone, kWait };
inline constexpr Words<Step, 4> kSteps{"step of a checkout", {"FORWARD", "UNDO", "DONE", "WAIT"}};
inline std::string_view Name(Step step) { return kSteps.Name(step); }
inline void FromText(std::string_view text, Step& step) { step = kSteps.Require(text); }

struct Lease {
  domain::OrderId order;
  std::int64_t fence = 1;
  Step step = Step::kForward;
  domain::Failure undo;        // with kUndo
  std::uint32_t attempts = 0;  // runs that did not finish it
  std::uint32_t failures = 0;  // how many of the last ones broke
  bool overdue = false;        // past the checkout's deadline
  std::string trace;           // of the request that placed the order

  // Nobody drove this checkout before, so no peer has heard of the order.
  bool Fresh() const { return fence == 1; }
};

// A checkout that is due and leased to the caller, with what is needed to give it back unread.
struct Due {
  domain::OrderId order;
  std::int64_t fence = 1;
  std::uint32_t attempts = 0;
  std::uint32_t failures = 0;
};

// What the request that drives a checkout answers once its order is placed, or its payment declined, as its key
// keeps it.
struct KeyedAnswer {
  idempotency::RequestKey& key;
  std::function<std::string(const domain::Order&)> of;
};

class LostLease : public std::runtime_error {
 public:
  LostLease() : std::runtime_error("another driver has taken over this checkout") {}
};

// Checkouts that are not done. Counted up to 100,000.
struct OpenCheckouts {
  std::int64_t forward = 0;
  std::int64_t undo = 0;
  std::int64_t wait = 0;
  std::int64_t parked = 0;  // of these
  std::chrono::milliseconds oldest_age{0};
};

// One checkout as operators see it.
struct CheckoutOnView {
  domain::OrderId order;
  std::string order_number;
  AccountId buyer;
  domain::State state = domain::State::kPendingPayment;  // of the order
  Step step = Step::kForward;
  domain::FailureReason undo_reason = domain::FailureReason::kNone;
  std::uint32_t attempts = 0;
  std::uint32_t failures = 0;
  std::string last_error;
  bool driven = false;  // its lease runs
  Time created_at;
  Time deadline_at;
  Time next_run_at;
  std::optional<Time> parked_at;
};

// Where a page of stuck checkouts ends.
struct StuckUpTo {
  Time deadline_at;
  domain::OrderId order;
};

struct CheckoutLimits {
  std::chrono::milliseconds lease{15'000};
  std::chrono::milliseconds deadline{600'000};
  std::int32_t open_of_buyer = 20;
  std::chrono::milliseconds pay_within{600'000};  // of the first decline, or of the loss
  std::int32_t payments_of_order = 10;
};

class Checkouts {
 public:
  // What the number of an order is drawn from.
  using Chance = std::function<std::uint64_t()>;

  Checkouts(postgres::Database& database, CheckoutLimits limits, Chance chance = Random64)
      : database_(database), limits_(limits), chance_(std::move(chance)) {}

  // The order with its number, all its parts and its checkout, leased to the caller, and the claim of `key`
  // unless this run has it: one transaction. Throws idempotency::KeyTaken. Nothing when an order of this
  // operation exists already. An order whose number another one has gets a new one, up
  // to four times; after that, which chance alone does not bring about, the database's error stands. Throws
  // Error RATE_LIMITED when as many checkouts of its buyer are open as may be, and COUPON_NOT_APPLICABLE when one of
  // its coupons can't be used any more;
  // CartMoved when the cart that the order is made of is another one by now, or waits for another order
  // (cart_orders.hpp).
  Task<std::optional<Lease>> Insert(Work work, domain::Order& order, std::string trace,
                                    idempotency::RequestKey& key);

  // Takes over a checkout that nobody drives. Nothing when somebody does, when it is done, or while it waits for
  // its buyer.
  Task<std::optional<Lease>> Take(Work work, domain::OrderId order);
  // The same for up to `limit` that are due and not parked.
  Task<std::vector<Due>> TakeDue(Work work, std::size_t limit);
  // Nothing when somebody else has taken over since.
  Task<std::optional<Lease>> Read(Work work, Due due);

  // All parts become PLACED; what is held becomes sold and the payment is captured through the outbox.
  // `order` is as it was read under the lease, and then as it was written. With `answer` the request's key keeps
  // it in the same transaction.
  Task<> Place(Work work, const Lease& lease, domain::Order& order, const domain::PaymentSummary& payment,
               Time now, const KeyedAnswer* answer = nullptr);
  Task<> DecideUndo(Work work, const Lease& lease, const domain::Failure& why);
  // All parts become FAILED; `order` as with Place.
  Task<> Fail(Work work, const Lease& lease, domain::Order& order, const domain::Failure& why,
              const domain::PaymentSummary& payment, Time now);
  // Gives the lease back; due again after `delay`.
  Task<> Postpone(Work work, const Lease& lease, std::chrono::milliseconds delay, std::string error);
  // Gives back a checkout whose run broke, unless somebody else has taken over.
  Task<> PutBack(Work work, domain::OrderId order, std::int64_t fence, runtime::Setback setback);

  // The payment was declined: waits for the buyer, `pay_within` from the first decline on. `order` and `answer` as
  // with Place.
  Task<> Wait(Work work, const Lease& lease, domain::Order& order, const domain::Failure& why, Time now,
              const KeyedAnswer* answer = nullptr);
  // The payment waits for its buyer to confirm it at `url`: waits for him as long. `order` as with Place.
  Task<> WaitForAction(Work work, const Lease& lease, domain::Order& order, std::string url, Time now);
  // The payment of that number does not wait to be confirmed any more: if it is the newest, its checkout goes
  // on, and whoever drives it now knows too little. To be told twice, or late, changes nothing.
  Task<> Confirmed(Work work, domain::OrderId order, int payment_number);
  // Goes on with another payment of an order of `buyer` that waits for him, leased to the caller, with the
  // claim of `key` unless this run has it: one transaction. Throws idempotency::KeyTaken. Nothing when this
  // operation began the newest payment before. Throws Error NOT_FOUND, ILLEGAL_TRANSITION (with a time to
  // come back while another payment is under way), LIMIT_REACHED.
  Task<std::optional<Lease>> Pay(Work work, domain::OrderId order, AccountId buyer, std::string method,
                                 Uuid operation_id, idempotency::RequestKey& key, Time now);
  // The capture of a placed order was refused for good, of its payment with that number; `command` asked for it. The
  // order waits for its buyer.
  Task<> Lost(Work work, domain::OrderId order, int payment_number, std::int64_t authorized_minor,
              const outbox::Message& command);
  // A placed order that was paid again: it is captured through the outbox, and of what was cancelled meanwhile the
  // money goes back.
  Task<> Secure(Work work, const Lease& lease, domain::PaymentSummary payment);
  // A placed order that was not paid again: what of it can still be cancelled is. How many parts.
  Task<std::size_t> EndUnpaid(Work work, const Lease& lease, domain::PaymentSummary payment, Time now);

  // Turns the checkout of an order in scope: whoever drives it undoes it from now on, the payment first, and
  // it may be taken at once. False when it is decided already: then the order does not wait for its payment
  // any more. An operator's act goes on record with it. Throws Error NOT_FOUND.
  Task<bool> Cancel(Work work, domain::OrderId order, Scope scope, domain::Failure why,
                    std::optional<audit::Act> act);

  Task<OpenCheckouts> CountOpen(Work work);

  // For operators (stuck_checkouts.cpp).
  // Up to `limit` that are not done and parked, broken in their last run or past their deadline: by deadline,
  // the oldest first.
  Task<std::vector<CheckoutOnView>> ListStuck(Work work, std::optional<StuckUpTo> after, std::int64_t limit);
  Task<std::optional<CheckoutOnView>> Find(Work work, domain::OrderId order);
  // As Take, and it is no longer parked; the act goes on record with it. Nothing when it is done, or waits for its
  // buyer. Throws Error NOT_FOUND, or ILLEGAL_TRANSITION while somebody drives it.
  Task<std::optional<Lease>> TakeOver(Work work, domain::OrderId order, audit::Act act);

 private:
  Task<> TryInsert(Work work, const domain::Order& order, const std::string& trace,
                   idempotency::RequestKey& key);
  Task<> WriteGuarded(Work work, postgres::Batch batch);
  template <class T>
  static Task<T> Guarded(Task<T> write);

  postgres::Database& database_;
  const CheckoutLimits limits_;
  const Chance chance_;
};

// Throws LostLease where require() has ended the transaction.
template <class T>
Task<T> Checkouts::Guarded(Task<T> write) {
  try {
    co_return co_await std::move(write);
  } catch (const postgres::SqlError& error) {
    if (error.Is("MK001")) throw LostLease();
    throw;
  }
}

}  // namespace market::order::storage
