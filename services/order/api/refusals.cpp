#include "services/order/api/refusals.hpp"

#include <string>

namespace market::order {
namespace {

using api::order::PlaceOrderRequest;

// The first item of the request that asks for this offer.
std::string FieldOf(const PlaceOrderRequest& request, const std::string& offer) {
  for (int i = 0; i < request.items_size(); ++i) {
    if (request.items(i).offer_id() == offer) return "items[" + std::to_string(i) + "].offerId";
  }
  return "items";
}

// `details` are "<offer id> <units left>" each.
Error StockRefusal(const domain::Failure& failure, const PlaceOrderRequest& request, std::string message) {
  Error error(Code::kAborted, failure.reason, std::move(message));
  for (const auto& detail : failure.details) {
    const auto space = detail.find(' ');
    const auto offer = detail.substr(0, space);
    const auto left = space == std::string::npos ? "0" : detail.substr(space + 1);
    error.WithField(FieldOf(request, offer), failure.reason, left + " left");
    error.WithMetadata(offer, left);
  }
  return error;
}

}  // namespace

Error Refusal(const domain::Failure& failure, const PlaceOrderRequest& request) {
  if (failure.reason == "OUT_OF_STOCK") return StockRefusal(failure, request, "there is not enough in stock");
  if (failure.reason == "OFFER_UNAVAILABLE")
    return StockRefusal(failure, request, "an offer can't be bought");
  if (failure.reason == "PAYMENT_DECLINED") {
    Error error(Code::kFailedPrecondition, failure.reason, "the payment was declined");
    if (!failure.details.empty()) error.WithMetadata("decline_code", failure.details.front());
    return error;
  }
  if (failure.reason == "UNKNOWN_PAYMENT_METHOD") {
    return Error(Code::kInvalidArgument, failure.reason, "the payment method does not exist")
        .WithField("paymentMethod", failure.reason, "the payment provider does not know it");
  }
  return Error(Code::kFailedPrecondition, "ILLEGAL_TRANSITION", "the order failed: " + failure.reason);
}

}  // namespace market::order
