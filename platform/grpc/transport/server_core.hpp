// Internal to platform/grpc. What a Server owns: listeners, connections, their clock.
#pragma once
#include <boost/asio/basic_socket_acceptor.hpp>
#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/steady_timer.hpp>
#include <list>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "platform/grpc/server.hpp"
#include "platform/grpc/transport/server_session.hpp"
#include "platform/runtime/one_shot.hpp"

namespace market::grpc {

class Server::Core : public std::enable_shared_from_this<Server::Core> {
 public:
  Core(boost::asio::io_context& io, ServerOptions options);

  std::string Listen(const std::string& address);
  void StopAccepting();
  void GoAway();
  void CloseAll();
  Task<> Drain(runtime::Deadline deadline);
  void ReloadTls();

  ServerShared& Shared() { return *shared_; }
  const ServerStats& Stats();

 private:
  using Acceptor = boost::asio::basic_socket_acceptor<boost::asio::generic::stream_protocol>;

  struct Listener {
    Acceptor acceptor;
    std::string unix_path;
    boost::asio::steady_timer pause;
  };

  // Unsettled until it is let in, and for good when it is turned away.
  struct Connection {
    std::shared_ptr<ServerSession> session;
    std::chrono::milliseconds max_age;
    Place place;
    std::list<ServerSession*>::iterator unsettled;  // end() when it is let in
  };

  void Bind(Listener& listener, const std::string& address);
  void Accept(std::shared_ptr<Listener> listener);
  void OnAccept(Socket socket);
  void EvictOldest();
  void LetIn(ServerSession& session);
  void OnSessionClosed(ServerSession& session, Session::End end);
  void ArmClock();
  void Tick();
  void TellIfIdle();
  bool Idle() const { return connections_.empty() && shared_->stats.handlers_running == 0; }
  Task<> WaitUntilIdle(runtime::Deadline deadline);

  boost::asio::io_context& io_;
  std::shared_ptr<ServerShared> shared_;
  SessionLimits limits_;
  std::shared_ptr<const TlsContext> tls_;
  std::vector<std::shared_ptr<Listener>> listeners_;
  Share places_;
  std::list<ServerSession*> unsettled_;  // in the order of their coming
  std::unordered_map<ServerSession*, Connection> connections_;
  boost::asio::steady_timer clock_;
  std::chrono::milliseconds tick_;
  bool clock_armed_ = false;
  std::vector<std::shared_ptr<runtime::OneShot<>>> idle_waiters_;
};

}  // namespace market::grpc
