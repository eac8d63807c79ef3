// The nghttp2 half of Session: its callbacks, and what streams submit.
#include <nghttp2/nghttp2.h>

#include <algorithm>
#include <array>

#include "platform/grpc/transport/session.hpp"

namespace market::grpc {
namespace {

std::string_view View(const std::uint8_t* data, std::size_t size) {
  return {reinterpret_cast<const char*>(data), size};
}

// nghttp2 takes pointers to bytes it will not write to.
std::uint8_t* Bytes(std::string_view text) {
  return const_cast<std::uint8_t*>(reinterpret_cast<const std::uint8_t*>(text.data()));
}

class NativeFields {
 public:
  explicit NativeFields(const std::vector<HeaderField>& fields) : size_(fields.size()) {
    if (size_ > small_.size()) large_.resize(size_);
    nghttp2_nv* out = data();
    for (const HeaderField& field : fields) {
      const std::uint8_t flags =
          field.index == HeaderField::Index::kNever ? NGHTTP2_NV_FLAG_NO_INDEX : NGHTTP2_NV_FLAG_NONE;
      *out++ = {Bytes(field.name), Bytes(field.value), field.name.size(), field.value.size(), flags};
    }
  }
  nghttp2_nv* data() { return size_ > small_.size() ? large_.data() : small_.data(); }
  std::size_t size() const { return size_; }

 private:
  std::size_t size_;
  std::array<nghttp2_nv, 16> small_;
  std::vector<nghttp2_nv> large_;
};

}  // namespace

struct Session::Callbacks {
  static Session& Of(void* user_data) { return *static_cast<Session*>(user_data); }

  static Stream* StreamOf(nghttp2_session* http2, std::int32_t id) {
    return static_cast<Stream*>(nghttp2_session_get_stream_user_data(http2, id));
  }

  static int OnBeginHeaders(nghttp2_session* http2, const nghttp2_frame* frame, void* user_data) {
    Session& session = Of(user_data);
    if (session.role_ != Role::kServer || frame->headers.cat != NGHTTP2_HCAT_REQUEST) return 0;
    const std::int32_t id = frame->hd.stream_id;
    auto stream = session.OpenStream(id);
    if (stream == nullptr) {
      nghttp2_submit_rst_stream(http2, NGHTTP2_FLAG_NONE, id, NGHTTP2_REFUSED_STREAM);
      return 0;
    }
    stream->id_ = id;
    stream->session_ = &session;
    nghttp2_session_set_stream_user_data(http2, id, stream.get());
    session.Touch(*stream);
    session.streams_.emplace(id, std::move(stream));
    return 0;
  }

  static int OnHeader(nghttp2_session* http2, const nghttp2_frame* frame, const std::uint8_t* name,
                      std::size_t name_size, const std::uint8_t* value, std::size_t value_size,
                      std::uint8_t flags, void* user_data) {
    if (Stream* stream = StreamOf(http2, frame->hd.stream_id)) {
      stream->OnHeader(View(name, name_size), View(value, value_size));
    }
    return 0;
  }

  static int OnBeginFrame(nghttp2_session* http2, const nghttp2_frame_hd* header, void* user_data) {
    const bool ack = (header->flags & NGHTTP2_FLAG_ACK) != 0;
    const bool ends = (header->flags & NGHTTP2_FLAG_END_STREAM) != 0;
    switch (header->type) {
      case NGHTTP2_HEADERS:
      case NGHTTP2_CONTINUATION:
      case NGHTTP2_WINDOW_UPDATE:
      case NGHTTP2_RST_STREAM:
      case NGHTTP2_GOAWAY:
        return 0;
      case NGHTTP2_DATA:
        if (header->length > 0 || ends) return 0;
        break;
      case NGHTTP2_PING:
      case NGHTTP2_SETTINGS:
        if (ack) return 0;
        break;
      default:
        break;
    }
    Of(user_data).SpendControl();
    return 0;
  }

  static int OnFrame(nghttp2_session* http2, const nghttp2_frame* frame, void* user_data) {
    Session& session = Of(user_data);
    const auto flags = frame->hd.flags;
    switch (frame->hd.type) {
      case NGHTTP2_HEADERS:
      case NGHTTP2_DATA:
        if (Stream* stream = StreamOf(http2, frame->hd.stream_id)) {
          if (frame->hd.type == NGHTTP2_HEADERS) stream->OnHeadersEnd();
          if ((flags & NGHTTP2_FLAG_END_STREAM) != 0) stream->OnEndStream();
        }
        break;
      case NGHTTP2_SETTINGS:
        ((flags & NGHTTP2_FLAG_ACK) != 0 ? session.settings_acked_ : session.settings_received_) = true;
        break;
      case NGHTTP2_PING:
        if ((flags & NGHTTP2_FLAG_ACK) != 0 && std::ranges::equal(frame->ping.opaque_data, kGoAwayPing)) {
          session.FinishGoAway();
        }
        break;
      case NGHTTP2_GOAWAY:
        session.goaway_received_ = true;
        break;
      case NGHTTP2_RST_STREAM:
        session.OnReset(frame->hd.stream_id);
        break;
      default:
        break;
    }
    return 0;
  }

