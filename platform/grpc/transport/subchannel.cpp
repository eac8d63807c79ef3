#include "platform/grpc/transport/subchannel.hpp"

#include <netinet/in.h>
#include <netinet/tcp.h>

#include <algorithm>

namespace market::grpc {
namespace {

SessionLimits LimitsOf(const ChannelOptions& options) {
  SessionLimits limits;
  // nghttp2 gives a window back when half of it is consumed, so one message must fit into the other half.
  const std::size_t message_bytes = 2 * (options.max_message_bytes + kPrefixBytes);
  limits.stream_window_bytes =
      std::max(options.stream_window_bytes, static_cast<std::uint32_t>(message_bytes));
  limits.connection_window_bytes = options.connection_window_bytes;
  limits.max_header_bytes = options.max_header_bytes;
  limits.handshake_timeout = options.connect_timeout;
  limits.settings_timeout = options.connect_timeout;
  limits.keepalive_interval = options.keepalive_interval;
  limits.keepalive_timeout = options.keepalive_timeout;
  return limits;
}

}  // namespace

class ClientSession final : public Session {
 public:
  ClientSession(Socket socket, std::unique_ptr<TlsStream> tls, const SessionLimits& limits,
                std::weak_ptr<Subchannel> owner)
      : Session(Role::kClient, std::move(socket), std::move(tls), limits), owner_(std::move(owner)) {}

 private:
  void OnReady() override {
    if (const auto owner = owner_.lock()) owner->OnReady();
  }
  void OnGoAway() override {
    if (const auto owner = owner_.lock()) owner->Leave();
  }
  void OnClosed(End, const std::string& why) override {
    if (const auto owner = owner_.lock()) owner->OnClosed(*this, why);
  }

  std::weak_ptr<Subchannel> owner_;
};

Subchannel::Subchannel(std::shared_ptr<ClientShared> shared, Address address, TlsSource tls,
                       std::function<void()> on_change)
    : shared_(std::move(shared)),
      address_(std::move(address)),
      tls_(std::move(tls)),
      on_change_(std::move(on_change)),
      timer_(shared_->io) {}

Subchannel::~Subchannel() = default;

Session* Subchannel::Ready() const {
  const bool usable = state_ == State::kReady && session_ != nullptr && !session_->Closed();
  return usable ? session_.get() : nullptr;
}

void Subchannel::Connect() {
  if (state_ != State::kIdle || retired_) return;
  state_ = State::kConnecting;
  ++shared_->stats.connects_total;
  connecting_ = std::make_shared<Socket>(shared_->io);
  timer_.expires_after(shared_->options.connect_timeout);
  timer_.async_wait([weak = weak_from_this()](boost::system::error_code error) {
    const auto self = weak.lock();
    if (error || self == nullptr || self->state_ != State::kConnecting) return;
    if (self->session_ != nullptr)
      return self->session_->Close(Session::End::kTimeout, "connecting takes too long");
    self->OnAttemptFailed("connecting takes too long");
  });
  connecting_->async_connect(
      address_.endpoint, [weak = weak_from_this(), socket = connecting_](boost::system::error_code error) {
        const auto self = weak.lock();
        if (self == nullptr || self->connecting_ != socket) return;
        if (error) return self->OnAttemptFailed(error.message());
        self->OnConnected(socket);
      });
}

void Subchannel::OnConnected(std::shared_ptr<Socket> socket) {
  connecting_.reset();
  if (address_.endpoint.protocol().family() != AF_UNIX) {
    const int on = 1;
    ::setsockopt(socket->native_handle(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  }
  std::unique_ptr<TlsStream> tls;
  if (const auto context = tls_()) {
    const std::string& identity = shared_->options.expected_identity;
    tls = std::make_unique<TlsStream>(context, identity.empty() ? address_.host : identity);
  }
  session_ = std::make_shared<ClientSession>(std::move(*socket), std::move(tls), LimitsOf(shared_->options),
                                             weak_from_this());
  ++shared_->stats.connections_open;
  session_->Start();
}

// The server's SETTINGS have come: only now is it known to speak HTTP/2 and to have accepted our certificate.
void Subchannel::OnReady() {
  state_ = State::kReady;
  failing_ = false;
  ready_since_ = std::chrono::steady_clock::now();
  timer_.cancel();
  on_change_();
}

void Subchannel::Leave() {
  if (state_ != State::kReady || session_ == nullptr) return;
  leaving_.push_back(std::exchange(session_, nullptr));
  leaving_.back()->GoAway();
  Reconnect();
}

void Subchannel::OnClosed(ClientSession& session, const std::string& why) {
  --shared_->stats.connections_open;
  if (session_.get() != &session) {
    std::erase_if(leaving_, [&](const auto& leaving) { return leaving.get() == &session; });
    return;
  }
  const bool was_ready = state_ == State::kReady;
  session_.reset();
  if (!was_ready) return OnAttemptFailed(why);
  last_error_ = why;
  Reconnect();
}

void Subchannel::OnAttemptFailed(const std::string& why) {
  ++shared_->stats.connects_failed;
  AbandonAttempt();
  failing_ = true;
  last_error_ = why;
  WaitThenConnect();
  on_change_();
}

// At once after a connection that lasted; one that breaks as soon as it stands is not worth a tight loop.
void Subchannel::Reconnect() {
  constexpr std::chrono::seconds kLasted{1};
  if (retired_) {
    state_ = State::kIdle;
  } else if (std::chrono::steady_clock::now() - ready_since_ > kLasted || !backoff_) {
    backoff_.emplace(shared_->options.backoff);
    state_ = State::kIdle;
    Connect();
  } else {
    WaitThenConnect();
  }
  on_change_();
}

void Subchannel::WaitThenConnect() {
  if (retired_) return;
  state_ = State::kWaiting;
  if (!backoff_) backoff_.emplace(shared_->options.backoff);
  timer_.expires_after(backoff_->Next());
  timer_.async_wait([weak = weak_from_this()](boost::system::error_code error) {
    const auto self = weak.lock();
    if (error || self == nullptr || self->state_ != State::kWaiting) return;
    self->state_ = State::kIdle;
    self->Connect();
  });
}

void Subchannel::AbandonAttempt() {
  if (connecting_ == nullptr) return;
  boost::system::error_code ignored;
  connecting_->close(ignored);
  connecting_.reset();
}

void Subchannel::Retire() {
  retired_ = true;
  if (state_ != State::kReady) return Stop();
  state_ = State::kIdle;
  leaving_.push_back(std::exchange(session_, nullptr));
  leaving_.back()->GoAway();
}

void Subchannel::Stop() {
  retired_ = true;
  timer_.cancel();
  AbandonAttempt();
  if (session_ != nullptr) leaving_.push_back(std::exchange(session_, nullptr));
  state_ = State::kIdle;
  while (!leaving_.empty()) {
    const auto session = leaving_.back();
    leaving_.pop_back();
    session->Close(Session::End::kLocal, "the channel was closed");
  }
}

void Subchannel::Tick(std::chrono::steady_clock::time_point now) {
  const auto self = shared_from_this();
  const auto leaving = leaving_;  // a tick may close its session
  for (const auto& session : leaving) session->Tick(now);
  if (const auto session = session_) session->Tick(now);
}

}  // namespace market::grpc
