#include "services/order/storage/transitions.hpp"

#include <algorithm>

#include "platform/core/error.hpp"
#include "platform/events/event.hpp"
#include "services/order/messages.hpp"
#include "services/order/storage/rows.hpp"

namespace market::order::storage {
namespace {

using postgres::Batch;
using postgres::ComposedStatement;
using postgres::Statement;
using postgres::Tx;

// A part under its row lock.
struct Locked {
  domain::State state;
  domain::PaymentState payment;  // of its order
  MovedPart moved;               // what a move makes of it
};
constexpr Columns kLocked{Column{"s.state", &Locked::state},
                          Column{"o.payment_state", &Locked::payment},
                          Column{"s.id", &Locked::moved, &MovedPart::id},
                          Column{"s.order_id", &Locked::moved, &MovedPart::order},
                          Column{"s.number", &Locked::moved, &MovedPart::number},
                          Column{"s.seller_id", &Locked::moved, &MovedPart::seller},
                          Column{"o.buyer_id", &Locked::moved, &MovedPart::buyer},
                          Column{"s.version + 1", &Locked::moved, &MovedPart::version}};

// Parts are always locked in the order of their ids, so that two transactions never wait for each other.
constexpr ComposedStatement kLockPart{
    "seller_order.lock",
    "SELECT " + kLocked +
        " FROM seller_order s JOIN orders o ON o.id = s.order_id"
        " WHERE s.id = $1 AND ($2::uuid[] IS NULL OR s.seller_id = ANY ($2)) FOR UPDATE OF s"};
constexpr ComposedStatement kLockParts{
    "order.lock_parts",
    "SELECT " + kLocked +
        " FROM seller_order s JOIN orders o ON o.id = s.order_id"
        " WHERE s.order_id = $1 AND ($2::uuid IS NULL OR o.buyer_id = $2) ORDER BY s.id FOR UPDATE OF s"};

struct UnitsOfPart {
  domain::SellerOrderId part;
  Units units;
};
constexpr Columns kUnits{
    Column{"l.seller_order_id", &UnitsOfPart::part}, Column{"l.id", &UnitsOfPart::units, &Units::line},
    Column{"l.quantity - l.cancelled - l.shipped", &UnitsOfPart::units, &Units::quantity}};
constexpr ComposedStatement kUnitsOfPart{
    "seller_order.units",
    "SELECT " + kUnits + " FROM order_line l WHERE l.seller_order_id = $1 ORDER BY l.position"};
constexpr ComposedStatement kUnitsOfOrder{
    "order.units", "SELECT " + kUnits +
                       " FROM order_line l JOIN seller_order s ON s.id = l.seller_order_id"
                       " WHERE s.order_id = $1 ORDER BY s.position, l.position"};

// What becomes of the units of a part.
constexpr Statement kShipUnits{
    "seller_order.ship_units",
    "UPDATE order_line SET shipped = quantity - cancelled WHERE seller_order_id = $1"};
constexpr Statement kCancelUnits{
    "seller_order.cancel_units",
    "UPDATE order_line SET cancelled = quantity - shipped WHERE seller_order_id = $1"};

constexpr ComposedStatement kMovePart{"seller_order.move", R"sql(
  UPDATE seller_order s SET state = $2, carrier = coalesce($3, carrier), tracking_number = coalesce($4, tracking_number),
                            version = s.version + 1, updated_at = $5
  FROM orders o WHERE s.id = $1 AND o.id = s.order_id
  RETURNING )sql" + kPartWithAddress};
constexpr ComposedStatement kPartNow{
    "seller_order.now",
    "SELECT " + kPartWithAddress + " FROM seller_order s JOIN orders o ON o.id = s.order_id WHERE s.id = $1"};
constexpr Statement kInsertEvent{"order.event", R"sql(
  INSERT INTO order_event (order_id, seller_order_id, at, from_state, to_state, actor, actor_id, reason, operation_id)
  VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9))sql"};
constexpr Statement kTouchOrder{"order.touch",
                                "UPDATE orders SET version = version + 1, updated_at = $2 WHERE id = $1"};
constexpr Statement kOperationDone{
    "order.operation_done", "SELECT 1 FROM order_event WHERE operation_id = $1 AND order_id = $2 LIMIT 1"};
constexpr Statement kMoveDone{
    "seller_order.operation_done",
    "SELECT 1 FROM order_event WHERE operation_id = $1 AND seller_order_id = $2 LIMIT 1"};
constexpr Statement kSetPayment{"order.set_payment", R"sql(
  UPDATE orders SET payment_state = $2, authorized_minor = $3, captured_minor = $4, refunded_minor = $5,
                    version = version + 1, updated_at = market_now()
  WHERE id = $1)sql"};

events::NewEvent EventOf(const MovedPart& part, domain::State to, const std::optional<Shipment>& shipment) {
  switch (to) {
    case domain::State::kAccepted:
      return SellerOrderAcceptedEvent(part);
    case domain::State::kShipped:
      return SellerOrderShippedEvent(part, shipment ? shipment->carrier : "",
                                     shipment ? shipment->tracking_number : "");
    case domain::State::kDelivered:
      return SellerOrderDeliveredEvent(part);
    default:
      throw std::logic_error("a move without an event: " + std::string(domain::Name(to)));
  }
}

void RequireSecured(domain::PaymentState payment) {
  if (domain::IsSecured(payment)) return;
  throw Error(Code::kFailedPrecondition, "PAYMENT_NOT_SECURED",
              "the payment of this order failed; do not send it")
      .WithMetadata("paymentState", std::string(domain::Name(payment)));
}

std::vector<Units> UnitsOf(domain::SellerOrderId part, const std::vector<UnitsOfPart>& rows) {
  std::vector<Units> units;
  for (const auto& row : rows) {
    if (row.part == part) units.push_back(row.units);
  }
  return units;
}

void AppendCancellation(Batch& batch, audit::Act act, const domain::OrderId& order,
                        const std::vector<Locked>& parts) {
  act.target_type = "order";
  act.target_id = order.ToString();
  for (const auto& part : parts) {
    act.before[part.moved.id.ToString()] = domain::Name(part.state);
    act.after[part.moved.id.ToString()] = domain::Name(domain::State::kCancelled);
  }
  audit::Append(batch, act);
}

// The parts a cancellation is about. Naming a part that is not one of the order's is NOT_FOUND; naming none
// means every living part.
std::vector<Locked> Choose(const std::vector<Locked>& parts,
                           const std::vector<domain::SellerOrderId>& named) {
  std::vector<Locked> chosen;
  for (const auto& part : parts) {
    const bool wanted =
        named.empty() ? !domain::IsDead(part.state) : std::ranges::find(named, part.moved.id) != named.end();
    if (wanted) chosen.push_back(part);
  }
  if (chosen.size() < named.size()) throw NotFound("the seller order");
  // Nothing is left to cancel: the refusal names the state that it is in.
  if (chosen.empty()) domain::RequireMove(parts.front().state, domain::State::kCancelled);
  return chosen;
}

}  // namespace

