// What happens to an order after it was placed: parts move under a row lock, with an event and the messages
// that make the move true elsewhere (stock, payment), all in one transaction.
#pragma once
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "platform/audit/audit.hpp"
#include "platform/outbox/outbox.hpp"
#include "platform/postgres/database.hpp"
#include "services/order/domain/cancellation.hpp"
#include "services/order/domain/event.hpp"
#include "services/order/domain/order.hpp"
#include "services/order/storage/scope.hpp"

namespace market::order::storage {

struct Actor {
  domain::ActorRole role = domain::ActorRole::kSystem;
  std::optional<AccountId> account;    // not of the system
  std::optional<audit::Act> act = {};  // an operator's: goes on record
};

struct Shipment {
  std::string carrier;
  std::string tracking_number;
};

// What of a parcel is to change.
struct ParcelEdit {
  std::optional<std::string> carrier = {};
  std::optional<std::string> tracking_number = {};
  std::optional<std::int64_t> if_version = {};
};

// How parts, or some units of them, end before they are shipped: what parts become with their last unit, by whom,
// and why.
struct Ending {
  domain::State to = domain::State::kCancelled;  // or REJECTED
  Actor actor;
  std::string reason;                      // what a person wrote
  std::vector<domain::Units> units = {};   // each line once; none: all that are left
  std::optional<domain::State> from = {};  // only of a part that is in this state
};

struct Moved {
  std::vector<domain::State> steps;  // that this run took; none of a repetition
  domain::SellerOrder part;          // as it is when the transaction commits
};

struct Cancelled {
  std::size_t parts = 0;  // how many this run cancelled whole
  domain::Order order;    // as it is when the transaction commits
};

// What payment says when money has gone back: how much, what was captured of an order, and what of that and of one of
// its parts is back by now.
struct RefundTold {
  Uuid refund;
  std::int64_t amount_minor = 0;
  domain::OrderId order;
  std::int64_t captured_minor = 0;
  std::int64_t refunded_minor = 0;
  domain::PartRefund of_part;
};

class Transitions {
 public:
  explicit Transitions(postgres::Database& database) : database_(database) {}

  // Each throws Error NOT_FOUND or ILLEGAL_TRANSITION, and running it again with the same operation changes
  // nothing.

  // Moves one part in scope, but not by sending it. With DELIVERED all its parcels are.
  Task<Moved> Move(Work work, domain::SellerOrderId part, Scope scope, domain::State to, Actor actor,
                   Uuid operation_id, std::string trace, Time now);

  // Sends units of a part in scope in one parcel, whose id is the operation's; none named: all that it has left. They
  // leave the stock. No step where the part was sent in part before and has some left. Throws PAYMENT_NOT_SECURED and LIMIT_REACHED, too.
  Task<Moved> Send(Work work, domain::SellerOrderId part, Scope scope, Shipment shipment,
                   std::vector<domain::Units> units, Actor actor, Uuid operation_id, std::string trace,
                   Time now);
  // A parcel of a part in scope has arrived. With the last one of a part that is SHIPPED the part is DELIVERED.
  Task<Moved> DeliverParcel(Work work, domain::ParcelId parcel, Scope scope, Actor actor, Uuid operation_id,
                            Time now);
  // Says anew who carries a parcel, and under which number; its part as it is then. Throws ETAG_MISMATCH, too.
  Task<domain::SellerOrder> CorrectParcel(Work work, domain::ParcelId parcel, Scope scope, ParcelEdit edit,
                                          audit::Act act, Time now);

  // Sends an order in scope elsewhere, where that costs the same, before the first parcel of any of its parts. Throws
  // ADDRESS_CHANGES_PRICE, too.
  Task<domain::Order> ChangeAddress(Work work, domain::OrderId order, Scope scope, domain::Address address,
                                    Actor actor, std::string reason, Uuid operation_id, Time now);

  // Ends one part of a seller in scope, or some units of it, before they are shipped: gives the stock back and
  // refunds them. No step while others are left to send.
  Task<Moved> End(Work work, domain::SellerOrderId part, Scope scope, Ending ending, Uuid operation_id,
                  std::string trace, Time now);

  // The same for the named parts of an order in scope (none named: all that can still be cancelled, at least
  // one), which become CANCELLED. Nothing when the order waits for its payment: that is for its checkout to
  // undo (Checkouts::Cancel). Of an order whose checkout was cancelled, no part.
  Task<std::optional<Cancelled>> Cancel(Work work, domain::OrderId order, Scope scope,
                                        std::vector<domain::SellerOrderId> parts, Actor actor,
                                        std::string reason, Uuid operation_id, std::string trace, Time now);
  // The same for units of its lines, each named once: a part becomes CANCELLED with its last one, or goes on with
  // what was sent of it.
  Task<std::optional<Cancelled>> CancelUnits(Work work, domain::OrderId order, Scope scope,
                                             std::vector<domain::Units> units, Actor actor,
                                             std::string reason, Uuid operation_id, std::string trace,
                                             Time now);

  // Cancels, for want of money, what of an order can still be cancelled: how many parts. `checkout` goes with it, and
  // is what must hold.
  Task<std::size_t> EndUnpaid(Work work, domain::OrderId order, postgres::Batch checkout, std::string trace,
                              Time now);

  // Writes down what the payment service said to a command, which is then delivered.
  Task<> SetPayment(Work work, domain::OrderId order, domain::PaymentSummary payment,
                    const outbox::Message& command);
  // The same of an event, late or again: what has gone back only grows. Nothing of an order that does not exist. What needs a
  // credit note of it comes to have one.
  Task<> Refunded(Work work, RefundTold told, std::string trace);
  // The same of a command that asks for nothing any more.
  Task<> Delivered(Work work, const outbox::Message& command);

 private:
  Task<std::optional<Cancelled>> CancelChosen(Work work, domain::OrderId order, Scope scope,
                                              std::vector<domain::SellerOrderId> named, Ending ending,
                                              Uuid operation_id, std::string trace, Time now);

  postgres::Database& database_;
};

}  // namespace market::order::storage
