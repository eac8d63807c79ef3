// An HTTP/1.1 server on the process's io thread: keep-alive, pipelining (requests of one connection are
// answered one after the other), HEAD, Expect: 100-continue.
//
// Owner: the process's main, which listens and drains it before the io_context ends. Io thread only. A peer
// can cost it at most what ServerOptions allow. What is not a valid request never reaches the handler:
// `on_fault` makes the answer and the connection is closed,
// since nobody knows where the next request would begin (request smuggling).
#pragma once
#include <boost/asio/io_context.hpp>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "platform/http/message.hpp"
#include "platform/runtime/task.hpp"

namespace market::http {

enum class Fault : std::uint8_t {
  kBadRequest,       // 400: not HTTP/1.x, no or two Hosts, Content-Length beside Transfer-Encoding, a folded
                     // header …
  kBodyTooLarge,     // 413
  kUriTooLong,       // 414
  kHeadersTooLarge,  // 431
  kTooSlow,          // 408: a request that began and did not arrive in time
  kExpectation,      // 417: an Expect other than 100-continue
  kHandlerFailed,    // 500: the handler threw; see on_exception
};

int StatusOf(Fault fault);

// A body that is pulled does not come whole. Whoever pulls it may answer all the same; left to the server it is answered as
// any fault.
struct BodyFailure : std::exception {
  explicit BodyFailure(std::optional<Fault> why) : fault(why) {}
  const char* what() const noexcept override { return "the body did not come whole"; }

  std::optional<Fault> fault;  // none: the client has gone
};

struct ServerOptions {
  std::size_t body_bytes_max = 64 * 1024;
  std::size_t header_bytes_max = 8 * 1024;  // request line included
  std::size_t uri_bytes_max = 4 * 1024;
  std::size_t connections_max =
      4096;  // beyond it the longest idle connection makes room; without one, the new is closed
  std::chrono::milliseconds header_timeout{
      10000};  // first byte to end of header, and again header to end of body
  // Says, of a request that has a body and of which only the header is there, whether its handler pulls the body
  // (Request::body_reader), and how many bytes that may have, whatever `body_bytes_max` is. Unset: of none.
  std::function<std::optional<std::uint64_t>(const Request&)> pulled_bytes_max;
  // How fast a body that is pulled must come, on the whole: the client may make the server wait header_timeout, and a second
  // more for each so many bytes; never longer than header_timeout at a time. What the handler takes does not count.
  std::size_t pulled_bytes_per_s = 16 * 1024;
  std::chrono::milliseconds idle_timeout{60000};
  std::chrono::milliseconds write_timeout{30000};
  // How long Drain goes on accepting and answering, with `Connection: close`, before it closes idle
  // connections. A proxy in front that lets go of idle connections sooner than
  // this never sends into one that is being closed.
  std::chrono::milliseconds drain_linger{0};
  // Answers a fault; unset: the status with an empty body.
  std::function<Response(Fault)> on_fault;
  // Called with what the handler threw.
  std::function<void(std::exception_ptr)> on_exception;
};

struct ServerStats {
  std::uint64_t connections_open = 0;
  std::uint64_t connections_total = 0;
  std::uint64_t connections_refused = 0;  // beyond connections_max
  std::uint64_t requests_total = 0;       // reached the handler
  std::uint64_t requests_running = 0;
  std::uint64_t streams_open = 0;  // answers that go on, see BodyStream
  std::uint64_t faults_total = 0;
};

class Server {
 public:
  Server(boost::asio::io_context& io, ServerOptions options, Handler handler);
  // Closes every connection at once; Drain first. Handlers that still run must end before what they use does.
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  // "127.0.0.1:0", "[::1]:0", "unix:/path", or "fd:3" for a listening socket that was inherited; may be
  // called several times. Returns the bound address ("127.0.0.1:40312", "unix:/path"). Throws
  // std::system_error (EADDRINUSE …) or std::invalid_argument. A stale unix socket is replaced, a live one is
  // not; an inherited one is never removed.
  std::string Listen(const std::string& address);

  // Answers with `Connection: close` from now on, and ends streams at once that have no end of their own; after drain_linger
  // stops accepting, closes idle connections and waits for the requests under way; at the deadline what is left is closed.
  Task<> Drain(runtime::Deadline deadline);

  const ServerStats& Stats() const;

 private:
  friend class Session;
  class Core;
  std::shared_ptr<Core> core_;
};

}  // namespace market::http
