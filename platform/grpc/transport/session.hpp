// Internal to platform/grpc. One HTTP/2 connection: the socket, TLS,
// nghttp2 and the streams; the base of both ends.
//
// Everything that becomes ready in one turn of the loop leaves in one send (and one TLS record where it
// fits): frames are gathered at the end of a read, or by a posted flush when something else made them. A
// pending socket operation and the owner's table keep it alive. Io thread only.
//
// It fails as a whole: Close ends every stream, tells OnClosed why, and nothing happens after it.
#pragma once
#include <array>
#include <boost/asio/generic/stream_protocol.hpp>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "platform/grpc/transport/rate_limit.hpp"
#include "platform/grpc/transport/stream.hpp"
#include "platform/grpc/transport/tls.hpp"

struct nghttp2_session;

namespace market::grpc {

using Socket = boost::asio::generic::stream_protocol::socket;

struct SessionLimits {
  std::uint32_t max_concurrent_streams = 0;  // announced; 0 = none from the peer
  std::uint32_t stream_window_bytes = 0;
  std::uint32_t connection_window_bytes = 0;
  std::size_t max_header_bytes = 0;
  std::size_t max_queued_frames = 0;  // 0 = no limit
  std::uint64_t reset_burst = 0;
  std::uint64_t resets_per_second = 0;
  std::uint64_t control_burst = 0;  // 0 = no limit
  std::uint64_t control_per_second = 0;
  std::chrono::milliseconds handshake_timeout{};
  std::chrono::milliseconds settings_timeout{};
  std::chrono::milliseconds keepalive_interval{};
  std::chrono::milliseconds keepalive_timeout{};
};

// A header to send; copied by the Submit… functions.
struct HeaderField {
  // kNever keeps values that do not repeat out of the peer's compression table.
  enum class Index { kYes, kNever };

  std::string_view name;
  std::string_view value;
  Index index = Index::kYes;
};

class Session : public std::enable_shared_from_this<Session> {
 public:
  enum class Role { kServer, kClient };

  // What Stream::OnClosed is told when the connection is lost; not an HTTP/2 error code.
  static constexpr std::uint32_t kConnectionLost = 0xffffffff;

  enum class End {
    kPeerClosed,  // end of file, or an error of the socket
    kGone,        // after GOAWAY, all streams done
    kLocal,       // our owner closed it
    kHandshake,   // TLS failed or took too long
    kTimeout,     // keepalive, or SETTINGS not acknowledged
    kProtocol,    // the peer broke HTTP/2 or a budget
  };

  Session(Role role, Socket socket, std::unique_ptr<TlsStream> tls, const SessionLimits& limits);
  virtual ~Session();
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  void Start();
  // Ends it at once; the streams see `why`.
  void Close(End end, std::string why);
  bool Closed() const { return closed_; }
  // To be called a few times a second: time limits.
  void Tick(std::chrono::steady_clock::time_point now);

  // First step of a graceful end: no new streams, please.
  // A server follows with the final word after a round trip.
  void GoAway();
  bool GoingAway() const { return going_away_; }
  std::chrono::steady_clock::time_point GoAwaySince() const { return goaway_sent_; }

  std::size_t OpenStreams() const { return streams_.size(); }
  std::chrono::steady_clock::time_point LastUse() const { return last_use_; }
  std::chrono::steady_clock::time_point Created() const { return created_; }
  const std::string& TlsIdentity() const;

  void RequestFlush();

  // For streams. `fields` and the stream's outbox (as the body) are sent; both are no-ops after Close.
  enum class Body { kNone, kOutbox };
  void SubmitRequest(Stream& stream, const std::vector<HeaderField>& fields);
  void SubmitResponse(Stream& stream, const std::vector<HeaderField>& fields, Body body);
  void SubmitTrailer(Stream& stream, const std::vector<HeaderField>& fields);
  void SubmitReset(std::int32_t id, std::uint32_t error);
  void ResumeData(std::int32_t id);
  void ConsumeStream(std::int32_t id, std::size_t bytes);
  void Touch(Stream& stream);
  ResumeQueue* Resumes() { return phase_ == Phase::kOutside ? nullptr : &resumes_; }

