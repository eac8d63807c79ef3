#include "platform/rpc/client_address.hpp"
#include "services/auth/api/auth_service.hpp"
#include "services/auth/api/refusals.hpp"

namespace market::auth {
namespace {

Error Throttled(std::chrono::milliseconds wait) {
  return Error(Code::kResourceExhausted, "RATE_LIMITED", "too many failed sign-ins with this e-mail")
      .WithRetryAfter(wait);
}

Error CodeNeeded(const Uuid& challenge) {
  return Error(Code::kUnauthenticated, "SECOND_FACTOR_REQUIRED", "a one-time code is needed as well")
      .WithMetadata("challengeId", challenge.ToString());
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
Task<AuthService::Judged> AuthService::JudgePassword(CallContext& call, std::string email_key,
                                                     const Visitor& visitor, std::string password) {
  const auto& device = visitor.device;
  auto turn = co_await turns_.Take(device ? device->ToString() : email_key, call.Deadline());
  // Before the try is counted: who is turned away here has not tried.
  auto place = co_await deps_.passwords.Enter(visitor, call.Deadline());
  auto attempt = co_await deps_.sessions.CountTry(call, email_key, device);
  if (attempt.wait) throw Throttled(*attempt.wait);
  const auto match =
      co_await deps_.passwords.Verify(place, std::move(attempt.password_hash), std::move(password));
  if (match == Passwords::Match::kNo) throw BadCredentials();
  co_return Judged{.turn = std::move(turn),
                   .place = std::move(place),
                   .proven = {.account = *attempt.account,
                              .email_key = std::move(email_key),
                              .device = device,
                              .password_version = *attempt.password_version},
                   .match = match,
                   .asks_for_code = attempt.asks_for_code};
}

Task<api::auth::Session> AuthService::JudgeSignIn(CallContext& call, api::auth::SignInRequest request) {
  const auto email_key = domain::NormalizeEmail(request.email());
  const auto visitor = co_await Admit(call, email_key, request.device_token());
  auto judged = co_await JudgePassword(call, email_key, visitor, request.password());
  if (judged.match == Passwords::Match::kOutdated)
    judged.proven.new_hash = co_await deps_.passwords.Hash(judged.place, request.password());
  judged.place.reset();
  if (judged.asks_for_code) co_await AskForCode(call, judged.proven);

  const auto session = NewSession(call);
  const auto account = co_await deps_.sessions.Open(call, judged.proven, session);
  if (!account) throw BadCredentials();  // it is another one by now
  co_return Answer(session.id, 1, *account);
}

Task<> AuthService::AskForCode(CallContext& call, const storage::Proven& proven) {
  const auto challenge = Uuid::NewV7();
  if (!co_await deps_.second_factors.OpenChallenge(call, challenge, proven)) throw BadCredentials();
  throw CodeNeeded(challenge);
}

}  // namespace market::auth
