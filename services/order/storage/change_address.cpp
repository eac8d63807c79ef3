// Where an order goes, as long as nothing of it was sent (Transitions).
#include <algorithm>
#include <utility>

#include "platform/core/error.hpp"
#include "platform/events/event.hpp"
#include "services/order/domain/tax_rate.hpp"
#include "services/order/storage/moving_part.hpp"

namespace market::order::storage {
namespace {

using postgres::Batch;
using postgres::Tx;

constexpr Columns kGoesTo{Column{"o.country_code", &domain::Destination::country},
                          Column{"o.region", &domain::Destination::region}};
constexpr postgres::ComposedStatement kDestination{"order.destination",
                                                   "SELECT " + kGoesTo + " FROM orders AS o WHERE o.id = $1"};
constexpr postgres::Statement kSetAddress{"order.set_address", R"sql(
  UPDATE orders SET recipient = $2, address_lines = $3, city = $4, region = $5, postal_code = $6, country_code = $7,
                    phone = $8, version = version + 1, updated_at = $9
  WHERE id = $1)sql"};

Error SentAlready(domain::State state) {
  return Error(Code::kFailedPrecondition, "ILLEGAL_TRANSITION",
               "a parcel of this order was sent to its address; it can't be changed any more")
      .WithMetadata("from", std::string(domain::Name(state)))
      .WithMetadata("to", std::string(domain::Name(state)));
}

Error NothingToSend(domain::State state) {
  return Error(Code::kFailedPrecondition, "ILLEGAL_TRANSITION", "nothing of this order will be sent")
      .WithMetadata("from", std::string(domain::Name(state)))
      .WithMetadata("to", std::string(domain::Name(state)));
}

// The parts that are still to go somewhere.
std::vector<HeldPart> ToBeSent(const std::vector<HeldPart>& parts) {
  std::vector<HeldPart> living;
  for (const auto& part : parts) {
    if (domain::IsDead(part.state)) continue;
    if (part.state > domain::State::kAccepted) throw SentAlready(part.state);
    living.push_back(part);
  }
  if (living.empty()) throw NothingToSend(parts.front().state);
  return living;
}

void RequireSamePrice(const domain::Destination& was, const domain::Destination& now) {
  if (domain::AreTaxedAlike(was, now)) return;
  throw Error(Code::kFailedPrecondition, "ADDRESS_CHANGES_PRICE",
              "what sending and tax cost was agreed for another country or region; cancel this order and "
              "place another one")
      .WithMetadata("countryCode", was.country)
      .WithMetadata("region", was.region);
}

}  // namespace

Task<domain::Order> Transitions::ChangeAddress(Work work, domain::OrderId order, Scope scope,
                                               domain::Address address, Actor actor, std::string reason,
                                               Uuid operation_id, Time now) {
  auto body = [&](Tx& tx) -> Task<domain::Order> {
    Batch read("order.lock_parts");
    read.Add(kHoldParts, order, scope.BuyerId())
        .Add(kOperationDone, operation_id, order)
        .Add(kDestination, order);
    const auto found = co_await tx.Execute(std::move(read));
    const auto parts = kHeldPart.ReadAll(found[0]);
    if (parts.empty()) throw NotFound("the order");
    Batch batch("order.change_address");
    if (found[1].empty()) {
      const auto living = ToBeSent(parts);
      RequireSamePrice(kGoesTo.ReadOne(found[2]), {address.country_code, address.region});
      const std::string no_trace;
      const Run run{work, operation_id, no_trace, now};
      for (const auto& part : living) {
        AppendStep(batch, run, part,
                   {.to = part.state, .actor = actor, .reason = reason, .address_changed = true});
        // An order that waits for its payment is not its shops' business yet.
        if (part.state != domain::State::kPendingPayment)
          events::Append(batch, work, OrderAddressChangedEvent(part.moved, actor.role));
      }
      batch.Add(kSetAddress, order, address.recipient, address.lines, address.city, address.region,
                address.postal_code, address.country_code, address.phone, now);
      if (actor.act) {
        auto act = *actor.act;
        act.target_type = "order";
        act.target_id = order.ToString();
        act.after["shippingAddress"] = "another one";  // not which: acts are kept longer than people's data
        audit::Append(batch, work, act);
      }
    }
    const auto whole = batch.Size();
    AddWhole(batch, order, scope.BuyerId());
    const auto written = co_await tx.ExecuteAndCommit(std::move(batch));
    auto orders = ReadWhole(written[whole], written[whole + 1], written[whole + 2]);
    co_return std::move(orders.at(0));
  };
  co_return co_await database_.Transaction(work, body);
}

}  // namespace market::order::storage