  static int OnInvalidFrame(nghttp2_session* http2, const nghttp2_frame* frame, int error, void* user_data) {
    Of(user_data).SpendControl();
    return 0;
  }

  static int OnDataChunk(nghttp2_session* http2, std::uint8_t flags, std::int32_t id,
                         const std::uint8_t* data, std::size_t size, void* user_data) {
    // The connection's window is never held back: one slow reader must not stop the other streams. What may
    // wait is bounded by each stream's window and by the server's limit on buffered bytes.
    Of(user_data).received_bytes_ += size;
    if (Stream* stream = StreamOf(http2, id)) stream->OnData(View(data, size));
    return 0;
  }

  static int OnStreamClose(nghttp2_session* http2, std::int32_t id, std::uint32_t error, void* user_data) {
    Session& session = Of(user_data);
    auto node = session.streams_.extract(id);
    if (node.empty()) return 0;
    nghttp2_session_set_stream_user_data(http2, id, nullptr);
    Stream& stream = *node.mapped();
    stream.id_ = -1;
    stream.OnClosed(error);
    session.Touch(stream);
    if (session.streams_.empty()) session.last_use_ = std::chrono::steady_clock::now();
    return 0;
  }

  static int OnFrameSent(nghttp2_session* http2, const nghttp2_frame* frame, void* user_data) {
    Session& session = Of(user_data);
    if (frame->hd.type == NGHTTP2_GOAWAY && frame->goaway.error_code != NGHTTP2_NO_ERROR &&
        session.abuse_.empty()) {
      session.abuse_ = nghttp2_http2_strerror(frame->goaway.error_code);
    }
    if (frame->hd.type != NGHTTP2_HEADERS) return 0;
    const std::int32_t id = frame->hd.stream_id;
    if (Stream* stream = StreamOf(http2, id)) stream->OnHeadersSent();
    // The call is over and the client is still sending: nothing it sends is of use.
    if (session.role_ == Role::kServer && (frame->hd.flags & NGHTTP2_FLAG_END_STREAM) != 0 &&
        nghttp2_session_get_stream_remote_close(http2, id) == 0) {
      nghttp2_submit_rst_stream(http2, NGHTTP2_FLAG_NONE, id, NGHTTP2_NO_ERROR);
    }
    return 0;
  }

  static int OnFrameNotSent(nghttp2_session* http2, const nghttp2_frame* frame, int error, void* user_data) {
    // A header list that nghttp2 refuses to send leaves its stream open with nothing to come.
    if (frame->hd.type == NGHTTP2_HEADERS && Of(user_data).role_ == Role::kServer) {
      nghttp2_submit_rst_stream(http2, NGHTTP2_FLAG_NONE, frame->hd.stream_id, NGHTTP2_INTERNAL_ERROR);
    }
    return 0;
  }

  // The body is copied once, from the message to the bytes to send:
  // nghttp2 asks how much, then to put it there.
  static ssize_t OnReadBody(nghttp2_session* http2, std::int32_t id, std::uint8_t*, std::size_t size,
                            std::uint32_t* flags, nghttp2_data_source* source, void*) {
    Stream& stream = *static_cast<Stream*>(source->ptr);
    const std::size_t count = std::min(size, stream.outbox_.Bytes());
    if (count == 0 && !stream.outbox_.Finished()) {
      stream.data_deferred_ = true;
      return NGHTTP2_ERR_DEFERRED;
    }
    *flags |= NGHTTP2_DATA_FLAG_NO_COPY;
    if (count == stream.outbox_.Bytes() && stream.outbox_.Finished()) {
      *flags |= NGHTTP2_DATA_FLAG_EOF;
      if (stream.OnOutboxEnd()) *flags |= NGHTTP2_DATA_FLAG_NO_END_STREAM;
    }
    return static_cast<ssize_t>(count);
  }

  static int OnSendBody(nghttp2_session*, nghttp2_frame* frame, const std::uint8_t* header, std::size_t size,
                        nghttp2_data_source* source, void* user_data) {
    constexpr std::size_t kFrameHeaderBytes = 9;
    Session& session = Of(user_data);
    Stream& stream = *static_cast<Stream*>(source->ptr);
    session.frames_.append(View(header, kFrameHeaderBytes));
    stream.outbox_.Take(size, session.frames_);
    if (stream.write_waiter_.Waiting() && stream.outbox_.Bytes() <= Stream::kWriteBufferBytes) stream.Touch();
    return session.frames_.size() < kBatchBytes ? 0 : NGHTTP2_ERR_PAUSE;
  }

