// What leaves order: commands to payment and to product through its outbox, and the events of what happened.
//
// A resource of an order is a key of its own, so that stock never waits for money:
// "<order>/payment", "<order>/stock", "<order>/invoice".
#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "marketplace/order/v1/events.pb.h"
#include "platform/events/event.hpp"
#include "platform/outbox/outbox.hpp"
#include "services/order/domain/cancellation.hpp"
#include "services/order/domain/event.hpp"
#include "services/order/domain/invoice.hpp"
#include "services/order/domain/order.hpp"
#include "services/order/domain/return.hpp"

// As the generated interface calls it, which this file does not need.
namespace market::api {
namespace order = ::marketplace::order::v1;
}

namespace market::order {

inline constexpr std::string_view kPaymentTopic = "order.payment";  // PaymentCommand
inline constexpr std::string_view kStockTopic = "order.stock";      // StockCommand
inline constexpr std::string_view kInvoiceTopic = "order.invoice";  // InvoiceCommand

outbox::NewMessage CaptureMessage(const domain::OrderId& order, std::string trace);
// Why money goes back, as payment tells it.
inline constexpr std::string_view kCancelled = "cancelled";
inline constexpr std::string_view kReturned = "returned";
// What goes back of a part.
struct WantedBack {
  std::optional<Money> amount;  // at most so much of what is left of it; none: all of it
  std::vector<domain::UnitsBack>
      lines;  // what of it is whose; the rest is the delivery's, and what was rounded
};
outbox::NewMessage RefundMessage(const domain::OrderId& order, const domain::SellerOrderId& part,
                                 const WantedBack& back, Currency currency, std::string trace,
                                 std::string_view reason = kCancelled);

using domain::Units;
outbox::NewMessage CommitMessage(const domain::OrderId& order, std::string trace);
// `units` are not empty.
outbox::NewMessage ReleaseMessage(const domain::OrderId& order, const std::vector<Units>& units,
                                  std::string trace);
outbox::NewMessage ConsumeMessage(const domain::OrderId& order, const std::vector<Units>& units,
                                  std::string trace);
outbox::NewMessage RestockMessage(const domain::OrderId& order, const std::vector<Units>& units,
                                  std::string trace);

struct MovedPart;
// When units of a part are sent: its invoice, unless it has one. `lines` are as they were before, and may be those of others, too.
outbox::NewMessage InvoiceMessage(const MovedPart& part, std::span<const domain::LineNow> lines,
                                  Time supplied_at, std::string trace);
// When something of a part went back.
outbox::NewMessage CreditMessage(const domain::OrderId& order, const domain::SellerOrderId& part,
                                 std::string trace);

// Each throws std::runtime_error for a payload that is no command of this topic, or one that this program
// does not know: nothing is ever guessed from it.
api::order::PaymentCommand PaymentCommandFrom(const outbox::Message& message);
api::order::StockCommand StockCommandFrom(const outbox::Message& message);
api::order::InvoiceCommand InvoiceCommandFrom(const outbox::Message& message);

// Of an order that waits for its payment, as it was read:
// what becomes of it and its parts with their next version.
std::vector<events::NewEvent> OrderPlacedEvents(const domain::Order& order);
// An order that its buyer is asked to pay with another method, as that left it.
struct UnpaidOrder {
  domain::OrderId id;
  std::string number;
  AccountId buyer;
  Money total;
  std::int64_t version = 1;
};
events::NewEvent OrderPaymentNeededEvent(const UnpaidOrder& order);
events::NewEvent OrderFailedEvent(const domain::Order& order, const domain::Failure& why);

// A part as a move left it.
struct MovedPart {
  domain::SellerOrderId id;
  domain::OrderId order;
  std::string number;
  SellerId seller;
  AccountId buyer;
  std::int64_t version = 1;
};
events::NewEvent SellerOrderAcceptedEvent(const MovedPart& part);
events::NewEvent SellerOrderShippedEvent(const MovedPart& part);
// `is_last`: nothing of the part is left to send (to arrive), which SellerOrderShipped (SellerOrderDelivered) tells, too.
events::NewEvent ParcelShippedEvent(const MovedPart& part, const domain::ParcelId& parcel, bool is_last);
events::NewEvent ParcelDeliveredEvent(const MovedPart& part, const domain::ParcelId& parcel, bool is_last);
events::NewEvent OrderAddressChangedEvent(const MovedPart& part, domain::ActorRole actor);
events::NewEvent SellerOrderDeliveredEvent(const MovedPart& part);
events::NewEvent SellerOrderCompletedEvent(const MovedPart& part);
events::NewEvent SellerOrderRejectedEvent(const MovedPart& part, domain::ActorRole actor);
events::NewEvent SellerOrderCancelledEvent(const MovedPart& part, domain::ActorRole actor);
// `cost` is that of the units, some of the part.
events::NewEvent SellerOrderUnitsCancelledEvent(const MovedPart& part, domain::ActorRole actor,
                                                const std::vector<Units>& units, const Money& cost);
// InvoiceIssued or CreditNoteIssued.
events::NewEvent InvoiceEvent(const domain::Invoice& invoice);

// A return as a step left it.
events::NewEvent ReturnRequestedEvent(const domain::Return& coming);
events::NewEvent ReturnApprovedEvent(const domain::Return& coming, domain::ActorRole actor);
events::NewEvent ReturnRejectedEvent(const domain::Return& coming, domain::ActorRole actor);
events::NewEvent ReturnShippedEvent(const domain::Return& coming);
events::NewEvent ReturnReceivedEvent(const domain::Return& coming);
events::NewEvent ReturnClosedEvent(const domain::Return& coming, domain::ActorRole actor);

}  // namespace market::order
