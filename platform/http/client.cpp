#include "platform/http/client.hpp"

#include <fmt/format.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <boost/asio/connect.hpp>
#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/host_name_verification.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/http/basic_parser.hpp>
#include <boost/beast/http/error.hpp>
#include <deque>
#include <list>
#include <optional>
#include <utility>

#include "platform/http/awaiting.hpp"
#include "platform/runtime/deadline_wheel.hpp"
#include "platform/runtime/one_shot.hpp"

namespace market::http {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
using asio::generic::stream_protocol;
using Endpoints = std::vector<stream_protocol::endpoint>;

constexpr std::size_t kBufferBytes = 8192;
// How long a name server may take while there are addresses of before.
constexpr std::chrono::milliseconds kLookupPatience{1000};

[[noreturn]] void Throw(SendError::Kind kind, const std::string& what) { throw SendError(kind, what); }

class ResponseParser final : public beast::http::basic_parser<false> {
 public:
  ResponseParser(const ClientOptions& options, bool head_request, Response& response) : response_(response) {
    header_limit(static_cast<std::uint32_t>(options.header_bytes_max));
    body_limit(options.body_bytes_max);
    skip(head_request);
    eager(true);
    response_ = Response{};
  }

 private:
  void on_request_impl(beast::http::verb, beast::string_view, beast::string_view, int,
                       beast::error_code&) override {}
  void on_response_impl(int code, beast::string_view, int, beast::error_code&) override {
    response_.status = code;
  }
  void on_field_impl(beast::http::field, beast::string_view name, beast::string_view value,
                     beast::error_code&) override {
    if (!header_done_) response_.headers.Add(View(name), View(value));
  }
  void on_header_impl(beast::error_code&) override { header_done_ = true; }
  void on_body_init_impl(const boost::optional<std::uint64_t>& size, beast::error_code&) override {
    if (size) response_.body.reserve(static_cast<std::size_t>(*size));
  }
  std::size_t on_body_impl(beast::string_view body, beast::error_code&) override {
    response_.body.append(body.data(), body.size());
    return body.size();
  }
  void on_chunk_header_impl(std::uint64_t, beast::string_view, beast::error_code&) override {}
  std::size_t on_chunk_body_impl(std::uint64_t, beast::string_view body, beast::error_code&) override {
    response_.body.append(body.data(), body.size());
    return body.size();
  }
  void on_finish_impl(beast::error_code&) override {}

  Response& response_;
  bool header_done_ = false;
};

asio::ssl::context ContextOf(const std::string& ca_file) {
  asio::ssl::context context(asio::ssl::context::tls_client);
  ::SSL_CTX_set_min_proto_version(context.native_handle(), TLS1_2_VERSION);
  if (ca_file.empty()) {
    context.set_default_verify_paths();
  } else {
    context.load_verify_file(ca_file);
  }
  context.set_verify_mode(asio::ssl::verify_peer);
  return context;
}

// One connection to the origin; every step is bounded by the deadline that was armed before it.
class Connection final : runtime::DeadlineWheel::Entry {
 public:
  explicit Connection(asio::io_context& io) : socket_(io), wheel_(runtime::DeadlineWheel::Of(io)) {}
  ~Connection() = default;

  void Arm(runtime::Deadline deadline) {
    late_ = false;
    wheel_.Add(*this, deadline);
  }
  void Disarm() { wheel_.Remove(*this); }
  bool Late() const { return late_; }

  Task<> Connect(Endpoints endpoints);
  // After Connect. Nothing of a request leaves before the other side has proved its name.
  Task<> Secure(asio::ssl::context& context, const std::string& host);
  // The number of bytes that left, whatever happened then.
  Task<std::size_t> Write(std::string_view text);
  // True when the connection may serve another request.
  Task<bool> Read(const ClientOptions& options, bool head_request, Response& response);

  // A kept connection that the server has closed meanwhile would swallow the request.
  bool Alive() {
    char byte;
    const auto count = ::recv(socket_.native_handle(), &byte, 1, MSG_PEEK | MSG_DONTWAIT);
    return count < 0 && (errno == EAGAIN || errno == EWOULDBLOCK);
  }
  void KeepUntil(runtime::Deadline deadline) { kept_until_ = deadline; }
  bool Expired() const { return std::chrono::steady_clock::now() >= kept_until_; }

