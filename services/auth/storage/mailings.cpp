#include "services/auth/storage/mailings.hpp"

#include <array>

#include "platform/events/event.hpp"
#include "services/auth/messages.hpp"
#include "services/auth/storage/rows.hpp"

namespace market::auth::storage {
namespace {

using domain::MailPurpose;
using postgres::Batch;
using postgres::Bytes;
using postgres::Column;
using postgres::Columns;
using postgres::ComposedStatement;
using postgres::SqlError;
using postgres::Statement;

// A change of e-mail leaves the right to undo it.
constexpr std::array kOfTheOldEmail = {MailPurpose::kVerifyEmail, MailPurpose::kChangeEmail,
                                       MailPurpose::kResetPassword};
constexpr std::array kEveryPurpose = {MailPurpose::kVerifyEmail, MailPurpose::kChangeEmail,
                                      MailPurpose::kUndoEmailChange, MailPurpose::kResetPassword,
                                      MailPurpose::kClaimAccount};

constexpr Statement kEndRunOut{"auth.end_run_out_undo", R"sql(
UPDATE mailed_token SET ended_at = market_now()
WHERE account_id = $1 AND purpose = 'UNDO_EMAIL_CHANGE' AND ended_at IS NULL AND expires_at <= market_now())sql"};

// Who gets a mail to set a password with: who signs in with the e-mail or, where nobody does, its latest guest.
struct Reader {
  AccountId account;
  bool guest = false;
};
constexpr Columns kReader{Column{"id", &Reader::account}, Column{"password_hash IS NULL", &Reader::guest}};
constexpr ComposedStatement kFindReader{"auth.find_reader_of_mail", "SELECT " + kReader + R"sql(
FROM account WHERE id = coalesce(
  (SELECT id FROM account WHERE email_key = $1 AND password_hash IS NOT NULL),
  (SELECT id FROM account WHERE email_key = $1 AND password_hash IS NULL AND state = 'ACTIVE' ORDER BY id DESC LIMIT 1)))sql"};

constexpr ComposedStatement kVerifyEmail{"auth.verify_email", R"sql(
UPDATE account SET email_verified_at = market_now(), version = version + 1, updated_at = market_now() WHERE id = $1
RETURNING )sql" + kRaised};

// No row when somebody else may still have the address back.
constexpr ComposedStatement kSetEmail{"auth.set_email", R"sql(
UPDATE account SET email = $2, email_key = $3, email_verified_at = market_now(), version = version + 1,
  updated_at = market_now()
WHERE id = $1 AND NOT EXISTS (
  SELECT FROM mailed_token WHERE address_key = $3 AND account_id <> $1 AND purpose = 'UNDO_EMAIL_CHANGE'
    AND ended_at IS NULL AND expires_at > market_now())
RETURNING )sql" + kRaised};

constexpr ComposedStatement kSetPassword{"auth.set_password", R"sql(
UPDATE account SET password_hash = $2, password_version = password_version + 1,
  email_verified_at = coalesce(email_verified_at, market_now()),
  version = version + 1, updated_at = market_now()
WHERE id = $1
RETURNING )sql" + kRaised};

constexpr Columns kMailedToken{Column{"id", &MailedToken::id}, Column{"purpose", &MailedToken::purpose},
                               Column{"address", &MailedToken::address},
                               Column{"expires_at", &MailedToken::expires_at}};

constexpr ComposedStatement kFindToken{
    "auth.find_mailed_token",
    "SELECT " + kMailedToken +
        " FROM mailed_token WHERE id = $1 AND ended_at IS NULL AND expires_at > market_now()"};

constexpr ComposedStatement kFindReset{"auth.find_reset", "SELECT " + kMailedToken + R"sql(
FROM mailed_token
WHERE digest = $1 AND purpose = 'RESET_PASSWORD' AND ended_at IS NULL AND expires_at > market_now())sql"};

constexpr Statement kSweepTokens{"auth.sweep_mailed_tokens", R"sql(
DELETE FROM mailed_token WHERE id IN (
  SELECT id FROM mailed_token WHERE expires_at < market_now() - $1::interval LIMIT $2 FOR UPDATE SKIP LOCKED))sql"};

}  // namespace

// A good token, its account being locked.
struct Mailings::Opened {
  AccountId account;
  MailPurpose purpose = MailPurpose::kVerifyEmail;
  std::string address;
  std::string address_key;
  std::string email;
  bool email_verified = false;
  bool undo_pending = false;
};

Task<std::optional<Mailings::Opened>> Mailings::Take(postgres::Tx& tx, std::string_view digest) {
  static constexpr Columns kOpened{
      Column{"a.id", &Opened::account},
      Column{"t.purpose", &Opened::purpose},
      Column{"t.address", &Opened::address},
      Column{"t.address_key", &Opened::address_key},
      Column{"a.email", &Opened::email},
      Column{"a.email_verified_at IS NOT NULL", &Opened::email_verified},
      Column{
          R"sql(EXISTS (SELECT FROM mailed_token u WHERE u.account_id = a.id AND u.purpose = 'UNDO_EMAIL_CHANGE'
        AND u.ended_at IS NULL AND u.expires_at > market_now()))sql",
          &Opened::undo_pending}};
  static constexpr ComposedStatement kReadOpened{"auth.read_mailed_token", "SELECT " + kOpened + R"sql(
FROM mailed_token t JOIN account a ON a.id = t.account_id
WHERE t.digest = $1 AND t.ended_at IS NULL AND t.expires_at > market_now())sql"};
  Batch look("auth.mailed_token_look");
  look.Add(kLockOwnerOfToken, Bytes{digest}).Add(kReadOpened, Bytes{digest});
  const auto seen = co_await tx.Execute(std::move(look));
  co_return kOpened.ReadAtMostOne(seen[1]);
}

