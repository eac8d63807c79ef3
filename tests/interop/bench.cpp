// Cost of a unary call (200 bytes there, 600 back), client and server as two processes: research/h2rpc.md,
// section 1.
//   market_grpc_bench server <address> [certificate key ca]
//   market_grpc_bench client <address> <calls in flight> <seconds> [certificate key ca]
#include <sys/resource.h>

#include <boost/asio/signal_set.hpp>
#include <cstdio>
#include <cstdlib>

#include "platform/grpc/channel.hpp"
#include "platform/grpc/server.hpp"

namespace market::interop {
namespace {

constexpr std::size_t kRequestBytes = 200;
constexpr std::size_t kResponseBytes = 600;
constexpr const char* kPath = "/bench.Echo/Call";

double CpuMicroseconds() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  return 1e6 * static_cast<double>(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
         static_cast<double>(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec);
}

std::optional<grpc::TlsFiles> TlsFrom(int argc, char** argv, int first) {
  if (argc < first + 3) return std::nullopt;
  return grpc::TlsFiles{argv[first], argv[first + 1], argv[first + 2]};
}

Task<grpc::UnaryReply> Answer(grpc::ServerCall&, std::string) {
  co_return grpc::UnaryReply{{}, std::string(kResponseBytes, 'r'), {}};
}

int Serve(int argc, char** argv) {
  boost::asio::io_context io{1};
  grpc::ServerOptions options;
  options.tls = TlsFrom(argc, argv, 3);
  grpc::Server server(io, options);
  server.HandleUnary(kPath, Answer);
  std::printf("%s\n", server.Listen(argv[2]).c_str());
  std::fflush(stdout);
  boost::asio::signal_set signals(io, SIGTERM, SIGINT);
  signals.async_wait([&](boost::system::error_code, int) { io.stop(); });
  io.run();
  const auto calls = static_cast<double>(server.Stats().streams_total);
  std::printf("server: %.0f calls, %.2f us CPU each\n", calls, CpuMicroseconds() / calls);
  return 0;
}

Task<> Loop(grpc::Channel& channel, runtime::Deadline end, std::uint64_t& calls, std::uint64_t& failures) {
  while (std::chrono::steady_clock::now() < end) {
    const auto reply = co_await channel.Call(kPath, std::string(kRequestBytes, 'q'),
                                             {.deadline = runtime::After(std::chrono::seconds(5))});
    ++calls;
    if (!reply.status.Ok()) ++failures;
  }
}

int Load(int argc, char** argv) {
  const int in_flight = std::atoi(argv[3]);
  const int seconds = std::atoi(argv[4]);
  boost::asio::io_context io{1};
  grpc::ChannelOptions options;
  options.tls = TlsFrom(argc, argv, 5);
  grpc::Channel channel(io, argv[2], options);
  const auto end = runtime::After(std::chrono::seconds(seconds));
  std::uint64_t calls = 0;
  std::uint64_t failures = 0;
  int running = in_flight;
  for (int i = 0; i < in_flight; ++i) {
    boost::asio::co_spawn(io, Loop(channel, end, calls, failures), [&](std::exception_ptr) {
      if (--running == 0) io.stop();
    });
  }
  io.run();
  std::printf("client: %llu calls (%llu failed), %.0f/s, %.2f us CPU each\n",
              static_cast<unsigned long long>(calls), static_cast<unsigned long long>(failures),
              static_cast<double>(calls) / seconds, CpuMicroseconds() / static_cast<double>(calls));
  return failures == 0 ? 0 : 1;
}

}  // namespace
}  // namespace market::interop

int main(int argc, char** argv) {
  const std::string_view role = argc > 1 ? argv[1] : "";
  if (role == "server" && argc > 2) return market::interop::Serve(argc, argv);
  if (role == "client" && argc > 4) return market::interop::Load(argc, argv);
  std::fprintf(stderr, "market_grpc_bench server|client …\n");
  return 2;
}
