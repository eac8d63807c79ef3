#include "services/order/workers/outbox_handlers.hpp"

#include <stdexcept>

#include "services/order/messages.hpp"
#include "services/order/process/payment_summary.hpp"

namespace market::order {
namespace {

// Shorter than the relay's lease on a message.
constexpr std::chrono::seconds kLimit{20};

// An order that was cancelled whole before its capture is not charged at all.
Task<> Capture(OutboxDeps deps, CallContext& call, domain::Order order) {
  api::payment::Payment payment;
  if (domain::IsDead(order.CurrentState())) {
    api::payment::VoidPaymentRequest request;
    request.set_order_id(order.id.ToString());
    payment = co_await deps.payments.VoidPayment(call, std::move(request));
  } else {
    api::payment::CapturePaymentRequest request;
    request.set_order_id(order.id.ToString());
    payment = co_await deps.payments.CapturePayment(call, std::move(request));
  }
  const auto summary = SummaryOf(payment);
  if (summary.state != domain::PaymentState::kCaptured && summary.state != domain::PaymentState::kVoided) {
    throw Unavailable("the payment is " + std::string(domain::Name(summary.state)) + "; asking again");
  }
  co_await deps.transitions.SetPayment(call, order.id, summary);
}

// The capture of this order was delivered before,
// so the payment is captured or was voided; a voided one owes nothing.
Task<> Refund(OutboxDeps deps, CallContext& call, domain::Order order, std::string part) {
  if (order.payment.state == domain::PaymentState::kVoided) co_return;
  api::payment::RefundForOrderRequest request;
  request.set_order_id(order.id.ToString());
  request.set_seller_order_id(part);
  request.set_reason("cancelled");
  const auto payment = co_await deps.payments.RefundForOrder(call, std::move(request));
  co_await deps.transitions.SetPayment(call, order.id, SummaryOf(payment));
}

Task<> HandlePayment(OutboxDeps deps, const outbox::Message& message, const telemetry::Span& span) {
  using Command = api::order::PaymentCommand;
  const auto command = PaymentCommandFrom(message);
  auto call = CallContext::ForWork(kLimit, span);
  auto order = co_await deps.orders.Find(call, domain::OrderId::From(command.order_id()),
                                         storage::Scope::Everything());
  if (!order) throw std::logic_error("a payment message without its order");
  switch (command.command_case()) {
    case Command::kCapture:
      co_return co_await Capture(deps, call, std::move(*order));
    case Command::kRefund:
      co_return co_await Refund(deps, call, std::move(*order), command.refund().seller_order_id());
    case Command::COMMAND_NOT_SET:
      break;
  }
  throw std::logic_error("a payment command without a handler");
}

Task<> HandleStock(OutboxDeps deps, const outbox::Message& message, const telemetry::Span& span) {
  using Command = api::order::StockCommand;
  const auto command = StockCommandFrom(message);
  auto call = CallContext::ForWork(kLimit, span);
  switch (command.command_case()) {
    case Command::kRelease: {
      api::product::ReleaseReservationRequest request;
      request.set_order_id(command.order_id());
      *request.mutable_offer_ids() = command.release().offer_ids();
      co_await deps.products.ReleaseReservation(call, std::move(request));
      co_return;
    }
    case Command::kConsume: {
      api::product::ConsumeReservationRequest request;
      request.set_order_id(command.order_id());
      *request.mutable_offer_ids() = command.consume().offer_ids();
      co_await deps.products.ConsumeReservation(call, std::move(request));
      co_return;
    }
    case Command::COMMAND_NOT_SET:
      break;
  }
  throw std::logic_error("a stock command without a handler");
}

}  // namespace

void HandleOutbox(outbox::Relay& relay, OutboxDeps deps) {
  relay.Handle(std::string(kPaymentTopic),
               [deps](const outbox::Message& message, const telemetry::Span& span) {
                 return HandlePayment(deps, message, span);
               });
  relay.Handle(std::string(kStockTopic), [deps](const outbox::Message& message, const telemetry::Span& span) {
    return HandleStock(deps, message, span);
  });
}

}  // namespace market::order
