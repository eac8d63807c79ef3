// Internal to platform/grpc. One connection of a server.
#pragma once
#include <functional>
#include <memory>
#include <string>

#include "platform/grpc/transport/server_stream.hpp"
#include "platform/grpc/transport/session.hpp"

namespace market::grpc {

class ServerSession final : public Session {
 public:
  using Closed = std::function<void(ServerSession&, End, const std::string& why)>;

  ServerSession(Socket socket, std::unique_ptr<TlsStream> tls, const SessionLimits& limits,
                std::shared_ptr<ServerShared> shared, std::string address, Closed on_closed);

  // Idle and age limits, then the session's own.
  void TickServer(std::chrono::steady_clock::time_point now, std::chrono::milliseconds max_age);

 private:
  std::shared_ptr<Stream> OpenStream(std::int32_t id) override;
  void OnReset(std::int32_t id) override { ++shared_->stats.resets_received; }
  void OnTlsReady() override;
  void OnClosed(End end, const std::string& why) override;

  std::shared_ptr<ServerShared> shared_;
  std::shared_ptr<Peer> peer_;
  std::shared_ptr<std::size_t> handlers_ = std::make_shared<std::size_t>(0);
  Closed on_closed_;
};

}  // namespace market::grpc
