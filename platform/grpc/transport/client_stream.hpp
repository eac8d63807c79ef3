// Internal to platform/grpc. The client's end of one call, from the caller's first word to the status, over
// however many connections that takes. See Stream for who owns it. Io thread only.
#pragma once
#include <boost/asio/io_context.hpp>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "platform/grpc/channel.hpp"
#include "platform/grpc/transport/session.hpp"
#include "platform/grpc/transport/stream.hpp"
#include "platform/runtime/deadline_wheel.hpp"

namespace market::grpc {

class ClientStream;

// What calls need of their channel and what must outlive them, also when the Channel is gone.
struct ClientShared {
  explicit ClientShared(boost::asio::io_context& io) : io(io) {}

  boost::asio::io_context& io;
  ChannelOptions options;
  ChannelStats stats;
  std::function<void(std::shared_ptr<ClientStream>)>
      assign;  // find a connection, again; empty when the channel is gone
  std::function<void()> on_call_end;
};

class ClientStream final : public Stream, private runtime::DeadlineWheel::Entry {
 public:
  enum class Kind { kUnary, kStreaming };

  ClientStream(std::shared_ptr<ClientShared> shared, Kind kind, std::string path, CallOptions options);
  ~ClientStream() override;

  // A unary call's one message; before the call is assigned.
  void SetRequest(std::string request);
  void ArmDeadline();

  WaitForReady Waits() const { return options_.wait_for_ready; }
  bool Done() const { return done_; }
  bool Expired() const { return std::chrono::steady_clock::now() >= options_.deadline; }
  std::size_t MetadataBytes() const;
  // Sends the call on `session`; false when that takes no more calls.
  bool StartOn(Session& session, std::string_view scheme, std::string_view authority);
  void Fail(Status status);
  void Cancel();

  // Unary; the caller keeps the stream.
  Task<> WaitUntilDone() { return done_waiter_.Wait(); }
  ClientReply TakeReply();

  Task<std::optional<std::string>> Read() { return ReadMessage(); }
  Task<> Write(std::string message) { return WriteMessage(std::move(message)); }
  void WritesDone();
  Task<Status> Finish();
  Task<> WaitForInitialMetadata();
  const Metadata& Initial() const { return response_.initial; }
  const Metadata& Trailing() const { return response_.trailing; }
  ClientReply::Sent Sent() const { return sent_; }

 private:
  // What has come from the server in this attempt.
  struct Response {
    Metadata initial;
    Metadata trailing;
    Metadata block;  // of the header frame being received
    std::size_t block_bytes = 0;
    int http_status = 0;
    bool is_grpc = false;
    std::optional<Code> code;
    std::string message;
    std::string details;
    std::optional<Status> error;  // the answer cannot be used
    bool headers_done = false;
    bool ended = false;
    std::optional<std::uint32_t> closed;  // HTTP/2 error
  };

  void OnHeader(std::string_view name, std::string_view value) override;
  void OnHeadersEnd() override;
  void OnData(std::string_view bytes) override;
  void OnEndStream() override;
  void OnHeadersSent() override { headers_sent_ = true; }
  void OnClosed(std::uint32_t error) override;
  void Settle() override;
  void OnDeadline() override;

  void OnTransportHeader(std::string_view name, std::string_view value);
  void Reject(Code code, std::string message);
  Status ResponseStatus();
  Status LostStatus() const;
  bool TryAgain();
  void Complete(Status status);

  std::shared_ptr<ClientShared> shared_;
  Kind kind_;
  std::string path_;
  CallOptions options_;
  Response response_;
  Status status_;
  ClientReply::Sent sent_ = ClientReply::Sent::kNo;
  Waiter done_waiter_;
  Waiter headers_waiter_;
  int attempts_ = 0;
  bool headers_sent_ = false;
  bool discard_ = false;  // what comes is not read any more
  bool done_ = false;
};

}  // namespace market::grpc
