#include "platform/rpc/act.hpp"

#include "platform/rpc/method.hpp"

namespace market::rpc {
namespace {

std::string ActorOf(const CallContext& call) {
  switch (call.Caller().bearer) {
    case identity::Bearer::kApiKey:
      return "api_key";
    case identity::Bearer::kCertificate:  // who used it is known to that machine alone, which says so
      return "certificate:" + std::string(call.Service()) + " (" + std::string(call.UserAgent()) + ")";
    case identity::Bearer::kPerson:
      break;
  }
  return call.Reach().everything ? "operator" : "member";
}

std::optional<Uuid> ApiKeyOf(const CallContext& call) {
  if (call.Caller().bearer != identity::Bearer::kApiKey) return std::nullopt;
  return call.Caller().session;
}

}  // namespace

audit::Act ActOf(const CallContext& call, std::string reason) {
  const auto& method = call.Method();
  const auto account = call.Caller().account;
  return {.account = account.IsNil() ? std::nullopt : std::optional(account),
          .actor = ActorOf(call),
          .api_key = ApiKeyOf(call),
          .service = method.service,
          .permission = std::string(identity::NameOf(method.policy.permission())),
          .method = std::string(method.SpanName()),
          .request_id = std::string(call.RequestId()),
          .trace_id = call.Trace().TraceIdHex(),
          .address = std::string(call.ClientAddress()),
          .target_type = {},
          .target_id = {},
          .seller = {},
          .reason = std::move(reason),
          .before = {},
          .after = {}};
}

}  // namespace market::rpc
