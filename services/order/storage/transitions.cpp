#include "services/order/storage/transitions.hpp"

#include <algorithm>
#include <iterator>
#include <stdexcept>

#include "platform/core/error.hpp"
#include "platform/events/event.hpp"
#include "services/order/messages.hpp"
#include "services/order/storage/coupon_use.hpp"
#include "services/order/storage/moving_part.hpp"
#include "services/order/storage/rows.hpp"

namespace market::order::storage {
namespace {

using domain::Cut;
using domain::LineNow;
using postgres::Batch;
using postgres::Statement;
using postgres::Tx;

constexpr postgres::ComposedStatement kParcelsOfOrder{
    "order.parcels", "SELECT " + kParcelNow +
                         " FROM parcel p JOIN seller_order s ON s.id = p.seller_order_id"
                         " WHERE s.order_id = $1 ORDER BY s.position, p.position"};
constexpr Statement kCancelUnits{"seller_order.cancel_units", R"sql(
  UPDATE order_line l SET cancelled = l.cancelled + u.quantity
  FROM unnest($2::uuid[], $3::bigint[]) AS u (line, quantity) WHERE l.id = u.line AND l.seller_order_id = $1)sql"};

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

// A cancelled or rejected part, with all units that it had left or with some.
struct Ended {
  HeldPart part;
  Cut cut;
  std::vector<domain::UnitsBack> back = {};  // what its units cost
  std::vector<domain::State> then = {};      // what a part that goes on becomes with it

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
  for (const auto& [part, cut, back, then] : ended) {
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

// The one way in which units end before they are shipped: they and their money go back. A part ends with its last, or has
// all of it sent. Gives where in the batch the last part answers.
std::size_t AppendEnding(Batch& batch, const Run& run, const std::vector<Ended>& all, const Ending& ending) {
  std::size_t answer = 0;
  for (const auto& ended : all) {
    auto [part, cut, back, then] = ended;
    const UnitColumns units(cut.units);
    const auto to = cut.EndsPart() ? ending.to : then.empty() ? part.state : then.front();
    answer = AppendStep(batch, run, part,
                        {.to = to, .actor = ending.actor, .reason = ending.reason, .cancelled = units});
    batch.Add(kCancelUnits, part.moved.id, units.lines, units.quantities);
    outbox::Append(batch, ReleaseMessage(part.moved.order, cut.units, run.trace));
    outbox::Append(batch, RefundMessage(part.moved.order, part.moved.id, {ended.Cost(), ended.back},
                                        part.currency, run.trace));
    events::Append(batch, run.work, EventOf(ended, ending));
    for (const auto step : then) {
      if (step != to) answer = AppendStep(batch, run, part, {.to = step, .actor = ending.actor});
      events::Append(batch, run.work, EventOfMove(part.moved, step));
      StepOn(part, step);
    }
  }
  const auto& first = all.front().part;
  batch.Add(kTouchOrder, first.moved.order, run.now);
  if (first.coupons) AppendGivingBack(batch, first.moved.order);
  return answer;
}

// The parts a cancellation is about. Naming a part that is not one of the order's is NOT_FOUND; naming none
// means every living part.
std::vector<HeldPart> Choose(const std::vector<HeldPart>& parts,
                             const std::vector<domain::SellerOrderId>& named) {
  std::vector<HeldPart> chosen;
  for (const auto& part : parts) {
    const bool wanted =
        named.empty() ? !domain::IsDead(part.state) : std::ranges::find(named, part.moved.id) != named.end();
    if (wanted) chosen.push_back(part);
  }
  if (chosen.size() < named.size()) throw NotFound("the seller order");
  // Nothing is left to cancel: the refusal names the state that it is in.
  if (chosen.empty()) domain::RequireEnd(parts.front().state, domain::State::kCancelled);
  return chosen;
}

// The parts that these units are of.
std::vector<HeldPart> PartsOf(const std::vector<Units>& wanted, const std::vector<LineNow>& lines,
                              const std::vector<HeldPart>& parts) {
  domain::RequireLines(lines, wanted);
  std::vector<HeldPart> found;
  std::ranges::copy_if(parts, std::back_inserter(found),
                       [&](const HeldPart& part) { return domain::AreOf(part.moved.id, lines, wanted); });
  return found;
}

// Lines and parcels of the parts of one order, or of one part.
struct Content {
  std::vector<LineNow> lines;
  std::vector<domain::Parcel> parcels;
};

// What ends of these parts: all that they have left, or the wanted units of them.
std::vector<Ended> EndedOf(const std::vector<HeldPart>& parts, const Content& content,
                           const std::vector<Units>& wanted, domain::State to) {
  for (const auto& part : parts) domain::RequireEnd(part.state, to);
  std::vector<Ended> ended;
  for (const auto& part : parts) {
    const auto& id = part.moved.id;
    auto& one = ended.emplace_back(part, wanted.empty() ? domain::CutAll(id, content.lines)
                                                        : domain::CutUnits(id, content.lines, wanted));
    one.back = domain::BackOf(content.lines, one.cut.units);
    if (part.state == domain::State::kPartiallyShipped && domain::LeavesNothing(one.cut, content.lines))
      one.then = domain::StepsWithoutRest(id, content.parcels);
  }
  return ended;
}

Content ContentOf(const postgres::Result& lines, const postgres::Result& parcels) {
  return {.lines = kLineNow.ReadAll(lines), .parcels = kParcelNow.ReadAll(parcels)};
}

}  // namespace

Task<Moved> Transitions::Move(Work work, domain::SellerOrderId part, Scope scope, domain::State to,
                              Actor actor, Uuid operation_id, std::string trace, Time now) {
  if (to == domain::State::kPartiallyShipped || to == domain::State::kShipped)
    throw std::logic_error("what is sent is sent in a parcel");
  auto body = [&](Tx& tx) -> Task<Moved> {
    auto found = co_await HoldPart(tx, part, scope, operation_id);
    Moved moved;
    if (!found.repetition) moved.steps = domain::StepsTo(found.part.state, to);

    const Run run{work, operation_id, trace, now};
    Batch batch("seller_order.move");
    std::size_t answer = 0;  // the statement that gives the part as it is at the end
    for (const auto step : moved.steps) {
      if (step == domain::State::kDelivered) AppendDelivered(batch, run, found);
      answer = AppendStep(batch, run, found.part, {.to = step, .actor = actor});
      events::Append(batch, work, EventOfMove(found.part.moved, step));
      StepOn(found.part, step);
    }
    if (found.repetition) {
      batch.Add(kPartNow, part);
    } else {
      batch.Add(kTouchOrder, found.part.moved.order, now);
    }
    moved.part = co_await CommitPart(tx, std::move(batch), part, answer);
    co_return moved;
  };
  co_return co_await database_.Transaction(work, body);
}

Task<Moved> Transitions::End(Work work, domain::SellerOrderId part, Scope scope, Ending ending,
                             Uuid operation_id, std::string trace, Time now) {
  auto body = [&](Tx& tx) -> Task<Moved> {
    auto found = co_await HoldPart(tx, part, scope, operation_id);
    Moved moved;
    Batch batch("seller_order.end");
    std::size_t answer = 0;
    if (found.repetition) {
      batch.Add(kPartNow, part);
    } else {
      domain::RequireLines(found.lines, ending.units);
      if (ending.from && found.part.state != *ending.from)
        throw domain::IllegalMove(found.part.state, ending.to);
      const Content content{std::move(found.lines), std::move(found.parcels)};
      const auto ended = EndedOf({found.part}, content, ending.units, ending.to);
      answer = AppendEnding(batch, {work, operation_id, trace, now}, ended, ending);
      moved.steps = ended.front().cut.EndsPart() ? std::vector{ending.to} : ended.front().then;
    }
    moved.part = co_await CommitPart(tx, std::move(batch), part, answer);
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
    read.Add(kHoldParts, order, scope.BuyerId())
        .Add(kOperationDone, operation_id, order)
        .Add(kUnitsOfOrder, order)
        .Add(kParcelsOfOrder, order);
    auto found = co_await tx.Execute(Batch(read));
    auto parts = kHeldPart.ReadAll(found[0]);
    // The parts are as they are now; what came of their order with them is from before we waited for them.
    if (!parts.empty() && parts.front().state == domain::State::kFailed) {
      found = co_await tx.Execute(std::move(read));
      parts = kHeldPart.ReadAll(found[0]);
    }
    if (parts.empty()) throw NotFound("the order");

    Batch batch("order.cancel");
    std::vector<Ended> ended;
    const bool done = !found[1].empty() || domain::IsCancellation(parts.front().failure);
    if (!done) {
      const auto content = ContentOf(found[2], found[3]);
      const auto& lines = content.lines;
      const auto chosen = ending.units.empty() ? Choose(parts, named) : PartsOf(ending.units, lines, parts);
      if (parts.front().state == domain::State::kPendingPayment) {
        const bool whole = chosen.size() == parts.size() &&
                           (ending.units.empty() || domain::AreAllLeft(lines, ending.units));
        if (!whole) throw NotInParts();
        co_return std::nullopt;
      }
      ended = EndedOf(chosen, content, ending.units, ending.to);
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
    read.Add(kHoldParts, order, Scope::Everything().BuyerId())
        .Add(kUnitsOfOrder, order)
        .Add(kParcelsOfOrder, order);
    const auto found = co_await tx.Execute(std::move(read));
    auto parts = kHeldPart.ReadAll(found[0]);
    std::erase_if(parts, [&](const HeldPart& part) { return !domain::MayEnd(part.state, ending.to); });
    auto batch = checkout;
    if (!parts.empty()) {
      AppendEnding(batch, {work, operation, trace, now},
                   EndedOf(parts, ContentOf(found[1], found[2]), {}, ending.to), ending);
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
  // Where an operator was faster there was nothing left to give back.
  if (told.amount_minor > 0) {
    batch.Add(kHearRefund, told.refund, told.of_part.part, told.order, told.amount_minor);
    outbox::Append(batch, CreditMessage(told.order, told.of_part.part, std::move(trace)));
  }
  co_await database_.Write(work, std::move(batch));
}

Task<> Transitions::Delivered(Work work, const outbox::Message& command) {
  Batch batch("order.delivered");
  outbox::AppendDelivered(batch, command);
  co_await database_.Write(work, std::move(batch));
}

}  // namespace market::order::storage
