#include "platform/http/session.hpp"

#include <fmt/format.h>

#include <array>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/experimental/parallel_group.hpp>
#include <boost/asio/write.hpp>

namespace market::http {
namespace {

namespace asio = boost::asio;

constexpr std::size_t kFirstBufferBytes = 4096;
constexpr std::size_t kOneWriteBytes =
    16 * 1024;  // up to here head and body are put together and written at once
constexpr std::size_t kLingerBytesMax = 256 * 1024;
constexpr std::size_t kPullBufferBytes = 64 * 1024;
// Of a body that was not pulled to its end, so much is taken before the answer. It can't come sooner: nginx would tell its client
// that the connection stays, and close it when it learns that the body is not wanted, so that the client's next request fails.
constexpr std::size_t kRestBytesMax = 16 * 1024 * 1024;

// Without a way out in the middle, so that the compiler looks at many bytes at once.
bool HasControl(std::string_view value) {
  bool found = false;
  for (const char c : value) found |= static_cast<unsigned char>(c) < ' ' || c == 0x7f;
  return found;
}

Task<> WaitFor(std::shared_ptr<runtime::OneShot<>> what) { co_await what->Wait(); }

}  // namespace

Task<> Session::Serve() {
  buffer_.resize(kFirstBufferBytes);
  while (!closing_) {
    const Arrival arrival = co_await ReadRequest();
    if (arrival == Arrival::kGone) break;
    if (arrival == Arrival::kFault) {
      co_await Refuse();
      break;
    }
    const Response response = co_await Answer();
    co_await TakeRest();
    if (response.stream) {
      if (co_await Stream(response)) co_await Linger();
      break;
    }
    const bool http10 = parser_->Http10();
    // Nobody knows where a request begins behind a body that was not read to its end.
    const bool keep = parser_->keep_alive() && parser_->Done() && !core_->draining;
    const bool written = co_await Write(response, keep ? (http10 ? "keep-alive" : "") : "close");
    if (!written) break;
    answered_ = true;
    if (!keep) {
      co_await Linger();
      break;
    }
    if (buffer_.size() > kPullBufferBytes / 2 && taken_ == filled_) {
      taken_ = filled_ = 0;
      buffer_.resize(kFirstBufferBytes);
      buffer_.shrink_to_fit();
    }
  }
}

Task<Session::Arrival> Session::ReadRequest() {
  late_ = false;
  parser_.emplace(core_->options, request_);
  if (taken_ == filled_) {
    taken_ = filled_ = 0;
    if (core_->stopped && answered_) co_return Arrival::kGone;
    EnterIdle();
    Arm(core_->stopped ? kLinger : core_->options.idle_timeout);
    const bool more = co_await ReadMore();
    LeaveIdle();
    if (!more) co_return Arrival::kGone;
  }
  Arm(core_->options.header_timeout);
  bool header_seen = false;
  while (true) {
    const std::size_t taken =
        taken_ < filled_ ? parser_->Take({buffer_.data() + taken_, filled_ - taken_}) : 0;
    taken_ += taken;
    fault_ = parser_->Faulty();
    if (fault_) co_return Arrival::kFault;
    if (parser_->Done()) break;
    if (parser_->Pulled()) {
      request_.body_reader = this;
      pulled_bytes_ = 0;
      waited_ = {};
      pulling_ = body_broken_ = false;
      break;
    }
    if (parser_->HeaderDone() && !header_seen) {
      header_seen = true;
      Arm(core_->options.header_timeout);
      if (parser_->WantsContinue() && taken_ == filled_ &&
          !co_await WriteAll("HTTP/1.1 100 Continue\r\n\r\n", {})) {
        co_return Arrival::kGone;
      }
    }
    if (taken > 0 && taken_ < filled_) continue;
    if (!co_await ReadMore()) {
      if (!late_) co_return Arrival::kGone;
      fault_ = Fault::kTooSlow;
      co_return Arrival::kFault;
    }
  }
  wheel_.Remove(*this);
  co_return Arrival::kRequest;
}

// False: the peer is gone, or out of time (late_).
Task<bool> Session::ReadMore() {
  if (taken_ == filled_) {
    taken_ = filled_ = 0;
  } else if (taken_ > 0) {
    buffer_.erase(0, taken_);
    buffer_.resize(buffer_.size() + taken_);
    filled_ -= taken_;
    taken_ = 0;
  }
  if (filled_ == buffer_.size()) buffer_.resize(buffer_.size() * 2);  // bounded by the parser's header limit
  ErrorCode error;
  filled_ += co_await socket_.async_read_some(
      asio::buffer(buffer_.data() + filled_, buffer_.size() - filled_), Await(error));
  co_return !error && !late_ && !closing_;
}

// Invites it when it is asked for, not before: what is refused by its header need not come.
Task<std::string> Session::Next() {
  if (body_broken_) FailBody(fault_);
  if (!std::exchange(pulling_, true)) {
    if (buffer_.size() < kPullBufferBytes) buffer_.resize(kPullBufferBytes);
    if (parser_->WantsContinue() && taken_ == filled_ &&
        !co_await WriteAll("HTTP/1.1 100 Continue\r\n\r\n", {})) {
      FailBody(std::nullopt);
    }
  }
  while (!parser_->Done()) {
    const std::size_t taken =
        taken_ < filled_ ? parser_->Take({buffer_.data() + taken_, filled_ - taken_}) : 0;
    taken_ += taken;
    if (const auto fault = parser_->Faulty()) FailBody(fault);
    if (!request_.body.empty()) break;
    if (parser_->Done() || (taken > 0 && taken_ < filled_)) continue;
    co_await ReadMoreOfBody();
  }
  pulled_bytes_ += request_.body.size();
  co_return std::exchange(request_.body, {});
}

// What the handler left of the body, unless that is much, or slow, or was not invited.
Task<> Session::TakeRest() {
  if (!parser_->Pulled() || body_broken_ || (parser_->WantsContinue() && !pulling_)) co_return;
  const auto end = runtime::After(core_->options.header_timeout);
  try {
    for (std::size_t size = 0;
         size < kRestBytesMax && !parser_->Done() && std::chrono::steady_clock::now() < end;) {
      size += (co_await Next()).size();
    }
  } catch (const BodyFailure&) {
    // Then the connection is closed after the answer, which stands.
  }
}

Task<> Session::ReadMoreOfBody() {
  const auto& options = core_->options;
  const std::chrono::milliseconds earned(1000 * pulled_bytes_ / options.pulled_bytes_per_s);
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(options.header_timeout + earned - waited_);
  if (left.count() <= 0) FailBody(Fault::kTooSlow);
  const auto began = std::chrono::steady_clock::now();
  late_ = false;
  Arm(std::min(left, options.header_timeout));
  const bool more = co_await ReadMore();
  wheel_.Remove(*this);
  waited_ += std::chrono::steady_clock::now() - began;
  if (!more) FailBody(late_ ? std::optional(Fault::kTooSlow) : std::nullopt);
}

void Session::FailBody(std::optional<Fault> fault) {
  body_broken_ = true;
  fault_ = fault;
  late_ = false;
  throw BodyFailure(fault);
}

Task<Response> Session::Answer() {
  ++core_->stats.requests_total;
  ++core_->stats.requests_running;
  std::exception_ptr failure;
  Response response;
  try {
    response = co_await core_->handler(request_);
  } catch (...) {
    failure = std::current_exception();  // told to on_exception; the peer gets a 500
  }
  --core_->stats.requests_running;
  if (failure && body_broken_ && request_.body_reader != nullptr) {
    response = fault_ ? core_->AnswerTo(*fault_) : Response{499, {}, {}};
  } else if (failure) {
    if (core_->options.on_exception) core_->options.on_exception(failure);
    response = core_->AnswerTo(Fault::kHandlerFailed);
  }
  co_return response;
}

Task<> Session::Refuse() {
  wheel_.Remove(*this);
  late_ = false;
  const Response response = core_->AnswerTo(*fault_);
  if (co_await Write(response, "close")) co_await Linger();
}

// Closing with unread input would reset the connection and take the answer with it.
Task<> Session::Linger() {
  ErrorCode error;
  socket_.shutdown(Protocol::socket::shutdown_send, error);
  late_ = false;
  Arm(kLinger);
  for (std::size_t left = kLingerBytesMax; !error && !late_ && !closing_ && left > 0;) {
    const std::size_t count = co_await socket_.async_read_some(asio::buffer(buffer_), Await(error));
    left -= std::min(left, count);
  }
  wheel_.Remove(*this);
}

void Session::ComposeHead(const Response& response, std::string_view connection) {
  head_.clear();
  auto out = std::back_inserter(head_);
  fmt::format_to(out, "HTTP/1.1 {} {}\r\n", response.status, StatusText(response.status));
  for (std::size_t i = 0; i < response.headers.size(); ++i) {
    const auto [name, value] = response.headers[i];
    if (HasControl(name) || HasControl(value)) continue;
    head_.append(name).append(": ").append(value).append("\r\n");
  }
  if (response.stream) {
    if (!parser_->Http10()) head_.append("Transfer-Encoding: chunked\r\n");
  } else if (response.status != 204 && response.status != 304) {
    fmt::format_to(out, "Content-Length: {}\r\n", response.body.size());
  }
  head_.append("Date: ").append(core_->Date()).append("\r\n");
  if (!connection.empty()) head_.append("Connection: ").append(connection).append("\r\n");
  head_.append("\r\n");
}

Task<bool> Session::Write(const Response& response, std::string_view connection) {
  ComposeHead(response, connection);
  const bool bodyless = request_.method == "HEAD" || response.status == 204 || response.status == 304;
  std::string_view body = bodyless ? std::string_view() : std::string_view(response.body);
  if (head_.size() + body.size() <= kOneWriteBytes) {
    head_.append(body);
    body = {};
  }
  late_ = false;
  co_return co_await WriteAll(head_, body);
}

// Writes what the answer goes on with, until it ends, the client has gone or the server stops. Whether the client was
// told the end of it.
Task<bool> Session::Stream(const Response& response) {
  struct Count {
    explicit Count(ServerStats& stats) : open(stats.streams_open) { ++open; }
    ~Count() { --open; }
    std::uint64_t& open;
  } const count(core_->stats);
  late_ = false;
  ComposeHead(response, "close");
  if (!co_await WriteAll(head_, {})) co_return false;
  if (request_.method == "HEAD") co_return true;
  const bool begins = !core_->draining || response.stream->HasEnd();
  if (begins && !co_await RelayUntilStopped(*response.stream)) co_return false;
  if (!stream_done_) {
    const std::string last = response.stream->Last();
    if (!last.empty() && !co_await WritePiece(last)) co_return false;
  }
  co_return parser_->Http10() || co_await WriteAll("0\r\n\r\n", {});
}

// False when there is nobody to tell the end to, or the end is nothing to tell: what failed is left without one, so
// that the client takes it for broken.
Task<bool> Session::RelayUntilStopped(BodyStream& stream) {
  const auto stop = std::make_shared<runtime::OneShot<>>();
  if (!stream.HasEnd()) stop_ = stop;
  const auto executor = co_await asio::this_coro::executor;
  auto [order, failure, gone, stopped] =
      co_await asio::experimental::make_parallel_group(
          asio::co_spawn(executor, Relay(stream), asio::deferred),
          asio::co_spawn(executor, WatchPeer(), asio::deferred),
          asio::co_spawn(executor, WaitFor(stop), asio::deferred))
          .async_wait(asio::experimental::wait_for_one(), asio::use_awaitable);
  stop_.reset();
  const bool failed = order[0] == 0 && failure;
  if (failed && core_->options.on_exception) core_->options.on_exception(failure);
  co_return !failed && order[0] != 1 && !inside_piece_ && !late_ && !closing_;
}

Task<> Session::Relay(BodyStream& stream) {
  while (true) {
    const auto piece = co_await stream.Next();
    if (!piece) break;
    if (!piece->empty() && !co_await WritePiece(*piece)) co_return;
  }
  stream_done_ = true;
}

Task<bool> Session::WritePiece(std::string_view piece) {
  head_.clear();
  if (!parser_->Http10()) fmt::format_to(std::back_inserter(head_), "{:x}\r\n", piece.size());
  head_.append(piece);
  if (!parser_->Http10()) head_.append("\r\n");
  late_ = false;
  inside_piece_ = true;
  if (!co_await WriteAll(head_, {})) co_return false;
  inside_piece_ = false;
  co_return true;
}

// Ends when the client has closed its side, or sends more than a few requests that nobody will answer.
Task<> Session::WatchPeer() {
  std::size_t left = kLingerBytesMax;
  ErrorCode error;
  while (!error && left > 0) {
    const std::size_t count = co_await socket_.async_read_some(asio::buffer(buffer_), Await(error));
    left -= std::min(left, count);
  }
}

// Most answers fit into the socket's buffer: one system call and no turn of the loop.
Task<bool> Session::WriteAll(std::string_view head, std::string_view body) {
  ErrorCode error;
  std::array<asio::const_buffer, 2> buffers = {asio::buffer(head), asio::buffer(body)};
  const std::size_t total = head.size() + body.size();
  const std::size_t written = socket_.write_some(buffers, error);
  if (written == total) co_return true;
  if (error && error != asio::error::would_block && error != asio::error::try_again) co_return false;
  buffers[0] += written;
  buffers[1] += written > head.size() ? written - head.size() : 0;
  Arm(core_->options.write_timeout);
  error = {};
  co_await asio::async_write(socket_, buffers, Await(error));
  wheel_.Remove(*this);
  co_return !error && !late_ && !closing_;
}

}  // namespace market::http
