#include "platform/grpc/transport/server_core.hpp"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <system_error>

#include "platform/core/random.hpp"
#include "platform/grpc/transport/address.hpp"

namespace market::grpc {
namespace {

SessionLimits LimitsOf(const ServerOptions& options) {
  SessionLimits limits;
  limits.max_concurrent_streams =
      options.max_concurrent_streams + static_cast<std::uint32_t>(options.max_waiting);
  // nghttp2 gives a window back when half of it is consumed, so one message must fit into the other half.
  const std::size_t message_bytes = 2 * (options.max_message_bytes + kPrefixBytes);
  limits.stream_window_bytes =
      std::max(options.stream_window_bytes, static_cast<std::uint32_t>(message_bytes));
  limits.connection_window_bytes = options.connection_window_bytes;
  limits.max_header_bytes = options.max_header_bytes;
  limits.max_queued_frames = options.max_queued_frames;
  limits.reset_burst = options.reset_burst;
  limits.resets_per_second = options.resets_per_second;
  limits.control_burst = options.control_burst;
  limits.control_per_second = options.control_per_second;
  limits.handshake_timeout = options.handshake_timeout;
  limits.settings_timeout = options.settings_timeout;
  limits.keepalive_interval = options.keepalive_interval;
  limits.keepalive_timeout = options.keepalive_timeout;
  return limits;
}

// A quarter of the shortest limit, so that none is late by more than that.
std::chrono::milliseconds TickOf(const ServerOptions& options) {
  auto shortest = std::min({options.handshake_timeout, options.settings_timeout, options.keepalive_interval,
                            options.keepalive_timeout, options.age_grace});
  for (const auto limit : {options.max_idle, options.max_age}) {
    if (limit > std::chrono::milliseconds::zero()) shortest = std::min(shortest, limit);
  }
  return std::clamp(shortest / 4, std::chrono::milliseconds(5), std::chrono::milliseconds(500));
}

// A socket file without a listener is what a killed process leaves behind.
void RemoveStaleSocket(const Endpoint& endpoint, const std::string& path) {
  const int probe = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (probe < 0) return;
  const int result = ::connect(probe, endpoint.data(), static_cast<socklen_t>(endpoint.size()));
  const int error = errno;
  ::close(probe);
  if (result != 0 && error == ECONNREFUSED) ::unlink(path.c_str());
}

}  // namespace

Server::Core::Core(boost::asio::io_context& io, ServerOptions options)
    : io_(io),
      shared_(std::make_shared<ServerShared>(io, std::move(options))),
      limits_(LimitsOf(shared_->options)),
      places_(shared_->options.max_connections, shared_->options.outside_percent),
      clock_(io),
      tick_(TickOf(shared_->options)) {
  ReloadTls();
}

const ServerStats& Server::Core::Stats() {
  ServerStats& stats = shared_->stats;
  stats.connections_open = connections_.size();
  stats.outside_connections = places_.TakenOutside();
  stats.outside_streams = shared_->streams.TakenOutside();
  stats.buffered_bytes = shared_->buffered.Taken();
  return stats;
}

void Server::Core::ReloadTls() {
  const auto& files = shared_->options.tls;
  if (files) tls_ = std::make_shared<TlsContext>(TlsContext::Side::kServer, *files);
}

std::string Server::Core::Listen(const std::string& address) {
  // A stream tells the core when its handler has ended; the core may be gone by then.
  shared_->on_handler_end = [weak = weak_from_this()] {
    if (const auto self = weak.lock()) self->TellIfIdle();
  };
  auto listener = std::make_shared<Listener>(Acceptor(io_), "", boost::asio::steady_timer(io_));
  try {
    Bind(*listener, address);
  } catch (const boost::system::system_error& error) {
    throw std::system_error(error.code().value(), std::system_category(), "listen on " + address);
  }
  listeners_.push_back(listener);
  Accept(listener);
  return AddressText(listener->acceptor.local_endpoint());
}

void Server::Core::Bind(Listener& listener, const std::string& address) {
  if (address.starts_with(kInheritedScheme)) {
    const int fd = InheritedListener(address);
    int family = AF_INET;
    socklen_t size = sizeof family;
    ::getsockopt(fd, SOL_SOCKET, SO_DOMAIN, &family, &size);
    listener.acceptor.assign(Acceptor::protocol_type(family, 0), fd);
    return;
  }
  const bool local = address.starts_with(kUnixScheme);
  const std::string path = local ? address.substr(kUnixScheme.size()) : "";
  const Endpoint endpoint = local ? UnixEndpoint(path) : IpEndpoint(ParseHostPort(address));
  listener.acceptor.open(endpoint.protocol());
  if (local) {
    RemoveStaleSocket(endpoint, path);
  } else {
    // Lets a restarted process bind while old connections are in TIME_WAIT; never two listeners at once.
    listener.acceptor.set_option(boost::asio::socket_base::reuse_address(true));
  }
  listener.acceptor.bind(endpoint);
  listener.unix_path = path;
  if (local) ::chmod(path.c_str(), S_IRUSR | S_IWUSR | S_IRGRP | S_IWGRP);
  listener.acceptor.listen(boost::asio::socket_base::max_listen_connections);
}

void Server::Core::Accept(std::shared_ptr<Listener> listener) {
  auto& acceptor = listener->acceptor;
  acceptor.async_accept([weak = weak_from_this(), listener](boost::system::error_code error, Socket socket) {
    const auto self = weak.lock();
    if (self == nullptr || !listener->acceptor.is_open()) return;
    if (!error) {
      self->OnAccept(std::move(socket));
      return self->Accept(listener);
    }
    // Out of descriptors or memory: try again when some may be free.
    listener->pause.expires_after(std::chrono::milliseconds(100));
    listener->pause.async_wait([weak, listener](boost::system::error_code) {
      if (const auto again = weak.lock(); again != nullptr && listener->acceptor.is_open())
        again->Accept(listener);
    });
  });
}

void Server::Core::OnAccept(Socket socket) {
  ++shared_->stats.connections_total;
  boost::system::error_code error;
  const Endpoint peer = socket.remote_endpoint(error);
  if (error) return;
  if (peer.protocol().family() != AF_UNIX) {
    const int on = 1;
    ::setsockopt(socket.native_handle(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  }
  auto tls = tls_ != nullptr ? std::make_unique<TlsStream>(tls_, "") : nullptr;
  EvictOldest();
  auto on_known = [weak = weak_from_this()](ServerSession& session) {
    if (const auto self = weak.lock()) self->LetIn(session);
  };
  auto on_closed = [weak = weak_from_this()](ServerSession& session, Session::End end, const std::string&) {
    if (const auto self = weak.lock()) self->OnSessionClosed(session, end);
  };
  const auto session =
      std::make_shared<ServerSession>(std::move(socket), std::move(tls), limits_, shared_, AddressText(peer),
                                      std::move(on_known), std::move(on_closed));
  // Connections of one age would otherwise all reconnect at once.
  const auto max_age = shared_->options.max_age;
  const auto spread = std::chrono::duration_cast<std::chrono::milliseconds>(max_age * (RandomShare() / 10));
  const auto unsettled = unsettled_.insert(unsettled_.end(), session.get());
  connections_.emplace(session.get(), Connection{session, max_age + spread, {}, unsettled});
  ArmClock();
  session->Start();
}

void Server::Core::EvictOldest() {
  if (unsettled_.size() < shared_->options.max_unsettled_connections) return;
  ++shared_->stats.connections_evicted;
  const auto oldest = connections_.at(unsettled_.front()).session;
  oldest->Close(Session::End::kLocal, "newer connections need its place");
}

void Server::Core::LetIn(ServerSession& session) {
  Connection& connection = connections_.at(&session);
  connection.place = Place(places_, session.From());
  if (!connection.place) {
    ++shared_->stats.connections_refused;
    return session.TurnAway();
  }
  unsettled_.erase(connection.unsettled);
  connection.unsettled = unsettled_.end();
}

void Server::Core::OnSessionClosed(ServerSession& session, Session::End end) {
  const auto found = connections_.find(&session);
  if (found == connections_.end()) return;
  if (found->second.unsettled != unsettled_.end()) unsettled_.erase(found->second.unsettled);
  connections_.erase(found);
  ServerStats& stats = shared_->stats;
  if (end == Session::End::kHandshake) ++stats.handshakes_failed;
  if (end == Session::End::kProtocol) ++stats.connections_abused;
  if (end == Session::End::kTimeout) ++stats.connections_timed_out;
  TellIfIdle();
}

void Server::Core::ArmClock() {
  if (clock_armed_ || connections_.empty()) return;
  clock_armed_ = true;
  clock_.expires_after(tick_);
  clock_.async_wait([weak = weak_from_this()](boost::system::error_code error) {
    const auto self = weak.lock();
    if (self == nullptr) return;
    self->clock_armed_ = false;
    if (!error) self->Tick();
  });
}

void Server::Core::Tick() {
  const auto now = std::chrono::steady_clock::now();
  std::vector<std::pair<std::shared_ptr<ServerSession>, std::chrono::milliseconds>> sessions;
  sessions.reserve(connections_.size());  // a tick may close its session
  for (const auto& [key, connection] : connections_)
    sessions.emplace_back(connection.session, connection.max_age);
  for (const auto& [session, max_age] : sessions) session->TickServer(now, max_age);
  ArmClock();
}

void Server::Core::StopAccepting() {
  for (const auto& listener : listeners_) {
    boost::system::error_code ignored;
    listener->acceptor.close(ignored);
    listener->pause.cancel();
    if (!listener->unix_path.empty()) ::unlink(listener->unix_path.c_str());
  }
  listeners_.clear();
}

void Server::Core::GoAway() {
  std::vector<std::shared_ptr<ServerSession>> sessions;
  for (const auto& [key, connection] : connections_) sessions.push_back(connection.session);
  for (const auto& session : sessions) session->GoAway();
}

void Server::Core::CloseAll() {
  while (!connections_.empty()) {
    const auto session = connections_.begin()->second.session;
    session->Close(Session::End::kLocal, "the server stops");
  }
}

void Server::Core::TellIfIdle() {
  if (!Idle()) return;
  for (const auto& waiter : idle_waiters_) waiter->Set();
  idle_waiters_.clear();
}

Task<> Server::Core::WaitUntilIdle(runtime::Deadline deadline) {
  if (Idle()) co_return;
  const auto waiter = std::make_shared<runtime::OneShot<>>();
  idle_waiters_.push_back(waiter);
  try {
    co_await waiter->Wait(deadline);
  } catch (const Error&) {
    // Out of time: the caller looks at what is left.
  }
}

Task<> Server::Core::Drain(runtime::Deadline deadline) {
  constexpr std::chrono::seconds kCancelGrace{1};
  const auto self = shared_from_this();
  StopAccepting();
  GoAway();
  co_await WaitUntilIdle(deadline);
  CloseAll();
  co_await WaitUntilIdle(runtime::After(kCancelGrace));
}

}  // namespace market::grpc
