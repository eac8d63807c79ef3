#include "platform/rpc/client_address.hpp"
#include "platform/telemetry/log.hpp"
#include "services/auth/api/auth_service.hpp"
#include "services/auth/api/convert.hpp"
#include "services/auth/domain/device.hpp"

namespace market::auth {
namespace {

Error Ended() {
  return Error(Code::kUnauthenticated, "SESSION_ENDED", "the session has ended; sign in again");
}

domain::Origin OriginOf(const CallContext& call) {
  const auto address = call.ClientAddress();
  const bool known = !rpc::NetworkOf(address).empty();
  return {.device = domain::DeviceOf(call.UserAgent()),
          .address = known ? std::string(address.substr(0, address.find('%'))) : std::string()};
}

}  // namespace

storage::NewSession AuthService::NewSession(const CallContext& call) const {
  const auto id = Uuid::NewV7();
  return {.id = id,
          .digest = *RefreshTokens::DigestOf(deps_.refresh_tokens.Make(id, 1)),
          .origin = OriginOf(call)};
}

api::auth::Session AuthService::Answer(const Uuid& session, std::int64_t sequence,
                                       const domain::Account& account) const {
  api::auth::Session answer;
  answer.set_access_token(deps_.access_tokens.Issue(account, session));
  answer.set_token_type("Bearer");
  answer.set_expires_in(deps_.access_tokens.Lifetime().count());
  answer.set_refresh_token(deps_.refresh_tokens.Make(session, sequence));
  answer.set_device_token(deps_.device_tokens.Issue({.id = session, .account = account.id}));
  *answer.mutable_account() = ToProto(account);
  return answer;
}

Task<api::auth::Session> AuthService::RefreshSession(CallContext& call,
                                                     api::auth::RefreshSessionRequest request) {
  const auto digest = RefreshTokens::DigestOf(request.refresh_token());
  if (!digest) throw Ended();
  const auto digest_at = [&](const Uuid& session, std::int64_t sequence) {
    return *RefreshTokens::DigestOf(deps_.refresh_tokens.Make(session, sequence));
  };
  const auto outcome = co_await deps_.sessions.Refresh(call, *digest, digest_at, OriginOf(call));
  if (const auto* good = std::get_if<storage::Refreshed>(&outcome)) {
    co_return Answer(good->session, good->successor, good->account);
  }
  if (const auto* reused = std::get_if<storage::SessionReused>(&outcome)) {
    telemetry::log::Warn(
        "auth.refresh_token_reused",
        {{"session_id", reused->session.ToString()}, {"account_id", reused->account.ToString()}},
        &call.Trace());
  }
  throw Ended();
}

Task<google::protobuf::Empty> AuthService::SignOut(CallContext& call, api::auth::SignOutRequest request) {
  co_await deps_.sessions.End(call, call.Caller().session, call.Caller().account,
                              domain::EndReason::kSignedOut);
  co_return google::protobuf::Empty();
}

Task<api::auth::ListSessionsResponse> AuthService::ListSessions(CallContext& call,
                                                                api::auth::ListSessionsRequest request) {
  const auto& caller = call.Caller();
  api::auth::ListSessionsResponse response;
  for (const auto& session : co_await deps_.sessions.ListLive(call, caller.account)) {
    auto& message = *response.add_sessions();
    message = ToProto(session);
    message.set_current(session.id == caller.session);
  }
  co_return response;
}

Task<google::protobuf::Empty> AuthService::EndSession(CallContext& call,
                                                      api::auth::EndSessionRequest request) {
  const auto ending = co_await deps_.sessions.End(call, Uuid::Parse(request.session_id()).value(),
                                                  call.Caller().account, domain::EndReason::kEnded);
  if (ending == storage::Ending::kNoneToEnd) throw NotFound("the session");
  co_return google::protobuf::Empty();
}

Task<google::protobuf::Empty> AuthService::EndAllSessions(CallContext& call,
                                                          api::auth::EndAllSessionsRequest request) {
  co_await deps_.sessions.EndAll(call, call.Caller().account);
  co_return google::protobuf::Empty();
}

}  // namespace market::auth