 private:
  void OnDeadline() override {
    late_ = true;
    ErrorCode ignored;
    socket_.close(ignored);
  }

  stream_protocol::socket socket_;
  std::optional<asio::ssl::stream<stream_protocol::socket&>> tls_;
  runtime::DeadlineWheel& wheel_;
  runtime::Deadline kept_until_ = runtime::kNoDeadline;
  bool late_ = false;
};

Task<> Connection::Connect(Endpoints endpoints) {
  ErrorCode error = asio::error::host_not_found;
  for (const auto& endpoint : endpoints) {
    socket_ = stream_protocol::socket(socket_.get_executor());
    error = {};
    co_await socket_.async_connect(endpoint, Await(error));
    if (!error || late_) break;
  }
  if (error || late_)
    Throw(SendError::Kind::kNotSent, "can't connect: " + (late_ ? "too slow" : error.message()));
  socket_.non_blocking(true, error);
  const int on = 1;
  ::setsockopt(socket_.native_handle(), IPPROTO_TCP, TCP_NODELAY, &on,
               sizeof on);  // no effect on a unix socket
}

Task<> Connection::Secure(asio::ssl::context& context, const std::string& host) {
  tls_.emplace(socket_, context);
  ErrorCode error;
  tls_->set_verify_callback(asio::ssl::host_name_verification(host), error);
  if (::SSL_set_tlsext_host_name(tls_->native_handle(), host.c_str()) != 1) {
    Throw(SendError::Kind::kNotSent, "TLS: " + host + " can't be named");
  }
  co_await tls_->async_handshake(asio::ssl::stream_base::client, Await(error));
  if (error || late_)
    Throw(SendError::Kind::kNotSent, "no TLS with " + host + ": " + (late_ ? "too slow" : error.message()));
}

Task<std::size_t> Connection::Write(std::string_view text) {
  ErrorCode error;
  if (tls_) co_return co_await asio::async_write(*tls_, asio::buffer(text), Await(error));
  co_return co_await asio::async_write(socket_, asio::buffer(text), Await(error));
}

Task<bool> Connection::Read(const ClientOptions& options, bool head_request, Response& response) {
  std::optional<ResponseParser> parser(std::in_place, options, head_request, response);
  std::string buffer(kBufferBytes, '\0');
  std::size_t filled = 0;
  while (true) {
    ErrorCode error;
    const auto space = asio::buffer(buffer.data() + filled, buffer.size() - filled);
    std::size_t count = 0;
    if (tls_) {
      count = co_await tls_->async_read_some(space, Await(error));
    } else {
      count = co_await socket_.async_read_some(space, Await(error));
    }
    if (late_) Throw(SendError::Kind::kUnknown, "no answer in time");
    filled += count;
    beast::error_code parse_error;
    std::size_t taken = 0;
    while (taken < filled && !parser->is_done()) {
      const std::size_t step =
          parser->put(asio::const_buffer(buffer.data() + taken, filled - taken), parse_error);
      taken += step;
      if (parser->is_done() && response.status / 100 == 1) {  // an interim answer: the real one follows
        parser.emplace(options, head_request, response);
        continue;
      }
      if (step == 0 || parse_error) break;
    }
    if (parse_error && parse_error != beast::http::error::need_more) {
      Throw(SendError::Kind::kUnknown, "the answer is not HTTP: " + parse_error.message());
    }
    if (parser->is_done()) co_return parser->keep_alive() && taken == filled;
    buffer.erase(0, taken);
    filled -= taken;
    buffer.resize(std::max(kBufferBytes, 2 * filled));
    if (!error) continue;
    if (error == asio::error::eof && parser->got_some()) {
      parser->put_eof(parse_error);
      if (!parse_error) co_return false;
    }
    Throw(SendError::Kind::kUnknown, "the connection ended without an answer: " + error.message());
  }
}

// Shared with what asks the name server, which may be done long after nobody waits any more.
struct Lookup {
  struct Answer {
    ErrorCode error;
    Endpoints endpoints;
  };

  explicit Lookup(asio::io_context& io) : resolver(io) {}

