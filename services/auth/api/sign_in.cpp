#include "platform/rpc/client_address.hpp"
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

// Counts the visitor before anything is read for it. A token of another account, or none of ours, makes a
// stranger of its bearer and tells nobody.
Task<Visitor> AuthService::Admit(CallContext& call, std::string_view email_key,
                                 std::string_view device_token) {
  const Visitor stranger{.address = rpc::NetworkOf(call.ClientAddress()), .device = {}};
  if (const auto device = deps_.device_tokens.Read(device_token)) {
    const Visitor known{.address = stranger.address, .device = device->id};
    deps_.limits.CountSignIn(known);
    if (co_await deps_.accounts.FindId(call, email_key) == device->account) co_return known;
  }
  deps_.limits.CountSignIn(stranger);
  co_return stranger;
}

// An unknown e-mail takes the same path as a wrong password:
// the same statement, a hash of the same cost, one answer.
Task<api::auth::Session> AuthService::JudgeSignIn(CallContext& call, api::auth::SignInRequest request) {
  const auto email_key = domain::NormalizeEmail(request.email());
  const auto visitor = co_await Admit(call, email_key, request.device_token());
  const auto& device = visitor.device;
  const auto turn = co_await turns_.Take(device ? device->ToString() : email_key, call.Deadline());
  // Before the try is counted: who is turned away here has not tried.
  auto place = co_await deps_.passwords.Enter(visitor, call.Deadline());
  const auto attempt = co_await deps_.sessions.CountTry(call, email_key, device);
  if (attempt.wait) throw Throttled(*attempt.wait);

  const auto match = co_await deps_.passwords.Verify(place, attempt.password_hash, request.password());
  if (match == Passwords::Match::kNo) throw BadCredentials();
  std::optional<std::string> new_hash;
  if (match == Passwords::Match::kOutdated)
    new_hash = co_await deps_.passwords.Hash(place, request.password());
  place.reset();

  const auto session = NewSession();
  const auto account =
      co_await deps_.sessions.Open(call, *attempt.account, email_key, device, session, new_hash);
  if (!account) throw BadCredentials();
  co_return Answer(session.id, 1, *account);
}

}  // namespace market::auth