Task<> Mailings::Mail(postgres::Tx& tx, const Work& work, AccountId account, MailPurpose purpose,
                      std::optional<std::string> address, const NewToken& token) {
  const auto raised = kRaised.ReadOne(co_await tx.Execute(kRaiseVersionById, account));
  const auto key = address ? std::optional(domain::NormalizeEmail(*address)) : std::nullopt;
  Batch batch("auth.mail_token");
  batch.Add(kEndMailed, account, std::array{purpose});
  batch.Add(kInsertToken, token.id, Bytes{token.digest}, account, purpose, address, key,
            lifetimes_.Of(purpose));
  events::Append(batch, work, TokenMailedEvent(token.id, account, purpose, raised.version));
  co_await tx.ExecuteAndCommit(std::move(batch));
}

Task<std::variant<Mailed, TooManyMails>> Mailings::RequestReset(Work work, std::string_view email_key,
                                                                const NewToken& token) {
  using Outcome = std::variant<Mailed, TooManyMails>;
  const auto ask = [&](postgres::Tx& tx) -> Task<Outcome> {
    const auto row = co_await CountMail(tx, email_key, MailPurpose::kResetPassword);
    if (!row.counted) co_return TooManyMails{WaitOf(row)};
    if (const auto reader = kReader.ReadAtMostOne(co_await tx.Execute(kFindReader, email_key))) {
      const auto purpose = reader->guest ? MailPurpose::kClaimAccount : MailPurpose::kResetPassword;
      co_await Mail(tx, work, reader->account, purpose, std::nullopt, token);
    }
    co_return Mailed();
  };
  co_return co_await database_.Transaction(work, ask);
}

Task<std::variant<Mailed, TooManyMails, VerifiedAlready>> Mailings::SendVerification(
    Work work, const domain::Account& account, const NewToken& token) {
  using Outcome = std::variant<Mailed, TooManyMails, VerifiedAlready>;
  if (account.email_verified) co_return VerifiedAlready();
  const auto send = [&](postgres::Tx& tx) -> Task<Outcome> {
    const auto row = co_await CountMail(tx, domain::NormalizeEmail(account.email), MailPurpose::kVerifyEmail);
    if (!row.counted) co_return TooManyMails{WaitOf(row)};
    co_await Mail(tx, work, account.id, MailPurpose::kVerifyEmail, std::nullopt, token);
    co_return Mailed();
  };
  co_return co_await database_.Transaction(work, send);
}

Task<std::variant<Mailed, TooManyMails, PasswordDiffers>> Mailings::AskForChange(Work work,
                                                                                 const Proven& proven,
                                                                                 std::string_view email,
                                                                                 const NewToken& token) {
  using Outcome = std::variant<Mailed, TooManyMails, PasswordDiffers>;
  const auto ask = [&](postgres::Tx& tx) -> Task<Outcome> {
    if ((co_await tx.Execute(kLockProven, proven.account, proven.password_version)).empty())
      co_return PasswordDiffers();
    const auto tries = TriesDigest(proven.email_key, proven.guesser);
    co_await tx.Execute(kForgetTries, Bytes{tries});
    const auto row = co_await CountMail(tx, proven.email_key, MailPurpose::kChangeEmail);
    if (!row.counted) co_return TooManyMails{WaitOf(row)};
    co_await Mail(tx, work, proven.account, MailPurpose::kChangeEmail, std::string(email), token);
    co_return Mailed();
  };
  co_return co_await database_.Transaction(work, ask);
}

