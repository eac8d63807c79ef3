// One charge for one order: its amounts, its split by seller order, every attempt at the provider and its
// refunds. Values and pure rules.
//
// An order may have several payments, each with a number: a further one when the one before came to nothing.
// NextStep says what has to happen to bring a payment where a caller wants it; Learn and the functions beside
// it say what a result does to it.
//
// Nobody is kept from asking the provider while another does: the same attempt has the same key, so it is one
// effect with one answer, and Learn brings each answer into the payment as it is by then. At most one attempt
// is PENDING.
#pragma once
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "platform/core/clock.hpp"
#include "platform/core/error.hpp"
#include "platform/core/money.hpp"
#include "services/payment/domain/ids.hpp"
#include "services/payment/domain/state.hpp"

namespace market::payment::domain {

struct Split {
  SellerOrderId seller_order;
  SellerId seller;
  std::int64_t amount_minor = 0;
};

struct Attempt {
  Operation operation = Operation::kAuthorize;
  int number = 1;   // of this operation on this payment
  RefundId refund;  // with kRefund
  Progress state = Progress::kPending;
  std::string code;  // the provider's word for a failure
  Time created_at;
  bool operator==(const Attempt&) const = default;
};

// Units of a line that are the buyer's no more, and what they cost together.
struct RefundedLine {
  LineId line;
  std::int64_t quantity = 0;
  std::int64_t amount_minor = 0;
};

struct Refund {
  RefundId id;  // the caller's
  SellerOrderId seller_order;
  std::int64_t amount_minor = 0;
  Progress state = Progress::kPending;
  std::string reason;
  Time created_at;
  std::optional<AccountId> account = {};  // the operator who gave it back; none: the order did
  std::vector<RefundedLine> lines = {};   // as it was wanted; written once, and read where sales are settled
};

// What the buyer's bank has taken back of a seller order's part, and not given back (dispute.hpp).
struct DisputedPart {
  SellerOrderId seller_order;
  std::int64_t amount_minor = 0;  // at most what was left of the part
};

struct Payment {
  PaymentId id;
  OrderId order;
  int number = 1;                  // of the order's payments
  std::optional<AccountId> buyer;  // none: only its order and number are known
  Currency currency;               // of all amounts
  std::int64_t amount_minor = 0;
  std::int64_t authorized_minor = 0;
  std::int64_t captured_minor = 0;
  std::int64_t refunded_minor = 0;
  std::string method;
  std::string authorization;  // the provider's id; none of a payment of 0
  std::string action_url;     // where its buyer confirms it, or did; a provider may have named none
  State state = State::kCreated;
  std::string decline_code;
  std::string failure_code;       // why a capture was refused for good
  std::optional<Time> undone_at;  // VOIDED before a hold was known
  std::vector<Split> splits;
  std::vector<Attempt> attempts;  // oldest first
  std::vector<Refund> refunds;    // oldest first
  std::vector<DisputedPart> disputed;
  std::int64_t version = 0;  // 0: it is not stored
  int asks = 0;              // how often the provider had no answer about what is open
  std::string trace;         // of the request that made it; opaque here
  Time created_at;
  Time updated_at;