Task<domain::SellerOrder> Transitions::Move(Work work, domain::SellerOrderId part, Scope scope,
                                            domain::State to, Actor actor, std::optional<Shipment> shipment,
                                            Uuid operation_id, std::string trace, Time now) {
  auto body = [&](Tx& tx) -> Task<domain::SellerOrder> {
    Batch read("seller_order.lock");
    read.Add(kLockPart, part, scope.SellerIds()).Add(kMoveDone, operation_id, part).Add(kUnitsOfPart, part);
    const auto found = co_await tx.Execute(std::move(read));
    const auto locked = kLocked.ReadAtMostOne(found[0]);
    if (!locked) throw NotFound("the seller order");
    const auto& [from, payment, moved] = *locked;
    const auto& order = moved.order;

    Batch batch("seller_order.move");
    if (!found[1].empty()) {  // a repetition
      batch.Add(kPartNow, part);
    } else {
      domain::RequireMove(from, to);
      if (to == domain::State::kShipped) RequireSecured(payment);
      batch.Add(kMovePart, part, to, shipment ? std::optional(shipment->carrier) : std::nullopt,
                shipment ? std::optional(shipment->tracking_number) : std::nullopt, now);
      batch.Add(kInsertEvent, order, part, now, from, to, actor.role, actor.account, "", operation_id);
      batch.Add(kTouchOrder, order, now);
      events::Append(batch, work, EventOf(moved, to, shipment));
      if (to == domain::State::kShipped) {
        batch.Add(kShipUnits, part);
        outbox::Append(batch, ConsumeMessage(order, UnitsOf(part, kUnits.ReadAll(found[2])), trace));
      }
    }
    batch.Add(kLinesOfPart, part);
    const auto written = co_await tx.ExecuteAndCommit(std::move(batch));
    auto parts = kPartWithAddress.ReadAll(written.front());
    AddLines(parts, written.back());
    co_return std::move(parts.at(0));
  };
  co_return co_await database_.Transaction(work, body);
}

