// Internal to platform/grpc. One address of a channel: its connection, and the next one when that is lost.
//
// Owner: Channel::Core, which stops it. Io thread only.
#pragma once
#include <boost/asio/steady_timer.hpp>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "platform/grpc/transport/address.hpp"
#include "platform/grpc/transport/client_stream.hpp"
#include "platform/grpc/transport/session.hpp"
#include "platform/runtime/backoff.hpp"

namespace market::grpc {

struct Address {
  Endpoint endpoint;
  std::string host;  // for the certificate
  std::string authority;

  bool operator==(const Address& other) const {
    return endpoint == other.endpoint && host == other.host && authority == other.authority;
  }
};

class ClientSession;

class Subchannel : public std::enable_shared_from_this<Subchannel> {
 public:
  using TlsSource = std::function<std::shared_ptr<const TlsContext>()>;

  // `on_change` is called when it gets ready, or a connection was lost or could not be made.
  Subchannel(std::shared_ptr<ClientShared> shared, Address address, TlsSource tls,
             std::function<void()> on_change);
  ~Subchannel();

  const Address& Where() const { return address_; }
  void Connect();
  // No new connection; the present ones end with their calls, or now.
  void Retire();
  void Stop();
  // No more calls on the present connection, which ends with those it has; a new one is made.
  void Leave();
  void Tick(std::chrono::steady_clock::time_point now);

  Session* Ready() const;
  // The last attempt failed and none has succeeded since: calls that do not wait fail.
  bool Failing() const { return failing_; }
  bool Busy() const { return session_ != nullptr || !leaving_.empty(); }
  const std::string& LastError() const { return last_error_; }

 private:
  friend class ClientSession;
  enum class State { kIdle, kConnecting, kReady, kWaiting };

  void OnConnected(std::shared_ptr<Socket> socket);
  void OnReady();
  void OnClosed(ClientSession& session, const std::string& why);
  void OnAttemptFailed(const std::string& why);
  void AbandonAttempt();
  void Reconnect();
  void WaitThenConnect();

  std::shared_ptr<ClientShared> shared_;
  Address address_;
  TlsSource tls_;
  std::function<void()> on_change_;
  boost::asio::steady_timer timer_;
  std::shared_ptr<Socket> connecting_;
  std::shared_ptr<ClientSession> session_;
  std::vector<std::shared_ptr<ClientSession>> leaving_;  // told to go away, calls still open
  State state_ = State::kIdle;
  bool failing_ = false;
  bool retired_ = false;
  std::string last_error_;
  std::optional<runtime::Backoff> backoff_;  // none: no attempt has failed yet
  std::chrono::steady_clock::time_point ready_since_;
};

}  // namespace market::grpc
