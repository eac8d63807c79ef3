#include "platform/rpc/client_address.hpp"
#include "services/auth/api/auth_service.hpp"
#include "services/auth/api/convert.hpp"
#include "services/auth/api/refusals.hpp"

namespace market::auth {

Task<AuthService::Judged> AuthService::JudgeOwner(CallContext& call, std::string password) {
  const auto& caller = call.Caller();
  const Visitor visitor{.address = rpc::NetworkOf(call.ClientAddress()), .device = caller.session};
  co_await Count(call, Entry::kSignInOfDevice, visitor);
  const auto account = co_await deps_.accounts.Find(call, caller.account);
  if (!account) throw NotFound("the account");
  auto judged =
      co_await JudgePassword(call, domain::NormalizeEmail(account->email), visitor, std::move(password));
  if (judged.proven.account != caller.account) throw BadCredentials();  // the e-mail has changed hands
  co_return judged;
}

Task<api::auth::Account> AuthService::ChangePassword(CallContext& call,
                                                     api::auth::ChangePasswordRequest request) {
  auto judged = co_await JudgeOwner(call, request.current_password());
  if (request.new_password() == request.current_password()) {
    throw InvalidArgument("newPassword", "UNCHANGED", "must be another one than until now");
  }
  const auto hash = co_await deps_.passwords.HashNew(
      std::move(judged.place),
      {.field = "newPassword", .password = request.new_password(), .own = {judged.proven.email_key}});
  const auto account =
      co_await deps_.sessions.ChangePassword(call, judged.proven, hash, call.Caller().session);
  if (!account) throw BadCredentials();  // it was changed at the same time
  co_return ToProto(*account);
}

// The same steps for an e-mail that no account has, but those that write the token.
Task<api::auth::TokenMail> AuthService::RequestPasswordReset(CallContext& call,
                                                             api::auth::RequestPasswordResetRequest request) {
  co_await Count(call, Entry::kMail, {.address = rpc::NetworkOf(call.ClientAddress()), .device = {}});
  const auto asked =
      co_await deps_.mailings.RequestReset(call, domain::NormalizeEmail(request.email()), NewToken());
  if (const auto* refused = std::get_if<storage::TooManyMails>(&asked)) throw TooManyMails(refused->wait);
  co_return TokenMail();
}

Task<api::auth::ResetPasswordResponse> AuthService::ResetPassword(CallContext& call,
                                                                  api::auth::ResetPasswordRequest request) {
  const Visitor visitor{.address = rpc::NetworkOf(call.ClientAddress()), .device = {}};
  co_await Count(call, Entry::kSignIn, visitor);
  const auto digest = MailedTokens::DigestOf(request.token());
  if (!digest) throw MailedTokenEnded();
  // No hash is spent on a token that is no good.
  const auto email = co_await deps_.mailings.FindReset(call, *digest);
  if (!email) throw MailedTokenEnded();
  auto place = co_await deps_.passwords.Enter(visitor, call.Deadline());
  const auto hash = co_await deps_.passwords.HashNew(
      std::move(place), {.field = "newPassword", .password = request.new_password(), .own = {*email}});
  const auto reset = co_await deps_.mailings.Reset(call, *digest, hash, visitor.Guesser());
  const auto* done = std::get_if<storage::EmailIsNow>(&reset);
  if (done == nullptr) throw MailedTokenEnded();
  api::auth::ResetPasswordResponse response;
  response.set_email(done->email);
  co_return response;
}

}  // namespace market::auth
