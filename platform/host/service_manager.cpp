#include "platform/host/service_manager.hpp"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <cstdlib>
#include <string_view>
#include <system_error>

namespace market::host {

bool NotifyReady() {
  const char* given = std::getenv("NOTIFY_SOCKET");
  if (given == nullptr || *given == '\0') return false;

  const std::string_view path(given);
  sockaddr_un address{.sun_family = AF_UNIX, .sun_path = {}};
  if (path.size() >= sizeof address.sun_path)
    throw std::system_error(ENAMETOOLONG, std::system_category(), "NOTIFY_SOCKET");
  path.copy(address.sun_path, path.size());
  if (path.front() == '@') address.sun_path[0] = '\0';  // an abstract address, which is not a file
  const auto length = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + path.size());

  constexpr std::string_view kReady = "READY=1";
  const int socket = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (socket < 0) throw std::system_error(errno, std::system_category(), "NOTIFY_SOCKET");
  const auto sent = ::sendto(socket, kReady.data(), kReady.size(), MSG_NOSIGNAL,
                             reinterpret_cast<const sockaddr*>(&address), length);
  const int failure = errno;
  ::close(socket);
  if (sent < 0) throw std::system_error(failure, std::system_category(), "NOTIFY_SOCKET");
  return true;
}

}  // namespace market::host
