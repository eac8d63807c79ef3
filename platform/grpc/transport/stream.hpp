// Internal to platform/grpc. One HTTP/2 stream: messages in, messages out; the base of both ends' calls.
//
// Ownership: the session's table holds it from its first frame to its close, the coroutine that serves or
// made the call holds it until that ends; it is freed when both have let go, and by nothing else. Every On…
// method runs inside an nghttp2 callback: it records and touches, and Settle acts on it when nghttp2 has
// returned. Io thread only.
#pragma once
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "platform/grpc/metadata.hpp"
#include "platform/grpc/transport/outbox.hpp"
#include "platform/grpc/transport/waiter.hpp"
#include "platform/grpc/transport/wire.hpp"
#include "platform/runtime/task.hpp"

namespace market::grpc {

class Session;

inline constexpr std::uint32_t kHttp2Cancel = 8;         // RFC 9113, 7
inline constexpr std::size_t kHeaderOverheadBytes = 32;  // RFC 9113, 6.5.2

class Stream : public std::enable_shared_from_this<Stream> {
 public:
  Stream(std::size_t max_message_bytes, Outbox::Keep keep) : reader_(max_message_bytes), outbox_(keep) {}
  virtual ~Stream() = default;
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;

 protected:
  friend class Session;

  // Unsent bytes beyond which a writer waits.
  static constexpr std::size_t kWriteBufferBytes = 64 * 1024;

  virtual void OnHeader(std::string_view name, std::string_view value) = 0;
  virtual void OnHeadersEnd() = 0;
  virtual void OnData(std::string_view bytes) = 0;
  virtual void OnEndStream() = 0;
  virtual void OnHeadersSent() {}
  // All messages are on their way: a server adds its trailers and returns true, so that the last DATA frame
  // does not end the stream.
  virtual bool OnOutboxEnd() { return false; }
  virtual void OnClosed(std::uint32_t error) = 0;
  virtual void Settle() = 0;

  // Both throw operation_aborted when the waiting coroutine is cancelled.
  Task<std::optional<std::string>> ReadMessage();
  Task<> WriteMessage(std::string message);
  // The first Write's chance to send headers; a session is there.
  virtual void BeforeWrite() {}
  // Bytes of the peer that were held here are free again.
  virtual void OnReleased(std::size_t bytes) {}

  void TakeBytes(std::size_t bytes);
  void Touch();
  void Wake(Waiter& waiter);
  void FreeInbox();
  void Reset(std::uint32_t error);  // RST_STREAM, if the stream is still there
  void ResumeData();

  Session* session_ = nullptr;  // null before the start and after the close
  std::int32_t id_ = -1;
  MessageReader reader_;
  std::vector<std::string> inbox_;
  std::size_t inbox_head_ = 0;
  Outbox outbox_;
  Waiter read_waiter_;
  Waiter write_waiter_;
  bool remote_done_ = false;  // the peer has half-closed, or no more will be taken from it
  bool local_done_ = false;   // we take no more messages for the peer
  bool touched_ = false;
  bool data_deferred_ = false;
};

}  // namespace market::grpc