  static nghttp2_session_callbacks* Make() {
    nghttp2_session_callbacks* callbacks = nullptr;
    if (nghttp2_session_callbacks_new(&callbacks) != 0) throw std::bad_alloc();
    nghttp2_session_callbacks_set_on_begin_headers_callback(callbacks, OnBeginHeaders);
    nghttp2_session_callbacks_set_on_header_callback(callbacks, OnHeader);
    nghttp2_session_callbacks_set_on_begin_frame_callback(callbacks, OnBeginFrame);
    nghttp2_session_callbacks_set_on_frame_recv_callback(callbacks, OnFrame);
    nghttp2_session_callbacks_set_on_invalid_frame_recv_callback(callbacks, OnInvalidFrame);
    nghttp2_session_callbacks_set_on_data_chunk_recv_callback(callbacks, OnDataChunk);
    nghttp2_session_callbacks_set_on_stream_close_callback(callbacks, OnStreamClose);
    nghttp2_session_callbacks_set_on_frame_send_callback(callbacks, OnFrameSent);
    nghttp2_session_callbacks_set_on_frame_not_send_callback(callbacks, OnFrameNotSent);
    nghttp2_session_callbacks_set_send_data_callback(callbacks, OnSendBody);
    return callbacks;
  }
};

void Session::MakeHttp2() {
  // Both are copied into the session.
  const std::unique_ptr<nghttp2_session_callbacks, void (*)(nghttp2_session_callbacks*)> callbacks(
      Callbacks::Make(), nghttp2_session_callbacks_del);
  nghttp2_option* raw = nullptr;
  if (nghttp2_option_new(&raw) != 0) throw std::bad_alloc();
  const std::unique_ptr<nghttp2_option, void (*)(nghttp2_option*)> option(raw, nghttp2_option_del);
  nghttp2_option_set_no_auto_window_update(raw, 1);
  nghttp2_option_set_no_closed_streams(raw, 1);
  std::vector<nghttp2_settings_entry> settings{
      {NGHTTP2_SETTINGS_INITIAL_WINDOW_SIZE, limits_.stream_window_bytes},
      {NGHTTP2_SETTINGS_MAX_HEADER_LIST_SIZE, static_cast<std::uint32_t>(limits_.max_header_bytes)},
      {NGHTTP2_SETTINGS_NO_RFC7540_PRIORITIES, 1}};
  int error = 0;
  if (role_ == Role::kServer) {
    nghttp2_option_set_stream_reset_rate_limit(raw, limits_.reset_burst, limits_.resets_per_second);
    settings.push_back({NGHTTP2_SETTINGS_MAX_CONCURRENT_STREAMS, limits_.max_concurrent_streams});
    error = nghttp2_session_server_new2(&http2_, callbacks.get(), this, raw);
  } else {
    settings.push_back({NGHTTP2_SETTINGS_ENABLE_PUSH, 0});
    settings.push_back({NGHTTP2_SETTINGS_MAX_CONCURRENT_STREAMS, 0});
    error = nghttp2_session_client_new2(&http2_, callbacks.get(), this, raw);
  }
  if (error != 0) throw std::bad_alloc();
  nghttp2_submit_settings(http2_, NGHTTP2_FLAG_NONE, settings.data(), settings.size());
  nghttp2_session_set_local_window_size(http2_, NGHTTP2_FLAG_NONE, 0,
                                        static_cast<std::int32_t>(limits_.connection_window_bytes));
}

void Session::SubmitRequest(Stream& stream, const std::vector<HeaderField>& fields) {
  if (closed_) return;
  NativeFields native(fields);
  nghttp2_data_provider body{};
  body.source.ptr = &stream;
  body.read_callback = Callbacks::OnReadBody;
  const std::int32_t id =
      nghttp2_submit_request(http2_, nullptr, native.data(), native.size(), &body, &stream);
  if (id < 0) return;  // no ids left, or going away: the caller sees a stream without one
  stream.id_ = id;
  stream.session_ = this;
  streams_.emplace(id, stream.shared_from_this());
  RequestFlush();
}

void Session::SubmitResponse(Stream& stream, const std::vector<HeaderField>& fields, Body body) {
  if (closed_ || stream.id_ < 0) return;
  NativeFields native(fields);
  nghttp2_data_provider provider{};
  provider.source.ptr = &stream;
  provider.read_callback = Callbacks::OnReadBody;
  nghttp2_submit_response(http2_, stream.id_, native.data(), native.size(),
                          body == Body::kOutbox ? &provider : nullptr);
  RequestFlush();
}

void Session::SubmitTrailer(Stream& stream, const std::vector<HeaderField>& fields) {
  if (closed_ || stream.id_ < 0) return;
  NativeFields native(fields);
  nghttp2_submit_trailer(http2_, stream.id_, native.data(), native.size());
}

void Session::SubmitReset(std::int32_t id, std::uint32_t error) {
  if (closed_) return;
  nghttp2_submit_rst_stream(http2_, NGHTTP2_FLAG_NONE, id, error);
  RequestFlush();
}

void Session::ResumeData(std::int32_t id) {
  if (closed_) return;
  nghttp2_session_resume_data(http2_, id);
  RequestFlush();
}

void Session::ConsumeStream(std::int32_t id, std::size_t bytes) {
  if (closed_) return;
  nghttp2_session_consume_stream(http2_, id, bytes);
  if (nghttp2_session_want_write(http2_) != 0) RequestFlush();
}

}  // namespace market::grpc
