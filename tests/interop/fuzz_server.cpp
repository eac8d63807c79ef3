// libFuzzer target: whatever bytes a client sends after connecting, the server stays sound.
//
// The input is cut into writes by its first byte, so that frames arrive in pieces; with its lowest bit set,
// the client's preface and SETTINGS come first, so that the fuzzer starts inside HTTP/2.
#include <sys/socket.h>

#include <boost/asio/co_spawn.hpp>
#include <cstdint>

#include "platform/grpc/channel.hpp"
#include "platform/grpc/server_session.hpp"

namespace market::grpc {
namespace {

constexpr std::string_view kPreface("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\4\0\0\0\0\0", 33);

Task<UnaryReply> Echo(ServerCall& call, std::string request) {
  for (const auto& [key, value] : call.RequestMetadata()) call.TrailingMetadata().Add(key, value);
  co_return UnaryReply{{}, std::move(request), {}};
}

Task<Status> EchoAll(ServerCall& call) {
  while (auto message = co_await call.Read()) co_await call.Write(std::move(*message));
  co_return Status{};
}

void Feed(std::string_view input) {
  boost::asio::io_context io{1};
  auto shared = std::make_shared<ServerShared>(io);
  shared->options.max_message_bytes = 1000;
  shared->methods.emplace("/E/U", Method{Echo, nullptr});
  shared->methods.emplace("/E/S", Method{nullptr, EchoAll});
  SessionLimits limits;
  limits.max_concurrent_streams = 10;
  limits.stream_window_bytes = 65535;
  limits.connection_window_bytes = 65535;
  limits.max_header_bytes = shared->options.max_header_bytes;
  limits.max_queued_frames = 100;
  limits.reset_burst = limits.control_burst = 50;
  int pair[2];
  if (::socketpair(AF_UNIX, SOCK_STREAM, 0, pair) != 0) return;
  Socket near(io, boost::asio::generic::stream_protocol(AF_UNIX, 0), pair[0]);
  const auto session =
      std::make_shared<ServerSession>(std::move(near), nullptr, limits, shared, "fuzz", nullptr);
  session->Start();
  const std::size_t step = input.empty() ? 1 : static_cast<std::uint8_t>(input.front()) / 2 * 8 + 1;
  const bool framed = !input.empty() && (input.front() & 1) != 0;
  if (!input.empty()) input.remove_prefix(1);
  if (framed) ::send(pair[1], kPreface.data(), kPreface.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
  while (!input.empty()) {
    ::send(pair[1], input.data(), std::min(step, input.size()), MSG_DONTWAIT | MSG_NOSIGNAL);
    input.remove_prefix(std::min(step, input.size()));
    io.restart();
    io.poll();
  }
  ::close(pair[1]);
  io.restart();
  io.poll();
  session->Close(Session::End::kLocal, "");
  io.restart();
  io.poll();
  if (shared->stats.streams_open != 0 || shared->stats.handlers_running != 0 ||
      shared->stats.buffered_bytes != 0) {
    __builtin_trap();
  }
}

}  // namespace
}  // namespace market::grpc

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  market::grpc::Feed({reinterpret_cast<const char*>(data), size});
  return 0;
}
