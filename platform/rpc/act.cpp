#include "platform/rpc/act.hpp"

#include "platform/rpc/method.hpp"

namespace market::rpc {
namespace {

std::string ActorOf(const CallContext& call) {
  switch (call.Caller().bearer) {
    case identity::Bearer::kApiKey:
      return "api_key " + call.Caller().session.ToString();
    case identity::Bearer::kCertificate:  // who used it is known to that machine alone, which says so
      return "certificate:" + std::string(call.Service()) + " (" + std::string(call.UserAgent()) + ")";
    case identity::Bearer::kPerson:
      break;
  }
  return call.Reach().everything ? "operator" : "member";
}

}  // namespace

audit::Act ActOf(const CallContext& call, std::string reason) {
  const auto& method = call.Method();
  const auto account = call.Caller().account;
  return {.account = account.IsNil() ? std::nullopt : std::optional(account),
          .actor = ActorOf(call),
          .permission = std::string(identity::NameOf(method.policy.permission())),
          .method = std::string(method.SpanName()),
          .request_id = std::string(call.RequestId()),
          .trace_id = call.Trace().TraceIdHex(),
          .target_type = {},
          .target_id = {},
          .reason = std::move(reason),
          .before = {},
          .after = {}};
}

}  // namespace market::rpc
