#include "platform/conversions/conversions.hpp"
#include "platform/rpc/client_address.hpp"
#include "services/auth/api/auth_service.hpp"
#include "services/auth/api/refusals.hpp"

namespace market::auth {

storage::NewToken AuthService::NewToken() const {
  const auto id = Uuid::NewV7();
  return {.id = id, .digest = *MailedTokens::DigestOf(deps_.mailed_tokens.Make(id))};
}

api::auth::TokenMail AuthService::TokenMail() const {
  api::auth::TokenMail mail;
  mail.set_expires_in(deps_.mailed_token_lifetime.count());
  return mail;
}

Task<api::auth::TokenMail> AuthService::SendVerification(CallContext& call,
                                                         api::auth::SendVerificationRequest request) {
  const auto account = co_await deps_.accounts.Find(call, call.Caller().account);
  if (!account) throw NotFound("the account");
  const auto sent = co_await deps_.mailings.SendVerification(call, *account, NewToken());
  if (std::holds_alternative<storage::VerifiedAlready>(sent)) {
    throw Error(Code::kFailedPrecondition, "ILLEGAL_TRANSITION", "the e-mail is verified already");
  }
  if (const auto* refused = std::get_if<storage::TooManyMails>(&sent)) throw TooManyMails(refused->wait);
  co_return TokenMail();
}

Task<api::auth::TokenMail> AuthService::ChangeEmail(CallContext& call,
                                                    api::auth::ChangeEmailRequest request) {
  // Whether an e-mail has an account is asked as rarely here as by signing up.
  co_await Count(call, Entry::kSignUp, {.address = rpc::NetworkOf(call.ClientAddress()), .device = {}});
  auto judged = co_await JudgeOwner(call, request.password());
  judged.place.reset();
  const auto key = domain::NormalizeEmail(request.email());
  if (key == judged.proven.email_key) {
    throw InvalidArgument("email", "UNCHANGED", "must be another one than until now");
  }
  const auto holder = co_await deps_.accounts.FindHolder(call, key);
  if (holder && *holder != judged.proven.account) throw EmailTaken();
  const auto asked = co_await deps_.mailings.AskForChange(call, judged.proven, request.email(), NewToken());
  if (std::holds_alternative<storage::PasswordDiffers>(asked)) throw BadCredentials();
  if (const auto* refused = std::get_if<storage::TooManyMails>(&asked)) throw TooManyMails(refused->wait);
  co_return TokenMail();
}

Task<api::auth::VerifyEmailResponse> AuthService::VerifyEmail(CallContext& call,
                                                              api::auth::VerifyEmailRequest request) {
  const auto digest = MailedTokens::DigestOf(request.token());
  if (!digest) throw MailedTokenEnded();
  const auto confirmed = co_await deps_.mailings.Confirm(call, *digest, NewToken());
  if (std::holds_alternative<storage::TokenIsOver>(confirmed)) throw MailedTokenEnded();
  if (std::holds_alternative<storage::EmailTaken>(confirmed)) throw EmailTaken();
  api::auth::VerifyEmailResponse response;
  response.set_email(std::get<storage::EmailIsNow>(confirmed).email);
  co_return response;
}

Task<api::auth::MailedToken> AuthService::RevealMailedToken(CallContext& call,
                                                            api::auth::RevealMailedTokenRequest request) {
  const auto token = co_await deps_.mailings.Find(call, Uuid::Parse(request.token_id()).value());
  if (!token) throw NotFound("the token");
  api::auth::MailedToken message;
  message.set_address(token->address);
  message.set_purpose(std::string(Name(token->purpose)));
  message.set_token(deps_.mailed_tokens.Make(token->id));
  *message.mutable_expire_time() = conversions::ToProto(token->expires_at);
  co_return message;
}

}  // namespace market::auth
