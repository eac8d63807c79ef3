#include "services/order/storage/moving_part.hpp"

#include <stdexcept>
#include <utility>

#include "platform/core/error.hpp"
#include "platform/events/event.hpp"

namespace market::order::storage {
namespace {

constexpr postgres::ComposedStatement kHoldPart{
    "seller_order.lock", "SELECT " + kHeldPart +
                             " FROM seller_order s JOIN orders o ON o.id = s.order_id"
                             " WHERE s.id = $1 AND ($2::uuid[] IS NULL OR s.seller_id = ANY ($2))"
                             " AND ($3::uuid IS NULL OR o.buyer_id = $3) FOR UPDATE OF s"};
constexpr postgres::Statement kMoveDone{
    "seller_order.operation_done",
    "SELECT 1 FROM order_event WHERE operation_id = $1 AND seller_order_id = $2 LIMIT 1"};
constexpr postgres::ComposedStatement kParcelsOfHeldPart{
    "seller_order.parcels",
    "SELECT " + kParcelNow + " FROM parcel p WHERE p.seller_order_id = $1 ORDER BY p.position"};

constexpr postgres::ComposedStatement kMovePart{"seller_order.move", R"sql(
  UPDATE seller_order s SET state = $2::order_state, version = s.version + 1, updated_at = $3,
                            moved_at = CASE WHEN s.state = $2::order_state THEN s.moved_at ELSE market_now() END
  FROM orders o WHERE s.id = $1 AND o.id = s.order_id
  RETURNING )sql" + kPartWithAddress};
constexpr postgres::Statement kInsertEvent{"order.event", R"sql(
  INSERT INTO order_event (order_id, seller_order_id, at, from_state, to_state, actor, actor_id, reason, operation_id,
                           lines, quantities, parcel_id, address_changed)
  VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13))sql"};
constexpr postgres::Statement kDeliverParcels{"parcel.deliver_all", R"sql(
  UPDATE parcel SET delivered_at = $2, version = version + 1 WHERE seller_order_id = $1 AND delivered_at IS NULL)sql"};

}  // namespace

Task<FoundPart> HoldPart(postgres::Tx& tx, domain::SellerOrderId part, const Scope& scope,
                         const Uuid& operation_id) {
  postgres::Batch read("seller_order.lock");
  read.Add(kHoldPart, part, scope.SellerIds(), scope.BuyerId())
      .Add(kMoveDone, operation_id, part)
      .Add(kUnitsOfPart, part)
      .Add(kParcelsOfHeldPart, part);
  const auto found = co_await tx.Execute(std::move(read));
  const auto held = kHeldPart.ReadAtMostOne(found[0]);
  if (!held) throw NotFound("the seller order");
  co_return FoundPart{.part = *held,
                      .lines = kLineNow.ReadAll(found[2]),
                      .parcels = kParcelNow.ReadAll(found[3]),
                      .repetition = !found[1].empty()};
}

Task<domain::SellerOrder> CommitPart(postgres::Tx& tx, postgres::Batch batch, domain::SellerOrderId part,
                                     std::size_t answer) {
  batch.Add(kLinesOfPart, part);
  const auto written = co_await tx.ExecuteAndCommit(std::move(batch));
  auto parts = kPartWithAddress.ReadAll(written.at(answer));
  AddLines(parts, written.back());
  co_return std::move(parts.at(0));
}

UnitColumns::UnitColumns(const std::vector<domain::Units>& units) {
  for (const auto& [line, quantity] : units) {
    lines.push_back(line);
    quantities.push_back(quantity);
  }
}

std::size_t AppendStep(postgres::Batch& batch, const Run& run, const HeldPart& part, const Told& told) {
  const auto& moved = part.moved;
  const auto answer = batch.Size();
  batch.Add(kMovePart, moved.id, told.to, run.now)
      .Add(kInsertEvent, moved.order, moved.id, run.now, part.state, told.to, told.actor.role,
           told.actor.account, told.reason, run.operation_id, told.cancelled.lines, told.cancelled.quantities,
           told.parcel, told.address_changed);
  return answer;
}

void StepOn(HeldPart& part, domain::State to) {
  part.state = to;
  ++part.moved.version;
}

events::NewEvent EventOfMove(const MovedPart& part, domain::State to) {
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

void AppendDelivered(postgres::Batch& batch, const Run& run, const FoundPart& found) {
  batch.Add(kDeliverParcels, found.part.moved.id, run.now);
  const domain::Parcel* last = nullptr;
  for (const auto& parcel : found.parcels) {
    if (!parcel.delivered_at) last = &parcel;
  }
  for (const auto& parcel : found.parcels) {
    if (parcel.delivered_at) continue;
    events::Append(batch, run.work, ParcelDeliveredEvent(found.part.moved, parcel.id, &parcel == last));
  }
}

void RequireSecured(domain::PaymentState payment) {
  if (domain::IsSecured(payment)) return;
  throw Error(Code::kFailedPrecondition, "PAYMENT_NOT_SECURED",
              "the payment of this order failed; do not send it")
      .WithMetadata("paymentState", std::string(domain::Name(payment)));
}

}  // namespace market::order::storage
