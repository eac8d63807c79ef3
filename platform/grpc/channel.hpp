// A gRPC client: calls to one service, balanced round-robin over all addresses of its target.
//
// Owner: whoever wires the process; it must outlive the calls that use it, or they end as UNAVAILABLE. Io
// thread only. Connects at the first call and keeps the io_context busy from then until Close or its end.
// Reconnects with backoff, resolves names again every 5 s and after a failure. A call that the server
// certainly did not process is tried again on another connection within its deadline.
#pragma once
#include <boost/asio/io_context.hpp>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "platform/grpc/metadata.hpp"
#include "platform/grpc/status.hpp"
#include "platform/grpc/tls_files.hpp"
#include "platform/runtime/backoff.hpp"
#include "platform/runtime/task.hpp"

namespace market::grpc {

// kNo: fail with UNAVAILABLE when every address has failed. kYes: wait for a connection until the deadline.
enum class WaitForReady { kNo, kYes };

struct CallOptions {
  runtime::Deadline deadline;  // required: what is left unset has passed. kNoDeadline for long-lived streams
  Metadata metadata;
  WaitForReady wait_for_ready = WaitForReady::kNo;
};

struct ClientReply {
  enum class Sent { kNo, kMaybe };  // kNo: the server certainly did not process the call, so a retry is safe

  Status status;
  std::string message;
  Metadata initial;
  Metadata trailing;
  Sent sent = Sent::kMaybe;
};

// One streaming call. Dropping the last reference to a call that has not ended cancels it.
// Reads and writes may run at the same time, one of each. When the waiting coroutine is cancelled they throw
// boost::system::system_error(operation_aborted) and the call goes on until Cancel or the last reference
// goes.
class ClientCall {
 public:
  virtual ~ClientCall() = default;

  // Waits while more than a small buffer is unsent. A call that has ended takes no more: Finish says why.
  virtual Task<> Write(std::string message) = 0;
  virtual Task<> WritesDone() = 0;
  // nullopt when the server has ended the call (or it failed): then Finish gives the status.
  virtual Task<std::optional<std::string>> Read() = 0;
  // Drops unread messages and waits for the status.
  virtual Task<Status> Finish() = 0;
  // Waits for the initial metadata (or the end of the call).
  virtual Task<> WaitForInitialMetadata() = 0;
  virtual const Metadata& InitialMetadata() const = 0;
  virtual const Metadata& TrailingMetadata() const = 0;
  virtual ClientReply::Sent Sent() const = 0;
  virtual void Cancel() = 0;
};

enum class ChannelState { kIdle, kConnecting, kReady, kTransientFailure, kShutdown };

struct ChannelOptions {
  // With TLS the server's certificate must be signed by `tls->ca` and carry expected_identity as a DNS or URI
  // name; without an expected identity, the host name of the target.
  std::optional<TlsFiles> tls;
  std::string expected_identity;
  std::string authority;  // ":authority"; by default the target's host and port

  std::size_t max_message_bytes = 4 * 1024 * 1024;  // of a reply; larger is RESOURCE_EXHAUSTED
  std::size_t max_header_bytes =
      32 * 1024;  // of a reply's metadata, and of a call's; larger is RESOURCE_EXHAUSTED
  std::uint32_t stream_window_bytes = 1024 * 1024;  // raised to hold one message
  std::uint32_t connection_window_bytes = 4 * 1024 * 1024;
  // Calls waiting for a connection; beyond it they fail as RESOURCE_EXHAUSTED.
  std::size_t max_waiting_calls = 10000;

  std::chrono::milliseconds connect_timeout{5000};  // TCP, TLS and the server's SETTINGS
  // Between attempts to connect: a peer that is back has calls within `max`.
  runtime::Backoff::Options backoff{.initial = std::chrono::milliseconds(50),
                                    .max = std::chrono::milliseconds(1000),
                                    .jitter = 0.3,
                                    .multiplier = 1.6};
  // A PING after this long without a byte from the server while calls are open; the connection ends when
  // nothing came within the timeout.
  std::chrono::milliseconds keepalive_interval{10000};
  std::chrono::milliseconds keepalive_timeout{5000};
  std::chrono::milliseconds resolve_interval{5000};  // a new replica has calls within twice this
};

struct ChannelStats {
  std::uint64_t connections_open = 0;
  std::uint64_t connects_total = 0;
  std::uint64_t connects_failed = 0;
  std::uint64_t calls_total = 0;
  std::uint64_t calls_open = 0;
  std::uint64_t calls_retried = 0;  // transparently: certainly not processed
  std::uint64_t addresses = 0;
};

class Channel {
 public:
  // `target`: "host:port", "[::1]:port", "unix:/path", or several of these separated by commas. Throws
  // std::invalid_argument for another form, std::runtime_error when the TLS files cannot be used.
  Channel(boost::asio::io_context& io, std::string target, ChannelOptions options = {});
  ~Channel();
  Channel(const Channel&) = delete;
  Channel& operator=(const Channel&) = delete;

  // A unary call. Failures are in the reply's status; throws boost::system::system_error(operation_aborted)
  // only when the calling coroutine is cancelled, and the call with it.
  Task<ClientReply> Call(std::string_view path, std::string request, CallOptions options);

  // Any kind of streaming call; starts at once, waiting for a connection as a unary call does.
  std::shared_ptr<ClientCall> Open(std::string_view path, CallOptions options);

  ChannelState State() const;
  const ChannelStats& Stats() const;
  // New connections use the files as they are now.
  // Throws std::runtime_error and keeps the old ones if they are bad.
  void ReloadTls();

  // Takes no new calls, waits for the open ones until the deadline, then ends them and closes.
  Task<> Close(runtime::Deadline deadline);

 private:
  class Core;
  std::shared_ptr<Core> core_;
};

}  // namespace market::grpc
