// An HTTP/1.1 client for one origin, with a pool of kept-alive connections. Io thread only; never redirects,
// never retries: what may be repeated is the caller's to know, and SendError tells it what it needs to.
// Of an https origin the certificate must be good for the host's name; there is no way to do without.
#pragma once
#include <boost/asio/io_context.hpp>
#include <chrono>
#include <cstddef>
#include <memory>
#include <stdexcept>
#include <string>

#include "platform/http/message.hpp"
#include "platform/telemetry/work.hpp"

namespace market::http {

struct ClientOptions {
  std::chrono::milliseconds connect_timeout{1000};
  std::chrono::milliseconds idle_timeout{30000};  // of a pooled connection; shorter than the server's
  std::size_t pool_size = 16;  // connections at once; more requests wait, until their deadline
  std::size_t header_bytes_max = 16 * 1024;
  std::size_t body_bytes_max = 1024 * 1024;
  std::string ca_file =
      {};  // whose certificates an https origin may have; empty: those that the system trusts
};

class SendError : public std::runtime_error {
 public:
  enum class Kind {
    kNotSent,  // nothing of the request left this process: repeating it is safe
    kUnknown,  // the server may have acted on it
  };
  SendError(Kind kind, const std::string& what) : std::runtime_error(what), kind_(kind) {}
  Kind GetKind() const { return kind_; }

 private:
  Kind kind_;
};

class Client {
 public:
  // "http://host:port", "https://host:port" or "http+unix:/path". Throws std::invalid_argument for anything
  // else, and what OpenSSL says of a ca_file that can't be read. A host that is no number is looked up at each
  // connect, in a thread of Asio's, within the system resolver's own time limit.
  Client(boost::asio::io_context& io, const std::string& base_url, ClientOptions options = {});
  ~Client();
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  // Host, Content-Length, Connection and traceparent are added. Throws SendError; passing the deadline is
  // kNotSent or kUnknown like every other failure. Any status is a Response.
  Task<Response> Send(Request request, Work work);

 private:
  class Core;
  std::shared_ptr<Core> core_;
};

}  // namespace market::http
