// The client side of an edge between processes: what every generated client calls through.
//
// Adds to the bare transport: the caller's deadline, shrunk (resilience::Shrink) and capped by the method's
// own; the trace as a child span; the caller's token, request id and address; retries of repeatable methods on
// UNAVAILABLE, or of any method when the call certainly was not sent, within a budget; a circuit breaker for
// reads and one for writes; metrics. Neither is for methods that wait. A failure arrives as the Error its peer threw; words that only this
// side's transport knows stay in the log. Io thread only.
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

struct ChannelOptions {
  // Sent as "x-market-service" (EdgeOptions::Plaintext):
  // the name of this process where no certificate says it.
  std::string plaintext_service;
};

class Channel {
 public:
  // `transport` and `metrics` must outlive the channel. `peer` names it in metrics and errors ("product").
  Channel(std::string peer, grpc::Channel& transport, telemetry::Metrics& metrics,
          ChannelOptions options = {});
  ~Channel();

  // The idempotency key of `call` goes along when the method needs one.
  Task<> Call(const Method& method, CallContext& call, const Message& request, Message& response);
  // The answer as it came, which nobody has looked into: for who passes it on in another form.
  Task<> Call(const Method& method, CallContext& call, const Message& request, std::string& response);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace market::rpc
