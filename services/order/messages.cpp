#include "services/order/messages.hpp"

#include <algorithm>
#include <stdexcept>

#include "platform/conversions/conversions.hpp"

namespace market::order {
namespace {

using api::order::InvoiceCommand;
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

outbox::NewMessage Message(const InvoiceCommand& command, std::string trace) {
  return {.topic = std::string(kInvoiceTopic),
          .key = command.order_id() + "/invoice",
          .payload = command.SerializeAsString(),
          .trace = std::move(trace)};
}

template <class Lines>
void Fill(Lines& lines, const std::vector<Units>& units) {
  if (units.empty()) throw std::logic_error("a message about no units");
  for (const auto& [line, quantity] : units) {
    auto& out = *lines.Add();
    out.set_line_id(line.ToString());
    out.set_quantity(quantity);
  }
}

template <class Lines>
bool AreUnits(const Lines& lines) {
  return !lines.empty() && std::ranges::all_of(lines, [](const StockCommand::Units& units) {
    return units.quantity() > 0 && domain::LineId::Parse(units.line_id());
  });
}

// Of units that cost nothing the money is none, and who earns of them is told so.
bool IsSomething(const PaymentCommand::Refund& refund) {
  return refund.amount().amount() > 0 || (refund.amount().amount() == 0 && !refund.lines().empty());
}

template <class Lines>
bool AreWhole(const Lines& lines) {
  return std::ranges::all_of(lines, [](const auto& line) {
    return line.quantity() > 0 && line.amount().amount() >= 0 && domain::LineId::Parse(line.line_id());
  });
}

[[noreturn]] void Refuse(const outbox::Message& message) {
  throw std::runtime_error("message " + message.id.ToString() + " of " + message.topic +
                           " is not a command that this program knows");
}

void Fill(marketplace::type::v1::Money& out, const Money& money) {
  out.set_amount(money.minor);
  out.set_currency(std::string(money.currency.Code()));
}

events::Subject About(const MovedPart& part) {
  return {.aggregate = "seller_order/" + part.id.ToString(),
          .version = part.version,
          .seller = part.seller,
          .buyer = part.buyer};
}

events::Subject About(const domain::Order& order) {
  return {.aggregate = "order/" + order.id.ToString(), .version = order.version + 1, .buyer = order.buyer};
}

events::Subject About(const domain::Return& coming) {
  return {.aggregate = "return/" + coming.id.ToString(),
          .version = coming.version,
          .seller = coming.seller,
          .buyer = coming.buyer};
}

template <class Message>
Message Made(const domain::Return& coming) {
  Message what;
  what.set_return_id(coming.id.ToString());
  what.set_seller_order_id(coming.part.ToString());
  what.set_order_id(coming.order.ToString());
  what.set_number(coming.number);
  return what;
}

template <class Message>
Message MadeBy(const domain::Return& coming, domain::ActorRole actor) {
  auto what = Made<Message>(coming);
  what.set_actor(std::string(domain::Name(actor)));
  return what;
}

template <class Message>
Message Made(const MovedPart& part) {
  Message what;
  what.set_seller_order_id(part.id.ToString());
  what.set_order_id(part.order.ToString());
  what.set_number(part.number);
  return what;
}

template <class Message>
Message MadeBy(const MovedPart& part, domain::ActorRole actor) {
  auto what = Made<Message>(part);
  what.set_actor(std::string(domain::Name(actor)));
  return what;
}

}  // namespace

outbox::NewMessage CaptureMessage(const domain::OrderId& order, std::string trace) {
  PaymentCommand command;
  command.set_order_id(order.ToString());
  command.mutable_capture();
  return Message(command, std::move(trace));
}

outbox::NewMessage RefundMessage(const domain::OrderId& order, const domain::SellerOrderId& part,
                                 const WantedBack& back, Currency currency, std::string trace,
                                 std::string_view reason) {
  PaymentCommand command;
  command.set_order_id(order.ToString());
  auto& refund = *command.mutable_refund();
  refund.set_seller_order_id(part.ToString());
  refund.set_reason(std::string(reason));
  if (back.amount) Fill(*refund.mutable_amount(), *back.amount);
  for (const auto& [line, quantity, amount_minor] : back.lines) {
    auto& out = *refund.add_lines();
    out.set_line_id(line.ToString());
    out.set_quantity(quantity);
    Fill(*out.mutable_amount(), Money{amount_minor, currency});
  }
  return Message(command, std::move(trace));
}

outbox::NewMessage CommitMessage(const domain::OrderId& order, std::string trace) {
  StockCommand command;
  command.set_order_id(order.ToString());
  command.mutable_commit();
  return Message(command, std::move(trace));
}

outbox::NewMessage ReleaseMessage(const domain::OrderId& order, const std::vector<Units>& units,
                                  std::string trace) {
  StockCommand command;
  command.set_order_id(order.ToString());
  Fill(*command.mutable_release()->mutable_lines(), units);
  return Message(command, std::move(trace));
}

outbox::NewMessage ConsumeMessage(const domain::OrderId& order, const std::vector<Units>& units,
                                  std::string trace) {
  StockCommand command;
  command.set_order_id(order.ToString());
  Fill(*command.mutable_consume()->mutable_lines(), units);
  return Message(command, std::move(trace));
}

outbox::NewMessage RestockMessage(const domain::OrderId& order, const std::vector<Units>& units,
                                  std::string trace) {
  StockCommand command;
  command.set_order_id(order.ToString());
  Fill(*command.mutable_restock()->mutable_lines(), units);
  return Message(command, std::move(trace));
}

outbox::NewMessage InvoiceMessage(const MovedPart& part, std::span<const domain::LineNow> lines,
                                  Time supplied_at, std::string trace) {
  InvoiceCommand command;
  command.set_order_id(part.order.ToString());
  command.set_seller_order_id(part.id.ToString());
  auto& issue = *command.mutable_issue();
  Fill(*issue.mutable_lines(), domain::BilledUnits(part.id, lines));
  *issue.mutable_supply_time() = conversions::ToProto(supplied_at);
  return Message(command, std::move(trace));
}

outbox::NewMessage CreditMessage(const domain::OrderId& order, const domain::SellerOrderId& part,
                                 std::string trace) {
  InvoiceCommand command;
  command.set_order_id(order.ToString());
  command.set_seller_order_id(part.ToString());
  command.mutable_credit();
  return Message(command, std::move(trace));
}

PaymentCommand PaymentCommandFrom(const outbox::Message& message) {
  PaymentCommand command;
  if (!command.ParseFromString(message.payload) || !domain::OrderId::Parse(command.order_id()))
    Refuse(message);
  const auto& refund = command.refund();
  const bool known = command.has_capture() ||
                     (command.has_refund() && domain::SellerOrderId::Parse(refund.seller_order_id()) &&
                      (!refund.has_amount() || IsSomething(refund)) && AreWhole(refund.lines()));
  if (!known) Refuse(message);
  return command;
}

StockCommand StockCommandFrom(const outbox::Message& message) {
  StockCommand command;
  if (!command.ParseFromString(message.payload) || !domain::OrderId::Parse(command.order_id()))
    Refuse(message);
  const bool known = command.has_commit() || (command.has_release() && AreUnits(command.release().lines())) ||
                     (command.has_consume() && AreUnits(command.consume().lines())) ||
                     (command.has_restock() && AreUnits(command.restock().lines()));
  if (!known) Refuse(message);
  return command;
}

InvoiceCommand InvoiceCommandFrom(const outbox::Message& message) {
  InvoiceCommand command;
  if (!command.ParseFromString(message.payload) || !domain::OrderId::Parse(command.order_id()) ||
      !domain::SellerOrderId::Parse(command.seller_order_id()))
    Refuse(message);
  const bool known = command.has_credit() || (command.has_issue() && AreUnits(command.issue().lines()) &&
                                              command.issue().has_supply_time());
  if (!known) Refuse(message);
  return command;
}

namespace {

// What its shop and the marketplace have to share.
void FillSale(api::order::SellerOrderPlaced& out, const domain::SellerOrder& part) {
  const auto money = [&](std::int64_t minor) { return Money{minor, part.total.currency}; };
  const auto funded = [&](const std::vector<domain::Discount>& discounts) {
    return money(domain::SumOf(discounts, domain::Funder::kMarketplace));
  };
  for (const auto& line : part.lines) {
    auto& to = *out.add_lines();
    to.set_line_id(line.id.ToString());
    to.set_product_id(line.product.ToString());
    for (const auto& category : line.categories) to.add_category_ids(category.ToString());
    to.set_quantity(line.quantity);
    Fill(*to.mutable_unit_price(), line.unit_price);
    Fill(*to.mutable_total(), line.total);
    Fill(*to.mutable_tax(), money(line.tax.amount_minor));
    Fill(*to.mutable_funded(), funded(line.discounts));
  }
  Fill(*out.mutable_delivery(), money(part.delivery.price.total_minor));
  Fill(*out.mutable_delivery_funded(), funded(part.delivery.price.discounts));
}

}  // namespace

std::vector<events::NewEvent> OrderPlacedEvents(const domain::Order& order) {
  api::order::OrderPlaced whole;
  whole.set_order_id(order.id.ToString());
  whole.set_number(order.number);
  Fill(*whole.mutable_total(), order.total);
  std::vector<events::NewEvent> events(1);
  for (const auto& part : order.parts) {
    auto& told = *whole.add_parts();
    told.set_seller_order_id(part.id.ToString());
    told.set_seller_id(part.seller.ToString());
    told.set_number(part.number);
    Fill(*told.mutable_total(), part.total);

    const MovedPart moved{.id = part.id,
                          .order = order.id,
                          .number = part.number,
                          .seller = part.seller,
                          .buyer = order.buyer,
                          .version = part.version + 1};
    auto what = Made<api::order::SellerOrderPlaced>(moved);
    Fill(*what.mutable_total(), part.total);
    FillSale(what, part);
    events.push_back(events::Of(what, About(moved)));
  }
  events.front() = events::Of(whole, About(order));
  return events;
}

events::NewEvent OrderPaymentNeededEvent(const UnpaidOrder& order) {
  api::order::OrderPaymentNeeded what;
  what.set_order_id(order.id.ToString());
  what.set_number(order.number);
  Fill(*what.mutable_total(), order.total);
  return events::Of(
      what, {.aggregate = "order/" + order.id.ToString(), .version = order.version, .buyer = order.buyer});
}

events::NewEvent OrderFailedEvent(const domain::Order& order, const domain::Failure& why) {
  api::order::OrderFailed what;
  what.set_order_id(order.id.ToString());
  what.set_number(order.number);
  what.set_reason(std::string(domain::Name(why.reason)));
  return events::Of(what, About(order));
}

events::NewEvent SellerOrderAcceptedEvent(const MovedPart& part) {
  return events::Of(Made<api::order::SellerOrderAccepted>(part), About(part));
}

events::NewEvent SellerOrderShippedEvent(const MovedPart& part) {
  return events::Of(Made<api::order::SellerOrderShipped>(part), About(part));
}

events::NewEvent ParcelShippedEvent(const MovedPart& part, const domain::ParcelId& parcel, bool is_last) {
  auto what = Made<api::order::ParcelShipped>(part);
  what.set_parcel_id(parcel.ToString());
  what.set_last(is_last);
  return events::Of(what, About(part));
}

events::NewEvent ParcelDeliveredEvent(const MovedPart& part, const domain::ParcelId& parcel, bool is_last) {
  auto what = Made<api::order::ParcelDelivered>(part);
  what.set_parcel_id(parcel.ToString());
  what.set_last(is_last);
  return events::Of(what, About(part));
}

events::NewEvent OrderAddressChangedEvent(const MovedPart& part, domain::ActorRole actor) {
  return events::Of(MadeBy<api::order::OrderAddressChanged>(part, actor), About(part));
}

events::NewEvent SellerOrderDeliveredEvent(const MovedPart& part) {
  return events::Of(Made<api::order::SellerOrderDelivered>(part), About(part));
}

events::NewEvent SellerOrderCompletedEvent(const MovedPart& part) {
  return events::Of(Made<api::order::SellerOrderCompleted>(part), About(part));
}

events::NewEvent SellerOrderRejectedEvent(const MovedPart& part, domain::ActorRole actor) {
  return events::Of(MadeBy<api::order::SellerOrderRejected>(part, actor), About(part));
}

events::NewEvent SellerOrderCancelledEvent(const MovedPart& part, domain::ActorRole actor) {
  return events::Of(MadeBy<api::order::SellerOrderCancelled>(part, actor), About(part));
}

events::NewEvent SellerOrderUnitsCancelledEvent(const MovedPart& part, domain::ActorRole actor,
                                                const std::vector<Units>& units, const Money& cost) {
  auto what = MadeBy<api::order::SellerOrderUnitsCancelled>(part, actor);
  Fill(*what.mutable_lines(), units);
  Fill(*what.mutable_amount(), cost);
  return events::Of(what, About(part));
}

events::NewEvent ReturnRequestedEvent(const domain::Return& coming) {
  auto what = Made<api::order::ReturnRequested>(coming);
  Fill(*what.mutable_lines(), coming.UnitsOf());
  return events::Of(what, About(coming));
}

events::NewEvent ReturnApprovedEvent(const domain::Return& coming, domain::ActorRole actor) {
  return events::Of(MadeBy<api::order::ReturnApproved>(coming, actor), About(coming));
}

events::NewEvent ReturnRejectedEvent(const domain::Return& coming, domain::ActorRole actor) {
  return events::Of(MadeBy<api::order::ReturnRejected>(coming, actor), About(coming));
}

events::NewEvent ReturnShippedEvent(const domain::Return& coming) {
  return events::Of(Made<api::order::ReturnShipped>(coming), About(coming));
}

events::NewEvent ReturnReceivedEvent(const domain::Return& coming) {
  return events::Of(Made<api::order::ReturnReceived>(coming), About(coming));
}

events::NewEvent ReturnClosedEvent(const domain::Return& coming, domain::ActorRole actor) {
  auto what = MadeBy<api::order::ReturnClosed>(coming, actor);
  Fill(*what.mutable_amount(), Money{coming.amount_minor.value(), coming.currency});
  Fill(*what.mutable_lines(), coming.UnitsOf());
  return events::Of(what, About(coming));
}

events::NewEvent InvoiceEvent(const domain::Invoice& invoice) {
  const events::Subject about{
      .aggregate = "invoice/" + invoice.id.ToString(), .seller = invoice.seller, .buyer = invoice.buyer};
  const auto fill = [&](auto& what) {
    what.set_invoice_id(invoice.id.ToString());
    what.set_number(invoice.number);
    what.set_seller_order_id(invoice.part.ToString());
    what.set_order_id(invoice.order.ToString());
    what.set_seller_order_number(invoice.content.order_number);
    Fill(*what.mutable_total(), Money{invoice.total_minor, invoice.currency});
  };
  if (invoice.kind == domain::InvoiceKind::kInvoice) {
    api::order::InvoiceIssued what;
    fill(what);
    return events::Of(what, about);
  }
  api::order::CreditNoteIssued what;
  fill(what);
  what.set_corrected_invoice_id(invoice.content.corrects.value().id.ToString());
  what.set_refund_id(invoice.refund.value().ToString());
  return events::Of(what, about);
}

}  // namespace market::order