  asio::ip::tcp::resolver resolver;
  runtime::OneShot<Answer> answer;
};

}  // namespace

class Client::Core : public std::enable_shared_from_this<Core> {
 public:
  const std::string& Host() const { return host_; }
  Core(asio::io_context& io, const std::string& base_url, ClientOptions options);

  Task<Response> Send(Request request, runtime::Deadline deadline);

 private:
  // A place in the pool; given back when destroyed, so that no way out of Send can lose one.
  class Place {
   public:
    explicit Place(std::shared_ptr<Core> core) : core_(std::move(core)) { ++core_->open_; }
    ~Place() { core_->GiveBack(); }
    Place(const Place&) = delete;
    Place& operator=(const Place&) = delete;

   private:
    std::shared_ptr<Core> core_;
  };

  Task<> WaitForPlace(runtime::Deadline deadline);
  Task<Endpoints> Resolve(runtime::Deadline deadline);
  std::unique_ptr<Connection> TakeIdle();
  Task<std::unique_ptr<Connection>> NewConnection(runtime::Deadline deadline);
  std::string Compose(const Request& request) const;
  void GiveBack();

  asio::io_context& io_;
  const ClientOptions options_;
  std::string host_;
  std::string port_;
  std::string unix_path_;
  std::optional<asio::ssl::context> tls_;
  Endpoints known_;  // what the host's name last led to
  std::size_t open_ = 0;
  std::deque<std::unique_ptr<Connection>> idle_;
  std::deque<std::shared_ptr<runtime::OneShot<>>> waiting_;
};

Client::Core::Core(asio::io_context& io, const std::string& base_url, ClientOptions options)
    : io_(io), options_(options) {
  constexpr std::string_view kTcp = "http://";
  constexpr std::string_view kTls = "https://";
  constexpr std::string_view kUnix = "http+unix:";
  if (base_url.starts_with(kUnix) && base_url.size() > kUnix.size()) {
    unix_path_ = base_url.substr(kUnix.size());
    host_ = "localhost";
    return;
  }
  std::string_view authority = base_url;
  const bool secure = authority.starts_with(kTls);
  if (!secure && !authority.starts_with(kTcp))
    throw std::invalid_argument("not an http://, https:// or http+unix: url: " + base_url);
  authority.remove_prefix(secure ? kTls.size() : kTcp.size());
  if (authority.ends_with('/')) authority.remove_suffix(1);
  const auto colon = authority.rfind(':');
  const bool has_port =
      colon != std::string_view::npos && authority.find(']', colon) == std::string_view::npos;
  host_ = authority.substr(0, has_port ? colon : authority.size());
  port_ = has_port ? std::string(authority.substr(colon + 1)) : std::string(secure ? "443" : "80");
  if (host_.empty() || port_.empty() || host_.contains('/')) {
    throw std::invalid_argument("not an http://, https:// or http+unix: url: " + base_url);
  }
  if (secure) tls_.emplace(ContextOf(options_.ca_file));
}

void Client::Core::GiveBack() {
  --open_;
  while (!waiting_.empty()) {
    const auto next = waiting_.front();
    waiting_.pop_front();
    if (next->Done()) continue;
    next->Set();
    return;
  }
}

Task<> Client::Core::WaitForPlace(runtime::Deadline deadline) {
  while (open_ >= options_.pool_size) {
    auto turn = std::make_shared<runtime::OneShot<>>();
    waiting_.push_back(turn);
    bool late = false;
    try {
      co_await turn->Wait(deadline);
    } catch (const Error&) {
      late = true;
    }
    if (late) Throw(SendError::Kind::kNotSent, "no connection became free in time");
  }
}

std::unique_ptr<Connection> Client::Core::TakeIdle() {
  while (!idle_.empty()) {
    auto connection = std::move(idle_.back());
    idle_.pop_back();
    if (!connection->Expired() && connection->Alive()) return connection;
  }
  return nullptr;
}

