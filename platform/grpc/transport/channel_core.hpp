// Internal to platform/grpc. What a Channel owns: addresses and their connections,
// the calls that wait for one.
#pragma once
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "platform/grpc/channel.hpp"
#include "platform/grpc/transport/client_stream.hpp"
#include "platform/grpc/transport/subchannel.hpp"
#include "platform/runtime/one_shot.hpp"

namespace market::grpc {

class Channel::Core : public std::enable_shared_from_this<Channel::Core> {
 public:
  Core(boost::asio::io_context& io, const std::string& target, ChannelOptions options);

  static Task<ClientReply> Call(std::shared_ptr<Core> self, std::string path, std::string request,
                                CallOptions options);
  void Assign(std::shared_ptr<ClientStream> stream);
  ChannelState State() const;
  Task<> Close(runtime::Deadline deadline);
  void Stop();
  void ReloadTls();
  const std::shared_ptr<ClientShared>& Shared() const { return shared_; }

 private:
  // One entry of the target: an address, or a name and what it resolved to last.
  struct Target {
    std::optional<HostPort> name;
    std::vector<Address> addresses;
  };

  void AddTarget(const std::string& text);
  void Start();
  void Resolve();
  void OnResolved(std::size_t target, boost::system::error_code error, std::vector<Endpoint> endpoints);
  void UpdateAddresses();
  Subchannel* Pick();
  bool TryStart(const std::shared_ptr<ClientStream>& stream);
  bool AllFailing() const;
  std::string LastError() const;
  void OnChange();
  void ArmClock();
  void Tick();

  std::shared_ptr<ClientShared> shared_;
  std::shared_ptr<const TlsContext> tls_;
  std::vector<Target> targets_;
  std::vector<std::shared_ptr<Subchannel>> subchannels_;
  std::vector<std::shared_ptr<Subchannel>> retired_;
  std::deque<std::shared_ptr<ClientStream>> waiting_;
  std::size_t next_ = 0;
  boost::asio::ip::tcp::resolver resolver_;
  std::size_t resolving_ = 0;  // names whose answer is still to come
  bool resolve_failed_ = false;
  bool started_ = false;
  bool shutdown_ = false;
  std::string resolve_error_;
  std::chrono::steady_clock::time_point resolved_at_;
  boost::asio::steady_timer clock_;
  std::chrono::milliseconds tick_;
  std::vector<std::shared_ptr<runtime::OneShot<>>> idle_waiters_;
};

}  // namespace market::grpc
