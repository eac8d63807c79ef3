#include "platform/grpc/transport/address.hpp"

#include <fcntl.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <charconv>
#include <cstring>
#include <stdexcept>

namespace market::grpc {

HostPort ParseHostPort(std::string_view address) {
  const auto colon = address.rfind(':');
  const auto bad = [&] {
    return std::invalid_argument("not \"host:port\": \"" + std::string(address) + "\"");
  };
  if (colon == std::string_view::npos || colon == 0 || colon + 1 == address.size()) throw bad();
  std::string_view host = address.substr(0, colon);
  if (host.front() == '[' && host.back() == ']') {
    host = host.substr(1, host.size() - 2);
  } else if (host.contains(':')) {
    throw bad();
  }
  return {std::string(host), std::string(address.substr(colon + 1))};
}

Endpoint UnixEndpoint(std::string_view path) {
  return boost::asio::local::stream_protocol::endpoint(std::string(path));
}

Endpoint IpEndpoint(const HostPort& address) {
  boost::system::error_code error;
  const auto ip = boost::asio::ip::make_address(address.host, error);
  std::uint16_t port = 0;
  const char* end = address.port.data() + address.port.size();
  const auto parsed = std::from_chars(address.port.data(), end, port);
  if (error || parsed.ec != std::errc() || parsed.ptr != end) {
    throw std::invalid_argument("not an IP address and port: \"" + address.host + ":" + address.port + "\"");
  }
  return boost::asio::ip::tcp::endpoint(ip, port);
}

int InheritedListener(std::string_view address) {
  const std::string_view number = address.substr(kInheritedScheme.size());
  const char* end = number.data() + number.size();
  int fd = -1;
  const auto parsed = std::from_chars(number.data(), end, fd);
  int listening = 0;
  socklen_t size = sizeof listening;
  if (parsed.ec != std::errc() || parsed.ptr != end || fd < 0 ||
      ::getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &listening, &size) != 0 || listening == 0) {
    throw std::invalid_argument("not an inherited listening socket: \"" + std::string(address) + "\"");
  }
  ::fcntl(fd, F_SETFD, FD_CLOEXEC);
  return fd;
}

std::string AddressText(const Endpoint& endpoint) {
  const int family = endpoint.protocol().family();
  if (family == AF_UNIX) {
    boost::asio::local::stream_protocol::endpoint local;
    std::memcpy(local.data(), endpoint.data(), endpoint.size());
    local.resize(endpoint.size());
    return std::string(kUnixScheme) + local.path();
  }
  boost::asio::ip::tcp::endpoint ip;
  if (endpoint.size() > ip.capacity()) return {};
  std::memcpy(ip.data(), endpoint.data(), endpoint.size());
  const std::string host = ip.address().to_string();
  return (ip.address().is_v6() ? "[" + host + "]" : host) + ":" + std::to_string(ip.port());
}

}  // namespace market::grpc
