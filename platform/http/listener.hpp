// Listening sockets by name, for the server of this room. Throws std::system_error or std::invalid_argument.
#pragma once
#include <sys/socket.h>

#include <string>

namespace market::http {

struct Listener {
  int fd = -1;          // non-blocking and close-on-exec; the caller's to close
  int family = 0;       // AF_INET, AF_INET6 or AF_UNIX
  std::string address;  // as bound
  std::string path;     // of a unix socket that was made here: remove it when done
};

// The forms of http::Server::Listen.
Listener OpenListener(const std::string& address);

// "127.0.0.1:80", "[::1]:80", "unix:/path" or "unix:".
std::string AddressText(const sockaddr_storage& address, socklen_t size);

}  // namespace market::http
