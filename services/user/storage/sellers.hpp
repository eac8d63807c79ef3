// Sellers. Every act and its event are one transaction;
// the first owner's membership, and telling auth of it (an outbox message), is one with opening it.
//
// Fails as platform/postgres/errors.hpp says.
#pragma once
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "platform/audit/audit.hpp"
#include "platform/postgres/database.hpp"
#include "services/user/domain/seller.hpp"
#include "services/user/storage/outcomes.hpp"

namespace market::user::storage {

struct SlugTaken {};

// Whom a read may show more than the public: by default nobody.
struct Viewer {
  bool everything = false;
  std::vector<SellerId> sellers;  // whose member it is
};

class Sellers {
 public:
  // Position in a list: newest first.
  struct Position {
    Time created_at;
    SellerId id;
  };

  // What operators look for; what is not set does not matter.
  struct Filter {
    std::optional<domain::SellerState> state;
    std::optional<std::string> name_prefix;  // in any case
    std::optional<std::string> slug;
    std::optional<AccountId> owner;
  };

  explicit Sellers(postgres::Database& database) : database_(database) {}

  using Opened = std::variant<domain::Seller, SlugTaken, LimitReached>;
  // `seller.id` is the operation's: a second call with it gives the seller that the first one made.
  // Who opens it becomes its first owner.
  Task<Opened> Open(Work work, domain::Seller seller, std::string trace);

  // ACTIVE ones, and those that the viewer may see.
  Task<std::optional<domain::Seller>> Find(Work work, SellerId id, Viewer viewer);
  Task<std::optional<domain::Seller>> FindBySlug(Work work, std::string slug, Viewer viewer);
  Task<std::vector<domain::Seller>> FindMany(Work work, std::vector<SellerId> ids, Viewer viewer,
                                             std::optional<Position> after);

  Task<std::vector<domain::Seller>> ListActive(Work work, std::optional<Position> after, int limit);
  // Of any state.
  Task<std::vector<domain::Seller>> ListMatching(Work work, Filter filter, std::optional<Position> after,
                                                 int limit);
  // Of any state, by id.
  Task<std::vector<domain::Seller>> ListAll(Work work, std::optional<SellerId> after, int limit);

  using Updated = std::variant<domain::Seller, Missing, VersionDiffers, NotAllowed>;
  // A change that changes nothing leaves the version alone. What is CLOSED stays as it is.
  Task<Updated> Update(Work work, SellerId id, domain::SellerChange change, ExpectedVersion expected);

  using Moved = std::variant<domain::Seller, Missing, NotAllowed>;
  // `record` goes on record with what changed; an act that finds it done changes nothing.
  Task<Moved> Do(Work work, domain::SellerAct act, SellerId id, audit::Act record);

 private:
  postgres::Database& database_;
};

}  // namespace market::user::storage
