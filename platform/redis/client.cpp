#include "platform/redis/client.hpp"

#include <hiredis/hiredis.h>
#include <hiredis/read.h>

#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/write.hpp>
#include <deque>
#include <initializer_list>
#include <stdexcept>
#include <utility>

#include "platform/core/error.hpp"
#include "platform/runtime/every.hpp"
#include "platform/runtime/one_shot.hpp"
#include "platform/runtime/task_group.hpp"

namespace market::redis {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;
using runtime::Deadline;

struct FreeReply {
  void operator()(redisReply* reply) const { freeReplyObject(reply); }
};
using Reply = std::unique_ptr<redisReply, FreeReply>;

struct FreeReader {
  void operator()(redisReader* reader) const { redisReaderFree(reader); }
};
using Reader = std::unique_ptr<redisReader, FreeReader>;

constexpr std::string_view kUnixPrefix = "unix:";
constexpr std::size_t kReadBytes = 16 * 1024;
constexpr std::chrono::milliseconds kFirstPause{100};

struct Address {
  std::string unix_path;  // or
  std::string host;
  std::string port;
};

Address ParseAddress(const std::string& text) {
  Address address;
  if (text.starts_with(kUnixPrefix)) {
    address.unix_path = text.substr(kUnixPrefix.size());
    if (address.unix_path.empty() || address.unix_path.size() > 107) {  // sockaddr_un's limit
      throw std::invalid_argument("not the path of a socket: " + text);
    }
    return address;
  }
  const auto colon = text.rfind(':');
  if (colon == std::string::npos || colon == 0 || colon + 1 == text.size()) {
    throw std::invalid_argument("expected host:port or unix:/path: " + text);
  }
  address.host = text.substr(0, colon);
  address.port = text.substr(colon + 1);
  if (address.host.starts_with('[') && address.host.ends_with(']')) {
    address.host = address.host.substr(1, address.host.size() - 2);
  }
  return address;
}

// The protocol's form of a command: an array of strings that carry their length, so any bytes are safe.
void AppendCommand(std::string& out, std::initializer_list<std::string_view> words) {
  out += '*';
  out += std::to_string(words.size());
  out += "\r\n";
  for (const auto word : words) {
    out += '$';
    out += std::to_string(word.size());
    out += "\r\n";
    out += word;
    out += "\r\n";
  }
}

}  // namespace

struct Client::Impl : std::enable_shared_from_this<Impl> {
  using Pending = std::shared_ptr<runtime::OneShot<Reply>>;

  // What one connection has under way. Handlers hold it, so that those of a dropped connection find their own
  // state and not that of the next one.
  struct Connection {
    explicit Connection(asio::io_context& io) : socket(io), reader(redisReaderCreate()) {
      if (!reader) throw std::bad_alloc();
    }
    asio::generic::stream_protocol::socket socket;
    Reader reader;
    std::string queued;   // commands not yet given to the socket
    std::string sending;  // in the socket's hands; empty when nothing is
    std::deque<Pending> pending;
    std::uint32_t timeouts_in_a_row = 0;
    std::string last_error;  // what the server refused last
    std::string failure;     // why it was dropped; empty while it is alive
    runtime::OneShot<> ended;
  };
  using ConnectionPtr = std::shared_ptr<Connection>;

  Impl(asio::io_context& io, Options options)
      : io(io),
        options(std::move(options)),
        address(ParseAddress(this->options.address)),
        connections({.name = "redis.connection",
                     .period = kFirstPause,
                     .backoff = {.initial = kFirstPause, .max = this->options.max_reconnect_pause}},
                    [this] { return ServeOne(); }),
        group(io.get_executor(), [](std::string_view, std::exception_ptr) {}) {}

  static void Drop(Connection& connection, std::string reason);
  static void TakeReplies(Connection& connection);
  static Task<> ReadReplies(ConnectionPtr connection);
  static Task<> ReadUntilDropped(ConnectionPtr connection);
  void Send(const ConnectionPtr& connection);

