#include "marketplace/payment/v1/events.pb.h"
#include "platform/events/event.hpp"
#include "services/order/api/order_service.hpp"

namespace market::order {

// An order that does not exist here, as one that a backup has lost, has nobody to be told.
Task<google::protobuf::Empty> OrderService::Deliver(CallContext& call,
                                                    marketplace::type::v1::DeliverRequest request) {
  // Confirmed, or never to be: whoever drives the checkout finds out which.
  if (const auto ended = events::As<marketplace::payment::v1::PaymentActionEnded>(request.event())) {
    co_await deps_.checkouts.Confirmed(call, domain::OrderId::From(ended->order_id()), ended->number());
    co_return google::protobuf::Empty();
  }
  const auto refunded = events::As<marketplace::payment::v1::PaymentRefunded>(request.event());
  if (!refunded) throw InvalidArgument("event.type", "UNKNOWN_VALUE", "is no event that is acted upon");
  co_await deps_.transitions.Refunded(
      call,
      {.refund = Id<struct RefundTag>::From(refunded->refund_id()).Value(),
       .amount_minor = refunded->amount().amount(),
       .order = domain::OrderId::From(refunded->order_id()),
       .captured_minor = refunded->captured().amount(),
       .refunded_minor = refunded->refunded().amount(),
       .of_part = {.part = domain::SellerOrderId::From(refunded->seller_order_id()),
                   .refunded_minor = refunded->seller_order_refunded().amount()}},
      call.Trace().ToTraceparent());
  deps_.relay.Wake();
  co_return google::protobuf::Empty();
}

}  // namespace market::order
