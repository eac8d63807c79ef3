#include "services/auth/api/auth_service.hpp"

namespace market::auth {
namespace {

Error BadCredentials() {
  return Error(Code::kUnauthenticated, "BAD_CREDENTIALS", "the e-mail or the password is wrong");
}

Error Throttled(std::chrono::milliseconds wait) {
  return Error(Code::kResourceExhausted, "RATE_LIMITED", "too many failed sign-ins with this e-mail")
      .WithRetryAfter(wait);
}

}  // namespace

Task<api::auth::Session> AuthService::SignIn(CallContext& call, api::auth::SignInRequest request) {
  try {
    auto session = co_await JudgeSignIn(call, std::move(request));
    deps_.metrics.SignedIn();
    co_return session;
  } catch (const Error& error) {
    deps_.metrics.RefusedSignIn(error.reason);
    throw;
  }
}

// An unknown e-mail takes the same path as a wrong password:
// the same statement, a hash of the same cost, one answer.
Task<api::auth::Session> AuthService::JudgeSignIn(CallContext& call, api::auth::SignInRequest request) {
  deps_.passwords.RefuseIfFull();
  const auto email_key = domain::NormalizeEmail(request.email());
  const auto turn = co_await turns_.Take(email_key, call.Deadline());
  const auto attempt = co_await deps_.sessions.CountTry(call, email_key);
  if (attempt.wait) throw Throttled(*attempt.wait);

  const auto match = co_await deps_.passwords.Verify(attempt.password_hash, request.password());
  if (match == Passwords::Match::kNo) throw BadCredentials();
  std::optional<std::string> new_hash;
  if (match == Passwords::Match::kOutdated) new_hash = co_await deps_.passwords.Hash(request.password());

  const auto session = NewSession();
  const auto account = co_await deps_.sessions.Open(call, *attempt.account, email_key, session, new_hash);
  co_return Answer(session.id, 1, account);
}

}  // namespace market::auth
