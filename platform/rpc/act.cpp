#include "platform/rpc/act.hpp"

#include "platform/rpc/method.hpp"

namespace market::rpc {
namespace {

std::string ActorOf(const CallContext& call) {
  if (call.Caller().bearer == identity::Bearer::kApiKey) return "api_key " + call.Caller().session.ToString();
  return call.Reach().everything ? "operator" : "member";
}

}  // namespace

audit::Act ActOf(const CallContext& call, std::string reason) {
  const auto& method = call.Method();
  return {.account = call.Caller().account,
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
