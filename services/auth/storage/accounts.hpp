// Accounts and their roles.
//
// Fails as platform/postgres/errors.hpp says.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "platform/audit/audit.hpp"
#include "platform/outbox/outbox.hpp"
#include "platform/postgres/database.hpp"
#include "services/auth/domain/account.hpp"
#include "services/auth/domain/session.hpp"
#include "services/auth/storage/sessions.hpp"

namespace market::auth::storage {

struct NewAccount {
  AccountId id;
  std::string email;
  std::string password_hash;
  std::optional<std::string> accepted_terms;
};

struct EmailTaken {};
enum class Promotion { kCreated, kPromoted, kHadRole };

class Accounts {
 public:
  Accounts(postgres::Database& database, const domain::Lifetimes& lifetimes)
      : database_(database), lifetimes_(lifetimes) {}

  // Who signs in with this e-mail: no guest.
  Task<std::optional<AccountId>> FindId(Work work, std::string_view email_key);
  // The 100 newest guests who gave this e-mail, the newest first.
  Task<std::vector<AccountId>> FindGuests(Work work, std::string_view email_key);
  // Who signs in with this address, or may still undo that it was changed. Of two who want it at once Create decides.
  Task<std::optional<AccountId>> FindHolder(Work work, std::string_view email_key);
  // Account, first session and `message` (its profile to be) in one transaction.
  Task<std::variant<domain::Account, EmailTaken>> Create(Work work, const NewAccount& account,
                                                         const NewSession& session,
                                                         const outbox::NewMessage& message);
  Task<std::optional<domain::Account>> Find(Work work, AccountId id);
  // That can sign in and have one of the roles.
  Task<std::int64_t> CountWithRoles(Work work, std::vector<domain::Role> roles);
  // The account with this e-mail gets the role; made with `message` where there is none. Of an account that
  // exists the password stays.
  // `act` goes on record, unless there is nothing to do.
  Task<Promotion> EnsureOperator(Work work, NewAccount account, domain::Role role, outbox::NewMessage message,
                                 audit::Act act);

 private:
  postgres::Database& database_;
  const domain::Lifetimes lifetimes_;
};

}  // namespace market::auth::storage