  // It was, or is, for whose card it is to confirm.
  bool NeededAction() const { return state == State::kRequiresAction || !action_url.empty(); }
  // False of one whose order was undone before any payment was known here.
  bool HasTerms() const { return buyer.has_value(); }
  const Attempt* Pending() const;
  const Attempt* FindAttempt(Operation operation, int number) const;
  const Split* FindSplit(const SellerOrderId& part) const;
  const Refund* FindRefund(const RefundId& refund) const;
  // Of what a seller order costs, what has gone back, what its bank disputes, and what is neither of them nor promised.
  std::int64_t RefundedOf(const SellerOrderId& part) const;
  std::int64_t DisputedOf(const SellerOrderId& part) const;
  std::int64_t LeftOf(const Split& split) const;
};

// Throws Error INVALID_ARGUMENT when the parts do not add up to the amount or one seller order is named twice.
Payment MakePayment(OrderId order, AccountId buyer, Money amount, std::string method,
                    std::vector<Split> splits, Time now);
// The payment of an order that was undone before one was known here.
Payment MakeUndone(OrderId order, int number, Time now);

// What becomes of a refund when less is left than is wanted.
enum class Bound : std::uint8_t {
  kAtMost,  // what is left goes back, be it nothing
  kExactly  // it is refused
};
struct WantedRefund {
  RefundId id;
  SellerOrderId seller_order;
  std::optional<Money> amount;  // none: all that is left
  std::string reason;
  Bound bound = Bound::kAtMost;
  std::optional<AccountId> account = {};  // of an operator
  std::vector<RefundedLine> lines = {};   // what of it is whose, where that is known
};
// How much would go back. The seller order is one of the payment's.
std::int64_t AmountOf(const Payment& payment, const WantedRefund& wanted);

// Where a caller wants a payment.
struct Goal {
  Operation operation = Operation::kAuthorize;
  WantedRefund refund;  // with kRefund
};

enum class Step {
  kNothing,  // it is there, or decided otherwise for good
  kSend,     // ask the provider to do it, and write down what it said
  kPromise,  // write the refund down, then ask the provider to do it
  kResolve,  // find out what became of the pending attempt first
  kSettle,   // no provider is needed for it
};

// Throws Error: ILLEGAL_TRANSITION, NOT_FOUND (no such seller order in it), REFUND_ABOVE_CAPTURED, PAYMENT_DISPUTED,
// ALREADY_EXISTS (the refund's id belongs to another one), MIXED_CURRENCIES, or UNKNOWN_PAYMENT_METHOD, which
// a provider's refusal of the method stays for ever.
Step NextStep(const Payment& payment, const Goal& goal);

Attempt NextAttempt(const Payment& payment, Operation operation, Time now);
// The name under which the provider knows an attempt: the same attempt is the same charge, however often it is
// sent, whoever sends it, and whether or not it was written down before.
Uuid ProviderKey(const Payment& payment, const Attempt& attempt);
// What the provider keeps with a refund, and which refund of which seller order that was;
// nothing when it is none of ours.
std::string ReferenceOf(const Refund& refund);
struct RefundReference {
  SellerOrderId seller_order;
  RefundId refund;
};
std::optional<RefundReference> ParseReference(std::string_view reference);

// What NextStep asked for.
void Promise(Payment& payment, const WantedRefund& refund, Time now);
void Settle(Payment& payment, const Goal& goal, Time now);

// How an attempt ended, as far as is known.
struct Outcome {
  enum class Kind {
    kDone,
    kDeclined,  // only of kAuthorize
    kRefused,   // for good
    kFailed,    // it certainly did nothing under this key; another attempt may be made
    kNotDone,   // it certainly did nothing now; the same attempt may be made again
    kAction,    // only of kAuthorize: it waits for whose card it is
    kUnknown
  };
  Kind kind = Kind::kUnknown;
  std::string authorization;
  std::string code;
  std::string action_url = {};  // with kAction
};

// A charge that no payment will name: it came for a payment that was ended meanwhile. Its hold is given up,
// and what waits for somebody to confirm it waits no longer.
bool IsStray(const Payment& payment, const Attempt& attempt, const Outcome& outcome);
// Brings what was heard of an attempt into `payment`, which others may have changed since the attempt was
// made. False: it is there already, or there is nothing to write. Throws std::logic_error when the provider
// has done what the payment rules out.
bool Learn(Payment& payment, const Attempt& attempt, const Outcome& outcome, Time now);
// A hold of an undone payment was found and given up.
void LearnGivenUp(Payment& payment, const Attempt& attempt, std::string authorization, Time now);

// How long a request may be on its way to a provider at most: it is given up after seconds, and what a network
// keeps longer than an hour it has lost.
inline constexpr std::chrono::hours kUnderWayMax{1};
// Whether a hold of an undone payment may still turn up.
bool IsLookedFor(const Payment& payment, Time now);

// Decline code of a payment whose method the provider does not have.
inline constexpr std::string_view kMethodUnknown = "payment_method_unknown";
// Code of an attempt whose question another one has answered.
inline constexpr std::string_view kOvertaken = "overtaken";

}  // namespace market::payment::domain
