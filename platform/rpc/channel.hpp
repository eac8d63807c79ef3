// The client side of an edge between processes: what every generated client calls through.
//
// Adds to the bare transport: the caller's deadline, shrunk (resilience::Shrink) and capped by the method's own; the
// trace as a child span; the caller's token and request id; retries of repeatable methods on UNAVAILABLE, or of any
// method when the call certainly was not sent, within a budget; a circuit breaker per peer; metrics. A failure arrives
// as the Error its peer threw.
#pragma once
#include <memory>
#include <string>

#include "platform/rpc/method.hpp"

namespace market::grpc {
class Channel;
}
namespace market::telemetry {
class Metrics;
}

namespace market::rpc {

class Channel {
 public:
  // `transport` and `metrics` must outlive the channel. `peer` names it in metrics and errors ("product").
  Channel(std::string peer, grpc::Channel& transport, telemetry::Metrics& metrics);
  ~Channel();

  // Forwarded from a user's call besides what CallContext carries; the gateway's way.
  Task<> Call(const Method& method, CallContext& call, const Message& request, Message& response);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace market::rpc