Task<std::variant<EmailIsNow, TokenIsOver, EmailTaken>> Mailings::Confirm(Work work, std::string_view digest,
                                                                          const NewToken& undo) {
  using Outcome = std::variant<EmailIsNow, TokenIsOver, EmailTaken>;
  const auto confirm = [&](postgres::Tx& tx) -> Task<Outcome> {
    const auto opened = co_await Take(tx, digest);
    if (!opened || domain::SetsPassword(opened->purpose)) co_return TokenIsOver();
    if (opened->purpose == MailPurpose::kVerifyEmail) {
      co_await Verify(tx, work, *opened);
      co_return EmailIsNow{opened->email};
    }
    const auto raised = kRaised.ReadAtMostOne(
        co_await tx.Execute(kSetEmail, opened->account, opened->address, opened->address_key));
    if (!raised) co_return EmailTaken();
    if (opened->purpose == MailPurpose::kChangeEmail) {
      co_await Change(tx, work, *opened, raised->version, undo);
    } else {
      co_await Undo(tx, work, *opened, raised->version);
    }
    co_return EmailIsNow{opened->address};
  };
  try {
    co_return co_await database_.Transaction(work, confirm);
  } catch (const SqlError& error) {
    if (!error.IsUniqueViolation("account_email_key")) throw;
  }
  co_return EmailTaken();
}

Task<> Mailings::Verify(postgres::Tx& tx, const Work& work, const Opened& opened) {
  const auto raised = kRaised.ReadOne(co_await tx.Execute(kVerifyEmail, opened.account));
  Batch batch("auth.email_verified");
  batch.Add(kEndMailed, opened.account, std::array{opened.purpose});
  events::Append(batch, work, EmailVerifiedEvent(opened.account, raised.version));
  co_await tx.ExecuteAndCommit(std::move(batch));
}

Task<> Mailings::Change(postgres::Tx& tx, const Work& work, const Opened& opened, std::int64_t version,
                        const NewToken& undo) {
  Batch batch("auth.email_changed");
  batch.Add(kEndMailed, opened.account, kOfTheOldEmail);
  events::Append(batch, work, EmailChangedEvent(opened.account, version));
  if (opened.email_verified && !opened.undo_pending) {
    constexpr auto kUndo = MailPurpose::kUndoEmailChange;
    batch.Add(kEndRunOut, opened.account);
    batch.Add(kInsertToken, undo.id, Bytes{undo.digest}, opened.account, kUndo, opened.email,
              domain::NormalizeEmail(opened.email), lifetimes_.Of(kUndo));
    events::Append(batch, work, TokenMailedEvent(undo.id, opened.account, kUndo, version));
  }
  co_await tx.ExecuteAndCommit(std::move(batch));
}

Task<> Mailings::Undo(postgres::Tx& tx, const Work& work, const Opened& opened, std::int64_t version) {
  const auto reason = domain::EndReason::kEnded;
  const auto ended = co_await tx.Execute(kEndSessions, opened.account, reason, std::nullopt);
  Batch batch("auth.email_change_undone");
  batch.Add(kEndMailed, opened.account, kEveryPurpose);
  events::Append(batch, work, EmailChangedEvent(opened.account, version));
  TellEnded(batch, work, opened.account, reason, ended);
  co_await tx.ExecuteAndCommit(std::move(batch));
}

Task<std::optional<std::string>> Mailings::FindReset(Work work, std::string_view digest) {
  const auto token = kMailedToken.ReadAtMostOne(co_await database_.Read(work, kFindReset, Bytes{digest}));
  co_return token ? std::optional(token->address) : std::nullopt;
}

Task<std::variant<EmailIsNow, TokenIsOver>> Mailings::Reset(Work work, std::string_view digest,
                                                            std::string_view new_hash,
                                                            const domain::Guesser& guesser) {
  using Outcome = std::variant<EmailIsNow, TokenIsOver>;
  const auto reset = [&](postgres::Tx& tx) -> Task<Outcome> {
    const auto opened = co_await Take(tx, digest);
    if (!opened || opened->purpose != MailPurpose::kResetPassword) co_return TokenIsOver();
    const auto& account = opened->account;
    const auto reason = domain::EndReason::kPasswordChanged;
    Batch act("auth.reset_password");
    act.Add(kSetPassword, account, new_hash).Add(kEndSessions, account, reason, std::nullopt);
    const auto done = co_await tx.Execute(std::move(act));
    const auto version = kRaised.ReadOne(done[0]).version;
    const auto mails = MailsDigest(opened->address_key, opened->purpose);
    Batch batch("auth.password_reset");
    batch.Add(kEndMailed, account, kOverWithThePassword);
    ForgetAllTries(batch, account, opened->address_key, guesser);
    batch.Add(kForgetTries, Bytes{mails});
    events::Append(batch, work, PasswordChangedEvent(account, version));
    if (!opened->email_verified) events::Append(batch, work, EmailVerifiedEvent(account, version));
    TellEnded(batch, work, account, reason, done[1]);
    co_await tx.ExecuteAndCommit(std::move(batch));
    co_return EmailIsNow{opened->email};
  };
  co_return co_await database_.Transaction(work, reset);
}

Task<std::optional<MailedToken>> Mailings::Find(Work work, const Uuid& id) {
  co_return kMailedToken.ReadAtMostOne(co_await database_.Read(work, kFindToken, id));
}

Task<std::int64_t> Mailings::Sweep(Work work, std::chrono::milliseconds kept, std::int64_t limit) {
  co_return (co_await database_.Write(work, kSweepTokens, kept, limit)).AffectedRows();
}

}  // namespace market::auth::storage
