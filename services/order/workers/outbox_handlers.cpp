#include "services/order/workers/outbox_handlers.hpp"

#include <stdexcept>

#include "platform/telemetry/log.hpp"
#include "services/order/messages.hpp"
#include "services/order/process/payment_summary.hpp"

namespace market::order {
namespace {

// Shorter than the relay's lease on a message.
constexpr std::chrono::seconds kLimit{20};

// No money moves for this order any more, whatever the provider still holds for it.
Task<api::payment::Payment> GiveUp(const OutboxDeps& deps, CallContext& call, const std::string& order,
                                   const storage::Standing& standing) {
  api::payment::VoidPaymentRequest request;
  request.set_order_id(order);
  request.set_number(standing.payment_number);
  co_return co_await deps.payments.VoidPayment(call, std::move(request));
}

// An order that was cancelled whole before its capture is not charged at all. A capture that is refused for good
// is an answer, too: the order stands without money, and is not sent.
Task<api::payment::Payment> Capture(const OutboxDeps& deps, CallContext& call, const std::string& order,
                                    const storage::Standing& standing) {
  api::payment::Payment payment;
  if (standing.dead) {
    payment = co_await GiveUp(deps, call, order, standing);
  } else {
    api::payment::CapturePaymentRequest request;
    request.set_order_id(order);
    payment = co_await deps.payments.CapturePayment(call, std::move(request));
  }
  const auto state = SummaryOf(payment).state;
  if (state == domain::PaymentState::kCaptureFailed) {
    telemetry::log::Error("order.payment_lost", {{"order_id", order}, {"code", payment.failure_code()}},
                          &call.Trace());
  } else if (state != domain::PaymentState::kCaptured && !domain::IsOver(state)) {
    throw Unavailable("the payment is " + std::string(domain::Name(state)) + "; asking again");
  }
  co_return payment;
}

Task<api::payment::Payment> Refund(const OutboxDeps& deps, CallContext& call, const outbox::Message& message,
                                   const api::order::PaymentCommand& command) {
  api::payment::RefundForOrderRequest request;
  request.set_order_id(command.order_id());
  request.set_refund_id(message.id.ToString());
  request.set_seller_order_id(command.refund().seller_order_id());
  if (command.refund().has_amount()) *request.mutable_amount() = command.refund().amount();
  const auto& reason = command.refund().reason();
  request.set_reason(reason.empty() ? std::string(kCancelled) : reason);
  for (const auto& line : command.refund().lines()) {
    auto& to = *request.add_lines();
    to.set_line_id(line.line_id());
    to.set_quantity(line.quantity());
    *to.mutable_amount() = line.amount();
  }
  auto payment = co_await deps.payments.RefundForOrder(call, std::move(request));
  for (const auto& refund : payment.refunds()) {
    if (refund.state() != api::payment::Payment::Refund::FAILED || refund.id() != message.id.ToString())
      continue;
    telemetry::log::Error("order.refund_refused",
                          {{"order_id", command.order_id()}, {"refund_id", refund.id()}}, &call.Trace());
  }
  co_return payment;
}

// A part ended. Before its money is there, there is nothing to give back: who is paid again knows what has ended
// (storage::Checkouts::Secure). Once nothing of the order is wanted, no money may come any more.
Task<> HandleRefund(OutboxDeps deps, CallContext& call, const outbox::Message& message,
                    const api::order::PaymentCommand& command, const storage::Standing& standing) {
  using State = domain::PaymentState;
  const auto order = domain::OrderId::From(command.order_id());
  const bool captured = standing.payment == State::kCaptured;
  const bool lost = standing.payment == State::kCaptureFailed;
  if (!captured && (!standing.dead || (domain::IsOver(standing.payment) && !lost))) {
    co_return co_await deps.transitions.Delivered(call, message);
  }
  const auto payment = captured ? co_await Refund(deps, call, message, command)
                                : co_await GiveUp(deps, call, command.order_id(), standing);
  const auto state = SummaryOf(payment).state;
  if (!captured && state != State::kVoided && state != State::kDeclined) {
    throw Unavailable("the hold is not given up yet; asking again");
  }
  co_await deps.transitions.SetPayment(call, order, SummaryOf(payment), message);
}

Task<> HandlePayment(OutboxDeps deps, const outbox::Message& message, const telemetry::Span& span) {
  const auto command = PaymentCommandFrom(message);
  const auto order = domain::OrderId::From(command.order_id());
  auto call = CallContext::ForWork(kLimit, span);
  const auto standing = co_await deps.orders.Stands(call, order);
  if (!standing) throw std::logic_error("a payment message without its order");
  if (command.has_refund()) co_return co_await HandleRefund(deps, call, message, command, *standing);
  const auto payment = SummaryOf(co_await Capture(deps, call, command.order_id(), *standing));
  if (payment.state == domain::PaymentState::kCaptureFailed) {
    co_return co_await deps.checkouts.Lost(call, order, standing->payment_number, payment.authorized_minor,
                                           message);
  }
  co_await deps.transitions.SetPayment(call, order, payment, message);
}

void Fill(google::protobuf::RepeatedPtrField<api::product::ReservedUnits>& out,
          const google::protobuf::RepeatedPtrField<api::order::StockCommand::Units>& lines) {
  for (const auto& line : lines) {
    auto& units = *out.Add();
    units.set_line_id(line.line_id());
    units.set_quantity(line.quantity());
  }
}

Task<> HandleStock(OutboxDeps deps, const outbox::Message& message, const telemetry::Span& span) {
  using Command = api::order::StockCommand;
  const auto command = StockCommandFrom(message);
  auto call = CallContext::ForWork(kLimit, span);
  switch (command.command_case()) {
    case Command::kCommit: {
      api::product::CommitReservationRequest request;
      request.set_order_id(command.order_id());
      co_await deps.products.CommitReservation(call, std::move(request));
      co_return;
    }
    case Command::kRelease: {
      api::product::ReleaseReservationRequest request;
      request.set_order_id(command.order_id());
      request.set_cause_id(message.id.ToString());
      Fill(*request.mutable_lines(), command.release().lines());
      co_await deps.products.ReleaseReservation(call, std::move(request));
      co_return;
    }
    case Command::kConsume: {
      api::product::ConsumeReservationRequest request;
      request.set_order_id(command.order_id());
      request.set_cause_id(message.id.ToString());
      Fill(*request.mutable_lines(), command.consume().lines());
      co_await deps.products.ConsumeReservation(call, std::move(request));
      co_return;
    }
    case Command::kRestock: {
      api::product::RestockReturnedRequest request;
      request.set_order_id(command.order_id());
      request.set_cause_id(message.id.ToString());
      Fill(*request.mutable_lines(), command.restock().lines());
      co_await deps.products.RestockReturned(call, std::move(request));
      co_return;
    }
    case Command::COMMAND_NOT_SET:
      break;
  }
  throw std::logic_error("a stock command without a handler");
}

Task<> HandleInvoice(OutboxDeps deps, const outbox::Message& message, const telemetry::Span& span) {
  auto call = CallContext::ForWork(kLimit, span);
  co_await deps.invoicing.Do(call, InvoiceCommandFrom(message));
}

}  // namespace

void HandleOutbox(outbox::Relay& relay, OutboxDeps deps) {
  relay.Handle(
      std::string(kPaymentTopic),
      [deps](const outbox::Message& message, const telemetry::Span& span) {
        return HandlePayment(deps, message, span);
      },
      outbox::Relay::Deletes::kHandler);
  relay.Handle(std::string(kStockTopic), [deps](const outbox::Message& message, const telemetry::Span& span) {
    return HandleStock(deps, message, span);
  });
  relay.Handle(std::string(kInvoiceTopic),
               [deps](const outbox::Message& message, const telemetry::Span& span) {
                 return HandleInvoice(deps, message, span);
               });
}

}  // namespace market::order
