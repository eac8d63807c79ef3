// Tokens that are mailed, and what they do once they come back. Of one purpose an account has one that is good;
// each is good once, and says where it was mailed to. Times are the database's, so replicas agree.
//
// Fails as platform/postgres/errors.hpp says. Nothing here takes or gives a token: ids and digests only.
#pragma once
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "platform/postgres/database.hpp"
#include "services/auth/domain/account.hpp"
#include "services/auth/domain/mailed_token.hpp"
#include "services/auth/storage/accounts.hpp"
#include "services/auth/storage/sessions.hpp"

namespace market::auth::storage {

struct NewToken {
  Uuid id;
  std::string digest;
};

// One that is good.
struct MailedToken {
  Uuid id;
  domain::MailPurpose purpose = domain::MailPurpose::kVerifyEmail;
  std::string address;
  Time expires_at;
};

struct Mailed {};
struct TooManyMails {
  std::chrono::milliseconds wait;
};
struct VerifiedAlready {};
struct PasswordDiffers {};  // it was changed since it was checked
struct TokenIsOver {};
struct EmailIsNow {
  std::string email;
};

class Mailings {
 public:
  Mailings(postgres::Database& database, const domain::MailLifetimes& lifetimes)
      : database_(database), lifetimes_(lifetimes) {}

  // Mails are counted by purpose and e-mail, whether an account has it or not: as sign-ins are, five are free.
  // Without such an account nothing but the count is written, and the answer is the same. Where only guests have
  // the e-mail, the latest is mailed what claims the account.
  Task<std::variant<Mailed, TooManyMails>> RequestReset(Work work, std::string_view email_key,
                                                        const NewToken& token);
  Task<std::variant<Mailed, TooManyMails, VerifiedAlready>> SendVerification(Work work,
                                                                             const domain::Account& account,
                                                                             const NewToken& token);
  // To the new address.
  Task<std::variant<Mailed, TooManyMails, PasswordDiffers>> AskForChange(Work work, const Proven& proven,
                                                                         std::string_view email,
                                                                         const NewToken& token);

  // What a token about e-mail was mailed for. `undo` is mailed to the address that was, if that was verified
  // (nobody comes to an account by an address that its owner misspelt) and no earlier one may still undo (who was
  // there first is the owner sooner). Undoing ends all sessions.
  Task<std::variant<EmailIsNow, TokenIsOver, EmailTaken>> Confirm(Work work, std::string_view digest,
                                                                  const NewToken& undo);

  // To whom a good token that sets a password was mailed.
  Task<std::optional<std::string>> FindReset(Work work, std::string_view digest);
  // Ends all sessions, and forgets all tries of its devices and of who sets it; the mail arrived, so the e-mail is verified.
  Task<std::variant<EmailIsNow, TokenIsOver>> Reset(Work work, std::string_view digest,
                                                    std::string_view new_hash,
                                                    const domain::Guesser& guesser);

  Task<std::optional<MailedToken>> Find(Work work, const Uuid& id);

  // Deletes at most `limit` that ran out `kept` ago; gives how many.
  Task<std::int64_t> Sweep(Work work, std::chrono::milliseconds kept, std::int64_t limit);

 private:
  struct Opened;
  Task<std::optional<Opened>> Take(postgres::Tx& tx, std::string_view digest);
  Task<> Verify(postgres::Tx& tx, const Work& work, const Opened& opened);
  Task<> Change(postgres::Tx& tx, const Work& work, const Opened& opened, std::int64_t version,
                const NewToken& undo);
  Task<> Undo(postgres::Tx& tx, const Work& work, const Opened& opened, std::int64_t version);
  Task<> Mail(postgres::Tx& tx, const Work& work, AccountId account, domain::MailPurpose purpose,
              std::optional<std::string> address, const NewToken& token);

  postgres::Database& database_;
  const domain::MailLifetimes lifetimes_;
};

}  // namespace market::auth::storage
