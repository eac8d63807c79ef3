#include "services/order/storage/transitions.hpp"

#include <algorithm>
#include <iterator>
#include <stdexcept>

#include "platform/core/error.hpp"
#include "platform/events/event.hpp"
#include "services/order/messages.hpp"
#include "services/order/storage/coupon_use.hpp"
#include "services/order/storage/rows.hpp"

namespace market::order::storage {
namespace {

using domain::Cut;
using domain::LineNow;
using postgres::Batch;
using postgres::ComposedStatement;
using postgres::Statement;
using postgres::Tx;

// A part under its row lock.
struct Locked {
  domain::State state;
  domain::PaymentState payment;   // of its order
  domain::FailureReason failure;  // of its order
  Currency currency;              // of its order
  bool coupons = false;           // its order has some that were not given back
  MovedPart moved;                // what a move makes of it
};
constexpr Columns kLocked{Column{"s.state", &Locked::state},
                          Column{"o.payment_state", &Locked::payment},
                          Column{"o.failure_reason", &Locked::failure},
                          Column{"o.currency", &Locked::currency},
                          Column{"EXISTS (SELECT FROM coupon_redemption r"
                                 " WHERE r.order_id = s.order_id AND r.state = 'LIVE')",
                                 &Locked::coupons},
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

constexpr ComposedStatement kUnitsOfPart{
    "seller_order.units",
    "SELECT " + kLineNow + " FROM order_line l WHERE l.seller_order_id = $1 ORDER BY l.position"};

// What becomes of the units of a part.
constexpr Statement kShipUnits{
    "seller_order.ship_units",
    "UPDATE order_line SET shipped = quantity - cancelled WHERE seller_order_id = $1"};
constexpr Statement kCancelUnits{"seller_order.cancel_units", R"sql(
  UPDATE order_line l SET cancelled = l.cancelled + u.quantity
  FROM unnest($2::uuid[], $3::bigint[]) AS u (line, quantity) WHERE l.id = u.line AND l.seller_order_id = $1)sql"};

constexpr ComposedStatement kMovePart{"seller_order.move", R"sql(
  UPDATE seller_order s SET state = $2::order_state, carrier = coalesce($3, carrier), tracking_number = coalesce($4, tracking_number),
                            version = s.version + 1, updated_at = $5,
                            moved_at = CASE WHEN s.state = $2::order_state THEN s.moved_at ELSE market_now() END
  FROM orders o WHERE s.id = $1 AND o.id = s.order_id
  RETURNING )sql" + kPartWithAddress};
constexpr ComposedStatement kPartNow{
    "seller_order.now",
    "SELECT " + kPartWithAddress + " FROM seller_order s JOIN orders o ON o.id = s.order_id WHERE s.id = $1"};
constexpr Statement kInsertEvent{"order.event", R"sql(
  INSERT INTO order_event (order_id, seller_order_id, at, from_state, to_state, actor, actor_id, reason, operation_id,
                           lines, quantities)
  VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11))sql"};
constexpr Statement kTouchOrder{"order.touch",
                                "UPDATE orders SET version = version + 1, updated_at = $2 WHERE id = $1"};
constexpr Statement kOperationDone{
    "order.operation_done", "SELECT 1 FROM order_event WHERE operation_id = $1 AND order_id = $2 LIMIT 1"};
constexpr Statement kMoveDone{
    "seller_order.operation_done",
    "SELECT 1 FROM order_event WHERE operation_id = $1 AND seller_order_id = $2 LIMIT 1"};
constexpr Statement kRefunded{"order.refunded", R"sql(
  UPDATE orders SET payment_state = 'CAPTURED', authorized_minor = greatest(authorized_minor, $2),
                    captured_minor = greatest(captured_minor, $2), refunded_minor = $3,
                    version = version + 1, updated_at = market_now()
  WHERE id = $1 AND refunded_minor < $3)sql"};

// Once, however often it is told.
constexpr Statement kHearRefund{"order.hear_refund", R"sql(
  INSERT INTO part_refund (refund_id, seller_order_id, amount_minor)
  SELECT $1, s.id, $4 FROM seller_order s WHERE s.id = $2 AND s.order_id = $3
  ON CONFLICT (refund_id) DO NOTHING)sql"};

events::NewEvent EventOf(const MovedPart& part, domain::State to) {
  switch (to) {
    case domain::State::kAccepted:
      return SellerOrderAcceptedEvent(part);
    case domain::State::kShipped:
      return SellerOrderShippedEvent(part);
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

// A cancelled or rejected part, with all units that it had left or with some.
struct Ended {
  Locked part;
  Cut cut;

  std::optional<Money> Cost() const {
    return cut.cost_minor ? std::optional(Money{*cut.cost_minor, part.currency}) : std::nullopt;
  }
};

events::NewEvent EventOf(const Ended& ended, const Ending& ending) {
  const auto& part = ended.part.moved;
  if (const auto cost = ended.Cost()) {
    return SellerOrderUnitsCancelledEvent(part, ending.actor.role, ended.cut.units, *cost);
  }
  return ending.to == domain::State::kRejected ? SellerOrderRejectedEvent(part, ending.actor.role)
                                               : SellerOrderCancelledEvent(part, ending.actor.role);
}

// Of a part that goes on, how many units of which lines.
void AppendCancellation(Batch& batch, const Work& work, audit::Act act, const domain::OrderId& order,
                        const std::vector<Ended>& ended, const std::vector<LineNow>& lines) {
  act.target_type = "order";
  act.target_id = order.ToString();
  for (const auto& [part, cut] : ended) {
    if (cut.EndsPart()) {
      act.before[part.moved.id.ToString()] = domain::Name(part.state);
      act.after[part.moved.id.ToString()] = domain::Name(domain::State::kCancelled);
      continue;
    }
    for (const auto& [line, quantity] : cut.units) {
      const auto cancelled = std::ranges::find(lines, line, &LineNow::line)->cancelled;
      act.before[line.ToString()] = "cancelled " + std::to_string(cancelled);
      act.after[line.ToString()] = "cancelled " + std::to_string(cancelled + quantity);
    }
  }
  audit::Append(batch, work, act);
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

// Units as columns.
struct UnitColumns {
  explicit UnitColumns(const std::vector<Units>& units) {
    for (const auto& [line, quantity] : units) {
      lines.push_back(line);
      quantities.push_back(quantity);
    }
  }
  std::vector<domain::LineId> lines;
  std::vector<std::int64_t> quantities;
};

// One step of a part, as its history tells it.
struct Told {
  domain::State to;
  const Actor& actor;
  std::string_view reason = {};
  const UnitColumns& cancelled;
};

void AppendStep(Batch& batch, const Run& run, const Locked& part, const Told& told,
                const std::optional<Shipment>& shipment) {
  const auto& moved = part.moved;
  batch
      .Add(kMovePart, moved.id, told.to, shipment ? std::optional(shipment->carrier) : std::nullopt,
           shipment ? std::optional(shipment->tracking_number) : std::nullopt, run.now)
      .Add(kInsertEvent, moved.order, moved.id, run.now, part.state, told.to, told.actor.role,
           told.actor.account, told.reason, run.operation_id, told.cancelled.lines,
           told.cancelled.quantities);
}

// The one way in which units end before they are shipped: they and their money go back. A part ends with its last.
void AppendEnding(Batch& batch, const Run& run, const std::vector<Ended>& all, const Ending& ending) {
  for (const auto& ended : all) {
    const auto& [part, cut] = ended;
    const auto& moved = part.moved;
    const UnitColumns units(cut.units);
    AppendStep(batch, run, part,
               {.to = cut.EndsPart() ? ending.to : part.state,
                .actor = ending.actor,
                .reason = ending.reason,
                .cancelled = units},
               std::nullopt);
    batch.Add(kCancelUnits, moved.id, units.lines, units.quantities);
    outbox::Append(batch, ReleaseMessage(moved.order, cut.units, run.trace));
    const auto cost = ended.Cost();
    if (!cost || cost->minor > 0) {
      outbox::Append(batch, RefundMessage(moved.order, moved.id, cost, run.trace));
    }
    events::Append(batch, run.work, EventOf(ended, ending));
  }
  const auto& first = all.front().part;
  batch.Add(kTouchOrder, first.moved.order, run.now);
  if (first.coupons) AppendGivingBack(batch, first.moved.order);
}

// A part under its lock, and whether this operation has moved it before.
struct Found {
  Locked part;
  std::vector<LineNow> lines;
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
  co_return Found{*locked, kLineNow.ReadAll(found[2]), !found[1].empty()};
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

// The parts that these units are of.
std::vector<Locked> PartsOf(const std::vector<Units>& wanted, const std::vector<LineNow>& lines,
                            const std::vector<Locked>& parts) {
  domain::RequireLines(lines, wanted);
  std::vector<Locked> found;
  std::ranges::copy_if(parts, std::back_inserter(found),
                       [&](const Locked& part) { return domain::AreOf(part.moved.id, lines, wanted); });
  return found;
}

// What ends of these parts: all that they have left, or the wanted units of them.
std::vector<Ended> EndedOf(const std::vector<Locked>& parts, const std::vector<LineNow>& lines,
                           const std::vector<Units>& wanted, domain::State to) {
  for (const auto& part : parts) domain::RequireMove(part.state, to);
  std::vector<Ended> ended;
  for (const auto& part : parts) {
    const auto& id = part.moved.id;
    ended.push_back({part, wanted.empty() ? domain::CutAll(id, lines) : domain::CutUnits(id, lines, wanted)});
  }
  return ended;
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
    const UnitColumns none(std::vector<Units>{});
    Batch batch("seller_order.move");
    std::size_t answer = 0;  // the statement that gives the part as it is at the end
    for (const auto step : moved.steps) {
      answer = batch.Size();
      AppendStep(batch, run, found.part, {.to = step, .actor = actor, .cancelled = none}, shipment);
      events::Append(batch, work, EventOf(found.part.moved, step));
      if (step == domain::State::kShipped) {
        RequireSecured(found.part.payment);
        batch.Add(kShipUnits, part);
        const auto sent = domain::CutAll(part, found.lines).units;
        outbox::Append(batch, ConsumeMessage(found.part.moved.order, sent, trace));
        outbox::Append(batch, InvoiceMessage(found.part.moved, found.lines, now, trace));
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
      domain::RequireLines(found.lines, ending.units);
      if (ending.from && found.part.state != *ending.from)
        throw domain::IllegalMove(found.part.state, ending.to);
      const auto ended = EndedOf({found.part}, found.lines, ending.units, ending.to);
      AppendEnding(batch, {work, operation_id, trace, now}, ended, ending);
      if (ended.front().cut.EndsPart()) moved.steps = {ending.to};
    }
    moved.part = co_await Commit(tx, std::move(batch), part, 0);
    co_return moved;
  };
  co_return co_await database_.Transaction(work, body);
}

Task<std::optional<Cancelled>> Transitions::Cancel(Work work, domain::OrderId order, Scope scope,
                                                   std::vector<domain::SellerOrderId> parts, Actor actor,
                                                   std::string reason, Uuid operation_id, std::string trace,
                                                   Time now) {
  return CancelChosen(work, order, std::move(scope), std::move(parts),
                      {domain::State::kCancelled, std::move(actor), std::move(reason)}, operation_id,
                      std::move(trace), now);
}

Task<std::optional<Cancelled>> Transitions::CancelUnits(Work work, domain::OrderId order, Scope scope,
                                                        std::vector<domain::Units> units, Actor actor,
                                                        std::string reason, Uuid operation_id,
                                                        std::string trace, Time now) {
  if (units.empty()) throw std::logic_error("a cancellation of no units");
  return CancelChosen(work, order, std::move(scope), {},
                      {domain::State::kCancelled, std::move(actor), std::move(reason), std::move(units)},
                      operation_id, std::move(trace), now);
}

Task<std::optional<Cancelled>> Transitions::CancelChosen(Work work, domain::OrderId order, Scope scope,
                                                         std::vector<domain::SellerOrderId> named,
                                                         Ending ending, Uuid operation_id, std::string trace,
                                                         Time now) {
  auto body = [&](Tx& tx) -> Task<std::optional<Cancelled>> {
    Batch read("order.lock_parts");
    read.Add(kLockParts, order, scope.BuyerId())
        .Add(kOperationDone, operation_id, order)
        .Add(kUnitsOfOrder, order);
    auto found = co_await tx.Execute(Batch(read));
    auto parts = kLocked.ReadAll(found[0]);
    // The parts are as they are now; what came of their order with them is from before we waited for them.
    if (!parts.empty() && parts.front().state == domain::State::kFailed) {
      found = co_await tx.Execute(std::move(read));
      parts = kLocked.ReadAll(found[0]);
    }
    if (parts.empty()) throw NotFound("the order");

    Batch batch("order.cancel");
    std::vector<Ended> ended;
    const bool done = !found[1].empty() || domain::IsCancellation(parts.front().failure);
    if (!done) {
      const auto lines = kLineNow.ReadAll(found[2]);
      const auto chosen = ending.units.empty() ? Choose(parts, named) : PartsOf(ending.units, lines, parts);
      if (parts.front().state == domain::State::kPendingPayment) {
        const bool whole = chosen.size() == parts.size() &&
                           (ending.units.empty() || domain::AreAllLeft(lines, ending.units));
        if (!whole) throw NotInParts();
        co_return std::nullopt;
      }
      ended = EndedOf(chosen, lines, ending.units, ending.to);
      AppendEnding(batch, {work, operation_id, trace, now}, ended, ending);
      if (ending.actor.act) AppendCancellation(batch, work, *ending.actor.act, order, ended, lines);
    }
    const auto whole = batch.Size();
    AddWhole(batch, order, scope.BuyerId());
    const auto written = co_await tx.ExecuteAndCommit(std::move(batch));
    auto orders = ReadWhole(written[whole], written[whole + 1], written[whole + 2]);
    const auto parts_ended =
        std::ranges::count_if(ended, [](const Ended& one) { return one.cut.EndsPart(); });
    co_return Cancelled{.parts = static_cast<std::size_t>(parts_ended), .order = std::move(orders.at(0))};
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
    if (!parts.empty()) {
      AppendEnding(batch, {work, operation, trace, now},
                   EndedOf(parts, kLineNow.ReadAll(found[1]), {}, ending.to), ending);
    }
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

Task<> Transitions::Refunded(Work work, RefundTold told, std::string trace) {
  Batch batch("order.refunded");
  AddRefunds(batch, told.order, {.refunds = {told.of_part}});
  batch.Add(kRefunded, told.order, told.captured_minor, told.refunded_minor);
  batch.Add(kHearRefund, told.refund, told.of_part.part, told.order, told.amount_minor);
  outbox::Append(batch, CreditMessage(told.order, told.of_part.part, std::move(trace)));
  co_await database_.Write(work, std::move(batch));
}

Task<> Transitions::Delivered(Work work, const outbox::Message& command) {
  Batch batch("order.delivered");
  outbox::AppendDelivered(batch, command);
  co_await database_.Write(work, std::move(batch));
}

}  // namespace market::order::storage
