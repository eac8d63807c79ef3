// grpc.reflection.v1 and v1alpha ServerReflectionInfo over the descriptors linked into this program.
//
// The listed services are those whose methods are registered with the server, reflection included.
#pragma once
#include "platform/grpc/server.hpp"

namespace market::grpc {

// Before Server::Listen; the server must outlive its own handlers, as always.
void ServeReflection(Server& server);

}  // namespace market::grpc
