#include "platform/rpc/act.hpp"

#include "platform/rpc/method.hpp"

namespace market::rpc {

audit::Act ActOf(const CallContext& call, std::string reason) {
  const auto& method = call.Method();
  return {.account = call.Caller().account,
          .actor = call.Reach().everything ? "operator" : "member",
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
