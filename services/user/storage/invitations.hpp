// Invitations to the teams of sellers, found by the SHA-256 of their token.
//
// Those of one seller are changed under the lock of the seller's row.
// Acts go on record. Fails as platform/postgres/errors.hpp says.
#pragma once
#include <chrono>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "platform/audit/audit.hpp"
#include "platform/postgres/database.hpp"
#include "services/user/domain/member.hpp"
#include "services/user/storage/outcomes.hpp"

namespace market::user::storage {

struct Exists {};    // an open invitation of that e-mail, or the membership
struct NotOpen {};   // accepted, withdrawn, run out, or never there
struct NotYours {};  // somebody else is invited

class Invitations {
 public:
  explicit Invitations(postgres::Database& database) : database_(database) {}

  using Invited = std::variant<domain::Invitation, Missing, NotAllowed, Exists, LimitReached>;
  // `invitation.id` is the operation's: a second call with it gives the invitation that the first one made.
  // Nobody is invited by a seller that is CLOSED. Forgets some that ran out.
  Task<Invited> Create(Work work, domain::Invitation invitation, std::chrono::milliseconds lifetime,
                       std::string digest, audit::Act act);

  // Open ones.
  Task<std::vector<domain::Invitation>> List(Work work, SellerId seller);
  Task<std::optional<domain::Invitation>> Find(Work work, domain::InvitationId id);

  // False when there is none.
  Task<bool> Withdraw(Work work, SellerId seller, domain::InvitationId id, audit::Act act);

  using Accepted = std::variant<domain::Member, NotOpen, NotYours, Exists, LimitReached>;
  // The invitation ends with it; an outbox message tells auth. `email` is that of the account.
  Task<Accepted> Accept(Work work, std::string digest, AccountId account, std::string email,
                        std::string trace);

 private:
  postgres::Database& database_;
};

}  // namespace market::user::storage
