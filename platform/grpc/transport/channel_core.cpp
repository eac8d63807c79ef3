#include "platform/grpc/transport/channel_core.hpp"

#include <algorithm>
#include <boost/asio/ip/address.hpp>
#include <stdexcept>

namespace market::grpc {
namespace {

constexpr std::chrono::seconds kMinResolveGap{1};

}  // namespace

Channel::Core::Core(boost::asio::io_context& io, const std::string& target, ChannelOptions options)
    : shared_(std::make_shared<ClientShared>(io)), resolver_(io), clock_(io) {
  shared_->options = std::move(options);
  for (std::size_t begin = 0; begin <= target.size();) {
    const std::size_t end = std::min(target.find(',', begin), target.size());
    AddTarget(target.substr(begin, end - begin));
    begin = end + 1;
  }
  const ChannelOptions& limits = shared_->options;
  tick_ =
      std::clamp(std::min({limits.keepalive_interval, limits.keepalive_timeout, limits.resolve_interval}) / 4,
                 std::chrono::milliseconds(5), std::chrono::milliseconds(500));
  ReloadTls();
}

void Channel::Core::AddTarget(const std::string& text) {
  const std::string& authority = shared_->options.authority;
  if (text.starts_with(kUnixScheme)) {
    const Endpoint endpoint = UnixEndpoint(std::string_view(text).substr(kUnixScheme.size()));
    targets_.push_back(
        {std::nullopt, {{endpoint, "localhost", authority.empty() ? "localhost" : authority}}});
    return;
  }
  const HostPort name = ParseHostPort(text);
  boost::system::error_code not_literal;
  boost::asio::ip::make_address(name.host, not_literal);
  if (not_literal) {
    targets_.push_back({name, {}});
  } else {
    targets_.push_back({std::nullopt, {{IpEndpoint(name), name.host, authority.empty() ? text : authority}}});
  }
}

void Channel::Core::ReloadTls() {
  const auto& files = shared_->options.tls;
  if (files) tls_ = std::make_shared<TlsContext>(TlsContext::Side::kClient, *files);
}

// --- addresses ---

void Channel::Core::Start() {
  if (started_) return;
  started_ = true;
  shared_->assign = [weak = weak_from_this()](std::shared_ptr<ClientStream> stream) {
    if (const auto self = weak.lock()) return self->Assign(std::move(stream));
    stream->Fail({Code::kUnavailable, "the channel was closed", {}});
  };
  shared_->on_call_end = [weak = weak_from_this()] {
    const auto self = weak.lock();
    if (self == nullptr || self->shared_->stats.calls_open > 0) return;
    for (const auto& waiter : self->idle_waiters_) waiter->Set();
    self->idle_waiters_.clear();
  };
  ArmClock();
  Resolve();
  UpdateAddresses();
}

void Channel::Core::Resolve() {
  if (resolving_ > 0 || shutdown_) return;
  resolved_at_ = std::chrono::steady_clock::now();
  for (std::size_t i = 0; i < targets_.size(); ++i) {
    if (!targets_[i].name) continue;
    ++resolving_;
    resolver_.async_resolve(
        targets_[i].name->host, targets_[i].name->port,
        [weak = weak_from_this(), i](boost::system::error_code error,
                                     boost::asio::ip::tcp::resolver::results_type results) {
          const auto self = weak.lock();
          if (self == nullptr) return;
          std::vector<Endpoint> endpoints;
          for (const auto& result : results) endpoints.emplace_back(result.endpoint());
          self->OnResolved(i, error, std::move(endpoints));
        });
  }
}

void Channel::Core::OnResolved(std::size_t target, boost::system::error_code error,
                               std::vector<Endpoint> endpoints) {
  --resolving_;
  if (shutdown_) return;
  Target& resolved = targets_[target];
  if (error) {
    // A name server that is away says nothing about the addresses we know.
    resolve_failed_ = true;
    resolve_error_ = resolved.name->host + ": " + error.message();
  } else {
    resolve_failed_ = false;
    const std::string& authority = shared_->options.authority;
    resolved.addresses.clear();
    for (const Endpoint& endpoint : endpoints) {
      resolved.addresses.push_back(
          {endpoint, resolved.name->host,
           authority.empty() ? resolved.name->host + ":" + resolved.name->port : authority});
    }
  }
  if (resolving_ == 0) UpdateAddresses();
}

void Channel::Core::UpdateAddresses() {
  std::vector<std::shared_ptr<Subchannel>> present;
  for (const Target& target : targets_) {
    for (const Address& address : target.addresses) {
      const auto same = [&](const auto& subchannel) { return subchannel->Where() == address; };
      if (std::ranges::any_of(present, same)) continue;
      if (const auto known = std::ranges::find_if(subchannels_, same); known != subchannels_.end()) {
        present.push_back(*known);
        continue;
      }
      auto on_change = [weak = weak_from_this()] {
        if (const auto self = weak.lock()) self->OnChange();
      };
      auto tls = [weak = weak_from_this()]() -> std::shared_ptr<const TlsContext> {
        const auto self = weak.lock();
        return self != nullptr ? self->tls_ : nullptr;
      };
      present.push_back(std::make_shared<Subchannel>(shared_, address, std::move(tls), std::move(on_change)));
    }
  }
  subchannels_.swap(present);
  shared_->stats.addresses = subchannels_.size();
  for (const auto& old : present) {
    if (std::ranges::find(subchannels_, old) != subchannels_.end()) continue;
    old->Retire();
    retired_.push_back(old);
  }
  const auto current = subchannels_;
  for (const auto& subchannel : current) subchannel->Connect();
  OnChange();
}

// --- calls ---

Subchannel* Channel::Core::Pick() {
  for (std::size_t i = 0; i < subchannels_.size(); ++i) {
    Subchannel* candidate = subchannels_[next_++ % subchannels_.size()].get();
    if (candidate->Ready() != nullptr) return candidate;
  }
  return nullptr;
}

bool Channel::Core::TryStart(const std::shared_ptr<ClientStream>& stream) {
  for (std::size_t i = 0; i < subchannels_.size(); ++i) {
    Subchannel* subchannel = Pick();
    if (subchannel == nullptr) return false;
    const std::string_view scheme = tls_ != nullptr ? "https" : "http";
    if (stream->StartOn(*subchannel->Ready(), scheme, subchannel->Where().authority)) return true;
    // Out of stream ids: nghttp2 takes no more calls on this connection.
    subchannel->Leave();
  }
  return false;
}

bool Channel::Core::AllFailing() const {
  if (subchannels_.empty()) return resolving_ == 0 && resolve_failed_;
  return std::ranges::all_of(subchannels_, [](const auto& subchannel) { return subchannel->Failing(); });
}

std::string Channel::Core::LastError() const {
  if (subchannels_.empty()) return "cannot resolve " + resolve_error_;
  const Subchannel& last = *subchannels_.back();
  return "cannot connect to " + AddressText(last.Where().endpoint) + ": " + last.LastError();
}

Task<ClientReply> Channel::Core::Call(std::shared_ptr<Core> self, std::string path, std::string request,
                                      CallOptions options) {
  const auto stream = std::make_shared<ClientStream>(self->shared_, ClientStream::Kind::kUnary,
                                                     std::move(path), std::move(options));
  stream->SetRequest(std::move(request));
  self->Assign(stream);
  self.reset();  // the channel may end before the call does
  try {
    while (!stream->Done()) co_await stream->WaitUntilDone();
  } catch (...) {
    stream->Cancel();
    throw;
  }
  co_return stream->TakeReply();
}

void Channel::Core::Assign(std::shared_ptr<ClientStream> stream) {
  if (stream->Done()) return;
  if (shutdown_) return stream->Fail({Code::kUnavailable, "the channel was closed", {}});
  if (stream->Expired()) return stream->Fail({Code::kDeadlineExceeded, "deadline exceeded", {}});
  if (stream->MetadataBytes() > shared_->options.max_header_bytes) {
    return stream->Fail({Code::kResourceExhausted, "the call's metadata is too large", {}});
  }
  Start();
  stream->ArmDeadline();
  if (TryStart(stream)) return;
  if (stream->Waits() == WaitForReady::kNo && AllFailing()) {
    return stream->Fail({Code::kUnavailable, LastError(), {}});
  }
  if (waiting_.size() >= shared_->options.max_waiting_calls) {
    std::erase_if(waiting_, [](const auto& waiting) { return waiting->Done(); });
  }
  if (waiting_.size() >= shared_->options.max_waiting_calls) {
    return stream->Fail({Code::kResourceExhausted, "too many calls wait for a connection", {}});
  }
  waiting_.push_back(std::move(stream));
}

void Channel::Core::OnChange() {
  const auto self = shared_from_this();
  std::deque<std::shared_ptr<ClientStream>> waiting;
  waiting.swap(waiting_);
  for (auto& stream : waiting) Assign(std::move(stream));
  // Something is wrong with an address: perhaps the name has others by now.
  const bool trouble =
      std::ranges::any_of(subchannels_, [](const auto& item) { return item->Ready() == nullptr; });
  if (trouble && std::chrono::steady_clock::now() - resolved_at_ > kMinResolveGap) Resolve();
}

ChannelState Channel::Core::State() const {
  if (shutdown_) return ChannelState::kShutdown;
  if (!started_) return ChannelState::kIdle;
  if (std::ranges::any_of(subchannels_, [](const auto& item) { return item->Ready() != nullptr; })) {
    return ChannelState::kReady;
  }
  return AllFailing() ? ChannelState::kTransientFailure : ChannelState::kConnecting;
}

void Channel::Core::ArmClock() {
  if (shutdown_ && shared_->stats.connections_open == 0) return;
  clock_.expires_after(tick_);
  clock_.async_wait([weak = weak_from_this()](boost::system::error_code error) {
    const auto self = weak.lock();
    if (!error && self != nullptr) self->Tick();
  });
}

void Channel::Core::Tick() {
  const auto now = std::chrono::steady_clock::now();
  const auto subchannels = subchannels_;
  for (const auto& subchannel : subchannels) subchannel->Tick(now);
  const auto retired = retired_;
  for (const auto& subchannel : retired) subchannel->Tick(now);
  std::erase_if(retired_, [](const auto& subchannel) { return !subchannel->Busy(); });
  std::erase_if(waiting_, [](const auto& waiting) { return waiting->Done(); });
  if (now - resolved_at_ > (resolve_failed_ ? kMinResolveGap : shared_->options.resolve_interval)) Resolve();
  ArmClock();
}

void Channel::Core::Stop() {
  const auto self = shared_from_this();
  shutdown_ = true;
  resolver_.cancel();
  clock_.cancel();
  shared_->assign = nullptr;
  for (const auto& stream : std::exchange(waiting_, {})) {
    stream->Fail({Code::kUnavailable, "the channel was closed", {}});
  }
  for (const auto& subchannel : std::exchange(subchannels_, {})) subchannel->Stop();
  for (const auto& subchannel : std::exchange(retired_, {})) subchannel->Stop();
}

Task<> Channel::Core::Close(runtime::Deadline deadline) {
  const auto self = shared_from_this();
  shutdown_ = true;
  for (const auto& stream : std::exchange(waiting_, {})) {
    stream->Fail({Code::kUnavailable, "the channel was closed", {}});
  }
  if (shared_->stats.calls_open > 0) {
    const auto idle = std::make_shared<runtime::OneShot<>>();
    idle_waiters_.push_back(idle);
    try {
      co_await idle->Wait(deadline);
    } catch (const Error&) {
      // Out of time: what is left ends now.
    }
  }
  Stop();
}

}  // namespace market::grpc
