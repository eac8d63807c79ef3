// Orders that were placed and move on, for the tests of what happens to them.
#pragma once
#include <string>
#include <vector>

#include "platform/events/testing/told.hpp"
#include "services/order/messages.hpp"
#include "services/order/testing/store_fixture.hpp"

namespace market::order::testing {

// What the log tells of a part, or of the whole.
inline std::string ToldOf(const domain::SellerOrder& part) {
  return events::Told(SharedDatabase(), "seller_order/" + part.id.ToString());
}
inline std::string ToldOf(const domain::Order& order) {
  return events::Told(SharedDatabase(), "order/" + order.id.ToString());
}

struct MovingStore : Store {
  using Store::Store;

  Task<domain::SellerOrder> Move(const domain::SellerOrder& part, domain::State to, SellerId as,
                                 Uuid operation = Uuid::NewV7()) {
    if (to == domain::State::kShipped) co_return (co_await Send(part, {}, as, operation)).part;
    co_return (co_await transitions.Move(Soon(), part.id, storage::Scope::Sellers({as}), to,
                                         {domain::ActorRole::kSeller, AccountId::New()}, operation, "",
                                         Now()))
        .part;
  }
  // In one parcel, by Royal Mail; no units: all that is left.
  Task<storage::Moved> Send(const domain::SellerOrder& part, std::vector<domain::Units> units, SellerId as,
                            Uuid operation = Uuid::NewV7()) {
    return transitions.Send(Soon(), part.id, storage::Scope::Sellers({as}), {"Royal Mail", "RM1"},
                            std::move(units), {domain::ActorRole::kSeller, AccountId::New()}, operation, "",
                            Now());
  }
  Task<std::string> ReasonOfMove(const domain::SellerOrder& part, domain::State to, SellerId as) {
    std::string reason;
    try {
      co_await Move(part, to, as);
    } catch (const Error& error) {
      reason = error.reason;
    }
    co_return reason;
  }
  Task<std::string> Cancel(const domain::Order& order, AccountId as, Uuid operation,
                           std::vector<domain::SellerOrderId> parts = {}) {
    std::string reason;
    try {
      co_await transitions.Cancel(Soon(), order.id, storage::Scope::Buyer(as), std::move(parts),
                                  {domain::ActorRole::kBuyer, as}, "changed my mind", operation, "", Now());
    } catch (const Error& error) {
      reason = error.reason;
    }
    co_return reason;
  }
  // By the buyer; throws what it is refused with.
  Task<std::optional<storage::Cancelled>> CancelUnits(const domain::Order& order,
                                                      std::vector<domain::Units> units,
                                                      Uuid operation = Uuid::NewV7()) {
    return transitions.CancelUnits(Soon(), order.id, storage::Scope::Buyer(order.buyer), std::move(units),
                                   {domain::ActorRole::kBuyer, order.buyer}, "too many", operation, "",
                                   Now());
  }
  // What waits in the outbox under one key of the order.
  template <class Command>
  Task<std::vector<Command>> Commands(domain::OrderId order, std::string resource,
                                      Command (*parse)(const outbox::Message&)) {
    static constexpr postgres::Statement kRead{
        "test.outbox", "SELECT id, topic, payload FROM outbox WHERE key = $1 ORDER BY seq"};
    const auto rows = co_await database.Read(Soon(), kRead, order.ToString() + '/' + resource);
    std::vector<Command> commands;
    for (const auto row : rows) {
      commands.push_back(
          parse({.id = row.GetUuid(0), .topic = std::string(row.Text(1)), .payload = row.GetBytes(2)}));
    }
    co_return commands;
  }
  auto PaymentCommands(domain::OrderId order) { return Commands(order, "payment", PaymentCommandFrom); }
  auto StockCommands(domain::OrderId order) { return Commands(order, "stock", StockCommandFrom); }
};

}  // namespace market::order::testing
