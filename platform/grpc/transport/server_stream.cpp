#include "platform/grpc/transport/server_stream.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/system/system_error.hpp>

namespace market::grpc {
namespace {

// For a client that met a limit; soon enough for a person, late enough for a crowd.
constexpr std::string_view kPushbackMilliseconds = "1000";

}  // namespace

ServerStream::ServerStream(std::shared_ptr<ServerShared> shared, std::shared_ptr<Origin> origin)
    : Stream(shared->options.max_message_bytes, Outbox::Keep::kNo),
      shared_(std::move(shared)),
      origin_(std::move(origin)),
      place_(shared_->streams, origin_->caller) {
  ++shared_->stats.streams_total;
  ++shared_->stats.streams_open;
  if (!place_) {
    ++shared_->stats.streams_refused;
    TurnAway(Code::kUnavailable, "too many calls at once");
  }
}

ServerStream::~ServerStream() { OnReleased(held_bytes_); }

void ServerStream::OnReleased(std::size_t bytes) {
  held_bytes_ -= bytes;
  shared_->buffered.Give(origin_->caller, bytes);
}

// --- request ---

void ServerStream::Reject(Code code, std::string message) {
  if (!rejection_) rejection_ = Status{code, std::move(message), {}};
  remote_done_ = true;
  Touch();
}

void ServerStream::TurnAway(Code code, std::string why) {
  if (rejection_) return;
  trailing_.Add("grpc-retry-pushback-ms", std::string(kPushbackMilliseconds));
  Reject(code, std::move(why));
}

void ServerStream::OnHeader(std::string_view name, std::string_view value) {
  if (headers_done_ || rejection_) return;  // trailers, which have no use here, or more of what is refused
  header_bytes_ += name.size() + value.size() + kHeaderOverheadBytes;
  if (header_bytes_ > shared_->options.max_header_bytes) {
    ++shared_->stats.headers_refused;
    Reject(Code::kResourceExhausted,
           "request headers exceed " + std::to_string(shared_->options.max_header_bytes) + " bytes");
    return;
  }
  if (name.starts_with(':')) return OnPseudoHeader(name, value);
  if (IsReservedKey(name)) return OnTransportHeader(name, value);
  AddMetadata(name, value);
}

void ServerStream::OnPseudoHeader(std::string_view name, std::string_view value) {
  if (name == ":path") {
    path_ = value;
  } else if (name == ":method") {
    is_post_ = value == "POST";
  }
}

void ServerStream::OnTransportHeader(std::string_view name, std::string_view value) {
  if (name == "content-type") {
    is_grpc_ = IsGrpcContentType(value);
  } else if (name == "grpc-timeout") {
    const auto timeout = ParseTimeout(value);
    if (!timeout) return Reject(Code::kInternal, "malformed grpc-timeout");
    const auto now = std::chrono::steady_clock::now();
    if (*timeout < runtime::kNoDeadline - now) deadline_ = now + *timeout;
  } else if (name == "grpc-encoding" && value != "identity") {
    offers_encodings_ = true;
    Reject(Code::kUnimplemented, "grpc-encoding \"" + std::string(value) + "\" is not supported");
  }
}

void ServerStream::AddMetadata(std::string_view name, std::string_view value) {
  if (!IsBinaryKey(name)) return metadata_.Add(std::string(name), std::string(value));
  // Binary values may come joined by commas, which base64 has not.
  for (std::size_t begin = 0; begin <= value.size();) {
    const std::size_t end = std::min(value.find(',', begin), value.size());
    auto bytes = Base64Decode(value.substr(begin, end - begin));
    if (!bytes) return Reject(Code::kInternal, "malformed binary metadata \"" + std::string(name) + "\"");
    metadata_.Add(std::string(name), std::move(*bytes));
    begin = end + 1;
  }
}

void ServerStream::OnHeadersEnd() {
  if (headers_done_) return;
  headers_done_ = true;
  Touch();
  if (rejection_) return;
  if (!is_grpc_ || !is_post_) {
    http_status_ = is_grpc_ ? "405" : "415";
    return Reject(Code::kUnknown, is_grpc_ ? "gRPC calls are POST" : "content-type is not application/grpc");
  }
  const auto method = shared_->methods.find(std::string_view(path_));
  if (method == shared_->methods.end()) return Reject(Code::kUnimplemented, "unknown method " + path_);
  method_ = &method->second;
  if (!method_->calls && method_->waiting == nullptr) return;
  method_place_ = Place(method_->waiting != nullptr ? *method_->waiting : *method_->calls, origin_->caller);
  if (method_place_) {
    if (method_->waiting != nullptr) place_ = Place();
    return;
  }
  ++shared_->stats.calls_refused;
  TurnAway(Code::kResourceExhausted, "too many calls of " + path_ + " at once");
}

void ServerStream::OnData(std::string_view bytes) {
  if (remote_done_) return;
  if (!shared_->buffered.Take(origin_->caller, bytes.size())) {
    ++shared_->stats.bytes_refused;
    return TurnAway(Code::kResourceExhausted, "too many request bytes wait for this server");
  }
  held_bytes_ += bytes.size();
  const std::size_t before = inbox_.size();
  switch (reader_.Feed(bytes, inbox_)) {
    case MessageReader::Result::kOk:
      break;
    case MessageReader::Result::kTooLarge:
      ++shared_->stats.bytes_refused;
      return Reject(
          Code::kResourceExhausted,
          "request message exceeds " + std::to_string(shared_->options.max_message_bytes) + " bytes");
    case MessageReader::Result::kCompressed:
      return Reject(Code::kInternal, "compressed message without grpc-encoding");
  }
  if (inbox_.size() != before) Touch();
}

void ServerStream::OnEndStream() {
  if (remote_done_) return;
  remote_done_ = true;
  Touch();
  if (reader_.InMessage()) Reject(Code::kInternal, "the request ends inside a message");
}

void ServerStream::OnClosed(std::uint32_t) {
  remote_done_ = true;
  local_done_ = true;
}

// Acts on what the callbacks have recorded.
void ServerStream::Settle() {
  if (id_ < 0) {
    if (closed_) return;
    closed_ = true;
    --shared_->stats.streams_open;
    Arm(runtime::kNoDeadline);
    outbox_.Clear();
    CancelHandler();
    return;
  }
  if (rejection_ && !finished_) return Abort(std::move(*rejection_));
  if (finished_) return;
  if (handler_ == Handler::kNone) {
    if (!headers_done_ || (method_->unary && !remote_done_)) return AwaitMessage();
    return Start();
  }
  if (receive_until_ != runtime::kNoDeadline && (inbox_head_ < inbox_.size() || remote_done_)) {
    receive_until_ = runtime::kNoDeadline;
    Arm(deadline_);
  }
  if (inbox_head_ < inbox_.size() || remote_done_) Wake(read_waiter_);
  if (outbox_.Bytes() <= kWriteBufferBytes) Wake(write_waiter_);
}

// --- time ---

void ServerStream::Arm(runtime::Deadline until) {
  if (Armed() || until != runtime::kNoDeadline) runtime::DeadlineWheel::Of(shared_->io).Add(*this, until);
}

// A call that comes whole in one piece, as nearly all do, is never here.
void ServerStream::AwaitMessage() {
  if (receive_until_ == runtime::kNoDeadline) {
    receive_until_ = runtime::After(shared_->options.receive_timeout);
  }
  Arm(std::min(deadline_, receive_until_));
}

void ServerStream::OnReceiveDeadline() {
  ++shared_->stats.receives_timed_out;
  const auto limit = std::to_string(shared_->options.receive_timeout.count());
  // Nothing can be said on a connection whose next frame must be the rest of these headers.
  if (!headers_done_)
    return session_->Close(Session::End::kTimeout, "request headers not whole in " + limit + " ms");
  Abort({Code::kDeadlineExceeded, "the request message was not whole within " + limit + " ms", {}});
}

void ServerStream::OnDeadline() {
  if (closed_) return;
  const auto self = shared_from_this();
  if (finished_) {
    // The client does not take the answer, or has stopped waiting for it.
    ++shared_->stats.sends_timed_out;
    return Reset(kHttp2Cancel);
  }
  if (receive_until_ < deadline_) return OnReceiveDeadline();
  if (lifetime_ends_it_)
    return Abort({Code::kUnavailable, "this call has lasted its longest: call again", {}});
  ++shared_->stats.deadlines_exceeded;
  Abort({Code::kDeadlineExceeded, "deadline exceeded", {}});
}

// --- handler ---

void ServerStream::Start() {
  receive_until_ = runtime::kNoDeadline;
  if (method_->stream) {
    if (method_->max_lifetime > std::chrono::milliseconds::zero()) {
      const auto end = runtime::After(method_->max_lifetime);
      lifetime_ends_it_ = end < deadline_;
      deadline_ = std::min(deadline_, end);
    }
  }
  if (deadline_ != runtime::kNoDeadline && deadline_ <= std::chrono::steady_clock::now()) return OnDeadline();
  if (method_->stream && inbox_.empty() && !remote_done_) {
    AwaitMessage();
  } else {
    Arm(deadline_);
  }
  const auto self = std::static_pointer_cast<ServerStream>(shared_from_this());
  Task<> task;
  if (method_->unary) {
    if (inbox_.size() != 1)
      return Abort({Code::kUnimplemented, "a unary call has exactly one request message", {}});
    std::string request = std::move(inbox_.front());
    inbox_.clear();
    OnReleased(held_bytes_);
    task = RunUnary(self, std::move(request));
  } else {
    task = RunStream(self);
  }
  handler_ = Handler::kRunning;
  if (method_->waiting == nullptr) ++origin_->handlers;
  ++shared_->stats.handlers_running;
  // The completion handler keeps the stream, and with it the signal, alive: a handler that never suspends
  // completes through one more turn of the loop, when the call is long answered.
  boost::asio::co_spawn(shared_->io, std::move(task),
                        boost::asio::bind_cancellation_slot(
                            cancel_.slot(), [self](std::exception_ptr) { self->OnHandlerEnd(); }));
}

void ServerStream::OnHandlerEnd() {
  handler_ = Handler::kEnded;
  if (method_->waiting == nullptr) --origin_->handlers;
  --shared_->stats.handlers_running;
  FreeInbox();
  if (shared_->on_handler_end) shared_->on_handler_end();
}

void ServerStream::CancelHandler() {
  remote_done_ = true;
  local_done_ = true;
  if (handler_ != Handler::kRunning || cancelled_) return;
  // A handler that has given its answer is only waiting for its completion.
  if (finished_ && status_sent_by_handler_) return;
  cancelled_ = true;
  const auto self = shared_from_this();
  cancel_.emit(boost::asio::cancellation_type::all);
}

Status ServerStream::StatusOf(std::exception_ptr error) {
  if (cancelled_) return {Code::kCancelled, {}, {}};
  if (shared_->options.on_exception) shared_->options.on_exception(path_, error);
  return {Code::kInternal, {}, {}};
}

Task<> ServerStream::RunUnary(std::shared_ptr<ServerStream> self, std::string request) {
  UnaryReply reply;
  try {
    reply = co_await self->method_->unary(*self, std::move(request));
  } catch (...) {
    reply.status = self->StatusOf(std::current_exception());
  }
  if (self->finished_ || self->closed_) co_return;
  self->status_sent_by_handler_ = true;
  for (const auto& [name, value] : reply.trailing) self->trailing_.Add(name, value);
  if (reply.status.Ok()) self->outbox_.Push(std::move(reply.message));
  self->Finish(std::move(reply.status));
}

Task<> ServerStream::RunStream(std::shared_ptr<ServerStream> self) {
  Status status;
  try {
    status = co_await self->method_->stream(*self);
  } catch (...) {
    status = self->StatusOf(std::current_exception());
  }
  if (self->finished_ || self->closed_) co_return;
  self->status_sent_by_handler_ = true;
  self->Finish(std::move(status));
}

// --- response ---

void ServerStream::BeforeWrite() {
  if (!headers_submitted_) SubmitHeaders();
}

void ServerStream::SubmitHeaders() {
  headers_submitted_ = true;
  if (session_ == nullptr) return;
  HeaderList headers;
  headers.Add(":status", "200");
  headers.Add("content-type", "application/grpc");
  headers.AddMetadata(initial_);
  session_->SubmitResponse(*this, headers.Fields(), Session::Body::kOutbox);
}

void ServerStream::SubmitTrailersOnly() {
  headers_submitted_ = true;
  if (session_ == nullptr) return;
  HeaderList headers;
  headers.Add(":status", http_status_);
  headers.Add("content-type", "application/grpc");
  if (offers_encodings_) headers.Add("grpc-accept-encoding", "identity");
  headers.AddMetadata(initial_);
  headers.AddStatus(status_);
  headers.AddMetadata(trailing_);
  session_->SubmitResponse(*this, headers.Fields(), Session::Body::kNone);
}

bool ServerStream::OnOutboxEnd() {
  HeaderList trailers;
  trailers.AddStatus(status_);
  trailers.AddMetadata(trailing_);
  session_->SubmitTrailer(*this, trailers.Fields());
  return true;
}

void ServerStream::Finish(Status status) {
  if (finished_) return;
  finished_ = true;
  local_done_ = true;
  remote_done_ = true;
  status_ = std::move(status);
  if (!headers_submitted_ && outbox_.Empty()) return SubmitTrailersOnly();
  // A call's own deadline, while it is still armed, is when its client stops waiting.
  if (!Armed()) Arm(runtime::After(shared_->options.send_timeout));
  outbox_.Finish();
  if (headers_submitted_) return ResumeData();
  SubmitHeaders();
}

// Ends the call without its handler: what the handler has queued is dropped.
void ServerStream::Abort(Status status) {
  if (finished_) return;
  const auto self = shared_from_this();
  const bool inside_message = outbox_.InsideMessage();
  outbox_.Clear();
  if (inside_message) {
    finished_ = true;
    Reset(kHttp2Cancel);
  } else {
    Finish(std::move(status));
  }
  FreeInbox();
  Wake(read_waiter_);
  CancelHandler();
}

}  // namespace market::grpc
