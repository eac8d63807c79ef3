// One charge for one order: its amounts, its split by seller order, and every attempt at the provider. Values
// and pure rules; whoever changes one in the database holds the payment's lease.
//
// At most one attempt is pending, so at most one question is open at the provider. NextStep says what has to
// happen to bring a payment where a caller wants it; Begin and the functions after it say what an attempt and
// its result do to it.
#pragma once
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
  int number = 1;              // of this operation on this payment
  SellerOrderId seller_order;  // with kRefund
  Progress state = Progress::kPending;
  std::string code;  // the provider's word for a failure
  Time created_at;
};

struct Refund {
  SellerOrderId seller_order;
  std::int64_t amount_minor = 0;
  Progress state = Progress::kPending;
  std::string reason;
};

struct Payment {
  PaymentId id;
  OrderId order;
  std::optional<AccountId> buyer;
  Currency currency;  // of all amounts
  std::int64_t amount_minor = 0;
  std::int64_t authorized_minor = 0;
  std::int64_t captured_minor = 0;
  std::int64_t refunded_minor = 0;
  std::string method;
  std::string authorization;  // the provider's id
  State state = State::kCreated;
  std::string decline_code;
  std::vector<Split> splits;
  std::vector<Attempt> attempts;  // oldest first
  std::vector<Refund> refunds;
  std::int64_t version = 1;
  int asks = 0;       // how often the provider had no answer about the pending attempt
  std::string trace;  // of the request that made it; opaque here
  Time created_at;
  Time updated_at;

  // Never charged, never will be: its order was undone first.
  bool IsTombstone() const { return amount_minor == 0; }
  const Attempt* Pending() const;
  Attempt* Pending();
  const Split* FindSplit(const SellerOrderId& part) const;
  Refund* FindRefund(const SellerOrderId& part);
  const Refund* FindRefund(const SellerOrderId& part) const;
};

// Throws Error INVALID_ARGUMENT when the parts do not add up to the amount or one seller order is named twice.
Payment MakePayment(OrderId order, AccountId buyer, Money amount, std::string method,
                    std::vector<Split> splits, Time now);
Payment MakeTombstone(OrderId order, Time now);

// Where a caller wants a payment.
struct Goal {
  Operation operation = Operation::kAuthorize;
  SellerOrderId seller_order;  // with kRefund
  std::string reason;          // with kRefund
};

enum class Step {
  kNothing,  // it is there, or decided otherwise for good
  kAttempt,  // ask the provider to do it
  kResolve,  // find out what became of the pending attempt first
  kClose,    // no provider has heard of it: VOIDED at once
};

// Throws Error: ILLEGAL_TRANSITION, NOT_FOUND (no such seller order in it), REFUND_ABOVE_CAPTURED, or
// UNKNOWN_PAYMENT_METHOD, which a provider's refusal of the method stays for ever.
Step NextStep(const Payment& payment, const Goal& goal);

// The name under which the provider knows one attempt: the same attempt is the same charge, however often it
// is sent. Refunds of two parts never share one, though a payment that came back from a backup may give the
// number of the one to the other.
std::string ProviderKey(const PaymentId& payment, const Attempt& attempt);

// Adds the pending attempt that NextStep asked for.
void Begin(Payment& payment, const Goal& goal, Time now);
void Close(Payment& payment, Time now);

// What the provider said about the pending attempt.
void Succeed(Payment& payment, std::string authorization, Time now);
void Decline(Payment& payment, std::string code, Time now);  // only of kAuthorize
// It certainly did nothing; another attempt may be made.
void Fail(Payment& payment, std::string code, Time now);
void StayPending(Payment& payment, Time now);

// Decline code of a payment whose method the provider does not have.
inline constexpr std::string_view kMethodUnknown = "payment_method_unknown";

}  // namespace market::payment::domain
