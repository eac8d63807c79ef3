// Internal to platform/http. What a Server owns: listeners, connections, what they share.
#pragma once
#include <boost/asio/basic_socket_acceptor.hpp>
#include <boost/asio/generic/stream_protocol.hpp>
#include <ctime>
#include <list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "platform/http/server.hpp"
#include "platform/runtime/every.hpp"
#include "platform/runtime/task_group.hpp"

namespace market::http {

// For a client to take what is sent to it, or to send what it owes.
inline constexpr std::chrono::milliseconds kLinger{1000};

class Session;

class Server::Core : public std::enable_shared_from_this<Core> {
 public:
  Core(boost::asio::io_context& io, ServerOptions options, Handler handler)
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

  boost::asio::io_context& io;
  const ServerOptions options;
  const Handler handler;
  ServerStats stats;
  bool draining = false;  // every answer closes its connection
  bool stopped = false;   // and no new one comes in
  std::list<Session*> sessions;
  std::list<Session*> idle;  // longest first
  runtime::TaskGroup tasks;

 private:
  using Acceptor = boost::asio::basic_socket_acceptor<boost::asio::generic::stream_protocol>;

  struct Listening {
    Acceptor acceptor;
    int family;
    std::string path;
    std::optional<runtime::Every> accepting;
  };

  runtime::TaskGroup::ErrorHandler Report();
  static Task<> KeepAccepting(std::shared_ptr<Core> core, std::shared_ptr<Listening> listening);
  Task<> Accept(Listening& listening);
  void Admit(boost::asio::generic::stream_protocol::socket socket, int family);
  void StopListening();

  std::vector<std::shared_ptr<Listening>> listening_;
  runtime::TaskGroup doors_;  // who accepts
  std::time_t date_at_ = 0;
  std::string date_;
};

}  // namespace market::http