Task<Cancelled> Transitions::Cancel(Work work, domain::OrderId order, Scope scope,
                                    std::vector<domain::SellerOrderId> named, Actor actor, std::string reason,
                                    Uuid operation_id, std::string trace, Time now) {
  auto body = [&](Tx& tx) -> Task<Cancelled> {
    Batch read("order.lock_parts");
    read.Add(kLockParts, order, scope.BuyerId())
        .Add(kOperationDone, operation_id, order)
        .Add(kUnitsOfOrder, order);
    const auto found = co_await tx.Execute(std::move(read));
    const auto parts = kLocked.ReadAll(found[0]);
    if (parts.empty()) throw NotFound("the order");

    Batch batch("order.cancel");
    std::vector<Locked> chosen;
    if (found[1].empty()) {  // not a repetition
      const auto units = kUnits.ReadAll(found[2]);
      chosen = Choose(parts, named);
      for (const auto& [from, payment, part] : chosen) {
        domain::RequireMove(from, domain::State::kCancelled);
        batch.Add(kMovePart, part.id, domain::State::kCancelled, std::nullopt, std::nullopt, now);
        batch.Add(kInsertEvent, order, part.id, now, from, domain::State::kCancelled, actor.role,
                  actor.account, reason, operation_id);
        batch.Add(kCancelUnits, part.id);
        outbox::Append(batch, ReleaseMessage(order, UnitsOf(part.id, units), trace));
        outbox::Append(batch, RefundMessage(order, part.id, trace));
        events::Append(batch, work, SellerOrderCancelledEvent(part, actor.role, reason));
      }
      batch.Add(kTouchOrder, order, now);
      if (actor.act) AppendCancellation(batch, *actor.act, order, chosen);
    }
    const auto whole = batch.Size();
    AddWhole(batch, order, scope.BuyerId());
    const auto written = co_await tx.ExecuteAndCommit(std::move(batch));
    auto orders = ReadWhole(written[whole], written[whole + 1], written[whole + 2]);
    co_return Cancelled{.parts = chosen.size(), .order = std::move(orders.at(0))};
  };
  co_return co_await database_.Transaction(work, body);
}

Task<> Transitions::SetPayment(Work work, domain::OrderId order, domain::PaymentSummary payment,
                               const outbox::Message& command) {
  Batch batch("order.set_payment");
  batch.Add(kSetPayment, order, payment.state, payment.authorized_minor, payment.captured_minor,
            payment.refunded_minor);
  AddRefunds(batch, order, payment);
  outbox::AppendDelivered(batch, command);
  co_await database_.Write(work, std::move(batch));
}

Task<> Transitions::Delivered(Work work, const outbox::Message& command) {
  Batch batch("order.delivered");
  outbox::AppendDelivered(batch, command);
  co_await database_.Write(work, std::move(batch));
}

}  // namespace market::order::storage
