#include "platform/testing/tcp_gate.hpp"

#include <algorithm>
#include <array>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <limits>
#include <list>
#include <string>

#include "platform/runtime/task.hpp"
#include "platform/testing/temporary_database.hpp"

namespace market::testing {
namespace {

using boost::asio::ip::tcp;
using Peer = boost::asio::generic::stream_protocol::socket;

constexpr std::size_t kUnlimited = std::numeric_limits<std::size_t>::max();

struct Flow {
  bool stalled = false;
  std::size_t left = kUnlimited;  // bytes until the cut
};

}  // namespace

struct TcpGate::State : std::enable_shared_from_this<State> {
  struct Link {
    Link(tcp::socket caller, Peer peer) : caller(std::move(caller)), peer(std::move(peer)) {}
    tcp::socket caller;
    Peer peer;
    bool open = true;
  };

  State(boost::asio::io_context& io, Endpoint peer)
      : io(io),
        peer(std::move(peer)),
        acceptor(io, {boost::asio::ip::address_v4::loopback(), 0}),
        changed(io) {
    changed.expires_at(runtime::kNoDeadline);
  }

  static Task<> Accept(std::shared_ptr<State> state) {
    while (state->acceptor.is_open()) {
      auto caller = co_await state->acceptor.async_accept(boost::asio::use_awaitable);
      ++state->accepted;
      if (state->refusing) continue;
      Peer peer(state->io);
      boost::system::error_code error;
      peer.connect(state->peer, error);  // on this machine: at once
      if (error) continue;
      const auto link = std::make_shared<Link>(std::move(caller), std::move(peer));
      state->links.push_back(link);
      boost::asio::co_spawn(state->io, Pump(state, link, Direction::kRequests), boost::asio::detached);
      boost::asio::co_spawn(state->io, Pump(state, link, Direction::kReplies), boost::asio::detached);
    }
  }

  static Task<> Pump(std::shared_ptr<State> state, std::shared_ptr<Link> link, Direction direction) {
    const bool requests = direction == Direction::kRequests;
    Flow& flow = state->FlowOf(direction);
    std::array<char, 16'384> buffer;
    try {
      while (link->open) {
        const auto space = boost::asio::buffer(buffer);
        const std::size_t size =
            requests ? co_await link->caller.async_read_some(space, boost::asio::use_awaitable)
                     : co_await link->peer.async_read_some(space, boost::asio::use_awaitable);
        while (flow.stalled && link->open) co_await state->Change();
        const std::size_t passed = std::min(size, flow.left);
        const auto bytes = boost::asio::buffer(buffer, passed);
        if (link->open && passed > 0) {
          if (requests) {
            co_await boost::asio::async_write(link->peer, bytes, boost::asio::use_awaitable);
          } else {
            co_await boost::asio::async_write(link->caller, bytes, boost::asio::use_awaitable);
          }
        }
        if (flow.left != kUnlimited) flow.left -= passed;
        if (flow.left == 0) state->ResetAll();
      }
    } catch (const boost::system::system_error&) {
      state->Reset(link);  // one side left
    }
  }

  Flow& FlowOf(Direction direction) { return direction == Direction::kRequests ? to_peer : to_caller; }

  Task<> Change() {
    try {
      co_await changed.async_wait(boost::asio::use_awaitable);
    } catch (const boost::system::system_error&) {
      // Cancelled: something has changed.
    }
  }

  void Reset(const std::shared_ptr<Link>& link) {
    if (!std::exchange(link->open, false)) return;
    boost::system::error_code ignored;
    link->caller.set_option(boost::asio::socket_base::linger(true, 0), ignored);  // closes with a reset
    link->caller.close(ignored);
    link->peer.close(ignored);
    links.remove(link);
    changed.cancel();
  }

  void ResetAll() {
    for (const auto& link : std::list(links)) Reset(link);
    to_peer.left = kUnlimited;
    to_caller.left = kUnlimited;
  }

  boost::asio::io_context& io;
  const Endpoint peer;
  tcp::acceptor acceptor;
  boost::asio::steady_timer changed;
  std::list<std::shared_ptr<Link>> links;
  Flow to_peer;
  Flow to_caller;
  bool refusing = false;
  std::size_t accepted = 0;
};

TcpGate::TcpGate(boost::asio::io_context& io, Endpoint peer)
    : state_(std::make_shared<State>(io, std::move(peer))) {
  boost::asio::co_spawn(io, State::Accept(state_), boost::asio::detached);
}

TcpGate::~TcpGate() {
  state_->acceptor.close();
  state_->ResetAll();
}

TcpGate TcpGate::ToPostgres(boost::asio::io_context& io) {
  const std::string host = TemporaryDatabase::ServerHost();
  const int port = TemporaryDatabase::ServerPort();
  if (host.starts_with('/')) {
    return {io, boost::asio::local::stream_protocol::endpoint(host + "/.s.PGSQL." + std::to_string(port))};
  }
  tcp::resolver resolver(io);
  return {io, resolver.resolve(host, std::to_string(port)).begin()->endpoint()};
}

int TcpGate::Port() const { return state_->acceptor.local_endpoint().port(); }
std::size_t TcpGate::Connections() const { return state_->links.size(); }
std::size_t TcpGate::Accepted() const { return state_->accepted; }

void TcpGate::Pass() {
  state_->refusing = false;
  state_->to_peer = {};
  state_->to_caller = {};
  state_->changed.cancel();
}

void TcpGate::Refuse() { state_->refusing = true; }
void TcpGate::Stall(Direction direction) { state_->FlowOf(direction).stalled = true; }
void TcpGate::CutAfter(Direction direction, std::size_t bytes) { state_->FlowOf(direction).left = bytes; }
void TcpGate::Reset() { state_->ResetAll(); }

}  // namespace market::testing
