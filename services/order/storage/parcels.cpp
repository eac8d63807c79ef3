// What shops send together: parcels of a part (Transitions).
#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "platform/core/error.hpp"
#include "platform/events/event.hpp"
#include "services/order/domain/parcel.hpp"
#include "services/order/storage/moving_part.hpp"

namespace market::order::storage {
namespace {

using postgres::Batch;
using postgres::Tx;

constexpr postgres::Statement kInsertParcel{"parcel.insert", R"sql(
  INSERT INTO parcel (id, seller_order_id, position, carrier, tracking_number, sent_at) VALUES ($1, $2, $3, $4, $5, $6))sql"};
constexpr postgres::Statement kInsertParcelLines{"parcel.insert_lines", R"sql(
  INSERT INTO parcel_line (parcel_id, line_id, quantity)
  SELECT $1, u.line, u.quantity FROM unnest($2::uuid[], $3::bigint[]) AS u (line, quantity))sql"};
constexpr postgres::Statement kShipUnits{"seller_order.ship_units", R"sql(
  UPDATE order_line l SET shipped = l.shipped + u.quantity
  FROM unnest($2::uuid[], $3::bigint[]) AS u (line, quantity) WHERE l.id = u.line AND l.seller_order_id = $1)sql"};
constexpr postgres::Statement kDeliverParcel{
    "parcel.deliver", "UPDATE parcel SET delivered_at = $2, version = version + 1 WHERE id = $1"};
constexpr postgres::Statement kCorrectParcel{"parcel.correct", R"sql(
  UPDATE parcel SET carrier = $2, tracking_number = $3, version = version + 1 WHERE id = $1)sql"};
constexpr postgres::Statement kTouchPart{
    "seller_order.touch", "UPDATE seller_order SET version = version + 1, updated_at = $2 WHERE id = $1"};

struct PartOfParcel {
  domain::SellerOrderId part;
};
constexpr Columns kPartOfParcel{Column{"p.seller_order_id", &PartOfParcel::part}};
constexpr postgres::ComposedStatement kFindPartOfParcel{
    "parcel.part", "SELECT " + kPartOfParcel +
                       " FROM parcel p JOIN seller_order s ON s.id = p.seller_order_id"
                       " WHERE p.id = $1 AND ($2::uuid[] IS NULL OR s.seller_id = ANY ($2))"};

// The part of a parcel, and which of its parcels that is.
struct FoundParcel {
  FoundPart found;
  domain::Parcel parcel;
};
Task<FoundParcel> HoldPartOf(Tx& tx, domain::ParcelId id, Scope scope, Uuid operation_id) {
  const auto part =
      kPartOfParcel.ReadAtMostOne(co_await tx.Execute(kFindPartOfParcel, id, scope.SellerIds()));
  if (!part) throw NotFound("the parcel");
  auto found = co_await HoldPart(tx, part->part, scope, operation_id);
  auto parcel = *std::ranges::find(found.parcels, id, &domain::Parcel::id);
  co_return FoundParcel{std::move(found), std::move(parcel)};
}

void RequireRoom(const std::vector<domain::Parcel>& parcels, const domain::Packed& packed) {
  if (packed.IsLast() || parcels.size() + 1 < domain::kParcelsMax) return;
  const auto most = std::to_string(domain::kParcelsMax);
  throw Error(Code::kFailedPrecondition, "LIMIT_REACHED",
              "an order of a shop goes in at most " + most + " parcels; put all that is left into this one")
      .WithMetadata("limit", most);
}

Error DeliveredAlready(domain::State state) {
  return Error(Code::kFailedPrecondition, "ILLEGAL_TRANSITION", "this parcel was delivered before")
      .WithMetadata("from", std::string(domain::Name(state)))
      .WithMetadata("to", std::string(domain::Name(domain::State::kDelivered)));
}

void AppendCorrection(Batch& batch, const Work& work, audit::Act act, const FoundParcel& was,
                      const domain::Parcel& now) {
  act.target_type = "parcel";
  act.target_id = now.id.ToString();
  act.seller = was.found.part.moved.seller;
  act.before["carrier"] = was.parcel.carrier;
  act.after["carrier"] = now.carrier;
  // The number leads to where somebody lives.
  if (now.tracking_number != was.parcel.tracking_number) act.after["trackingNumber"] = "another one";
  audit::Append(batch, work, act);
}

}  // namespace

Task<Moved> Transitions::Send(Work work, domain::SellerOrderId part, Scope scope, Shipment shipment,
                              std::vector<domain::Units> units, Actor actor, Uuid operation_id,
                              std::string trace, Time now) {
  auto body = [&](Tx& tx) -> Task<Moved> {
    auto found = co_await HoldPart(tx, part, scope, operation_id);
    Moved moved;
    Batch batch("parcel.send");
    std::size_t answer = 0;
    if (found.repetition) {
      batch.Add(kPartNow, part);
    } else {
      domain::RequireMove(found.part.state, domain::State::kShipped);
      RequireSecured(found.part.payment);
      const auto packed = domain::Pack(part, found.lines, units);
      RequireRoom(found.parcels, packed);
      const UnitColumns columns(packed.units);
      const domain::ParcelId parcel(operation_id);
      batch
          .Add(kInsertParcel, parcel, part, found.parcels.size() + 1, shipment.carrier,
               shipment.tracking_number, now)
          .Add(kInsertParcelLines, parcel, columns.lines, columns.quantities);
      const Run run{work, operation_id, trace, now};
      answer = AppendStep(batch, run, found.part, {.to = packed.part, .actor = actor, .parcel = parcel});
      const auto& told = found.part.moved;
      events::Append(batch, work, ParcelShippedEvent(told, parcel, packed.IsLast()));
      if (packed.IsLast()) events::Append(batch, work, SellerOrderShippedEvent(told));
      batch.Add(kShipUnits, part, columns.lines, columns.quantities);
      outbox::Append(batch, ConsumeMessage(told.order, packed.units, trace));
      if (found.parcels.empty()) outbox::Append(batch, InvoiceMessage(told, found.lines, now, trace));
      batch.Add(kTouchOrder, told.order, now);
      if (found.part.state != packed.part) moved.steps = {packed.part};
    }
    moved.part = co_await CommitPart(tx, std::move(batch), part, answer);
    co_return moved;
  };
  co_return co_await database_.Transaction(work, body);
}

Task<Moved> Transitions::DeliverParcel(Work work, domain::ParcelId id, Scope scope, Actor actor,
                                       Uuid operation_id, Time now) {
  using enum domain::State;
  auto body = [&](Tx& tx) -> Task<Moved> {
    auto [found, parcel] = co_await HoldPartOf(tx, id, scope, operation_id);
    const auto& told = found.part.moved;
    Moved moved;
    Batch batch("parcel.deliver");
    std::size_t answer = 0;
    if (found.repetition) {
      batch.Add(kPartNow, told.id);
    } else {
      if (parcel.delivered_at) throw DeliveredAlready(found.part.state);
      const bool is_last =
          found.part.state == kShipped && domain::CountUnderWay(told.id, found.parcels, id) == 0;
      const auto to = is_last ? kDelivered : found.part.state;
      batch.Add(kDeliverParcel, id, now);
      const std::string no_trace;
      answer = AppendStep(batch, {work, operation_id, no_trace, now}, found.part,
                          {.to = to, .actor = actor, .parcel = id});
      events::Append(batch, work, ParcelDeliveredEvent(told, id, is_last));
      if (is_last) {
        events::Append(batch, work, SellerOrderDeliveredEvent(told));
        moved.steps = {kDelivered};
      }
      batch.Add(kTouchOrder, told.order, now);
    }
    moved.part = co_await CommitPart(tx, std::move(batch), told.id, answer);
    co_return moved;
  };
  co_return co_await database_.Transaction(work, body);
}

Task<domain::SellerOrder> Transitions::CorrectParcel(Work work, domain::ParcelId id, Scope scope,
                                                     ParcelEdit edit, audit::Act act, Time now) {
  auto body = [&](Tx& tx) -> Task<domain::SellerOrder> {
    const auto was = co_await HoldPartOf(tx, id, scope, Uuid());
    const auto& part = was.found.part.moved;
    if (edit.if_version && *edit.if_version != was.parcel.version)
      throw Error(Code::kAborted, "ETAG_MISMATCH", "the parcel has changed since it was read");
    auto corrected = was.parcel;
    if (edit.carrier) corrected.carrier = *edit.carrier;
    if (edit.tracking_number) corrected.tracking_number = *edit.tracking_number;
    Batch batch("parcel.correct");
    if (corrected.carrier != was.parcel.carrier || corrected.tracking_number != was.parcel.tracking_number) {
      batch.Add(kCorrectParcel, id, corrected.carrier, corrected.tracking_number)
          .Add(kTouchPart, part.id, now)
          .Add(kTouchOrder, part.order, now);
      AppendCorrection(batch, work, act, was, corrected);
    }
    const auto answer = batch.Size();
    batch.Add(kPartNow, part.id);
    co_return co_await CommitPart(tx, std::move(batch), part.id, answer);
  };
  co_return co_await database_.Transaction(work, body);
}

}  // namespace market::order::storage
