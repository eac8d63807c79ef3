// What happens to an order after it was placed: parts move under a row lock, with an event and the messages
// that make the move true elsewhere (stock, payment), all in one transaction.
#pragma once
#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "platform/audit/audit.hpp"
#include "platform/outbox/outbox.hpp"
#include "platform/postgres/database.hpp"
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

struct Cancelled {
  std::size_t parts = 0;  // how many this run cancelled
  domain::Order order;    // as it is when the transaction commits
};

class Transitions {
 public:
  explicit Transitions(postgres::Database& database) : database_(database) {}

  // Moves one part of a seller in scope, and gives it as it was written. Shipping takes its units out of the
  // stock. Running it again with the same operation changes nothing. Throws Error NOT_FOUND or
  // ILLEGAL_TRANSITION.
  Task<domain::SellerOrder> Move(Work work, domain::SellerOrderId part, Scope scope, domain::State to,
                                 Actor actor, std::optional<Shipment> shipment, Uuid operation_id,
                                 std::string trace, Time now);

  // Cancels the named parts of an order in scope (none named: all that can still be cancelled, at least one):
  // gives their stock back and refunds them. Running it again with the same operation changes nothing.
  Task<Cancelled> Cancel(Work work, domain::OrderId order, Scope scope,
                         std::vector<domain::SellerOrderId> parts, Actor actor, std::string reason,
                         Uuid operation_id, std::string trace, Time now);

  // Writes down what the payment service said to a command, which is then delivered.
  Task<> SetPayment(Work work, domain::OrderId order, domain::PaymentSummary payment,
                    const outbox::Message& command);
  // The same of a command that asks for nothing any more.
  Task<> Delivered(Work work, const outbox::Message& command);

 private:
  postgres::Database& database_;
};

}  // namespace market::order::storage
