#include "platform/grpc/transport/client_stream.hpp"

#include <charconv>

#include "platform/grpc/transport/header_list.hpp"

namespace market::grpc {
namespace {

constexpr std::uint32_t kHttp2RefusedStream = 7;
constexpr int kMaxAttempts = 4;

// The server's own deadline should answer first:
// its reset of nothing is cheaper for both than ours of a running call.
constexpr std::chrono::milliseconds kDeadlineGrace{10};

}  // namespace

ClientStream::ClientStream(std::shared_ptr<ClientShared> shared, Kind kind, std::string path,
                           CallOptions options)
    : Stream(shared->options.max_message_bytes,
             kind == Kind::kUnary ? Outbox::Keep::kYes : Outbox::Keep::kNo),
      shared_(std::move(shared)),
      kind_(kind),
      path_(std::move(path)),
      options_(std::move(options)) {
  ++shared_->stats.calls_total;
  ++shared_->stats.calls_open;
}

ClientStream::~ClientStream() {
  if (!done_) --shared_->stats.calls_open;
}

void ClientStream::SetRequest(std::string request) {
  outbox_.Push(std::move(request));
  outbox_.Finish();
  local_done_ = true;
}

void ClientStream::ArmDeadline() {
  if (done_ || options_.deadline == runtime::kNoDeadline) return;
  runtime::DeadlineWheel::Of(shared_->io).Add(*this, options_.deadline + kDeadlineGrace);
}

// --- request ---

std::size_t ClientStream::MetadataBytes() const {
  std::size_t bytes = 0;
  for (const auto& [key, value] : options_.metadata)
    bytes += key.size() + value.size() + kHeaderOverheadBytes;
  return bytes;
}

bool ClientStream::StartOn(Session& session, std::string_view scheme, std::string_view authority) {
  ++attempts_;
  HeaderList headers;
  headers.Add(":method", "POST");
  headers.Add(":scheme", scheme);
  headers.Add(":path", path_);
  headers.Add(":authority", authority);
  headers.Add("content-type", "application/grpc");
  headers.Add("te", "trailers");
  if (options_.deadline != runtime::kNoDeadline) {
    headers.AddOwned("grpc-timeout", EncodeTimeout(options_.deadline - std::chrono::steady_clock::now()),
                     HeaderField::Index::kNever);
  }
  headers.Add("user-agent", "grpc-c++-marketplace/1");
  headers.AddMetadata(options_.metadata);
  session.SubmitRequest(*this, headers.Fields());
  return id_ > 0;
}

void ClientStream::WritesDone() {
  if (local_done_) return;
  local_done_ = true;
  outbox_.Finish();
  ResumeData();
}

// --- response ---

void ClientStream::Reject(Code code, std::string message) {
  if (!response_.error) response_.error = Status{code, std::move(message), {}};
  Touch();
}

void ClientStream::OnHeader(std::string_view name, std::string_view value) {
  if (done_) return;
  response_.block_bytes += name.size() + value.size() + kHeaderOverheadBytes;
  if (response_.block_bytes > shared_->options.max_header_bytes) {
    return Reject(Code::kResourceExhausted,
                  "response headers exceed " + std::to_string(shared_->options.max_header_bytes) + " bytes");
  }
  if (IsReservedKey(name)) return OnTransportHeader(name, value);
  if (!IsBinaryKey(name)) return response_.block.Add(std::string(name), std::string(value));
  for (std::size_t begin = 0; begin <= value.size();) {
    const std::size_t end = std::min(value.find(',', begin), value.size());
    auto bytes = Base64Decode(value.substr(begin, end - begin));
    if (bytes) response_.block.Add(std::string(name), std::move(*bytes));
    begin = end + 1;
  }
}

void ClientStream::OnTransportHeader(std::string_view name, std::string_view value) {
  if (name == ":status") {
    std::from_chars(value.data(), value.data() + value.size(), response_.http_status);
  } else if (name == "content-type") {
    response_.is_grpc = IsGrpcContentType(value);
  } else if (name == "grpc-status") {
    response_.code = ParseStatusCode(value);
  } else if (name == "grpc-message") {
    response_.message = PercentDecode(value);
  } else if (name == "grpc-status-details-bin") {
    response_.details = Base64Decode(value).value_or("");
  }
}

void ClientStream::OnHeadersEnd() {
  if (done_) return;
  constexpr int kInformational = 100;
  Metadata block = std::exchange(response_.block, {});
  response_.block_bytes = 0;
  if (response_.http_status / kInformational == 1) return;
  if (response_.code) {
    response_.trailing = std::move(block);
  } else if (!response_.headers_done) {
    response_.initial = std::move(block);
    constexpr int kHttpOk = 200;
    if (response_.http_status != kHttpOk) {
      Reject(CodeFromHttpStatus(response_.http_status),
             "HTTP status " + std::to_string(response_.http_status) + " without a grpc-status");
    } else if (!response_.is_grpc) {
      Reject(Code::kUnknown, "the answer's content-type is not application/grpc");
    }
  }
  response_.headers_done = true;
  if (headers_waiter_.Waiting()) Touch();
}

void ClientStream::OnData(std::string_view bytes) {
  if (done_ || remote_done_ || response_.error) return;
  const std::size_t before = inbox_.size();
  switch (reader_.Feed(bytes, inbox_)) {
    case MessageReader::Result::kOk:
      break;
    case MessageReader::Result::kTooLarge:
      return Reject(
          Code::kResourceExhausted,
          "response message exceeds " + std::to_string(shared_->options.max_message_bytes) + " bytes");
    case MessageReader::Result::kCompressed:
      return Reject(Code::kInternal, "compressed message, which was not offered");
  }
  if (kind_ == Kind::kStreaming && inbox_.size() != before) Touch();
}

void ClientStream::OnEndStream() {
  response_.ended = true;
  Touch();
}

void ClientStream::OnClosed(std::uint32_t error) { response_.closed = error; }

void ClientStream::Settle() {
  if (done_) return;
  if (response_.error) {
    const auto self = shared_from_this();
    Reset(kHttp2Cancel);
    return Complete(std::move(*response_.error));
  }
  if (response_.ended || response_.closed) {
    if (TryAgain()) return;
    return Complete(ResponseStatus());
  }
  if (discard_) FreeInbox();
  if (inbox_head_ < inbox_.size()) Wake(read_waiter_);
  if (response_.headers_done) Wake(headers_waiter_);
  if (outbox_.Bytes() <= kWriteBufferBytes) Wake(write_waiter_);
}

Status ClientStream::ResponseStatus() {
  if (!response_.code) {
    if (response_.ended) return {Code::kUnknown, "the server ended the call without a status", {}};
    return LostStatus();
  }
  if (*response_.code != Code::kOk || kind_ == Kind::kStreaming) {
    if (*response_.code == Code::kOk && reader_.InMessage()) {
      return {Code::kInternal, "the response ends inside a message", {}};
    }
    return {*response_.code, std::move(response_.message), std::move(response_.details)};
  }
  if (inbox_.size() != 1 || reader_.InMessage()) {
    return {Code::kUnimplemented, "a unary call has exactly one response message", {}};
  }
  return {Code::kOk, std::move(response_.message), std::move(response_.details)};
}

Status ClientStream::LostStatus() const {
  const std::uint32_t error = response_.closed.value_or(0);
  if (error == Session::kConnectionLost) return {Code::kUnavailable, "the connection was lost", {}};
  const Code code = headers_sent_ ? CodeFromHttp2Error(error) : Code::kUnavailable;
  if (code == Code::kCancelled && Expired()) return {Code::kDeadlineExceeded, "deadline exceeded", {}};
  return {code, "the server reset the call (HTTP/2 error " + std::to_string(error) + ")", {}};
}

// Tries another connection when the server certainly has not seen the call: its headers never left, or the
// server has said so by REFUSED_STREAM (also what nghttp2 makes of streams above a GOAWAY's last one).
bool ClientStream::TryAgain() {
  const bool refused = response_.closed == kHttp2RefusedStream && !response_.ended;
  const bool unsent = response_.closed && !headers_sent_;
  if (!refused && !unsent) {
    sent_ = ClientReply::Sent::kMaybe;
    return false;
  }
  sent_ = ClientReply::Sent::kNo;
  const bool can_send_again = kind_ == Kind::kUnary || outbox_.Untouched();
  if (!can_send_again || attempts_ >= kMaxAttempts || Expired() || !shared_->assign) return false;
  ++shared_->stats.calls_retried;
  session_ = nullptr;
  response_ = {};
  headers_sent_ = false;
  data_deferred_ = false;
  outbox_.Rewind();
  shared_->assign(std::static_pointer_cast<ClientStream>(shared_from_this()));
  return true;
}

// --- end ---

void ClientStream::Complete(Status status) {
  if (done_) return;
  const auto self = shared_from_this();
  done_ = true;
  status_ = std::move(status);
  local_done_ = true;
  remote_done_ = true;
  if (Armed()) runtime::DeadlineWheel::Of(shared_->io).Remove(*this);
  --shared_->stats.calls_open;
  Wake(done_waiter_);
  Wake(read_waiter_);
  Wake(write_waiter_);
  Wake(headers_waiter_);
  if (shared_->on_call_end) shared_->on_call_end();
}

void ClientStream::Fail(Status status) {
  if (done_) return;
  sent_ = headers_sent_ ? ClientReply::Sent::kMaybe : ClientReply::Sent::kNo;
  // The stream itself lives on until nghttp2 has sent the reset; what still comes for it is dropped.
  Reset(kHttp2Cancel);
  Complete(std::move(status));
}

void ClientStream::Cancel() { Fail({Code::kCancelled, "cancelled by the caller", {}}); }

void ClientStream::OnDeadline() { Fail({Code::kDeadlineExceeded, "deadline exceeded", {}}); }

ClientReply ClientStream::TakeReply() {
  ClientReply reply;
  reply.status = std::move(status_);
  if (reply.status.Ok()) reply.message = std::move(inbox_.front());
  reply.initial = std::move(response_.initial);
  reply.trailing = std::move(response_.trailing);
  reply.sent = sent_;
  return reply;
}

Task<Status> ClientStream::Finish() {
  const auto self = shared_from_this();
  WritesDone();
  // Messages nobody wants must not shut the window before the status can come.
  discard_ = true;
  FreeInbox();
  while (!done_) co_await done_waiter_.Wait();
  co_return status_;
}

Task<> ClientStream::WaitForInitialMetadata() {
  const auto self = shared_from_this();
  while (!done_ && !response_.headers_done) co_await headers_waiter_.Wait();
}

}  // namespace market::grpc
