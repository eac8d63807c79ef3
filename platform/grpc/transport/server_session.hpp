// Internal to platform/grpc. One connection of a server. Its owner lets it in when it is known who calls, or turns it
// away: then its calls are answered UNAVAILABLE and it is told to go.
#pragma once
#include <functional>
#include <memory>
#include <string>

#include "platform/grpc/transport/server_stream.hpp"
#include "platform/grpc/transport/session.hpp"

namespace market::grpc {

class ServerSession final : public Session {
 public:
  using Known = std::function<void(ServerSession&)>;
  using Closed = std::function<void(ServerSession&, End, const std::string& why)>;

  // `on_known` is called once, within Start when there is no handshake to wait for.
  ServerSession(Socket socket, std::unique_ptr<TlsStream> tls, const SessionLimits& limits,
                std::shared_ptr<ServerShared> shared, std::string address, Known on_known, Closed on_closed);

  void Start();
  void TurnAway() { turned_away_ = true; }
  Caller From() const { return origin_->caller; }

  // Idle and age limits, then the session's own.
  void TickServer(std::chrono::steady_clock::time_point now, std::chrono::milliseconds max_age);

 private:
  std::shared_ptr<Stream> OpenStream(std::int32_t id) override;
  void OnReset(std::int32_t id) override { ++shared_->stats.resets_received; }
  void OnTlsReady() override;
  void OnClosed(End end, const std::string& why) override;

  std::shared_ptr<ServerShared> shared_;
  std::shared_ptr<Origin> origin_;
  Known on_known_;
  Closed on_closed_;
  bool turned_away_ = false;
};

}  // namespace market::grpc
