// Why an order FAILED, or will unless it is paid, with what a buyer needs to know of it.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "platform/core/words.hpp"
#include "services/order/domain/ids.hpp"

namespace market::order::domain {

enum class FailureReason : std::uint8_t {
  kNone,
  kOutOfStock,
  kOfferUnavailable,
  kPaymentDeclined,
  kUnknownPaymentMethod,
  kUnavailable,       // a peer did not answer until the checkout's deadline
  kCancelledByBuyer,  // both while it waited for its payment
  kCancelledByOperator,
  kPaymentFailed,  // the money was lost after the order was placed: its parts end, it does not fail
};

// As in the contract and the database.
inline constexpr Words<FailureReason, 9> kFailureReasons{
    "reason of a failure",
    {"", "OUT_OF_STOCK", "OFFER_UNAVAILABLE", "PAYMENT_DECLINED", "UNKNOWN_PAYMENT_METHOD", "UNAVAILABLE",
     "CANCELLED_BY_BUYER", "CANCELLED_BY_OPERATOR", "PAYMENT_FAILED"}};
inline std::string_view Name(FailureReason reason) { return kFailureReasons.Name(reason); }
inline void FromText(std::string_view text, FailureReason& reason) { reason = kFailureReasons.Require(text); }
inline bool IsCancellation(FailureReason reason) {
  return reason == FailureReason::kCancelledByBuyer || reason == FailureReason::kCancelledByOperator;
}

// An offer of which less is left than was asked for.
struct Shortage {
  OfferId offer;
  std::int64_t left = 0;

  bool operator==(const Shortage&) const = default;
};

struct Failure {
  FailureReason reason = FailureReason::kNone;
  std::vector<Shortage> shortages;  // of kOutOfStock and kOfferUnavailable
  std::string decline_code;         // of kPaymentDeclined: the provider's word
  std::string note = {};            // of a cancellation what a person wrote, for the history

  bool operator==(const Failure&) const = default;
};

}  // namespace market::order::domain
