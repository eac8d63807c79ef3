#include "services/order/messages.hpp"

#include <stdexcept>

namespace market::order {
namespace {

using api::order::PaymentCommand;
using api::order::StockCommand;

outbox::NewMessage Message(const PaymentCommand& command, std::string trace) {
  return {.topic = std::string(kPaymentTopic),
          .key = command.order_id() + "/payment",
          .payload = command.SerializeAsString(),
          .trace = std::move(trace)};
}

outbox::NewMessage Message(const StockCommand& command, std::string trace) {
  return {.topic = std::string(kStockTopic),
          .key = command.order_id() + "/stock",
          .payload = command.SerializeAsString(),
          .trace = std::move(trace)};
}

template <class Names>
void Fill(Names& names, const std::vector<domain::OfferId>& offers) {
  if (offers.empty()) throw std::logic_error("a stock command about no offers");
  for (const auto& offer : offers) names.Add(offer.ToString());
}

[[noreturn]] void Refuse(const outbox::Message& message) {
  throw std::runtime_error("message " + message.id.ToString() + " of " + message.topic +
                           " is no command that this program knows");
}

}  // namespace

outbox::NewMessage CaptureMessage(const domain::OrderId& order, std::string trace) {
  PaymentCommand command;
  command.set_order_id(order.ToString());
  command.mutable_capture();
  return Message(command, std::move(trace));
}

outbox::NewMessage RefundMessage(const domain::OrderId& order, const domain::SellerOrderId& part,
                                 std::string trace) {
  PaymentCommand command;
  command.set_order_id(order.ToString());
  command.mutable_refund()->set_seller_order_id(part.ToString());
  return Message(command, std::move(trace));
}

outbox::NewMessage ReleaseMessage(const domain::OrderId& order, const std::vector<domain::OfferId>& offers,
                                  std::string trace) {
  StockCommand command;
  command.set_order_id(order.ToString());
  Fill(*command.mutable_release()->mutable_offer_ids(), offers);
  return Message(command, std::move(trace));
}

outbox::NewMessage ConsumeMessage(const domain::OrderId& order, const std::vector<domain::OfferId>& offers,
                                  std::string trace) {
  StockCommand command;
  command.set_order_id(order.ToString());
  Fill(*command.mutable_consume()->mutable_offer_ids(), offers);
  return Message(command, std::move(trace));
}

PaymentCommand PaymentCommandFrom(const outbox::Message& message) {
  PaymentCommand command;
  if (!command.ParseFromString(message.payload) || !domain::OrderId::Parse(command.order_id()))
    Refuse(message);
  const bool known =
      command.has_capture() ||
      (command.has_refund() && domain::SellerOrderId::Parse(command.refund().seller_order_id()));
  if (!known) Refuse(message);
  return command;
}

StockCommand StockCommandFrom(const outbox::Message& message) {
  StockCommand command;
  if (!command.ParseFromString(message.payload) || !domain::OrderId::Parse(command.order_id()))
    Refuse(message);
  const int offers = command.release().offer_ids_size() + command.consume().offer_ids_size();
  if (offers == 0) Refuse(message);
  return command;
}

}  // namespace market::order
