// Accounts and their roles.
//
// Fails as platform/postgres/errors.hpp says.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <variant>

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
};

struct EmailTaken {};
enum class Promotion { kCreated, kPromoted, kWasOperator };

class Accounts {
 public:
  Accounts(postgres::Database& database, const domain::Lifetimes& lifetimes)
      : database_(database), lifetimes_(lifetimes) {}

  // To who signs up a hint that saves the work of hashing; Create decides.
  Task<std::optional<AccountId>> FindId(Work work, std::string_view email_key);
  // Account, first session and `message` (its profile to be) in one transaction.
  Task<std::variant<domain::Account, EmailTaken>> Create(Work work, const NewAccount& account,
                                                         const NewSession& session,
                                                         const outbox::NewMessage& message);
  Task<std::optional<domain::Account>> Find(Work work, AccountId id);
  // The account with this e-mail becomes an operator; made with `message` where there is none. Of an account
  // that exists the password stays.
  // `act` goes on record, unless there is nothing to do.
  Task<Promotion> EnsureOperator(Work work, NewAccount account, outbox::NewMessage message, audit::Act act);

 private:
  postgres::Database& database_;
  const domain::Lifetimes lifetimes_;
};

}  // namespace market::auth::storage
