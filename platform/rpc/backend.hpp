// How a gateway reaches a method: over a channel to the service that has it, or straight through the edge of the same
// process. The two shapes differ here and nowhere else.
#pragma once
#include "platform/rpc/edge.hpp"

namespace market::rpc {

class Backend {
 public:
  virtual ~Backend() = default;
  // Fills `call` from `incoming`, then calls. Throws Error.
  virtual Task<> Call(const Method& method, Incoming incoming, CallContext& call, const Message& request,
                      Message& response) = 0;
};

}  // namespace market::rpc