  Task<> Dial(Connection& connection);
  Task<bool> Connect(ConnectionPtr connection);
  Task<> ServeOne();
  void SetReady(ConnectionPtr connection, std::string_view reason);

  // The connection for a command with this many replies, or nullptr when the command shall not be sent.
  ConnectionPtr Usable(std::size_t replies);
  static Pending Command(Connection& connection, std::initializer_list<std::string_view> words);
  // nullptr when there is no connection or no usable answer.
  Task<Reply> Answer(ConnectionPtr connection, Pending pending, Deadline deadline);
  // Not a coroutine itself: sends at once, so `words` need not outlive the call.
  Task<Reply> Ask(std::initializer_list<std::string_view> words);
  Deadline Timeout() const { return runtime::After(options.timeout); }

  asio::io_context& io;
  const Options options;
  const Address address;
  ConnectionPtr ready;       // nullptr: calls return at once
  std::optional<bool> told;  // what the listener knows
  Stats stats;
  std::function<void(bool, std::string_view)> listener;
  runtime::Every connections;
  runtime::TaskGroup group;
};

void Client::Impl::Drop(Connection& connection, std::string reason) {
  if (!connection.failure.empty()) return;
  connection.failure = std::move(reason);
  error_code ignored;
  connection.socket.close(ignored);
  for (const auto& waiting : std::exchange(connection.pending, {})) waiting->Set(nullptr);
  connection.ended.Set();
}

void Client::Impl::TakeReplies(Connection& connection) {
  for (;;) {
    void* reply = nullptr;
    if (redisReaderGetReply(connection.reader.get(), &reply) != REDIS_OK) {
      return Drop(connection, std::string("protocol: ") + connection.reader->errstr);
    }
    if (!reply) return;
    Reply owned(static_cast<redisReply*>(reply));
    if (connection.pending.empty()) return Drop(connection, "protocol: a reply to no command");
    // A waiter that ran out of time is still in its place; its late answer is dropped here.
    connection.pending.front()->Set(std::move(owned));
    connection.pending.pop_front();
    connection.timeouts_in_a_row = 0;
  }
}

Task<> Client::Impl::ReadReplies(ConnectionPtr connection) {
  std::exception_ptr failure;
  try {
    co_await ReadUntilDropped(connection);
  } catch (...) {  // a connection that nobody reads is of no use
    failure = std::current_exception();
  }
  if (failure) Drop(*connection, "read: " + TextOf(failure));
}

Task<> Client::Impl::ReadUntilDropped(ConnectionPtr connection) {
  std::string buffer(kReadBytes, '\0');
  while (connection->failure.empty()) {
    error_code error;
    const std::size_t count = co_await connection->socket.async_read_some(
        asio::buffer(buffer), asio::redirect_error(asio::use_awaitable, error));
    if (error) {
      Drop(*connection, "read: " + error.message());
    } else if (redisReaderFeed(connection->reader.get(), buffer.data(), count) != REDIS_OK) {
      Drop(*connection, std::string("protocol: ") + connection->reader->errstr);
    } else {
      TakeReplies(*connection);
    }
  }
}

void Client::Impl::Send(const ConnectionPtr& connection) {
  // Commands that come while a write is under way leave together with the next one.
  if (!connection->sending.empty() || connection->queued.empty()) return;
  connection->sending.swap(connection->queued);
  asio::async_write(connection->socket, asio::buffer(connection->sending),
                    [self = shared_from_this(), connection](const error_code& error, std::size_t) {
                      connection->sending.clear();
                      if (error) return Drop(*connection, "write: " + error.message());
                      self->Send(connection);
                    });
}

