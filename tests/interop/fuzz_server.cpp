// libFuzzer target: whatever bytes a client sends after connecting, the server stays sound and lets go of
// everything when the connection ends. How an input is delivered: Delivery in fuzz_frames.hpp.
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <stdexcept>

#include "platform/grpc/transport/server_session.hpp"
#include "platform/runtime/task.hpp"
#include "tests/interop/fuzz_frames.hpp"

extern "C" std::size_t LLVMFuzzerMutate(std::uint8_t* data, std::size_t size, std::size_t max_size);

namespace market::grpc {
namespace {

constexpr std::size_t kMaxMessageBytes = 1000;
constexpr std::string_view kEmptySettings("\0\0\0\4\0\0\0\0\0", 9);

// Ends at once, and throws for what begins with an x.
Task<UnaryReply> Echo(ServerCall& call, std::string request) {
  if (request.starts_with('x')) throw std::runtime_error("x");
  for (const auto& [key, value] : call.RequestMetadata()) call.TrailingMetadata().Add(key, value);
  co_return UnaryReply{{}, std::move(request), {}};
}

// Ends only when it is cancelled: by the peer, its deadline or the end of the connection.
Task<UnaryReply> Never(ServerCall&, std::string) {
  co_await runtime::SleepFor(std::chrono::hours(1));
  co_return UnaryReply{};
}

Task<Status> EchoAll(ServerCall& call) {
  while (auto message = co_await call.Read()) {
    call.InitialMetadata().Add("x-size", std::to_string(message->size()));
    co_await call.Write(std::move(*message));
  }
  co_return Status{};
}

Task<Status> ReadOne(ServerCall& call) {
  auto message = co_await call.Read();
  co_return Status{Code::kAborted, message.value_or("nothing"), "details"};
}

// More than any window the peer may have given.
Task<Status> WriteMuch(ServerCall& call) {
  for (int i = 0; i < 100; ++i) co_await call.Write(std::string(kMaxMessageBytes, 'w'));
  co_return Status{};
}

std::shared_ptr<ServerShared> MakeShared(boost::asio::io_context& io) {
  auto shared = std::make_shared<ServerShared>(io);
  shared->options.max_message_bytes = kMaxMessageBytes;
  shared->options.max_header_bytes = 4096;
  shared->options.max_buffered_bytes = 3000;
  const std::string service = "/grpc.testing.TestService/";
  shared->methods.emplace(service + "UnaryCall", Method{Echo, nullptr});
  shared->methods.emplace(service + "EmptyCall", Method{Never, nullptr});
  shared->methods.emplace(service + "FullDuplexCall", Method{nullptr, EchoAll});
  shared->methods.emplace(service + "StreamingInputCall", Method{nullptr, ReadOne});
  shared->methods.emplace(service + "StreamingOutputCall", Method{nullptr, WriteMuch});
  return shared;
}

SessionLimits Limits(const ServerOptions& options) {
  SessionLimits limits;
  limits.max_concurrent_streams = 10;
  limits.stream_window_bytes = 65535;
  limits.connection_window_bytes = 65535;
  limits.max_header_bytes = options.max_header_bytes;
  limits.max_queued_frames = 100;
  limits.reset_burst = limits.control_burst = 50;
  return limits;
}

// The client's end of the connection: bytes in pieces, the server's turn after each.
class Client {
 public:
  Client(boost::asio::io_context& io, int socket, fuzz::Delivery delivery)
      : io_(io), socket_(socket), delivery_(delivery) {}

  void Send(std::string_view bytes) {
    while (!bytes.empty()) {
      const ssize_t sent = ::send(socket_, bytes.data(), std::min(delivery_.step_bytes, bytes.size()),
                                  MSG_DONTWAIT | MSG_NOSIGNAL);
      Turn();
      if (sent <= 0) return;  // the server has closed, or has stopped reading
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
  }

  void End() {
    ::shutdown(socket_, SHUT_WR);
    Turn();
    ::close(socket_);
    Turn();
  }

 private:
  void Turn() {
    io_.restart();
    io_.poll();
    if (!delivery_.peer_reads) return;
    std::array<char, 16384> replies;
    while (::recv(socket_, replies.data(), replies.size(), MSG_DONTWAIT) > 0) {
      io_.restart();
      io_.poll();
    }
  }

  boost::asio::io_context& io_;
  int socket_;
  fuzz::Delivery delivery_;
};

void Feed(std::string_view input) {
  if (input.empty()) return;
  const fuzz::Delivery delivery(static_cast<std::uint8_t>(input.front()));
  input.remove_prefix(1);
  boost::asio::io_context io{1};
  const auto shared = MakeShared(io);
  int pair[2];
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) != 0) return;
  const auto session =
      std::make_shared<ServerSession>(Socket(io, boost::asio::generic::stream_protocol(AF_UNIX, 0), pair[0]),
                                      nullptr, Limits(shared->options), shared, "fuzz", nullptr);
  session->Start();
  Client client(io, pair[1], delivery);
  if (delivery.adds_preface) client.Send(std::string(fuzz::kMagic).append(kEmptySettings));
  client.Send(input);
  client.End();
  session->Close(Session::End::kLocal, "");
  io.restart();
  io.poll();
  const ServerStats& left = shared->stats;
  if (left.streams_open != 0 || left.handlers_running != 0 || left.buffered_bytes != 0) __builtin_trap();
}

}  // namespace
}  // namespace market::grpc

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  market::grpc::Feed({reinterpret_cast<const char*>(data), size});
  return 0;
}

extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size, std::size_t max_size,
                                               unsigned seed) {
  const std::string mutated = market::grpc::fuzz::Mutate({reinterpret_cast<const char*>(data), size},
                                                         max_size, seed, LLVMFuzzerMutate);
  std::memcpy(data, mutated.data(), mutated.size());
  return mutated.size();
}
