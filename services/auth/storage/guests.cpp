#include "services/auth/storage/guests.hpp"

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

constexpr auto kClaimPurpose = MailPurpose::kClaimAccount;
// What a guest may have been mailed.
constexpr std::array kOfGuests = {MailPurpose::kVerifyEmail, kClaimPurpose};
// The claim of an account that was made with its mail: the first change after the account itself.
constexpr std::int64_t kMailedAtOnce = 2;

constexpr Statement kInsertGuest{"auth.insert_guest", R"sql(
INSERT INTO account (id, email, email_key, accepted_terms, terms_accepted_at)
VALUES ($1, $2, $3, $4, CASE WHEN $4::text IS NOT NULL THEN market_now() END))sql"};

// Of a guest that may act, by a token that is good.
struct Claimed {
  AccountId account;
  std::string address;
  std::string address_key;
  bool email_verified = false;
};
constexpr Columns kClaimed{Column{"a.id", &Claimed::account}, Column{"t.address", &Claimed::address},
                           Column{"t.address_key", &Claimed::address_key},
                           Column{"a.email_verified_at IS NOT NULL", &Claimed::email_verified}};
constexpr ComposedStatement kFindClaim{"auth.find_claim", "SELECT " + kClaimed + R"sql(
FROM mailed_token t JOIN account a ON a.id = t.account_id
WHERE t.digest = $1 AND t.purpose = 'CLAIM_ACCOUNT' AND t.ended_at IS NULL AND t.expires_at > market_now()
  AND a.password_hash IS NULL AND a.state = 'ACTIVE')sql"};

constexpr ComposedStatement kClaim{"auth.claim_account", R"sql(
UPDATE account SET password_hash = $2, password_version = password_version + 1,
  email_verified_at = coalesce(email_verified_at, market_now()),
  accepted_terms = coalesce($3::text, accepted_terms),
  terms_accepted_at = CASE WHEN $3::text IS NULL THEN terms_accepted_at ELSE market_now() END,
  version = version + 1, updated_at = market_now()
WHERE id = $1
RETURNING )sql" + kRaised};

}  // namespace

Task<domain::Account> Guests::Create(Work work, const NewGuest& guest, const NewSession& session,
                                     const outbox::NewMessage& message, const NewToken& token) {
  const auto email_key = domain::NormalizeEmail(guest.email);
  const auto create = [&](postgres::Tx& tx) -> Task<domain::Account> {
    const auto mail = co_await CountMail(tx, email_key, kClaimPurpose);
    Batch batch("auth.sign_up_guest");
    batch.Add(kInsertGuest, guest.id, guest.email, email_key, guest.accepted_terms);
    events::Append(batch, work, AccountCreatedEvent(guest.id));
    AddSession(batch, work, session, guest.id, lifetimes_);
    outbox::Append(batch, message);
    if (mail.counted) {
      batch.Add(kRaiseVersionById, guest.id);
      batch.Add(kInsertToken, token.id, Bytes{token.digest}, guest.id, kClaimPurpose,
                std::optional<std::string>(), std::optional<std::string>(), mails_.Of(kClaimPurpose));
      events::Append(batch, work, TokenMailedEvent(token.id, guest.id, kClaimPurpose, kMailedAtOnce));
    }
    batch.Add(kFindAccount, guest.id);
    const auto results = co_await tx.ExecuteAndCommit(std::move(batch));
    co_return kAccount.ReadOne(results.back());
  };
  co_return co_await database_.Transaction(work, create);
}

Task<std::optional<std::string>> Guests::FindClaim(Work work, std::string_view digest) {
  const auto found = kClaimed.ReadAtMostOne(co_await database_.Read(work, kFindClaim, Bytes{digest}));
  co_return found ? std::optional(found->address) : std::nullopt;
}

Task<std::variant<domain::Account, TokenIsOver, EmailTaken>> Guests::Claim(Work work, std::string_view digest,
                                                                           const NewPassword& password,
                                                                           const NewSession& session) {
  using Outcome = std::variant<domain::Account, TokenIsOver, EmailTaken>;
  const auto claim = [&](postgres::Tx& tx) -> Task<Outcome> {
    Batch look("auth.claim_look");
    look.Add(kLockOwnerOfToken, Bytes{digest}).Add(kFindClaim, Bytes{digest});
    const auto seen = co_await tx.Execute(std::move(look));
    const auto guest = kClaimed.ReadAtMostOne(seen[1]);
    if (!guest) co_return TokenIsOver();

    const auto reason = domain::EndReason::kPasswordChanged;
    Batch act("auth.claim");
    act.Add(kClaim, guest->account, password.hash, password.accepted_terms);
    act.Add(kEndSessions, guest->account, reason, std::nullopt);
    const auto done = co_await tx.Execute(std::move(act));
    const auto version = kRaised.ReadOne(done[0]).version;
    Batch batch("auth.claimed");
    batch.Add(kEndMailed, guest->account, kOfGuests);
    ForgetAllTries(batch, guest->account, guest->address_key, password.guesser);
    events::Append(batch, work, AccountClaimedEvent(guest->account, version));
    if (!guest->email_verified) events::Append(batch, work, EmailVerifiedEvent(guest->account, version));
    TellEnded(batch, work, guest->account, reason, done[1]);
    AddSession(batch, work, session, guest->account, lifetimes_);
    batch.Add(kFindAccount, guest->account);
    const auto results = co_await tx.ExecuteAndCommit(std::move(batch));
    co_return kAccount.ReadOne(results.back());
  };
  try {
    co_return co_await database_.Transaction(work, claim);
  } catch (const SqlError& error) {
    if (!error.IsUniqueViolation("account_email_key")) throw;
  }
  co_return EmailTaken();
}

}  // namespace market::auth::storage
