#include "platform/grpc/transport/server_session.hpp"

namespace market::grpc {

ServerSession::ServerSession(Socket socket, std::unique_ptr<TlsStream> tls, const SessionLimits& limits,
                             std::shared_ptr<ServerShared> shared, std::string address, Closed on_closed)
    : Session(Role::kServer, std::move(socket), std::move(tls), limits),
      shared_(std::move(shared)),
      peer_(std::make_shared<Peer>(Peer{std::move(address), {}})),
      on_closed_(std::move(on_closed)) {}

std::shared_ptr<Stream> ServerSession::OpenStream(std::int32_t) {
  // A handler that was cancelled may still run while its stream is gone: it counts until it ends.
  if (*handlers_ >= shared_->options.max_concurrent_streams) {
    ++shared_->stats.streams_refused;
    return nullptr;
  }
  return std::make_shared<ServerStream>(shared_, peer_, handlers_);
}

void ServerSession::OnTlsReady() { peer_->identity = TlsIdentity(); }

void ServerSession::OnClosed(End end, const std::string& why) {
  if (on_closed_) on_closed_(*this, end, why);
}

void ServerSession::TickServer(std::chrono::steady_clock::time_point now, std::chrono::milliseconds max_age) {
  const ServerOptions& options = shared_->options;
  const auto never = std::chrono::milliseconds::zero();
  if (!GoingAway()) {
    const bool idle = options.max_idle > never && OpenStreams() == 0 && now - LastUse() > options.max_idle;
    const bool old = max_age > never && now - Created() > max_age;
    if (idle || old) GoAway();
  } else if (now - GoAwaySince() > options.age_grace) {
    Close(End::kGone, "still busy after it was told to go away");
  }
  Tick(now);
}

}  // namespace market::grpc
