// A gRPC server (HTTP/2) on the process's io thread. It knows bytes,
// metadata and status; platform/rpc gives it types.
//
// Owner: the process's main, which registers handlers, then listens, and drains it before the io_context
// ends. Io thread only. A peer can cost it at most what ServerOptions allow:
// every queue, size and time has a bound.
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
#include <string_view>
#include <vector>

#include "platform/grpc/metadata.hpp"
#include "platform/grpc/status.hpp"
#include "platform/grpc/tls_files.hpp"
#include "platform/runtime/task.hpp"

namespace market::grpc {

struct Peer {
  std::string address;   // "127.0.0.1:40312", "[::1]:40312" or "unix:"
  std::string identity;  // first DNS or URI name of the verified client certificate; "" without TLS
};

// One call as its handler sees it; valid until the handler's Task has ended.
//
// When the client cancels, its deadline passes or its connection goes away, the handler's coroutine is
// cancelled: its next co_await throws boost::system::system_error(operation_aborted),
// and what it returns is not sent.
class ServerCall {
 public:
  virtual std::string_view Path() const = 0;
  virtual const Metadata& RequestMetadata() const = 0;
  virtual runtime::Deadline Deadline() const = 0;  // kNoDeadline when the client sent none
  virtual const Peer& From() const = 0;

  // The next message, nullopt after the client's half-close. Taking a message is what reopens the client's
  // window, so a handler that does not read stops its client.
  // At most one Read at a time. Not for unary handlers.
  virtual Task<std::optional<std::string>> Read() = 0;

  // Queues a message and waits while more than a small buffer of them is still unsent.
  // At most one Write at a time.
  virtual Task<> Write(std::string message) = 0;

  virtual Metadata& InitialMetadata() = 0;   // sent with the first message
  virtual Metadata& TrailingMetadata() = 0;  // sent with the status

 protected:
  ~ServerCall() = default;
};

struct UnaryReply {
  Status status;
  std::string message;  // not sent unless the status is OK
  Metadata trailing;    // added to ServerCall::TrailingMetadata()
};

using UnaryHandler = std::function<Task<UnaryReply>(ServerCall&, std::string request)>;
using StreamHandler = std::function<Task<Status>(ServerCall&)>;

// Of one streaming method: its calls at a time, and how long one of them may last; 0 = no limit of its own.
struct StreamLimits {
  std::size_t max_calls = 0;
  std::chrono::milliseconds max_lifetime{0};
};

// Of a unary method. kWaiting: its calls wait for news. They have ServerOptions::max_waiting for themselves, and
// take no place of those that work.
enum class Pace : std::uint8_t { kWorking, kWaiting };

struct ServerOptions {
  // Who is not a service: a caller that proves one of these names, or none. They speak for strangers, who may fill
  // `outside_percent` of each of the server's limits together; the rest is kept for services, which go on.
  std::vector<std::string> outside_identities = {"edge"};
  unsigned outside_percent = 75;

  // Size of a request message; a larger one is answered RESOURCE_EXHAUSTED.
  std::size_t max_message_bytes = 256 * 1024;
  // Request header list as HTTP/2 counts it (name + value + 32 each);
  // a larger one is answered RESOURCE_EXHAUSTED and costs its call only, up to what nghttp2 decodes: a field of
  // 64 KiB, 9 frames.
  std::size_t max_header_bytes = 8 * 1024;
  // Of one connection. Announced to the peer; calls beyond it, or beyond as many running handlers,
  // are refused (the client may retry).
  std::uint32_t max_concurrent_streams = 1024;
  // Of all connections; calls beyond it are answered UNAVAILABLE, with the time after which to try again.
  std::size_t max_streams = 4096;
  // Calls of methods that wait (Pace), over all connections and besides max_streams; beyond it they are answered
  // RESOURCE_EXHAUSTED. One connection, that of a gateway, may have them all, so what is announced to each is as many
  // more than max_concurrent_streams.
  std::size_t max_waiting = 0;
  // The calls of a connection beyond it are answered UNAVAILABLE in the same way, and it is told to go away.
  std::size_t max_connections = 1024;
  // Connections that are not counted above: their handshake is not finished, or they are being told to go away. Beyond
  // it the oldest is closed, so that who connects and says nothing keeps nobody out.
  std::size_t max_unsettled_connections = 256;
  // Request bytes received and not yet taken by handlers, over all connections;
  // the call that exceeds it is answered RESOURCE_EXHAUSTED.
  std::size_t max_buffered_bytes = 64 * 1024 * 1024;
  // Receive windows. The stream window is raised to hold one message of max_message_bytes.
  std::uint32_t stream_window_bytes = 1024 * 1024;
  std::uint32_t connection_window_bytes = 4 * 1024 * 1024;
  // Frames of ours that may wait for a peer that does not read; beyond it reading from that peer stops.
  std::size_t max_queued_frames = 4096;

