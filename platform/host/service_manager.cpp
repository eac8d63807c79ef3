#include "platform/host/service_manager.hpp"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>
#include <system_error>

namespace market::host {
namespace {

bool Notify(std::string_view state) {
  const char* given = std::getenv("NOTIFY_SOCKET");
  if (given == nullptr || *given == '\0') return false;

  const std::string_view path(given);
  sockaddr_un address{.sun_family = AF_UNIX, .sun_path = {}};
  if (path.size() >= sizeof address.sun_path)
    throw std::system_error(ENAMETOOLONG, std::system_category(), "NOTIFY_SOCKET");
  path.copy(address.sun_path, path.size());
  if (path.front() == '@') address.sun_path[0] = '\0';  // an abstract address, which is not a file
  const auto length = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + path.size());

  const int socket = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (socket < 0) throw std::system_error(errno, std::system_category(), "NOTIFY_SOCKET");
  const auto sent = ::sendto(socket, state.data(), state.size(), MSG_NOSIGNAL,
                             reinterpret_cast<const sockaddr*>(&address), length);
  const int failure = errno;
  ::close(socket);
  if (sent < 0) throw std::system_error(failure, std::system_category(), "NOTIFY_SOCKET");
  return true;
}

// A number of the environment; nothing when it is not there or is none.
std::optional<std::int64_t> Number(const char* name) {
  const char* given = std::getenv(name);
  if (given == nullptr) return std::nullopt;
  const std::string_view text(given);
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

}  // namespace

bool NotifyReady() { return Notify("READY=1"); }

std::optional<std::chrono::microseconds> WatchdogLimit() {
  const auto limit = Number("WATCHDOG_USEC");
  if (!limit || *limit <= 0) return std::nullopt;
  // Inherited from a parent that is watched, it is not meant for this process.
  if (const auto pid = Number("WATCHDOG_PID"); pid && *pid != ::getpid()) return std::nullopt;
  return std::chrono::microseconds(*limit);
}

void TellAlive() { Notify("WATCHDOG=1"); }

}  // namespace market::host
