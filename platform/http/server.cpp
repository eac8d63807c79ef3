#include "platform/http/server.hpp"

#include <fmt/format.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <unistd.h>

#include <boost/asio/basic_socket_acceptor.hpp>
#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/write.hpp>
#include <ctime>
#include <list>
#include <optional>
#include <utility>
#include <vector>

#include "platform/core/clock.hpp"
#include "platform/http/awaiting.hpp"
#include "platform/http/listener.hpp"
#include "platform/http/request_parser.hpp"
#include "platform/runtime/deadline_wheel.hpp"
#include "platform/runtime/every.hpp"
#include "platform/runtime/task_group.hpp"

namespace market::http {
namespace {

namespace asio = boost::asio;
using asio::generic::stream_protocol;
using Acceptor = asio::basic_socket_acceptor<stream_protocol>;

constexpr std::size_t kFirstBufferBytes = 4096;
constexpr std::size_t kOneWriteBytes =
    16 * 1024;  // up to here head and body are put together and written at once
constexpr std::chrono::milliseconds kLinger{1000};
constexpr runtime::Backoff::Options kAcceptBackoff{
    .initial = std::chrono::milliseconds(50), .max = std::chrono::milliseconds(500), .jitter = 0.3};
constexpr std::size_t kLingerBytesMax = 256 * 1024;

// Without a way out in the middle, so that the compiler looks at many bytes at once.
bool HasControl(std::string_view value) {
  bool found = false;
  for (const char c : value) found |= static_cast<unsigned char>(c) < ' ' || c == 0x7f;
  return found;
}

}  // namespace

int StatusOf(Fault fault) {
  switch (fault) {
    case Fault::kBadRequest:
      return 400;
    case Fault::kBodyTooLarge:
      return 413;
    case Fault::kUriTooLong:
      return 414;
    case Fault::kHeadersTooLarge:
      return 431;
    case Fault::kTooSlow:
      return 408;
    case Fault::kExpectation:
      return 417;
    case Fault::kHandlerFailed:
      return 500;
  }
  return 500;
}

class Session;

class Server::Core : public std::enable_shared_from_this<Core> {
 public:
  Core(asio::io_context& io, ServerOptions options, Handler handler)
      : io(io),
        options(std::move(options)),
        handler(std::move(handler)),
        tasks(io.get_executor(), Report()),
        doors_(io.get_executor(), Report()) {}

  std::string Listen(const std::string& address);
  Task<> Drain(runtime::Deadline deadline);
  void Close();
  std::string_view Date();
  Response AnswerTo(Fault fault);

  asio::io_context& io;
  const ServerOptions options;
  const Handler handler;
  ServerStats stats;
  bool draining = false;  // every answer closes its connection
  bool stopped = false;   // and no new one comes in
  std::list<Session*> sessions;
  std::list<Session*> idle;  // longest first
  runtime::TaskGroup tasks;

 private:
  struct Listening {
    Acceptor acceptor;
    int family;
    std::string path;
    std::optional<runtime::Every> accepting;
  };

  runtime::TaskGroup::ErrorHandler Report();
  static Task<> KeepAccepting(std::shared_ptr<Core> core, std::shared_ptr<Listening> listening);
  Task<> Accept(Listening& listening);
  void Admit(stream_protocol::socket socket, int family);
  void StopListening();

  std::vector<std::shared_ptr<Listening>> listening_;
  runtime::TaskGroup doors_;  // who accepts
  std::time_t date_at_ = 0;
  std::string date_;
};

// One connection. Owned by its own coroutine; the core knows it until that ends.
class Session final : runtime::DeadlineWheel::Entry {
 public:
  Session(std::shared_ptr<Server::Core> core, stream_protocol::socket socket, std::string peer)
      : core_(std::move(core)), socket_(std::move(socket)), wheel_(runtime::DeadlineWheel::Of(core_->io)) {
    request_.peer = std::move(peer);
    at_ = core_->sessions.insert(core_->sessions.end(), this);
    ++core_->stats.connections_open;
    ++core_->stats.connections_total;
  }
  ~Session() {
    core_->sessions.erase(at_);
    LeaveIdle();
    --core_->stats.connections_open;
  }
  static Task<> Run(std::unique_ptr<Session> session) { co_await session->Serve(); }

  // Ends the connection unless bytes of a request are on their way; a new connection was made for a request
  // that must be about to come.
  void CloseIfIdle() {
    if (!idle_) return;
    ErrorCode error;
    if (!answered_) {
      Arm(kLinger);
    } else if (socket_.available(error) == 0) {
      Close();
    }
  }
  void Close() {
    closing_ = true;
    ErrorCode ignored;
    socket_.shutdown(stream_protocol::socket::shutdown_both, ignored);
    socket_.cancel(ignored);
  }

 private:
  enum class Arrival { kRequest, kFault, kGone };

  Task<> Serve();
  Task<Arrival> ReadRequest();
  Task<bool> ReadMore();
  Task<bool> Write(const Response& response, std::string_view connection);
  Task<bool> WriteAll(std::string_view head, std::string_view body);
  Task<Response> Answer();
  Task<> Refuse();
  Task<> Linger();
  void ComposeHead(const Response& response, std::string_view connection);

  void EnterIdle() { idle_ = core_->idle.insert(core_->idle.end(), this); }
  void LeaveIdle() {
    if (idle_) core_->idle.erase(*idle_);
    idle_.reset();
  }
  void Arm(std::chrono::milliseconds limit) { wheel_.Add(*this, runtime::After(limit)); }
  void OnDeadline() override {
    late_ = true;
    ErrorCode ignored;
    socket_.cancel(ignored);
  }

