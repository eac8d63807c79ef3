// Sellers. Every act and its event are one transaction;
// becoming ACTIVE and telling auth about the owner (an outbox message) too.
//
// Fails as platform/postgres/errors.hpp says.
#pragma once
#include <optional>
#include <utility>
#include <variant>
#include <vector>

#include "platform/audit/audit.hpp"
#include "platform/outbox/outbox.hpp"
#include "platform/postgres/database.hpp"
#include "services/user/domain/seller.hpp"
#include "services/user/storage/outcomes.hpp"

namespace market::user::storage {

struct SlugTaken {};
struct NotAllowed {
  domain::SellerState state;
};

class Sellers {
 public:
  // Position in the public list: newest first.
  struct Position {
    Time created_at;
    SellerId id;
  };

  explicit Sellers(postgres::Database& database) : database_(database) {}

  using Opened = std::variant<domain::Seller, SlugTaken, LimitReached>;
  // `seller.id` is the operation's: a second call with it gives the seller that the first one made. `binding`
  // goes out when the seller starts ACTIVE.
  Task<Opened> Open(Work work, domain::Seller seller, outbox::NewMessage binding);

  // ACTIVE ones only.
  Task<std::optional<domain::Seller>> FindActive(Work work, SellerId id);
  Task<std::vector<domain::Seller>> ListActive(Work work, std::optional<Position> after, int limit);

  // Of any state, by id.
  Task<std::vector<domain::Seller>> ListAll(Work work, std::optional<SellerId> after, int limit);

  using BindingOf = outbox::NewMessage (*)(SellerId seller, AccountId owner, std::string trace);
  using Approved = std::variant<domain::Seller, Missing, NotAllowed>;
  // `act` goes on record with what changed; an approval that finds it done changes nothing.
  Task<Approved> Approve(Work work, SellerId id, BindingOf binding_of, std::string trace, audit::Act act);

 private:
  postgres::Database& database_;
};

}  // namespace market::user::storage
