// Guests: accounts without a password, which buy and sign in nowhere, until a mailed token and a password make
// one an account like any other. Several may have one e-mail; which accounts have it is not looked at.
//
// Fails as platform/postgres/errors.hpp says. Nothing here takes or gives a token: ids and digests only.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "platform/outbox/outbox.hpp"
#include "platform/postgres/database.hpp"
#include "services/auth/domain/account.hpp"
#include "services/auth/domain/mailed_token.hpp"
#include "services/auth/storage/accounts.hpp"
#include "services/auth/storage/mailings.hpp"
#include "services/auth/storage/sessions.hpp"

namespace market::auth::storage {

struct NewGuest {
  AccountId id;
  std::string email;
  std::optional<std::string> accepted_terms;
};

// What makes a guest's account a full one.
struct NewPassword {
  std::string hash;
  std::optional<std::string> accepted_terms;  // without one, what was agreed to before stays
  domain::Guesser guesser;                    // who sets it
};

class Guests {
 public:
  Guests(postgres::Database& database, const domain::Lifetimes& lifetimes, const domain::MailLifetimes& mails)
      : database_(database), lifetimes_(lifetimes), mails_(mails) {}

  // Account, first session and `message` (its profile to be) in one transaction, and the mail of `token`. Such
  // mails are counted by e-mail like those that somebody asks for, so that nobody's mailbox is filled in this way:
  // past the limit the account is made without one.
  Task<domain::Account> Create(Work work, const NewGuest& guest, const NewSession& session,
                               const outbox::NewMessage& message, const NewToken& token);

  // To whom a good token that claims an account was mailed.
  Task<std::optional<std::string>> FindClaim(Work work, std::string_view digest);
  // Ends the sessions from before: whoever typed the e-mail opened them. After EmailTaken the token is as good as
  // before.
  Task<std::variant<domain::Account, TokenIsOver, EmailTaken>> Claim(Work work, std::string_view digest,
                                                                     const NewPassword& password,
                                                                     const NewSession& session);

 private:
  postgres::Database& database_;
  const domain::Lifetimes lifetimes_;
  const domain::MailLifetimes mails_;
};

}  // namespace market::auth::storage
