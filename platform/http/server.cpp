#include "platform/http/server.hpp"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <unistd.h>

#include <utility>

#include "platform/core/clock.hpp"
#include "platform/http/listener.hpp"
#include "platform/http/server_core.hpp"
#include "platform/http/session.hpp"

namespace market::http {
namespace {

namespace asio = boost::asio;
using asio::generic::stream_protocol;

constexpr runtime::Backoff::Options kAcceptBackoff{
    .initial = std::chrono::milliseconds(50), .max = std::chrono::milliseconds(500), .jitter = 0.3};

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
  for (Session* session : sessions) session->EndStream();
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
