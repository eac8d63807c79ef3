#include "services/order/workers/outbox_handlers.hpp"

#include <stdexcept>

#include "services/order/messages.hpp"
#include "services/order/process/payment_summary.hpp"

namespace market::order {
namespace {

// Shorter than the relay's lease on a message.
constexpr std::chrono::seconds kLimit{20};

}  // namespace

void OutboxHandlers::HandleOn(outbox::Relay& relay) {
  relay.Handle(std::string(kPaymentTopic),
               [this](const outbox::Message& message, const telemetry::Span& span) {
                 return HandlePayment(message, span);
               });
  relay.Handle(std::string(kStockTopic), [this](const outbox::Message& message, const telemetry::Span& span) {
    return HandleStock(message, span);
  });
}

Task<> OutboxHandlers::HandlePayment(const outbox::Message& message, const telemetry::Span& span) {
  using Command = api::order::PaymentCommand;
  const auto command = PaymentCommandFrom(message);
  auto call = CallContext::ForWork(kLimit, span);
  auto order =
      co_await orders_.Find(call, domain::OrderId::From(command.order_id()), storage::Scope::Everything());
  if (!order) throw std::logic_error("a payment message without its order");
  switch (command.command_case()) {
    case Command::kCapture:
      co_return co_await Capture(call, std::move(*order));
    case Command::kRefund:
      co_return co_await Refund(call, std::move(*order), command.refund().seller_order_id());
    case Command::COMMAND_NOT_SET:
      break;
  }
  throw std::logic_error("a payment command without a handler");
}

// An order that was cancelled whole before its capture is not charged at all.
Task<> OutboxHandlers::Capture(CallContext& call, domain::Order order) {
  api::payment::Payment payment;
  if (domain::IsDead(order.CurrentState())) {
    api::payment::VoidPaymentRequest request;
    request.set_order_id(order.id.ToString());
    payment = co_await payments_.VoidPayment(call, std::move(request));
  } else {
    api::payment::CapturePaymentRequest request;
    request.set_order_id(order.id.ToString());
    payment = co_await payments_.CapturePayment(call, std::move(request));
  }
  const auto summary = SummaryOf(payment);
  if (summary.state != domain::PaymentState::kCaptured && summary.state != domain::PaymentState::kVoided) {
    throw Unavailable("the payment is " + std::string(domain::Name(summary.state)) + "; asking again");
  }
  co_await transitions_.SetPayment(call, order.id, summary);
}

// The capture of this order was delivered before,
// so the payment is captured or was voided; a voided one owes nothing.
Task<> OutboxHandlers::Refund(CallContext& call, domain::Order order, std::string part) {
  if (order.payment.state == domain::PaymentState::kVoided) co_return;
  api::payment::RefundForOrderRequest request;
  request.set_order_id(order.id.ToString());
  request.set_seller_order_id(part);
  request.set_reason("cancelled");
  const auto payment = co_await payments_.RefundForOrder(call, std::move(request));
  co_await transitions_.SetPayment(call, order.id, SummaryOf(payment));
}

Task<> OutboxHandlers::HandleStock(const outbox::Message& message, const telemetry::Span& span) {
  using Command = api::order::StockCommand;
  const auto command = StockCommandFrom(message);
  auto call = CallContext::ForWork(kLimit, span);
  switch (command.command_case()) {
    case Command::kRelease: {
      api::product::ReleaseReservationRequest request;
      request.set_order_id(command.order_id());
      *request.mutable_offer_ids() = command.release().offer_ids();
      co_await products_.ReleaseReservation(call, std::move(request));
      co_return;
    }
    case Command::kConsume: {
      api::product::ConsumeReservationRequest request;
      request.set_order_id(command.order_id());
      *request.mutable_offer_ids() = command.consume().offer_ids();
      co_await products_.ConsumeReservation(call, std::move(request));
      co_return;
    }
    case Command::COMMAND_NOT_SET:
      break;
  }
  throw std::logic_error("a stock command without a handler");
}

}  // namespace market::order
