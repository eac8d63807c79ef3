// grpc.reflection.v1 and v1alpha ServerReflectionInfo over the descriptors linked into this program.
//
// The listed services are those whose methods are registered with the server, reflection included, and those
// of the paths given besides.
#pragma once
#include <string>
#include <vector>

#include "platform/grpc/server.hpp"

namespace market::grpc {

// Of each of the two versions.
inline constexpr StreamLimits kReflections{.max_calls = 32, .max_lifetime = std::chrono::minutes(10)};

// Before Server::Listen; the server must outlive its own handlers, as always.
void ServeReflection(Server& server, std::vector<std::string> more_paths = {},
                     StreamLimits limits = kReflections);

}  // namespace market::grpc
