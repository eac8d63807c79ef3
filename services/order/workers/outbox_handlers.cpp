#include "services/order/workers/outbox_handlers.hpp"

#include <sstream>
#include <stdexcept>
#include <vector>

#include "services/order/process/payment_summary.hpp"
#include "services/order/storage/checkouts.hpp"

namespace market::order {
namespace {

// Shorter than the relay's lease on a message.
constexpr std::chrono::seconds kLimit{20};

std::vector<std::string> Words(const std::string& payload) {
  std::istringstream in(payload);
  std::vector<std::string> words;
  for (std::string word; in >> word;) words.push_back(word);
  if (words.empty()) throw std::logic_error("an empty outbox message");
  return words;
}

}  // namespace

void OutboxHandlers::HandleOn(outbox::Relay& relay) {
  relay.Handle(std::string(storage::kPaymentTopic),
               [this](const outbox::Message& message, const telemetry::Span& span) {
                 return HandlePayment(message, span);
               });
  relay.Handle(std::string(storage::kStockTopic),
               [this](const outbox::Message& message, const telemetry::Span& span) {
                 return HandleStock(message, span);
               });
}

Task<> OutboxHandlers::HandlePayment(const outbox::Message& message, const telemetry::Span& span) {
  const auto words = Words(message.payload);
  auto call = CallContext::ForWork(kLimit, span);
  auto order = co_await orders_.Find(call, domain::OrderId::From(message.key), storage::Scope::Everything());
  if (!order) throw std::logic_error("a payment message without its order");
  if (words[0] == "capture") {
    co_await Capture(call, std::move(*order));
  } else {
    co_await Refund(call, std::move(*order), words.at(1));
  }
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
  if (summary.state != "CAPTURED" && summary.state != "VOIDED") {
    throw Unavailable("the payment is " + summary.state + "; asking again");
  }
  co_await transitions_.SetPayment(call, order.id, summary);
}

// The capture of this order was delivered before, so the payment is captured or was voided; a voided one owes
// nothing.
Task<> OutboxHandlers::Refund(CallContext& call, domain::Order order, std::string part) {
  if (order.payment.state == "VOIDED") co_return;
  api::payment::RefundForOrderRequest request;
  request.set_order_id(order.id.ToString());
  request.set_seller_order_id(part);
  request.set_reason("cancelled");
  const auto payment = co_await payments_.RefundForOrder(call, std::move(request));
  co_await transitions_.SetPayment(call, order.id, SummaryOf(payment));
}

Task<> OutboxHandlers::HandleStock(const outbox::Message& message, const telemetry::Span& span) {
  const auto words = Words(message.payload);
  auto call = CallContext::ForWork(kLimit, span);
  if (words[0] == "release") {
    api::product::ReleaseReservationRequest request;
    request.set_order_id(message.key);
    request.mutable_offer_ids()->Add(words.begin() + 1, words.end());
    co_await products_.ReleaseReservation(call, std::move(request));
  } else {
    api::product::ConsumeReservationRequest request;
    request.set_order_id(message.key);
    request.mutable_offer_ids()->Add(words.begin() + 1, words.end());
    co_await products_.ConsumeReservation(call, std::move(request));
  }
}

}  // namespace market::order
