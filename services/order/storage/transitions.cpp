#include "services/order/storage/transitions.hpp"

#include <algorithm>

#include "platform/core/error.hpp"
#include "platform/events/event.hpp"
#include "services/order/messages.hpp"

namespace market::order::storage {
namespace {

using postgres::Batch;
using postgres::Statement;
using postgres::Tx;

// Parts are always locked in the order of their ids, so that two transactions never wait for each other.
constexpr Statement kLockPart{"seller_order.lock", R"sql(
  SELECT s.id, s.state, s.order_id, s.number, s.seller_id, o.buyer_id, s.version
  FROM seller_order s JOIN orders o ON o.id = s.order_id
  WHERE s.id = $1 AND ($2::uuid[] IS NULL OR s.seller_id = ANY ($2)) FOR UPDATE OF s)sql"};
constexpr Statement kLockParts{"order.lock_parts", R"sql(
  SELECT s.id, s.state, s.order_id, s.number, s.seller_id, o.buyer_id, s.version
  FROM seller_order s JOIN orders o ON o.id = s.order_id
  WHERE s.order_id = $1 AND ($2::uuid IS NULL OR o.buyer_id = $2) ORDER BY s.id FOR UPDATE OF s)sql"};
constexpr Statement kOffersOfPart{
    "seller_order.offers", "SELECT offer_id FROM order_line WHERE seller_order_id = $1 ORDER BY position"};
constexpr Statement kMovePart{"seller_order.move", R"sql(
  UPDATE seller_order SET state = $2, carrier = coalesce($3, carrier), tracking_number = coalesce($4, tracking_number),
                          version = version + 1, updated_at = $5
  WHERE id = $1)sql"};
constexpr Statement kInsertEvent{"order.event", R"sql(
  INSERT INTO order_event (order_id, seller_order_id, at, from_state, to_state, actor, actor_id, reason, operation_id)
  VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9))sql"};
constexpr Statement kTouchOrder{"order.touch",
                                "UPDATE orders SET version = version + 1, updated_at = $2 WHERE id = $1"};
constexpr Statement kOperationDone{
    "order.operation_done", "SELECT 1 FROM order_event WHERE operation_id = $1 AND order_id = $2 LIMIT 1"};
constexpr Statement kSetPayment{"order.set_payment", R"sql(
  UPDATE orders SET payment_state = $2, authorized_minor = $3, captured_minor = $4, refunded_minor = $5,
                    version = version + 1, updated_at = market_now()
  WHERE id = $1)sql"};

// A part under its row lock.
struct Locked {
  domain::State state;
  MovedPart moved;  // what a move makes of it
};

Locked ReadLocked(const postgres::Row& row) {
  return {.state = domain::StateFrom(row.Text(1)),
          .moved = {.id = row.GetId<domain::SellerOrderId>(0),
                    .order = row.GetId<domain::OrderId>(2),
                    .number = std::string(row.Text(3)),
                    .seller = row.GetId<SellerId>(4),
                    .buyer = row.GetId<AccountId>(5),
                    .version = row.Int(6) + 1}};
}

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

std::vector<domain::OfferId> OffersFrom(const postgres::Result& rows) {
  std::vector<domain::OfferId> offers;
  for (const auto row : rows) offers.push_back(row.GetId<domain::OfferId>(0));
  return offers;
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

Task<> Transitions::Move(Work work, domain::SellerOrderId part, Scope scope, domain::State to, Actor actor,
                         std::optional<Shipment> shipment, std::string trace, Time now) {
  auto body = [&](Tx& tx) -> Task<> {
    const auto rows = co_await tx.Execute(kLockPart, part, scope.SellerIds());
    if (rows.empty()) throw NotFound("the seller order");
    const auto [from, moved] = ReadLocked(rows.One());
    const auto& order = moved.order;
    domain::RequireMove(from, to);

    Batch batch("seller_order.move");
    batch.Add(kMovePart, part, domain::Name(to), shipment ? std::optional(shipment->carrier) : std::nullopt,
              shipment ? std::optional(shipment->tracking_number) : std::nullopt, now);
    batch.Add(kInsertEvent, order, part, now, domain::Name(from), domain::Name(to), actor.role, actor.account,
              "", std::nullopt);
    batch.Add(kTouchOrder, order, now);
    events::Append(batch, work, EventOf(moved, to, shipment));
    if (to == domain::State::kShipped) {
      const auto offers = co_await tx.Execute(kOffersOfPart, part);
      outbox::Append(batch, ConsumeMessage(order, OffersFrom(offers), trace));
    }
    co_await tx.ExecuteAndCommit(std::move(batch));
  };
  co_await database_.Transaction(work, body);
}

Task<std::size_t> Transitions::Cancel(Work work, domain::OrderId order, Scope scope,
                                      std::vector<domain::SellerOrderId> named, Actor actor,
                                      std::string reason, Uuid operation_id, std::string trace, Time now) {
  std::size_t cancelled = 0;
  auto body = [&](Tx& tx) -> Task<> {
    cancelled = 0;
    const auto rows = co_await tx.Execute(kLockParts, order, scope.BuyerId());
    if (rows.empty()) throw NotFound("the order");
    if (!(co_await tx.Execute(kOperationDone, operation_id, order)).empty()) co_return;

    std::vector<Locked> parts;
    for (const auto row : rows) parts.push_back(ReadLocked(row));
    Batch batch("order.cancel");
    const auto chosen = Choose(parts, named);
    for (const auto& [from, part] : chosen) {
      domain::RequireMove(from, domain::State::kCancelled);
      const auto offers = co_await tx.Execute(kOffersOfPart, part.id);
      batch.Add(kMovePart, part.id, domain::Name(domain::State::kCancelled), std::nullopt, std::nullopt, now);
      batch.Add(kInsertEvent, order, part.id, now, domain::Name(from),
                domain::Name(domain::State::kCancelled), actor.role, actor.account, reason, operation_id);
      outbox::Append(batch, ReleaseMessage(order, OffersFrom(offers), trace));
      outbox::Append(batch, RefundMessage(order, part.id, trace));
      events::Append(batch, work, SellerOrderCancelledEvent(part, actor.role, reason));
    }
    batch.Add(kTouchOrder, order, now);
    if (actor.act) AppendCancellation(batch, *actor.act, order, chosen);
    co_await tx.ExecuteAndCommit(std::move(batch));
    cancelled = chosen.size();
  };
  co_await database_.Transaction(work, body);
  co_return cancelled;
}

Task<> Transitions::SetPayment(Work work, domain::OrderId order, domain::PaymentSummary payment) {
  co_await database_.Write(work, kSetPayment, order, payment.state, payment.authorized_minor,
                           payment.captured_minor, payment.refunded_minor);
}

}  // namespace market::order::storage