// Throws boost::system::system_error.
Task<> Client::Impl::Dial(Connection& connection) {
  if (!address.unix_path.empty()) {
    co_await connection.socket.async_connect(asio::local::stream_protocol::endpoint(address.unix_path),
                                             asio::use_awaitable);
    co_return;
  }
  asio::ip::tcp::resolver resolver(io);
  const auto found = co_await resolver.async_resolve(address.host, address.port, asio::use_awaitable);
  error_code error = asio::error::host_not_found;
  for (const auto& entry : found) {
    if (!connection.failure.empty()) break;
    connection.socket.close(error);
    co_await connection.socket.async_connect(entry.endpoint(),
                                             asio::redirect_error(asio::use_awaitable, error));
    if (!error) break;
  }
  if (error) throw boost::system::system_error(error);
  connection.socket.set_option(asio::ip::tcp::no_delay(true));
}

// True once the server answered a PING:
// an open socket alone proves nothing about a server that hangs or loads.
Task<bool> Client::Impl::Connect(ConnectionPtr connection) {
  const auto deadline = runtime::After(options.connect_timeout);
  asio::steady_timer timer(io, options.connect_timeout);
  timer.async_wait([connection](const error_code& error) {
    if (!error) Drop(*connection, "connect: no answer in time");
  });
  try {
    co_await Dial(*connection);
  } catch (const boost::system::system_error& error) {
    Drop(*connection, "connect: " + error.code().message());
  }
  if (!connection->failure.empty()) co_return false;
  group.Spawn("redis.replies", ReadReplies(connection));
  if (!options.password.empty()) Command(*connection, {"AUTH", options.password});
  auto pong = Command(*connection, {"PING"});
  Send(connection);
  const auto reply = co_await Answer(connection, std::move(pong), deadline);
  timer.cancel();
  if (!reply)
    Drop(*connection,
         "connect: " + (connection->last_error.empty() ? "no answer in time" : connection->last_error));
  co_return connection->failure.empty();
}

// One connection, until it fails. Throws when there was none.
Task<> Client::Impl::ServeOne() {
  auto connection = std::make_shared<Connection>(io);
  if (!co_await Connect(connection)) {
    SetReady(nullptr, connection->failure);
    throw Unavailable(connection->failure);
  }
  ++stats.connects;
  SetReady(connection, {});
  co_await connection->ended.Wait();
  SetReady(nullptr, connection->failure);
}

void Client::Impl::SetReady(ConnectionPtr connection, std::string_view reason) {
  ready = std::move(connection);
  const bool connected = ready != nullptr;
  if (std::exchange(told, connected) != connected && listener) listener(connected, reason);
}

Client::Impl::ConnectionPtr Client::Impl::Usable(std::size_t replies) {
  if (ready && ready->failure.empty() && ready->pending.size() + replies <= options.max_pending &&
      ready->queued.size() <= options.max_queued_bytes) {
    return ready;
  }
  ++stats.skipped;
  return nullptr;
}

Client::Impl::Pending Client::Impl::Command(Connection& connection,
                                            std::initializer_list<std::string_view> words) {
  AppendCommand(connection.queued, words);
  return connection.pending.emplace_back(std::make_shared<runtime::OneShot<Reply>>());
}

Task<Reply> Client::Impl::Answer(ConnectionPtr connection, Pending pending, Deadline deadline) {
  if (!connection) co_return nullptr;
  Reply reply;
  try {
    reply = co_await pending->Wait(deadline);
  } catch (const Error& error) {
    if (error.code != Code::kDeadlineExceeded) throw;
    if (++connection->timeouts_in_a_row >= options.timeouts_to_reconnect)
      Drop(*connection, "too many timeouts");
  }
  if (reply && reply->type == REDIS_REPLY_ERROR) {
    connection->last_error.assign(reply->str, static_cast<std::size_t>(reply->len));
    reply.reset();
  }
  if (!reply) ++stats.errors;
  co_return reply;
}

