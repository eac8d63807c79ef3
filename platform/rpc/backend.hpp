// How a gateway reaches a method: over a channel to the service that has it, or straight through the edge of
// the same process. The two shapes differ here and nowhere else. Io thread only.
#pragma once
#include <map>
#include <string>

#include "platform/rpc/channel.hpp"
#include "platform/rpc/edge.hpp"

namespace market::rpc {

class Backend {
 public:
  virtual ~Backend() = default;
  // Fills `call`, which has its span, from `incoming`, then calls. The answer is bytes on the wire, as a peer
  // has sent them: who reads them finds out whether they are a message. Throws Error.
  virtual Task<> Call(const Method& method, Incoming incoming, CallContext& call, const Message& request,
                      std::string& response) = 0;
};

// `edge` must outlive it.
class LocalBackend final : public Backend {
 public:
  explicit LocalBackend(Edge& edge) : edge_(edge) {}
  Task<> Call(const Method& method, Incoming incoming, CallContext& call, const Message& request,
              std::string& response) override;

 private:
  Edge& edge_;
};

// Channels by Method::service; they must outlive it. A method of a service that is not there is
// UNIMPLEMENTED. The token is passed on as it came: the service verifies it.
class ChannelBackend final : public Backend {
 public:
  explicit ChannelBackend(std::map<std::string, Channel*> channels) : channels_(std::move(channels)) {}
  Task<> Call(const Method& method, Incoming incoming, CallContext& call, const Message& request,
              std::string& response) override;

 private:
  const std::map<std::string, Channel*> channels_;
};

}  // namespace market::rpc
