// Internal to platform/http. One connection of a server: reads requests, writes answers, one after the other.
#pragma once
#include <boost/asio/generic/stream_protocol.hpp>
#include <list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "platform/http/awaiting.hpp"
#include "platform/http/request_parser.hpp"
#include "platform/http/server_core.hpp"
#include "platform/runtime/deadline_wheel.hpp"
#include "platform/runtime/one_shot.hpp"

namespace market::http {

// One connection. Owned by its own coroutine; the core knows it until that ends.
class Session final : runtime::DeadlineWheel::Entry, BodyReader {
 public:
  using Protocol = boost::asio::generic::stream_protocol;

  Session(std::shared_ptr<Server::Core> core, Protocol::socket socket, std::string peer)
      : core_(std::move(core)), socket_(std::move(socket)), wheel_(runtime::DeadlineWheel::Of(core_->io)) {
    request_.peer = std::move(peer);
    at_ = core_->sessions.insert(core_->sessions.end(), this);
    ++core_->stats.connections_open;
    ++core_->stats.connections_total;
  }
  ~Session() {
    core_->sessions.erase(at_);
    LeaveIdle();
    --core_->stats.connections_open;
  }
  static Task<> Run(std::unique_ptr<Session> session) { co_await session->Serve(); }

  // Ends the connection unless bytes of a request are on their way; a new connection was made for a request
  // that must be about to come.
  void CloseIfIdle() {
    if (!idle_) return;
    ErrorCode error;
    if (!answered_) {
      Arm(kLinger);
    } else if (socket_.available(error) == 0) {
      Close();
    }
  }
  // An answer that has no end of its own ends with what it has to say last.
  void EndStream() {
    if (stop_) stop_->Set();
  }
  void Close() {
    closing_ = true;
    ErrorCode ignored;
    socket_.shutdown(Protocol::socket::shutdown_both, ignored);
    socket_.cancel(ignored);
  }

 private:
  enum class Arrival { kRequest, kFault, kGone };

  Task<> Serve();
  Task<Arrival> ReadRequest();
  Task<bool> ReadMore();
  Task<std::string> Next() override;
  Task<> ReadMoreOfBody();
  Task<> TakeRest();
  [[noreturn]] void FailBody(std::optional<Fault> fault);
  Task<bool> Write(const Response& response, std::string_view connection);
  Task<bool> WriteAll(std::string_view head, std::string_view body);
  Task<Response> Answer();
  Task<> Refuse();
  Task<> Linger();
  Task<bool> Stream(const Response& response);
  Task<bool> RelayUntilStopped(BodyStream& stream);
  Task<> Relay(BodyStream& stream);
  Task<bool> WritePiece(std::string_view piece);
  Task<> WatchPeer();
  void ComposeHead(const Response& response, std::string_view connection);

  void EnterIdle() { idle_ = core_->idle.insert(core_->idle.end(), this); }
  void LeaveIdle() {
    if (idle_) core_->idle.erase(*idle_);
    idle_.reset();
  }
  void Arm(std::chrono::milliseconds limit) { wheel_.Add(*this, runtime::After(limit)); }
  void OnDeadline() override {
    late_ = true;
    ErrorCode ignored;
    socket_.cancel(ignored);
  }

  std::shared_ptr<Server::Core> core_;
  Protocol::socket socket_;
  runtime::DeadlineWheel& wheel_;
  std::list<Session*>::iterator at_;
  std::optional<std::list<Session*>::iterator> idle_;
  Request request_;
  std::optional<RequestParser> parser_;
  std::optional<Fault> fault_;
  std::string buffer_;  // [taken_, filled_) is unread input
  std::size_t taken_ = 0;
  std::size_t filled_ = 0;
  // Of a body that is pulled.
  std::size_t pulled_bytes_ = 0;
  std::chrono::nanoseconds waited_{0};  // for the client
  bool pulling_ = false;                // the handler has asked for it
  bool body_broken_ = false;
  std::string head_;
  std::shared_ptr<runtime::OneShot<>> stop_;  // of the answer that goes on
  bool inside_piece_ = false;                 // a part of it is not written yet
  bool stream_done_ = false;                  // it came to its end
  bool answered_ = false;
  bool late_ = false;
  bool closing_ = false;
};

}  // namespace market::http
