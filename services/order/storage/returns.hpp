// What buyers send back: requested, moved on under the lock of its part, refunded in the transaction that closes it.
//
// Owner: the service; io thread only. Fails as platform/postgres/errors.hpp says.
#pragma once
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "platform/postgres/database.hpp"
#include "services/order/domain/return.hpp"
#include "services/order/storage/scope.hpp"
#include "services/order/storage/transitions.hpp"

namespace market::order::storage {

struct NewReturn {
  domain::ReturnId id;  // the operation's that requests it
  domain::OrderId order;
  domain::SellerOrderId part;
  std::vector<domain::Units> units;
  domain::ReturnReason reason = domain::ReturnReason::kOther;
  std::string text;
  std::vector<std::string> pictures = {};  // as they are kept,
  std::optional<std::int64_t> claim = {};  // by this claim (picture_claims::Claims)
};

// Which units of a return can be sold again.
struct Restock {
  enum class What : std::uint8_t { kNothing, kAll, kSome };
  What what = What::kNothing;
  std::vector<domain::Units> some = {};
};

struct ReturnMove {
  domain::ReturnState to = domain::ReturnState::kApproved;
  Actor actor;
  std::optional<Shipment> shipment = {};         // of IN_TRANSIT
  std::string rejected_reason = {};              // of REJECTED
  Restock restock = {};                          // of CLOSED
  std::optional<domain::ReturnState> from = {};  // only of one that is in this state
};

// Those of which all holds that is set.
struct ReturnsWanted {
  std::optional<SellerId> seller = {};
  std::optional<AccountId> buyer = {};
  std::optional<domain::OrderId> order = {};
  std::optional<domain::ReturnState> state = {};
};

class Returns {
 public:
  // `window`: how long after a part was delivered it may be sent back.
  Returns(postgres::Database& database, std::chrono::milliseconds window)
      : database_(database), window_(window) {}

  // What picture_claims::Claims is made with.
  static postgres::Statement FindPictures();

  // Of a part of the buyer. The same operation again changes nothing. Throws Error NOT_FOUND, RETURN_WINDOW_OVER and what
  // domain::RequireReturnable does, and UNAVAILABLE where the claim on its pictures has gone.
  Task<domain::Return> Request(Work work, NewReturn wanted, AccountId buyer, Time now);

  // Moves one in scope. CLOSED: its units are returned from now on, and what they cost is on its way. The same operation again
  // changes nothing. Throws Error NOT_FOUND, ILLEGAL_TRANSITION, and what domain::RequireOfReturn does.
  Task<domain::Return> Move(Work work, domain::ReturnId id, Scope scope, ReturnMove move, Uuid operation_id,
                            std::string trace, Time now);

  Task<std::optional<domain::Return>> Find(Work work, domain::ReturnId id, Scope scope);
  // Up to `limit` older than `before`, newest first.
  Task<std::vector<domain::Return>> List(Work work, Scope scope, ReturnsWanted wanted,
                                         std::optional<domain::ReturnId> before, std::int64_t limit);

 private:
  postgres::Database& database_;
  const std::chrono::milliseconds window_;
};

}  // namespace market::order::storage