  // Calls that a peer may reset: a burst, then a rate. Beyond it the connection ends (CVE-2023-44487).
  std::uint64_t reset_burst = 4000;
  std::uint64_t resets_per_second = 400;
  // The same for frames that carry no call: PING, SETTINGS, PRIORITY, empty DATA.
  std::uint64_t control_burst = 4000;
  std::uint64_t control_per_second = 400;

  // From a call's first bytes until its first message is whole; a later one is answered DEADLINE_EXCEEDED, and a
  // connection whose request headers are not whole by then is closed.
  std::chrono::milliseconds receive_timeout{10000};
  // For the client to take the rest of an answer; then its stream is reset.
  std::chrono::milliseconds send_timeout{30000};
  // From accept to the end of the TLS handshake,
  // and from there to the peer's acknowledgement of our SETTINGS.
  std::chrono::milliseconds handshake_timeout{5000};
  std::chrono::milliseconds settings_timeout{10000};
  // A PING after this long without a byte from the peer;
  // the connection ends when nothing came within the timeout.
  std::chrono::milliseconds keepalive_interval{20000};
  std::chrono::milliseconds keepalive_timeout{10000};
  // A connection without calls for this long, or this old (plus up to a tenth),
  // is told to go away; 0 = never.
  std::chrono::milliseconds max_idle{std::chrono::minutes(10)};
  std::chrono::milliseconds max_age{std::chrono::minutes(60)};
  // How long calls on a connection that was told to go away may still run; also the longest that Drain takes.
  std::chrono::milliseconds age_grace{60000};

  // With TLS the client's certificate is required; without, Peer::identity is empty.
  std::optional<TlsFiles> tls;

  // Called with what a handler threw; the client sees INTERNAL with no text.
  std::function<void(std::string_view path, std::exception_ptr error)> on_exception;
};

// Plain numbers since the start (or now, where the name says open); platform/rpc publishes them.
struct ServerStats {
  std::uint64_t connections_open = 0;
  std::uint64_t connections_total = 0;
  std::uint64_t outside_connections = 0;    // open ones of callers that are not services
  std::uint64_t connections_refused = 0;    // beyond max_connections, or the part of it for outside
  std::uint64_t connections_evicted = 0;    // beyond max_unsettled_connections
  std::uint64_t handshakes_failed = 0;      // TLS or its time limit
  std::uint64_t connections_abused = 0;     // ended for a protocol error or an exceeded budget
  std::uint64_t connections_timed_out = 0;  // keepalive or SETTINGS never acknowledged
  std::uint64_t streams_open = 0;
  std::uint64_t streams_total = 0;
  std::uint64_t outside_streams = 0;  // open ones of callers that are not services
  std::uint64_t streams_refused = 0;  // over a limit of a connection or of the server
  std::uint64_t calls_refused = 0;    // over the limit of their method, see StreamLimits
  std::uint64_t headers_refused = 0;  // over max_header_bytes
  std::uint64_t bytes_refused = 0;    // calls over max_message_bytes or max_buffered_bytes
  std::uint64_t receives_timed_out = 0;
  std::uint64_t sends_timed_out = 0;
  std::uint64_t resets_received = 0;
  std::uint64_t deadlines_exceeded = 0;
  std::uint64_t handlers_running = 0;
  std::uint64_t buffered_bytes = 0;  // see ServerOptions::max_buffered_bytes
};

class Server {
 public:
  // Throws std::runtime_error when the TLS files cannot be used.
  Server(boost::asio::io_context& io, ServerOptions options);
  // Closes every connection at once and cancels the handlers; Drain first. The handlers must end before what
  // they use does: run the io_context until Stats().handlers_running is 0, or stop it.
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  // `path` is exact, "/pkg.Service/Method". Before Listen. Every other path answers UNIMPLEMENTED.
  void HandleUnary(std::string path, UnaryHandler handler, Pace pace = Pace::kWorking);
  void HandleStream(std::string path, StreamHandler handler, StreamLimits limits = {});
  std::vector<std::string> Paths() const;

  // "127.0.0.1:0", "[::1]:0", "unix:/path", or "fd:3" for a listening socket that was inherited and that
  // whoever started this process keeps open while it restarts; may be called several times. Returns the bound
  // address. Throws std::system_error (EADDRINUSE …) or std::invalid_argument; a stale unix socket is
  // replaced, a live one is not.
  std::string Listen(std::string address);

  // Stops accepting, tells the clients to go away in two steps so that no call is lost, waits for the calls
  // until the deadline, then closes what is left and waits for its cancelled handlers.
  // The server is done after it.
  Task<> Drain(runtime::Deadline deadline);

  // New connections use the files as they are now.
  // Throws std::runtime_error and keeps the old ones if they are bad.
  void ReloadTls();

  const ServerStats& Stats() const;

 private:
  class Core;
  std::shared_ptr<Core> core_;
};

}  // namespace market::grpc
