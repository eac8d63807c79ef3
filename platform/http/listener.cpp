#include "platform/http/listener.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <cstddef>
#include <cstring>
#include <stdexcept>
#include <string_view>
#include <system_error>
#include <utility>

namespace market::http {
namespace {

[[noreturn]] void ThrowErrno(const std::string& what) {
  throw std::system_error(errno, std::generic_category(), what);
}

// Closes the descriptor unless it was released: what follows the socket() call may throw.
class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int Get() const { return fd_; }
  int Release() { return std::exchange(fd_, -1); }

 private:
  int fd_;
};

struct SocketAddress {
  sockaddr_storage storage{};
  socklen_t size = sizeof(sockaddr_storage);
  sockaddr* Get() { return reinterpret_cast<sockaddr*>(&storage); }
};

int ParseNumber(std::string_view text, int max, const std::string& address) {
  int value = -1;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || value < 0 || value > max) {
    throw std::invalid_argument("not a listening address: " + address);
  }
  return value;
}

SocketAddress UnixAddress(const std::string& path) {
  SocketAddress result;
  auto& address = reinterpret_cast<sockaddr_un&>(result.storage);
  if (path.empty() || path.size() >= sizeof address.sun_path) {
    throw std::invalid_argument("the path of the unix socket is empty or too long: " + path);
  }
  address.sun_family = AF_UNIX;
  std::memcpy(address.sun_path, path.c_str(), path.size() + 1);
  result.size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + path.size() + 1);
  return result;
}

SocketAddress InternetAddress(const std::string& text) {
  const auto colon = text.rfind(':');
  if (colon == std::string::npos) throw std::invalid_argument("not a listening address: " + text);
  std::string host = text.substr(0, colon);
  const auto port =
      static_cast<in_port_t>(ParseNumber(std::string_view(text).substr(colon + 1), 65535, text));
  SocketAddress result;
  auto& v4 = reinterpret_cast<sockaddr_in&>(result.storage);
  auto& v6 = reinterpret_cast<sockaddr_in6&>(result.storage);
  if (host.size() > 2 && host.front() == '[' && host.back() == ']' &&
      ::inet_pton(AF_INET6, host.substr(1, host.size() - 2).c_str(), &v6.sin6_addr) == 1) {
    v6.sin6_family = AF_INET6;
    v6.sin6_port = htons(port);
    result.size = sizeof v6;
  } else if (::inet_pton(AF_INET, host.c_str(), &v4.sin_addr) == 1) {
    v4.sin_family = AF_INET;
    v4.sin_port = htons(port);
    result.size = sizeof v4;
  } else {
    throw std::invalid_argument("not a listening address: " + text);
  }
  return result;
}

// A socket file that nobody listens on any more was left by a process that was killed.
void RemoveStale(const std::string& path) {
  const Descriptor probe(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  SocketAddress address = UnixAddress(path);
  if (::connect(probe.Get(), address.Get(), address.size) != 0 && errno == ECONNREFUSED)
    ::unlink(path.c_str());
}

Listener Bind(SocketAddress address, const std::string& name) {
  Descriptor socket(::socket(address.storage.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (socket.Get() < 0) ThrowErrno("socket " + name);
  const int on = 1;
  if (address.storage.ss_family != AF_UNIX)
    ::setsockopt(socket.Get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  if (::bind(socket.Get(), address.Get(), address.size) != 0) ThrowErrno("bind " + name);
  if (::listen(socket.Get(), SOMAXCONN) != 0) ThrowErrno("listen " + name);
  Listener listener;
  listener.family = address.storage.ss_family;
  SocketAddress bound;
  if (::getsockname(socket.Get(), bound.Get(), &bound.size) != 0) ThrowErrno("getsockname " + name);
  listener.address = AddressText(bound.storage, bound.size);
  listener.fd = socket.Release();
  return listener;
}

Listener Inherit(int fd, const std::string& name) {
  int listening = 0;
  socklen_t size = sizeof listening;
  if (::getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &listening, &size) != 0) ThrowErrno(name);
  if (listening == 0) throw std::invalid_argument(name + " is not a listening socket");
  SocketAddress bound;
  if (::getsockname(fd, bound.Get(), &bound.size) != 0) ThrowErrno(name);
  ::fcntl(fd, F_SETFD, FD_CLOEXEC);
  ::fcntl(fd, F_SETFL, ::fcntl(fd, F_GETFL) | O_NONBLOCK);
  return {fd, bound.storage.ss_family, AddressText(bound.storage, bound.size), {}};
}

}  // namespace

std::string AddressText(const sockaddr_storage& address, socklen_t size) {
  char text[INET6_ADDRSTRLEN] = {};
  if (address.ss_family == AF_INET) {
    const auto& v4 = reinterpret_cast<const sockaddr_in&>(address);
    ::inet_ntop(AF_INET, &v4.sin_addr, text, sizeof text);
    return std::string(text) + ":" + std::to_string(ntohs(v4.sin_port));
  }
  if (address.ss_family == AF_INET6) {
    const auto& v6 = reinterpret_cast<const sockaddr_in6&>(address);
    ::inet_ntop(AF_INET6, &v6.sin6_addr, text, sizeof text);
    return "[" + std::string(text) + "]:" + std::to_string(ntohs(v6.sin6_port));
  }
  const auto& path = reinterpret_cast<const sockaddr_un&>(address).sun_path;
  const bool named = size > offsetof(sockaddr_un, sun_path) && path[0] != '\0';
  return named ? "unix:" + std::string(path) : "unix:";
}

Listener OpenListener(const std::string& address) {
  if (address.starts_with("fd:")) {
    return Inherit(ParseNumber(std::string_view(address).substr(3), 1 << 20, address), address);
  }
  if (address.starts_with("unix:")) {
    const std::string path = address.substr(5);
    RemoveStale(path);
    Listener listener = Bind(UnixAddress(path), address);
    listener.path = path;
    return listener;
  }
  return Bind(InternetAddress(address), address);
}

}  // namespace market::http
