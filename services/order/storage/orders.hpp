// Reading orders: each call is one round trip, each takes the scope of its caller. Lists are keyset pages by
// id, which is time-ordered, newest first.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "platform/postgres/database.hpp"
#include "services/order/domain/event.hpp"
#include "services/order/domain/order.hpp"
#include "services/order/domain/order_number.hpp"
#include "services/order/storage/scope.hpp"

namespace market::order::storage {

// What a command about an order's money depends on.
struct Standing {
  bool dead = false;  // none of its parts will be delivered
  domain::PaymentState payment = domain::PaymentState::kCreated;
  int payment_number = 1;
};

// What a list is narrowed to: all holds that is set.
struct Wanted {
  std::optional<domain::NumberSought> number = {};
  std::vector<domain::State> states = {};  // one of them; none: any
  std::optional<Time> created_from = {};   // then or later
  std::optional<Time> created_to = {};     // before then
  // Of the list of all only:
  std::optional<std::vector<AccountId>> buyers = {};  // one of them
  std::optional<SellerId> seller = {};                // of a part
};

struct StateCount {
  domain::State state = domain::State::kPlaced;
  std::int64_t count = 0;
};

struct Parties {
  AccountId buyer;
  SellerId seller;
  std::string number;
};

// A line as its buyer's review of it needs it.
struct ReviewableLine {
  domain::ProductId product;
  domain::OfferId offer;
  SellerId seller;
  domain::OrderId order;
  std::optional<Time> delivered_at;  // nothing while nothing of it has arrived
};

class Orders {
 public:
  explicit Orders(postgres::Database& database) : database_(database) {}

  // Nothing when it does not exist or is not in scope (a buyer's or everything).
  Task<std::optional<domain::Order>> Find(Work work, domain::OrderId id, Scope scope);
  // Nothing when it does not exist.
  Task<std::optional<Standing>> Stands(Work work, domain::OrderId id);
  Task<std::optional<domain::Order>> FindByOperation(Work work, Uuid operation_id);
  // Up to `limit` orders older than `before`. Those that FAILED only where that state is wanted.
  Task<std::vector<domain::Order>> ListOfBuyer(Work work, AccountId buyer, Wanted wanted,
                                               std::optional<domain::OrderId> before, std::int64_t limit);

  // Up to `limit` of everybody's older than `before`, for operators.
  Task<std::vector<domain::Order>> ListOfAll(Work work, Wanted wanted, std::optional<domain::OrderId> before,
                                             std::int64_t limit);

  // How many there are in each state, of the newest 100,000; a state without any is left out. Of a seller
  // those parts that ListOfSeller lists.
  Task<std::vector<StateCount>> CountOfBuyer(Work work, AccountId buyer);
  Task<std::vector<StateCount>> CountOfSeller(Work work, SellerId seller);

  // Between whom a part is, unless nobody has ever paid it.
  Task<std::optional<Parties>> PartiesOf(Work work, domain::SellerOrderId id);

  // Of an order of this buyer.
  Task<std::optional<ReviewableLine>> FindReviewable(Work work, domain::LineId id, AccountId buyer);

  // A part with its lines and the address it goes to.
  Task<std::optional<domain::SellerOrder>> FindPart(Work work, domain::SellerOrderId id, Scope scope);
  // Up to `limit` parts of orders older than `before`, without those that nobody has paid.
  Task<std::vector<domain::SellerOrder>> ListOfSeller(Work work, SellerId seller, Wanted wanted,
                                                      std::optional<domain::OrderId> before,
                                                      std::int64_t limit);

  // Oldest first, up to `limit` after the first `skipped`: nothing is ever put before an event or taken away,
  // so how many there were is a position, and one that does not tell how much the marketplace sells.
  // A buyer or everything: the whole history; sellers: that of their parts. Nothing when none is in scope.
  Task<std::optional<std::vector<domain::Event>>> History(Work work, domain::OrderId id, Scope scope,
                                                          std::int64_t skipped, std::int64_t limit);

 private:
  postgres::Database& database_;
};

}  // namespace market::order::storage
