#include "platform/grpc/transport/session.hpp"

#include <nghttp2/nghttp2.h>
#include <sys/socket.h>

#include <boost/asio/buffer.hpp>
#include <boost/asio/post.hpp>
#include <cerrno>
#include <cstring>

namespace market::grpc {

Session::Session(Role role, Socket socket, std::unique_ptr<TlsStream> tls, const SessionLimits& limits)
    : role_(role),
      limits_(limits),
      socket_(std::move(socket)),
      tls_(std::move(tls)),
      control_(limits.control_burst, limits.control_per_second),
      created_(std::chrono::steady_clock::now()),
      tls_ready_at_(created_),
      last_receive_(created_),
      last_use_(created_) {}

Session::~Session() { nghttp2_session_del(http2_); }

void Session::Start() {
  if (tls_ == nullptr) {
    MakeHttp2();
  } else if (role_ == Role::kClient) {
    tls_->Start();
  }
  Flush();
}

const std::string& Session::TlsIdentity() const {
  static const std::string kNone;
  return tls_ != nullptr ? tls_->PeerIdentity() : kNone;
}

// --- in ---

bool Session::ReadPaused() const {
  // A peer that sends and does not read makes us queue answers: stop listening to it until it has taken them.
  return !write_dead_ && http2_ != nullptr && limits_.max_queued_frames > 0 && write_blocked_ &&
         nghttp2_session_get_outbound_queue_size(http2_) > limits_.max_queued_frames;
}

void Session::Read() {
  reading_ = true;
  socket_.async_read_some(boost::asio::buffer(read_buffer_),
                          [self = shared_from_this()](boost::system::error_code error, std::size_t size) {
                            self->OnRead(error, size);
                          });
}

void Session::OnRead(boost::system::error_code error, std::size_t size) {
  reading_ = false;
  if (closed_) return;
  if (error) {
    if (lingering_) return Close(linger_end_, "");
    return Close(going_away_ || goaway_received_ ? End::kGone : End::kPeerClosed, error.message());
  }
  last_receive_ = std::chrono::steady_clock::now();
  ping_outstanding_ = false;
  phase_ = Phase::kReceiving;
  Receive({read_buffer_.data(), size});
  // A full buffer: fetch what else is there before answering, within bounds.
  constexpr std::size_t kScratchBytes = 64 * 1024;
  constexpr int kRounds = 4;
  thread_local std::array<char, kScratchBytes> scratch;
  bool full = size == read_buffer_.size();
  for (int round = 0; round < kRounds && full && !closed_; ++round) {
    const auto count = ::recv(socket_.native_handle(), scratch.data(), scratch.size(), MSG_DONTWAIT);
    if (count <= 0) break;
    full = static_cast<std::size_t>(count) == scratch.size();
    Receive({scratch.data(), static_cast<std::size_t>(count)});
  }
  Dispatch();
  phase_ = Phase::kOutside;
  Flush();
}

void Session::Receive(std::string_view bytes) {
  if (lingering_) return;
  if (tls_ == nullptr) return ReceiveFrames(bytes);
  plaintext_.clear();
  const TlsStream::Result result = tls_->Receive(bytes, plaintext_);
  if (tls_->Established() && !tls_ready_) {
    tls_ready_ = true;
    tls_ready_at_ = std::chrono::steady_clock::now();
    MakeHttp2();
    OnTlsReady();
  }
  if (!plaintext_.empty()) ReceiveFrames(plaintext_);
  if (result == TlsStream::Result::kOk || closed_) return;
  // Without an error the peer has said goodbye; with one,
  // it is owed the alert that OpenSSL has put into the output.
  tls_->TakeOutput(records_);
  SendSome();
  const bool failed = result == TlsStream::Result::kFailed;
  Close(failed && !tls_ready_ ? End::kHandshake : End::kPeerClosed,
        failed ? tls_->Failure() : "closed by the peer");
}

void Session::ReceiveFrames(std::string_view frames) {
  if (http2_ == nullptr || closed_) return;
  const auto count =
      nghttp2_session_mem_recv(http2_, reinterpret_cast<const std::uint8_t*>(frames.data()), frames.size());
  if (count < 0) return Close(End::kProtocol, nghttp2_strerror(static_cast<int>(count)));
  if (received_bytes_ > 0) nghttp2_session_consume_connection(http2_, std::exchange(received_bytes_, 0));
}

bool Session::SpendControl() {
  if (limits_.control_burst == 0 || control_.Take(last_receive_)) return true;
  abuse_ = "too many frames that carry no call";
  nghttp2_session_terminate_session(http2_, NGHTTP2_ENHANCE_YOUR_CALM);
  return false;
}

// --- out ---

void Session::RequestFlush() {
  if (closed_ || flush_posted_ || phase_ == Phase::kReceiving) return;
  flush_posted_ = true;
  boost::asio::post(socket_.get_executor(), [self = shared_from_this()] {
    self->flush_posted_ = false;
    self->Flush();
  });
}

bool Session::Gather() {
  while (http2_ != nullptr && !lingering_ && frames_.size() < kBatchBytes) {
    const std::uint8_t* data = nullptr;
    const auto size = nghttp2_session_mem_send(http2_, &data);
    if (size < 0) {
      Close(End::kProtocol, nghttp2_strerror(static_cast<int>(size)));
      return false;
    }
    if (size == 0) break;
    frames_.append(reinterpret_cast<const char*>(data), static_cast<std::size_t>(size));
  }
  if (tls_ != nullptr) {
    tls_->Send(frames_);
    frames_.clear();
    tls_->TakeOutput(records_);
  }
  return Unsent();
}

bool Session::SendSome() {
  std::string& bytes = tls_ != nullptr ? records_ : frames_;
  while (sent_ < bytes.size()) {
    const auto count = ::send(socket_.native_handle(), bytes.data() + sent_, bytes.size() - sent_,
                              MSG_NOSIGNAL | MSG_DONTWAIT);
    if (count >= 0) {
      sent_ += static_cast<std::size_t>(count);
    } else if (errno == EAGAIN || errno == EWOULDBLOCK) {
      write_blocked_ = true;
      socket_.async_wait(Socket::wait_write, [self = shared_from_this()](boost::system::error_code) {
        self->write_blocked_ = false;
        self->Flush();
      });
      return false;
    } else if (errno != EINTR) {
      // Answers may have arrived before the peer went away: the read that follows finds them, then the end.
      write_dead_ = true;
      break;
    }
  }
  sent_ = 0;
  bytes.clear();
  return !write_dead_;
}

void Session::Flush() {
  if (closed_) return;
  const auto self = shared_from_this();
  phase_ = Phase::kFlushing;
  std::size_t gathered = 0;
  while (!closed_ && !write_blocked_ && !write_dead_) {
    if (!Unsent()) {
      if (gathered >= kFlushBudgetBytes) {
        RequestFlush();  // others' turn
        break;
      }
      if (!Gather()) break;
      gathered += frames_.size() + records_.size();
    }
    if (!SendSome()) break;
  }
  Dispatch();
  phase_ = Phase::kOutside;
  EndWhenDone();
  if (!closed_ && !reading_ && !ReadPaused()) Read();
}

void Session::Dispatch() {
  const auto self = shared_from_this();
  do {
    settling_.swap(touched_);
    for (const auto& stream : settling_) {
      stream->touched_ = false;
      stream->Settle();
      if (stream->id_ < 0 && stream->session_ == this) stream->session_ = nullptr;
    }
    settling_.clear();
    if (settings_received_ && !ready_told_ && !closed_) {
      ready_told_ = true;
      OnReady();
    }
    if (goaway_received_ && !goaway_told_ && !closed_) {
      goaway_told_ = true;
      OnGoAway();
    }
    resumes_.Run();
  } while (!touched_.empty() || !resumes_.Empty());
}

void Session::Touch(Stream& stream) {
  if (stream.touched_) return;
  stream.touched_ = true;
  touched_.push_back(stream.shared_from_this());
  if (phase_ == Phase::kOutside) RequestFlush();
}

// --- end ---

void Session::Close(End end, std::string why) {
  if (closed_) return;
  const auto self = shared_from_this();
  closed_ = true;
  EndStreams();
  boost::system::error_code ignored;
  socket_.close(ignored);
  OnClosed(end, why);
}

// nghttp2 does not tell about streams when its session ends.
void Session::EndStreams() {
  auto streams = std::move(streams_);
  streams_.clear();
  for (const auto& [id, stream] : streams) {
    if (http2_ != nullptr) nghttp2_session_set_stream_user_data(http2_, id, nullptr);
    stream->id_ = -1;
    stream->OnClosed(kConnectionLost);
    stream->Settle();
    if (stream->id_ < 0 && stream->session_ == this) stream->session_ = nullptr;
  }
}

void Session::EndWhenDone() {
  if (closed_ || lingering_ || http2_ == nullptr || write_blocked_ || Unsent()) return;
  const bool wants_write = nghttp2_session_want_write(http2_) != 0;
  if (wants_write) return;
  if (nghttp2_session_want_read(http2_) == 0) return Linger(abuse_.empty() ? End::kGone : End::kProtocol);
  if (!streams_.empty()) return;
  if (role_ == Role::kClient && (going_away_ || goaway_received_)) return Close(End::kGone, "went away");
  if (role_ == Role::kServer && goaway_final_) Linger(End::kGone);
}

// Closing while the peer still sends would make the kernel throw away our last words: say goodbye, then read
// on until the peer has closed too.
void Session::Linger(End end) {
  const auto self = shared_from_this();
  lingering_ = true;
  linger_end_ = end;
  linger_since_ = std::chrono::steady_clock::now();
  EndStreams();
  if (closed_) return;
  if (tls_ != nullptr) {
    tls_->SendClose();
    tls_->TakeOutput(records_);
    SendSome();
  }
  boost::system::error_code ignored;
  socket_.shutdown(Socket::shutdown_send, ignored);
}

void Session::GoAway() {
  if (closed_ || going_away_) return;
  going_away_ = true;
  goaway_sent_ = std::chrono::steady_clock::now();
  if (http2_ == nullptr) return Close(End::kGone, "going away");
  if (role_ == Role::kServer) {
    // What the client sends before it has read the notice is still served;
    // the answer to the PING says it has.
    nghttp2_submit_shutdown_notice(http2_);
    nghttp2_submit_ping(http2_, NGHTTP2_FLAG_NONE, kGoAwayPing.data());
  }
  RequestFlush();
}

void Session::FinishGoAway() {
  if (role_ != Role::kServer || !going_away_ || goaway_final_) return;
  goaway_final_ = true;
  nghttp2_submit_goaway(http2_, NGHTTP2_FLAG_NONE, nghttp2_session_get_last_proc_stream_id(http2_),
                        NGHTTP2_NO_ERROR, nullptr, 0);
}

void Session::Tick(std::chrono::steady_clock::time_point now) {
  if (closed_) return;
  if (lingering_) {
    if (now - linger_since_ > kLinger) Close(linger_end_, abuse_);
    return;
  }
  if (http2_ == nullptr) {
    if (now - created_ > limits_.handshake_timeout)
      Close(End::kHandshake, "the TLS handshake takes too long");
    return;
  }
  if (!(settings_received_ && settings_acked_)) {
    if (now - tls_ready_at_ > limits_.settings_timeout) {
      nghttp2_session_terminate_session(http2_, NGHTTP2_SETTINGS_TIMEOUT);
      Flush();
      Close(End::kTimeout, "SETTINGS not sent or not acknowledged");
    }
    return;
  }
  if (going_away_ && !goaway_final_ && now - goaway_sent_ > std::chrono::seconds(1)) {
    FinishGoAway();
    RequestFlush();
  }
  if (ping_outstanding_) {
    if (now - ping_sent_ > limits_.keepalive_timeout)
      Close(End::kTimeout, "keepalive: no answer from the peer");
    return;
  }
  // A client without calls has nothing to lose, and servers of other makers punish its pings; ours ping it.
  if (role_ == Role::kClient && streams_.empty()) return;
  if (now - last_receive_ > limits_.keepalive_interval) {
    ping_outstanding_ = true;
    ping_sent_ = now;
    nghttp2_submit_ping(http2_, NGHTTP2_FLAG_NONE, nullptr);
    RequestFlush();
  }
}

}  // namespace market::grpc
