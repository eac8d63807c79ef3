#include "services/order/api/refusals.hpp"

#include <fmt/format.h>
#include <google/protobuf/util/time_util.h>

#include <stdexcept>
#include <string>

#include "platform/conversions/conversions.hpp"
#include "services/order/domain/refused_lines.hpp"

namespace market::order {
namespace {

using domain::FailureReason;

// The first item of the request that asks for this offer.
std::string FieldOf(const RequestedItems& items, const std::string& offer) {
  for (int i = 0; i < items.size(); ++i) {
    if (items[i].offer_id() == offer) return fmt::format("items[{}].offerId", i);
  }
  return "items";
}

std::int64_t RequestedOf(const RequestedItems& items, const std::string& offer) {
  std::int64_t units = 0;
  for (const auto& item : items) units += item.offer_id() == offer ? item.quantity() : 0;
  return units;
}

std::string PriceText(std::string_view name, const Money& price) {
  return fmt::format(R"("{}":{{"amount":{},"currency":"{}"}})", name, price.minor, price.currency.Code());
}

Error StockRefusal(FailureReason why, std::span<const domain::Shortage> shortages,
                   const RequestedItems& items) {
  const std::string reason(domain::Name(why));
  Error error(
      Code::kAborted, reason,
      why == FailureReason::kOutOfStock ? "there is not enough in stock" : "an offer can't be bought");
  domain::RefusedLines lines;
  for (const auto& shortage : shortages) {
    const auto offer = shortage.offer.ToString();
    const auto field = FieldOf(items, offer);
    error.WithField(field, reason, fmt::format("{} left", shortage.left));
    lines.Add(field, shortage.offer, domain::UnitsText(RequestedOf(items, offer), shortage.left));
  }
  return error.WithMetadata("lines", lines.Text());
}

// With the order that is kept for another method, if it is.
Error Declined(const domain::Order& order, Code code, std::string reason, const std::string& message) {
  if (!order.pay_until) return Error(code, std::move(reason), message);
  const auto until = google::protobuf::util::TimeUtil::ToString(conversions::ToProto(*order.pay_until));
  return Error(code, std::move(reason),
               message + "; the order is kept until " + until + ", to be paid with another method")
      .WithMetadata("orderId", order.id.ToString())
      .WithMetadata("payUntil", until);
}

}  // namespace

Error PriceRefusal(const domain::Changes& changes, const std::string& quote_hash,
                   const RequestedItems& items) {
  Error error(Code::kAborted, "PRICE_CHANGED", "the prices have changed since the quote");
  domain::RefusedLines lines;
  for (const auto& change : changes.lines) {
    const auto field = FieldOf(items, change.offer.ToString());
    error.WithField(field, error.reason,
                    fmt::format("costs {} instead of {}", change.now.ToString(), change.before.ToString()));
    lines.Add(field, change.offer,
              PriceText("oldPrice", change.before) + ',' + PriceText("newPrice", change.now));
  }
  domain::RefusedSellers sellers;
  for (const auto& [seller, before, now] : changes.parts) {
    if (before.delivery != now.delivery) {
      error.WithField("deliveryChoices", error.reason,
                      fmt::format("the delivery of shop {} costs {} instead of {}", seller.ToString(),
                                  now.delivery.ToString(), before.delivery.ToString()));
    }
    sellers.Add(seller, PriceText("oldDelivery", before.delivery) + ',' +
                            PriceText("newDelivery", now.delivery) + ',' +
                            PriceText("oldTotal", before.total) + ',' + PriceText("newTotal", now.total));
  }
  error.WithMetadata("quoteHash", quote_hash).WithMetadata("lines", lines.Text());
  return error.WithMetadata("sellers", sellers.Text());
}

Error SoldOutRefusal(std::span<const domain::Shortage> sold_out, const RequestedItems& items) {
  return StockRefusal(FailureReason::kOutOfStock, sold_out, items);
}

Error Refusal(const domain::Order& order, const RequestedItems& items) {
  const auto failure = order.CurrentState() == domain::State::kFailed ? order.failure : order.Decline();
  const std::string reason(domain::Name(failure.reason));
  switch (failure.reason) {
    case FailureReason::kOutOfStock:
    case FailureReason::kOfferUnavailable:
      return StockRefusal(failure.reason, failure.shortages, items);
    case FailureReason::kPaymentDeclined: {
      auto error = Declined(order, Code::kFailedPrecondition, reason, "the payment was declined");
      if (!failure.decline_code.empty()) error.WithMetadata("declineCode", failure.decline_code);
      return error;
    }
    case FailureReason::kUnknownPaymentMethod:
      return Declined(order, Code::kInvalidArgument, reason, "the payment method does not exist")
          .WithField("paymentMethod", reason, "the payment provider does not know it");
    case FailureReason::kUnavailable:
      return Error(Code::kFailedPrecondition, "ILLEGAL_TRANSITION", "the order failed: " + reason);
    case FailureReason::kCancelledByBuyer:
    case FailureReason::kCancelledByOperator:
      return Error(Code::kFailedPrecondition, "ILLEGAL_TRANSITION",
                   "the order was cancelled before it was paid");
    case FailureReason::kPaymentFailed:
    case FailureReason::kNone:
      break;
  }
  throw std::logic_error("an order that failed without a reason");
}

}  // namespace market::order
