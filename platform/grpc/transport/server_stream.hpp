// Internal to platform/grpc. The server's end of one call: from its request headers to its trailers, and the
// handler in between. See Stream for who owns it. Io thread only.
#pragma once
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/io_context.hpp>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "platform/grpc/server.hpp"
#include "platform/grpc/transport/header_list.hpp"
#include "platform/grpc/transport/share.hpp"
#include "platform/grpc/transport/stream.hpp"
#include "platform/runtime/deadline_wheel.hpp"

namespace market::grpc {

struct Method {
  UnaryHandler unary;  // one of the two
  StreamHandler stream;
  Share* waiting;  // of a unary method that waits: where its calls are counted, in place of the streams
  std::optional<Share> calls;  // of a stream
  std::chrono::milliseconds max_lifetime;
};

struct PathHash {
  using is_transparent = void;
  std::size_t operator()(std::string_view path) const { return std::hash<std::string_view>()(path); }
};

// What the streams of a server need and what must outlive their handlers, also when the Server is gone.
struct ServerShared {
  ServerShared(boost::asio::io_context& io, ServerOptions given)
      : io(io),
        options(std::move(given)),
        streams(options.max_streams, options.outside_percent),
        waiting(options.max_waiting, options.outside_percent),
        buffered(options.max_buffered_bytes, options.outside_percent) {}

  boost::asio::io_context& io;
  ServerOptions options;
  Share streams;
  Share waiting;   // calls of methods that wait
  Share buffered;  // bytes
  std::unordered_map<std::string, Method, PathHash, std::equal_to<>> methods;
  ServerStats stats;
  std::function<void()> on_handler_end;
};

// Whose connection it is, for its streams: they may outlive it.
struct Origin {
  Peer peer;
  Caller caller = Caller::kOutside;
  std::size_t handlers = 0;  // running ones, but those that wait
};

class ServerStream final : public Stream, public ServerCall, private runtime::DeadlineWheel::Entry {
 public:
  ServerStream(std::shared_ptr<ServerShared> shared, std::shared_ptr<Origin> origin);
  ~ServerStream() override;

  std::string_view Path() const override { return path_; }
  const Metadata& RequestMetadata() const override { return metadata_; }
  runtime::Deadline Deadline() const override { return deadline_; }
  const Peer& From() const override { return origin_->peer; }
  Task<std::optional<std::string>> Read() override { return ReadMessage(); }
  Task<> Write(std::string message) override { return WriteMessage(std::move(message)); }
  Metadata& InitialMetadata() override { return initial_; }
  Metadata& TrailingMetadata() override { return trailing_; }

  // Before its first header: the call is not served, and the client may try again soon.
  void TurnAway(Code code, std::string why);

 private:
  enum class Handler { kNone, kRunning, kEnded };

  void OnHeader(std::string_view name, std::string_view value) override;
  void OnHeadersEnd() override;
  void OnData(std::string_view bytes) override;
  void OnEndStream() override;
  bool OnOutboxEnd() override;
  void OnClosed(std::uint32_t error) override;
  void Settle() override;
  void OnDeadline() override;
  void BeforeWrite() override;
  void OnReleased(std::size_t bytes) override;

  void OnPseudoHeader(std::string_view name, std::string_view value);
  void OnTransportHeader(std::string_view name, std::string_view value);
  void AddMetadata(std::string_view name, std::string_view value);
  void Reject(Code code, std::string message);
  void Arm(runtime::Deadline until);
  void AwaitMessage();
  void OnReceiveDeadline();
  void Start();
  void CancelHandler();
  void OnHandlerEnd();
  Status StatusOf(std::exception_ptr error);
  static Task<> RunUnary(std::shared_ptr<ServerStream> self, std::string request);
  static Task<> RunStream(std::shared_ptr<ServerStream> self);

  void SubmitHeaders();
  void SubmitTrailersOnly();
  void Finish(Status status);
  void Abort(Status status);

  std::shared_ptr<ServerShared> shared_;
  std::shared_ptr<Origin> origin_;
  Place place_;         // among the server's streams
  Place method_place_;  // among the calls of a streaming method, or those that wait
  std::string path_;
  Metadata metadata_;
  Metadata initial_;
  Metadata trailing_;
  Method* method_ = nullptr;
  runtime::Deadline deadline_ = runtime::kNoDeadline;
  runtime::Deadline receive_until_ = runtime::kNoDeadline;  // while the first message is not whole
  boost::asio::cancellation_signal cancel_;

  std::size_t header_bytes_ = 0;
  std::size_t held_bytes_ = 0;       // counted in ServerStats::buffered_bytes
  std::optional<Status> rejection_;  // to be answered when nghttp2 has returned
  std::string_view http_status_ = "200";
  Status status_;
  Handler handler_ = Handler::kNone;
  bool is_post_ = false;
  bool is_grpc_ = false;
  bool offers_encodings_ = false;  // tell the client what we accept
  bool lifetime_ends_it_ = false;  // deadline_ is ours, not the client's
  bool headers_done_ = false;
  bool headers_submitted_ = false;
  bool finished_ = false;
  bool status_sent_by_handler_ = false;
  bool cancelled_ = false;
  bool closed_ = false;
};

}  // namespace market::grpc
