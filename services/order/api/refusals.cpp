#include "services/order/api/refusals.hpp"

#include <stdexcept>
#include <string>

namespace market::order {
namespace {

using api::order::PlaceOrderRequest;
using domain::FailureReason;

// The first item of the request that asks for this offer.
std::string FieldOf(const PlaceOrderRequest& request, const std::string& offer) {
  for (int i = 0; i < request.items_size(); ++i) {
    if (request.items(i).offer_id() == offer) return "items[" + std::to_string(i) + "].offerId";
  }
  return "items";
}

Error StockRefusal(const domain::Failure& failure, const PlaceOrderRequest& request, std::string message) {
  const std::string reason(domain::Name(failure.reason));
  Error error(Code::kAborted, reason, std::move(message));
  for (const auto& shortage : failure.shortages) {
    const auto offer = shortage.offer.ToString();
    const auto left = std::to_string(shortage.left);
    error.WithField(FieldOf(request, offer), reason, left + " left");
    error.WithMetadata(offer, left);
  }
  return error;
}

}  // namespace

Error Refusal(const domain::Failure& failure, const PlaceOrderRequest& request) {
  const std::string reason(domain::Name(failure.reason));
  switch (failure.reason) {
    case FailureReason::kOutOfStock:
      return StockRefusal(failure, request, "there is not enough in stock");
    case FailureReason::kOfferUnavailable:
      return StockRefusal(failure, request, "an offer can't be bought");
    case FailureReason::kPaymentDeclined:
      return Error(Code::kFailedPrecondition, reason, "the payment was declined")
          .WithMetadata("decline_code", failure.decline_code);
    case FailureReason::kUnknownPaymentMethod:
      return Error(Code::kInvalidArgument, reason, "the payment method does not exist")
          .WithField("paymentMethod", reason, "the payment provider does not know it");
    case FailureReason::kUnavailable:
      return Error(Code::kFailedPrecondition, "ILLEGAL_TRANSITION", "the order failed: " + reason);
    case FailureReason::kNone:
      break;
  }
  throw std::logic_error("an order that failed without a reason");
}

}  // namespace market::order
