#include "platform/grpc/transport/server_session.hpp"

#include <algorithm>

namespace market::grpc {

ServerSession::ServerSession(Socket socket, std::unique_ptr<TlsStream> tls, const SessionLimits& limits,
                             std::shared_ptr<ServerShared> shared, std::string address, Known on_known,
                             Closed on_closed)
    : Session(Role::kServer, std::move(socket), std::move(tls), limits),
      shared_(std::move(shared)),
      origin_(std::make_shared<Origin>(Origin{.peer = {std::move(address), {}}})),
      on_known_(std::move(on_known)),
      on_closed_(std::move(on_closed)) {}

void ServerSession::Start() {
  if (!shared_->options.tls) on_known_(*this);
  Session::Start();
}

std::shared_ptr<Stream> ServerSession::OpenStream(std::int32_t) {
  // A handler that was cancelled may still run while its stream is gone: it counts until it ends.
  if (origin_->handlers >= shared_->options.max_concurrent_streams) {
    ++shared_->stats.streams_refused;
    return nullptr;
  }
  auto stream = std::make_shared<ServerStream>(shared_, origin_);
  if (turned_away_) {
    stream->TurnAway(Code::kUnavailable, "too many connections");
    GoAway();
  }
  return stream;
}

void ServerSession::OnTlsReady() {
  const auto& outside = shared_->options.outside_identities;
  auto& identity = origin_->peer.identity;
  identity = TlsIdentity();
  const bool service = !identity.empty() && std::ranges::find(outside, identity) == outside.end();
  origin_->caller = service ? Caller::kService : Caller::kOutside;
  if (service) KeepTlsBuffers();
  on_known_(*this);
}

void ServerSession::OnClosed(End end, const std::string& why) {
  if (on_closed_) on_closed_(*this, end, why);
}

void ServerSession::TickServer(std::chrono::steady_clock::time_point now, std::chrono::milliseconds max_age) {
  const ServerOptions& options = shared_->options;
  const auto never = std::chrono::milliseconds::zero();
  if (turned_away_ && now - Created() > options.handshake_timeout) {
    Close(End::kGone, "turned away, and still here");
  } else if (!GoingAway()) {
    const bool idle = options.max_idle > never && OpenStreams() == 0 && now - LastUse() > options.max_idle;
    const bool old = max_age > never && now - Created() > max_age;
    if (idle || old) GoAway();
  } else if (now - GoAwaySince() > options.age_grace) {
    Close(End::kGone, "still busy after it was told to go away");
  }
  Tick(now);
}

}  // namespace market::grpc
