// The part of a payment that an order remembers: what the payment service said last. The truth is there.
#pragma once
#include <cstdint>
#include <string_view>
#include <vector>

#include "platform/core/words.hpp"
#include "services/order/domain/ids.hpp"

namespace market::order::domain {

enum class PaymentState : std::uint8_t {
  kCreated,
  kAuthorized,
  kCaptured,
  kDeclined,
  kVoided,
  kUnknown,
  kCaptureFailed,
  kRequiresAction,
};

// As in the contract and the database.
inline constexpr Words<PaymentState, 8> kPaymentStates{
    "state of a payment",
    {"CREATED", "AUTHORIZED", "CAPTURED", "DECLINED", "VOIDED", "UNKNOWN", "CAPTURE_FAILED",
     "REQUIRES_ACTION"}};
inline std::string_view Name(PaymentState state) { return kPaymentStates.Name(state); }
inline void FromText(std::string_view text, PaymentState& state) { state = kPaymentStates.Require(text); }

// The provider holds the money of the order, or has charged it: what was bought may be sent.
constexpr bool IsSecured(PaymentState state) {
  return state == PaymentState::kAuthorized || state == PaymentState::kCaptured;
}
// No money has moved, and none will: there is nothing to give back.
constexpr bool IsOver(PaymentState state) {
  return state == PaymentState::kDeclined || state == PaymentState::kVoided ||
         state == PaymentState::kCaptureFailed;
}

// What of a seller order has gone back.
struct PartRefund {
  SellerOrderId part;
  std::int64_t refunded_minor = 0;

  bool operator==(const PartRefund&) const = default;
};

struct PaymentSummary {
  PaymentState state = PaymentState::kCreated;
  std::int64_t authorized_minor = 0;
  std::int64_t captured_minor = 0;
  std::int64_t refunded_minor = 0;
  std::vector<PartRefund> refunds = {};  // as the payment service says it; kept with the parts

  bool operator==(const PaymentSummary&) const = default;
};

}  // namespace market::order::domain