  std::shared_ptr<Server::Core> core_;
  stream_protocol::socket socket_;
  runtime::DeadlineWheel& wheel_;
  std::list<Session*>::iterator at_;
  std::optional<std::list<Session*>::iterator> idle_;
  Request request_;
  std::optional<RequestParser> parser_;
  std::optional<Fault> fault_;
  std::string buffer_;  // [taken_, filled_) is unread input
  std::size_t taken_ = 0;
  std::size_t filled_ = 0;
  std::string head_;
  bool answered_ = false;
  bool late_ = false;
  bool closing_ = false;
};

// ---- Session

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
    const bool http10 = parser_->Http10();
    const bool keep = parser_->keep_alive() && !core_->draining;
    const bool written = co_await Write(response, keep ? (http10 ? "keep-alive" : "") : "close");
    if (!written) break;
    answered_ = true;
    if (!keep) {
      co_await Linger();
      break;
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
  if (taken_ > 0) {
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
  if (failure) {
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
  socket_.shutdown(stream_protocol::socket::shutdown_send, error);
  late_ = false;
  Arm(kLinger);
  std::size_t left = kLingerBytesMax;
  while (!error && !late_ && !closing_ && left > 0) {
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
  if (response.status != 204 && response.status != 304) {
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

// ---- Server::Core

std::string_view Server::Core::Date() {
  const std::time_t now = std::chrono::system_clock::to_time_t(WallTime());
  if (now != date_at_ || date_.empty()) {
    std::tm parts{};
    ::gmtime_r(&now, &parts);
    char text[40];
    date_.assign(text, std::strftime(text, sizeof text, "%a, %d %b %Y %H:%M:%S GMT", &parts));
    date_at_ = now;
  }
  return date_;
}

Response Server::Core::AnswerTo(Fault fault) {
  ++stats.faults_total;
  return options.on_fault ? options.on_fault(fault) : Response{StatusOf(fault), {}, {}};
}

runtime::TaskGroup::ErrorHandler Server::Core::Report() {
  return [this](std::string_view, std::exception_ptr error) {
    if (options.on_exception && !draining) options.on_exception(error);
  };
}

std::string Server::Core::Listen(const std::string& address) {
  Listener listener = OpenListener(address);
  auto listening = std::make_shared<Listening>(Acceptor(io, stream_protocol(listener.family, 0), listener.fd),
                                               listener.family, listener.path);
  listening->accepting.emplace(
      runtime::Every::Options{.name = "http.accept", .period = {}, .backoff = kAcceptBackoff},
      [this, &door = *listening] { return Accept(door); });
  listening_.push_back(listening);
  doors_.Keep("http.accept", KeepAccepting(shared_from_this(), listening));
  return listener.address;
}

Task<> Server::Core::KeepAccepting(std::shared_ptr<Core>, std::shared_ptr<Listening> listening) {
  co_await listening->accepting->Run();
}

// Throws when there is something wrong with accepting: no descriptors left,
// most likely, and they come back when connections end.
Task<> Server::Core::Accept(Listening& listening) {
  for (;;) {
    auto socket = co_await listening.acceptor.async_accept(asio::use_awaitable);
    Admit(std::move(socket), listening.family);
  }
}

void Server::Core::Admit(stream_protocol::socket socket, int family) {
  if (stats.connections_open >= options.connections_max) {
    if (idle.empty()) {
      ++stats.connections_refused;
      return;
    }
    idle.front()->Close();
  }
  ErrorCode ignored;
  socket.non_blocking(true, ignored);
  const int on = 1;
  if (family != AF_UNIX) ::setsockopt(socket.native_handle(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  sockaddr_storage peer{};
  socklen_t size = sizeof peer;
  ::getpeername(socket.native_handle(), reinterpret_cast<sockaddr*>(&peer), &size);
  std::string name = family == AF_UNIX ? "unix:" : AddressText(peer, size);
  tasks.Spawn("http.session", Session::Run(std::make_unique<Session>(shared_from_this(), std::move(socket),
                                                                     std::move(name))));
}

void Server::Core::StopListening() {
  stopped = true;
  doors_.Cancel();
  for (const auto& listening : listening_) {
    ErrorCode ignored;
    listening->acceptor.close(ignored);
    if (!listening->path.empty()) ::unlink(listening->path.c_str());
  }
  listening_.clear();
}

void Server::Core::Close() {
  draining = true;
  StopListening();
  for (Session* session : sessions) session->Close();
  tasks.Cancel();
}

Task<> Server::Core::Drain(runtime::Deadline deadline) {
  draining = true;
  if (options.drain_linger.count() > 0 && !sessions.empty()) {
    const auto end = std::min(runtime::After(options.drain_linger), deadline);
    co_await runtime::SleepFor(end - std::chrono::steady_clock::now());
  }
  StopListening();
  co_await doors_.Join();
  const std::vector<Session*> waiting(idle.begin(), idle.end());
  for (Session* session : waiting) session->CloseIfIdle();
  bool late = false;
  try {
    co_await tasks.Join(deadline);
  } catch (const Error&) {
    late = true;
  }
  if (!late) co_return;
  Close();
  co_await tasks.Join(runtime::After(kLinger));
}

// ---- Server

Server::Server(asio::io_context& io, ServerOptions options, Handler handler)
    : core_(std::make_shared<Core>(io, std::move(options), std::move(handler))) {}

Server::~Server() { core_->Close(); }

std::string Server::Listen(const std::string& address) { return core_->Listen(address); }

Task<> Server::Drain(runtime::Deadline deadline) {
  const auto core = core_;
  co_await core->Drain(deadline);
}

const ServerStats& Server::Stats() const { return core_->stats; }

}  // namespace market::http
