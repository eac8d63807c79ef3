#include "services/order/storage/transitions.hpp"

#include <algorithm>
#include <array>

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
  domain::PaymentState payment;   // of its order
  domain::FailureReason failure;  // of its order
  MovedPart moved;                // what a move makes of it
};
constexpr Columns kLocked{Column{"s.state", &Locked::state},
                          Column{"o.payment_state", &Locked::payment},
                          Column{"o.failure_reason", &Locked::failure},
                          Column{"s.id", &Locked::moved, &MovedPart::id},
                          Column{"s.order_id", &Locked::moved, &MovedPart::order},
                          Column{"s.number", &Locked::moved, &MovedPart::number},
                          Column{"s.seller_id", &Locked::moved, &MovedPart::seller},
                          Column{"o.buyer_id", &Locked::moved, &MovedPart::buyer},
                          Column{"s.version + 1", &Locked::moved, &MovedPart::version}};

// Parts are always locked in the order of their ids, so that two transactions never wait for each other.
constexpr ComposedStatement kLockPart{
    "seller_order.lock", "SELECT " + kLocked +
                             " FROM seller_order s JOIN orders o ON o.id = s.order_id"
                             " WHERE s.id = $1 AND ($2::uuid[] IS NULL OR s.seller_id = ANY ($2))"
                             " AND ($3::uuid IS NULL OR o.buyer_id = $3) FOR UPDATE OF s"};
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

