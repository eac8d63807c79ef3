#include "platform/conversions/conversions.hpp"
#include "services/auth/api/auth_service.hpp"

namespace market::auth {
namespace {

Error WrongCode() {
  return Error(Code::kUnauthenticated, "WRONG_CODE", "the code is not right, or was used before");
}

// What wrong codes of an account are counted by, beside the e-mails of sign-ins.
std::string TriesKeyOf(const AccountId& account) { return "second factor " + account.ToString(); }

api::auth::Authenticator ToMessage(const storage::Authenticator& authenticator) {
  api::auth::Authenticator message;
  message.set_id(authenticator.id.ToString());
  message.set_name(authenticator.name);
  *message.mutable_create_time() = conversions::ToProto(authenticator.created_at);
  if (authenticator.confirmed_at)
    *message.mutable_confirm_time() = conversions::ToProto(*authenticator.confirmed_at);
  return message;
}

Error TooManyCodes(std::chrono::milliseconds wait) {
  return Error(Code::kResourceExhausted, "RATE_LIMITED", "too many wrong codes for this account")
      .WithRetryAfter(wait);
}

}  // namespace

// Counted before it is looked at: whoever has the password gets no further with guesses than with passwords.
Task<std::optional<storage::UsedStep>> AuthService::FindStep(CallContext& call, AccountId account,
                                                             const std::vector<Uuid>& authenticators,
                                                             std::string_view code) {
  const auto attempt = co_await deps_.sessions.CountTry(call, TriesKeyOf(account));
  if (attempt.wait) throw TooManyCodes(*attempt.wait);
  for (const auto& id : authenticators) {
    if (const auto step = deps_.codes.StepOf(id, code, deps_.clock.Now()))
      co_return storage::UsedStep{.authenticator = id, .step = *step};
  }
  co_return std::nullopt;
}

std::vector<std::string> AuthService::DigestsOf(AccountId account,
                                                const std::vector<std::string>& codes) const {
  std::vector<std::string> digests;
  for (const auto& code : codes) digests.push_back(deps_.codes.DigestOf(account, code));
  return digests;
}

Task<api::auth::NewAuthenticator> AuthService::CreateAuthenticator(
    CallContext& call, api::auth::CreateAuthenticatorRequest request) {
  const auto id = Uuid::NewV7();
  const auto account = co_await deps_.accounts.Find(call, call.Caller().account);
  if (!account) throw NotFound("the account");
  const auto added = co_await deps_.second_factors.Add(call, account->id, id, request.name());
  if (std::holds_alternative<storage::TooManyAuthenticators>(added)) {
    throw Error(Code::kFailedPrecondition, "LIMIT_REACHED", "an account can have at most 5 authenticators")
        .WithMetadata("limit", std::to_string(storage::kAuthenticatorsMax));
  }
  api::auth::NewAuthenticator answer;
  *answer.mutable_authenticator() = ToMessage(std::get<storage::Authenticator>(added));
  answer.set_secret(deps_.codes.SecretOf(id));
  answer.set_uri(deps_.codes.UriOf(id, account->email));
  co_return answer;
}

Task<api::auth::ListAuthenticatorsResponse> AuthService::ListAuthenticators(
    CallContext& call, api::auth::ListAuthenticatorsRequest request) {
  api::auth::ListAuthenticatorsResponse response;
  for (const auto& one : co_await deps_.second_factors.List(call, call.Caller().account))
    *response.add_authenticators() = ToMessage(one);
  co_return response;
}

Task<api::auth::ConfirmedAuthenticator> AuthService::ConfirmAuthenticator(
    CallContext& call, api::auth::ConfirmAuthenticatorRequest request) {
  const auto account = call.Caller().account;
  const auto id = Uuid::Parse(request.authenticator_id()).value();
  const auto step = co_await FindStep(call, account, {id}, request.code());
  if (!step) throw WrongCode();
  const auto codes = OneTimeCodes::MakeRecoveryCodes();
  const auto confirmed =
      co_await deps_.second_factors.Confirm(call, account, *step, DigestsOf(account, codes));
  if (!confirmed) throw WrongCode();
  co_await deps_.sessions.ForgetTries(call, TriesKeyOf(account));
  api::auth::ConfirmedAuthenticator answer;
  *answer.mutable_authenticator() = ToMessage(confirmed->authenticator);
  if (confirmed->first) answer.mutable_recovery_codes()->Assign(codes.begin(), codes.end());
  co_return answer;
}

Task<google::protobuf::Empty> AuthService::DeleteAuthenticator(
    CallContext& call, api::auth::DeleteAuthenticatorRequest request) {
  const auto id = Uuid::Parse(request.authenticator_id()).value();
  if (!co_await deps_.second_factors.Remove(call, call.Caller().account, id))
    throw NotFound("the authenticator");
  co_return google::protobuf::Empty();
}

Task<api::auth::RecoveryCodes> AuthService::RenewRecoveryCodes(CallContext& call,
                                                               api::auth::RenewRecoveryCodesRequest request) {
  const auto account = call.Caller().account;
  std::vector<Uuid> confirmed;
  for (const auto& one : co_await deps_.second_factors.List(call, account)) {
    if (one.confirmed_at) confirmed.push_back(one.id);
  }
  const auto step = co_await FindStep(call, account, confirmed, request.code());
  const auto codes = OneTimeCodes::MakeRecoveryCodes();
  if (!step ||
      !co_await deps_.second_factors.RenewRecoveryCodes(call, account, *step, DigestsOf(account, codes)))
    throw WrongCode();
  co_await deps_.sessions.ForgetTries(call, TriesKeyOf(account));
  api::auth::RecoveryCodes answer;
  answer.mutable_recovery_codes()->Assign(codes.begin(), codes.end());
  co_return answer;
}

// A challenge that does not exist, is over or has had its tries is refused as a wrong code is.
Task<api::auth::Session> AuthService::AnswerChallenge(CallContext& call,
                                                      api::auth::AnswerChallengeRequest request) {
  const auto id = Uuid::Parse(request.challenge_id()).value();
  const auto challenge = co_await deps_.second_factors.CountTry(call, id);
  if (!challenge) throw WrongCode();
  const auto step = co_await FindStep(call, challenge->account, challenge->authenticators, request.code());
  const auto proof =
      step ? storage::Proof(*step)
           : storage::UsedRecoveryCode{deps_.codes.DigestOf(challenge->account, request.code())};
  const auto session = NewSession(call);
  const auto account = co_await deps_.second_factors.Answer(call, id, challenge->account, proof, session);
  if (!account) throw WrongCode();
  co_await deps_.sessions.ForgetTries(call, TriesKeyOf(account->id));
  deps_.metrics.SignedIn();
  co_return Answer(session.id, 1, *account);
}

}  // namespace market::auth
