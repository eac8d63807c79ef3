// How a call ended, as gRPC carries it.
#pragma once
#include <string>

#include "platform/core/error.hpp"

namespace market::grpc {

struct Status {
  Code code = Code::kOk;
  std::string message;  // any UTF-8; percent-encoded on the wire
  std::string details;  // a serialized google.rpc.Status ("grpc-status-details-bin"), or empty

  bool Ok() const { return code == Code::kOk; }
};

}  // namespace market::grpc
