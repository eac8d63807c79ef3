// Internal to platform/grpc. The addresses a server listens on and a channel connects to.
#pragma once
#include <boost/asio/generic/stream_protocol.hpp>
#include <string>
#include <string_view>

namespace market::grpc {

using Endpoint = boost::asio::generic::stream_protocol::endpoint;

struct HostPort {
  std::string host;
  std::string port;
};

inline constexpr std::string_view kUnixScheme = "unix:";
inline constexpr std::string_view kInheritedScheme = "fd:";

// "host:port" or "[v6]:port"; throws std::invalid_argument for anything else.
HostPort ParseHostPort(std::string_view address);
Endpoint UnixEndpoint(std::string_view path);
// A literal IP address, no names; throws std::invalid_argument.
Endpoint IpEndpoint(const HostPort& address);
// The descriptor in "fd:3". Throws std::invalid_argument unless it is a listening socket.
int InheritedListener(std::string_view address);
// "127.0.0.1:80", "[::1]:80", "unix:/path".
std::string AddressText(const Endpoint& endpoint);

}  // namespace market::grpc
