// Who acts for sellers. This is where memberships are kept; auth is told of every change by an outbox
// message of its transaction, for access tokens.
//
// The team of one seller is changed under the lock of the seller's row. Acts go on record with what they
// changed. Fails as platform/postgres/errors.hpp says.
#pragma once
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "platform/audit/audit.hpp"
#include "platform/postgres/database.hpp"
#include "services/user/domain/member.hpp"
#include "services/user/storage/outcomes.hpp"

namespace market::user::storage {

struct LastOwner {};
struct NotStaff {};

// That a membership ended, as auth is told.
struct Ended {
  std::int64_t version = 0;
};

class Members {
 public:
  explicit Members(postgres::Database& database) : database_(database) {}

  Task<std::vector<domain::Member>> List(Work work, SellerId seller);

  using Changed = std::variant<domain::Member, Missing, VersionDiffers, LastOwner>;
  Task<Changed> SetRole(Work work, SellerId seller, AccountId account, domain::MemberRole role,
                        ExpectedVersion expected, std::string trace, audit::Act act);

  enum class Whom { kAnybody, kStaff };
  using Removed = std::variant<Ended, Missing, VersionDiffers, LastOwner, NotStaff>;
  // Ends a membership of one of `whom`. Without `act` it is the member who goes.
  Task<Removed> Remove(Work work, SellerId seller, AccountId account, Whom whom, ExpectedVersion expected,
                       std::string trace, std::optional<audit::Act> act);

 private:
  postgres::Database& database_;
};

}  // namespace market::user::storage