Task<Reply> Client::Impl::Ask(std::initializer_list<std::string_view> words) {
  auto connection = Usable(1);
  if (!connection) return Answer(nullptr, nullptr, {});
  auto pending = Command(*connection, words);
  Send(connection);
  return Answer(std::move(connection), std::move(pending), Timeout());
}

namespace {

telemetry::Span SpanOf(const Work& work, std::string_view operation) {
  auto span = work.Child(operation, telemetry::SpanKind::kClient);
  span.Set("db.system.name", "redis");
  span.Set("db.system", "redis");  // for stores that know the older name only
  span.Set("db.operation.name", operation);
  span.Set("server.address", "redis");
  return span;
}

}  // namespace

Client::Client(asio::io_context& io, Options options)
    : impl_(std::make_shared<Impl>(io, std::move(options))) {}
Client::~Client() = default;

void Client::Start() { impl_->group.Keep("redis.connection", impl_->connections.Run()); }

Task<std::optional<std::string>> Client::Get(Work work, std::string key) {
  const auto span = SpanOf(work, "GET");
  key.insert(0, impl_->options.key_prefix);
  const auto reply = co_await impl_->Ask({"GET", key});
  if (!reply) {
    ++impl_->stats.unknown;
    co_return std::nullopt;
  }
  if (reply->type != REDIS_REPLY_STRING) {
    ++impl_->stats.misses;
    co_return std::nullopt;
  }
  ++impl_->stats.hits;
  co_return std::string(reply->str, static_cast<std::size_t>(reply->len));
}

Task<> Client::Set(Work work, std::string key, std::string value, std::chrono::milliseconds ttl) {
  if (ttl.count() <= 0 || value.size() > impl_->options.max_value_bytes) {
    ++impl_->stats.skipped;
    co_return;
  }
  key.insert(0, impl_->options.key_prefix);
  const auto span = SpanOf(work, "SET");
  const auto ttl_text = std::to_string(ttl.count());
  if (co_await impl_->Ask({"SET", key, value, "PX", ttl_text})) ++impl_->stats.writes;
}

Task<> Client::Delete(Work work, std::string key) {
  const auto span = SpanOf(work, "DEL");
  key.insert(0, impl_->options.key_prefix);
  if (co_await impl_->Ask({"DEL", key})) ++impl_->stats.writes;
}

Task<std::optional<std::int64_t>> Client::IncrementWithin(Work work, std::string key,
                                                          std::chrono::milliseconds window) {
  const auto span = SpanOf(work, "INCR");
  key.insert(0, impl_->options.key_prefix);
  const auto connection = impl_->Usable(2);
  if (!connection) co_return std::nullopt;
  // The time limit is asked for with each count,
  // so a counter that lost its limit between the two gets one next time.
  const auto window_text = std::to_string(window.count());
  auto counted = Impl::Command(*connection, {"INCR", key});
  auto limited = Impl::Command(*connection, {"PEXPIRE", key, window_text, "NX"});
  impl_->Send(connection);
  const auto deadline = impl_->Timeout();
  const auto count = co_await impl_->Answer(connection, std::move(counted), deadline);
  const auto limit = co_await impl_->Answer(connection, std::move(limited), deadline);
  // A server that can't limit the counter (before Redis 7) would let it grow for ever: its count is no use.
  if (!count || count->type != REDIS_REPLY_INTEGER || !limit) co_return std::nullopt;
  ++impl_->stats.writes;
  co_return count->integer;
}

bool Client::Connected() const { return impl_->ready && impl_->ready->failure.empty(); }
const Stats& Client::GetStats() const { return impl_->stats; }
void Client::OnConnectionChange(std::function<void(bool, std::string_view)> listener) {
  impl_->listener = std::move(listener);
}

Task<> Client::Close() {
  impl_->group.Cancel();
  if (impl_->ready) Impl::Drop(*impl_->ready, "closed");
  impl_->ready.reset();
  co_await impl_->group.Join();
}

}  // namespace market::redis