// A name server may be silent for seconds, and what asks it can't be called off: who waits leaves at the
// limit. Without an answer the addresses of before are better than none.
Task<Endpoints> Client::Core::Resolve(runtime::Deadline deadline) {
  if (!unix_path_.empty()) co_return Endpoints{asio::local::stream_protocol::endpoint(unix_path_)};
  const bool bracketed = host_.starts_with('[') && host_.ends_with(']');
  const std::string host = bracketed ? host_.substr(1, host_.size() - 2) : host_;
  const auto lookup = std::make_shared<Lookup>(io_);
  lookup->resolver.async_resolve(host, port_, [lookup](const ErrorCode& error, const auto& found) {
    Lookup::Answer answer{error, {}};
    for (const auto& entry : found) answer.endpoints.emplace_back(entry.endpoint());
    lookup->answer.Set(std::move(answer));
  });
  if (!known_.empty()) deadline = std::min(deadline, runtime::After(kLookupPatience));
  try {
    auto answer = co_await lookup->answer.Wait(deadline);
    if (answer.error)
      Throw(SendError::Kind::kNotSent, "can't resolve " + host + ": " + answer.error.message());
    known_ = std::move(answer.endpoints);
  } catch (const Error&) {
    if (known_.empty()) Throw(SendError::Kind::kNotSent, "can't resolve " + host + ": no answer in time");
  }
  co_return known_;
}

Task<std::unique_ptr<Connection>> Client::Core::NewConnection(runtime::Deadline deadline) {
  Endpoints endpoints = co_await Resolve(deadline);
  auto connection = std::make_unique<Connection>(io_);
  connection->Arm(std::min(deadline, runtime::After(options_.connect_timeout)));
  co_await connection->Connect(std::move(endpoints));
  if (tls_) co_await connection->Secure(*tls_, host_);
  connection->Disarm();
  co_return connection;
}

std::string Client::Core::Compose(const Request& request) const {
  std::string text = fmt::format("{} {} HTTP/1.1\r\nHost: {}", request.method, request.target, host_);
  if (!port_.empty() && port_ != (tls_ ? "443" : "80")) text.append(":").append(port_);
  text += "\r\n";
  for (std::size_t i = 0; i < request.headers.size(); ++i) {
    const auto [name, value] = request.headers[i];
    text.append(name).append(": ").append(value).append("\r\n");
  }
  const bool with_length = !request.body.empty() || (request.method != "GET" && request.method != "HEAD");
  if (with_length) fmt::format_to(std::back_inserter(text), "Content-Length: {}\r\n", request.body.size());
  text.append("\r\n").append(request.body);
  return text;
}

Task<Response> Client::Core::Send(Request request, runtime::Deadline deadline) {
  co_await WaitForPlace(deadline);
  const Place place(shared_from_this());
  std::unique_ptr<Connection> connection = TakeIdle();
  if (!connection) connection = co_await NewConnection(deadline);
  const std::string text = Compose(request);
  connection->Arm(deadline);
  const std::size_t written = co_await connection->Write(text);
  if (written == 0) Throw(SendError::Kind::kNotSent, "the connection ended before the request left");
  Response response;
  const bool reusable = co_await connection->Read(options_, request.method == "HEAD", response);
  connection->Disarm();
  if (reusable && idle_.size() < options_.pool_size) {
    connection->KeepUntil(runtime::After(options_.idle_timeout));
    idle_.push_back(std::move(connection));
  }
  co_return response;
}

Client::Client(asio::io_context& io, const std::string& base_url, ClientOptions options)
    : core_(std::make_shared<Core>(io, base_url, options)) {}
Client::~Client() = default;

Task<Response> Client::Send(Request request, Work work) {
  const auto core = core_;
  auto span = work.Child("HTTP", telemetry::SpanKind::kClient);
  if (span.Recording()) {
    span.Set("http.request.method", request.method);
    span.Set("url.path", request.target.substr(0, request.target.find('?')));
    span.Set("server.address", core->Host());
  }
  if (work.span != nullptr) request.headers.Add("traceparent", span.Context().ToTraceparent());
  try {
    auto response = co_await core->Send(std::move(request), work.deadline);
    span.Set("http.response.status_code", response.status);
    if (response.status >= 400) span.Fail("status " + std::to_string(response.status));
    co_return response;
  } catch (const SendError& error) {
    span.Fail(error.what());
    throw;
  }
}

}  // namespace market::http