 protected:
  void KeepTlsBuffers() { tls_->KeepBuffers(); }

  // Server: a new request, or null to refuse it. Inside a callback.
  virtual std::shared_ptr<Stream> OpenStream(std::int32_t id) { return nullptr; }
  virtual void OnReset(std::int32_t id) {}  // inside a callback
  virtual void OnTlsReady() {}
  virtual void OnReady() {}  // the peer's SETTINGS are here
  virtual void OnGoAway() {}
  virtual void OnClosed(End end, const std::string& why) = 0;

 private:
  struct Callbacks;  // nghttp2's, in session_http2.cpp
  friend struct Callbacks;

  // kReceiving: a flush follows. kFlushing: what is submitted now needs another one.
  enum class Phase { kOutside, kReceiving, kFlushing };

  // Tells the answer to the PING that follows the notice from a keepalive's.
  static constexpr std::array<std::uint8_t, 8> kGoAwayPing{'g', 'o', 'i', 'n', 'g', 'o', 'f', 'f'};
  static constexpr std::size_t kReadBytes = 16 * 1024;
  static constexpr std::size_t kBatchBytes = 64 * 1024;
  static constexpr std::size_t kFlushBudgetBytes = 1024 * 1024;
  static constexpr std::chrono::seconds kLinger{2};

  void MakeHttp2();
  void Read();
  void OnRead(boost::system::error_code error, std::size_t size);
  void Receive(std::string_view bytes);
  void ReceiveFrames(std::string_view frames);
  void Flush();
  bool Gather();
  bool SendSome();
  void Dispatch();
  void EndWhenDone();
  void EndStreams();
  void Linger(End end);
  bool Unsent() const { return !frames_.empty() || !records_.empty(); }
  void FinishGoAway();
  bool SpendControl();
  bool ReadPaused() const;

  Role role_;
  SessionLimits limits_;
  Socket socket_;
  std::unique_ptr<TlsStream> tls_;
  nghttp2_session* http2_ = nullptr;
  std::unordered_map<std::int32_t, std::shared_ptr<Stream>> streams_;
  std::vector<std::shared_ptr<Stream>> touched_;
  std::vector<std::shared_ptr<Stream>> settling_;
  ResumeQueue resumes_;

  std::array<char, kReadBytes> read_buffer_;
  std::string plaintext_;  // with TLS: received, decrypted
  std::string frames_;     // to send
  std::string records_;    // with TLS: frames_, encrypted
  std::size_t sent_ = 0;   // of frames_ or records_

  Phase phase_ = Phase::kOutside;
  bool closed_ = false;
  bool flush_posted_ = false;
  bool write_blocked_ = false;
  bool reading_ = false;
  bool write_dead_ = false;  // the peer takes no more; what it has sent is still to be read
  bool lingering_ = false;
  bool tls_ready_ = false;
  bool settings_received_ = false;
  bool settings_acked_ = false;
  bool ready_told_ = false;
  bool goaway_received_ = false;
  bool goaway_told_ = false;
  bool going_away_ = false;
  bool goaway_final_ = false;
  bool ping_outstanding_ = false;
  std::size_t received_bytes_ = 0;  // DATA of this turn, to be consumed for the connection's window
  std::string abuse_;               // why the peer is being sent away

  TokenBucket control_;
  std::chrono::steady_clock::time_point created_;
  std::chrono::steady_clock::time_point tls_ready_at_;
  std::chrono::steady_clock::time_point last_receive_;
  std::chrono::steady_clock::time_point last_use_;
  std::chrono::steady_clock::time_point ping_sent_;
  std::chrono::steady_clock::time_point goaway_sent_;
  std::chrono::steady_clock::time_point linger_since_;
  End linger_end_ = End::kGone;
};

}  // namespace market::grpc