events::NewEvent EventOf(const MovedPart& part, domain::State to, const std::optional<Shipment>& shipment) {
  switch (to) {
    case domain::State::kAccepted:
      return SellerOrderAcceptedEvent(part);
    case domain::State::kShipped:
      return SellerOrderShippedEvent(part, shipment ? shipment->carrier : "",
                                     shipment ? shipment->tracking_number : "");
    case domain::State::kDelivered:
      return SellerOrderDeliveredEvent(part);
    case domain::State::kCompleted:
      return SellerOrderCompletedEvent(part);
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

events::NewEvent EventOf(const MovedPart& part, const Ending& ending) {
  return ending.to == domain::State::kRejected
             ? SellerOrderRejectedEvent(part, ending.reason)
             : SellerOrderCancelledEvent(part, ending.actor.role, ending.reason);
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

// Why parts end whose money was lost and did not come again.
constexpr std::string_view kUnpaid = "the payment failed";

// Paid in one, so undone in one.
Error NotInParts() {
  return Error(Code::kFailedPrecondition, "ILLEGAL_TRANSITION",
               "an order that waits for its payment can only be cancelled whole")
      .WithMetadata("from", std::string(domain::Name(domain::State::kPendingPayment)))
      .WithMetadata("to", std::string(domain::Name(domain::State::kCancelled)));
}

// What all writes of one run of a request have.
struct Run {
  const Work& work;
  const Uuid& operation_id;
  const std::string& trace;
  Time now;
};

void AppendStep(Batch& batch, const Run& run, const Locked& part, domain::State to, const Actor& actor,
                const std::string& reason, const std::optional<Shipment>& shipment) {
  const auto& [from, payment, failure, moved] = part;
  batch
      .Add(kMovePart, moved.id, to, shipment ? std::optional(shipment->carrier) : std::nullopt,
           shipment ? std::optional(shipment->tracking_number) : std::nullopt, run.now)
      .Add(kInsertEvent, moved.order, moved.id, run.now, from, to, actor.role, actor.account, reason,
           run.operation_id);
}

// The one way in which parts end before they are shipped: their units and their money go back.
void AppendEnding(Batch& batch, const Run& run, const std::vector<Locked>& parts,
                  const std::vector<UnitsOfPart>& units, const Ending& ending) {
  for (const auto& part : parts) {
    domain::RequireMove(part.state, ending.to);
    const auto& moved = part.moved;
    AppendStep(batch, run, part, ending.to, ending.actor, ending.reason, std::nullopt);
    batch.Add(kCancelUnits, moved.id);
    outbox::Append(batch, std::array{ReleaseMessage(moved.order, UnitsOf(moved.id, units), run.trace),
                                     RefundMessage(moved.order, moved.id, run.trace)});
    events::Append(batch, run.work, EventOf(moved, ending));
  }
  batch.Add(kTouchOrder, parts.front().moved.order, run.now);
}

// A part under its lock, and whether this operation has moved it before.
struct Found {
  Locked part;
  std::vector<UnitsOfPart> units;
  bool repetition = false;
};

Task<Found> Lock(Tx& tx, domain::SellerOrderId part, const Scope& scope, const Uuid& operation_id) {
  Batch read("seller_order.lock");
  read.Add(kLockPart, part, scope.SellerIds(), scope.BuyerId())
      .Add(kMoveDone, operation_id, part)
      .Add(kUnitsOfPart, part);
  const auto found = co_await tx.Execute(std::move(read));
  const auto locked = kLocked.ReadAtMostOne(found[0]);
  if (!locked) throw NotFound("the seller order");
  co_return Found{*locked, kUnits.ReadAll(found[2]), !found[1].empty()};
}

// The part with its lines; the statement at `answer` gives it.
Task<domain::SellerOrder> Commit(Tx& tx, Batch batch, domain::SellerOrderId part, std::size_t answer) {
  batch.Add(kLinesOfPart, part);
  const auto written = co_await tx.ExecuteAndCommit(std::move(batch));
  auto parts = kPartWithAddress.ReadAll(written.at(answer));
  AddLines(parts, written.back());
  co_return std::move(parts.at(0));
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

Task<Moved> Transitions::Move(Work work, domain::SellerOrderId part, Scope scope, domain::State to,
                              Actor actor, std::optional<Shipment> shipment, Uuid operation_id,
                              std::string trace, Time now) {
  auto body = [&](Tx& tx) -> Task<Moved> {
    auto found = co_await Lock(tx, part, scope, operation_id);
    Moved moved;
    if (!found.repetition) moved.steps = domain::StepsTo(found.part.state, to);

    const Run run{work, operation_id, trace, now};
    Batch batch("seller_order.move");
    std::size_t answer = 0;  // the statement that gives the part as it is at the end
    for (const auto step : moved.steps) {
      answer = batch.Size();
      AppendStep(batch, run, found.part, step, actor, "", shipment);
      events::Append(batch, work, EventOf(found.part.moved, step, shipment));
      if (step == domain::State::kShipped) {
        RequireSecured(found.part.payment);
        batch.Add(kShipUnits, part);
        outbox::Append(batch, ConsumeMessage(found.part.moved.order, UnitsOf(part, found.units), trace));
      }
      found.part.state = step;
      ++found.part.moved.version;
    }
    if (found.repetition) {
      batch.Add(kPartNow, part);
    } else {
      batch.Add(kTouchOrder, found.part.moved.order, now);
    }
    moved.part = co_await Commit(tx, std::move(batch), part, answer);
    co_return moved;
  };
  co_return co_await database_.Transaction(work, body);
}

Task<Moved> Transitions::End(Work work, domain::SellerOrderId part, Scope scope, Ending ending,
                             Uuid operation_id, std::string trace, Time now) {
  auto body = [&](Tx& tx) -> Task<Moved> {
    const auto found = co_await Lock(tx, part, scope, operation_id);
    Moved moved;
    Batch batch("seller_order.end");
    if (found.repetition) {
      batch.Add(kPartNow, part);
    } else {
      AppendEnding(batch, {work, operation_id, trace, now}, {found.part}, found.units, ending);
      moved.steps = {ending.to};
    }
    moved.part = co_await Commit(tx, std::move(batch), part, 0);
    co_return moved;
  };
  co_return co_await database_.Transaction(work, body);
}

Task<std::optional<Cancelled>> Transitions::Cancel(Work work, domain::OrderId order, Scope scope,
                                                   std::vector<domain::SellerOrderId> named, Actor actor,
                                                   std::string reason, Uuid operation_id, std::string trace,
                                                   Time now) {
  const Ending ending{domain::State::kCancelled, std::move(actor), std::move(reason)};
  auto body = [&](Tx& tx) -> Task<std::optional<Cancelled>> {
    Batch read("order.lock_parts");
    read.Add(kLockParts, order, scope.BuyerId())
        .Add(kOperationDone, operation_id, order)
        .Add(kUnitsOfOrder, order);
    const auto found = co_await tx.Execute(std::move(read));
    const auto parts = kLocked.ReadAll(found[0]);
    if (parts.empty()) throw NotFound("the order");

    Batch batch("order.cancel");
    std::vector<Locked> chosen;
    const bool done = !found[1].empty() || domain::IsCancellation(parts.front().failure);
    if (!done) {
      chosen = Choose(parts, named);
      if (parts.front().state == domain::State::kPendingPayment) {
        if (chosen.size() < parts.size()) throw NotInParts();
        co_return std::nullopt;
      }
      AppendEnding(batch, {work, operation_id, trace, now}, chosen, kUnits.ReadAll(found[2]), ending);
      if (ending.actor.act) AppendCancellation(batch, *ending.actor.act, order, chosen);
    }
    const auto whole = batch.Size();
    AddWhole(batch, order, scope.BuyerId());
    const auto written = co_await tx.ExecuteAndCommit(std::move(batch));
    auto orders = ReadWhole(written[whole], written[whole + 1], written[whole + 2]);
    co_return Cancelled{.parts = chosen.size(), .order = std::move(orders.at(0))};
  };
  co_return co_await database_.Transaction(work, body);
}

Task<std::size_t> Transitions::EndUnpaid(Work work, domain::OrderId order, Batch checkout, std::string trace,
                                         Time now) {
  const Ending ending{domain::State::kCancelled, {}, std::string(kUnpaid)};
  const auto operation = Uuid::NewV7();
  auto body = [&](Tx& tx) -> Task<std::size_t> {
    Batch read("order.lock_parts");
    read.Add(kLockParts, order, Scope::Everything().BuyerId()).Add(kUnitsOfOrder, order);
    const auto found = co_await tx.Execute(std::move(read));
    auto parts = kLocked.ReadAll(found[0]);
    std::erase_if(parts, [&](const Locked& part) { return !domain::MayMove(part.state, ending.to); });
    auto batch = checkout;
    if (!parts.empty())
      AppendEnding(batch, {work, operation, trace, now}, parts, kUnits.ReadAll(found[1]), ending);
    co_await tx.ExecuteAndCommit(std::move(batch));
    co_return parts.size();
  };
  co_return co_await database_.Transaction(work, body);
}

Task<> Transitions::SetPayment(Work work, domain::OrderId order, domain::PaymentSummary payment,
                               const outbox::Message& command) {
  Batch batch("order.set_payment");
  AddPayment(batch, order, payment);
  outbox::AppendDelivered(batch, command);
  co_await database_.Write(work, std::move(batch));
}

Task<> Transitions::Delivered(Work work, const outbox::Message& command) {
  Batch batch("order.delivered");
  outbox::AppendDelivered(batch, command);
  co_await database_.Write(work, std::move(batch));
}

}  // namespace market::order::storage
