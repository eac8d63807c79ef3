// One gRPC hop by itself: an echo server and a client that keeps N calls in flight,
// 200 bytes there and 600 back.
//
//   grpc_echo server ADDRESS [PKI NAME]                     prints the bound address, serves until SIGTERM
//   grpc_echo client ADDRESS IN_FLIGHT SECONDS [PKI NAME]   prints one JSON line
//
// PKI is a directory with ca.crt and NAME.crt/NAME.key; with it both sides speak mutual TLS. CPU is user and
// system time of this process over the measured window, per call.
#include <sys/resource.h>

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <chrono>
#include <iostream>
#include <string>
#include <vector>

#include "platform/grpc/channel.hpp"
#include "platform/grpc/server.hpp"

namespace {

using namespace market;
using Clock = std::chrono::steady_clock;

constexpr std::string_view kPath = "/bench.Echo/Call";
constexpr std::size_t kRequestBytes = 200;
constexpr std::size_t kReplyBytes = 600;

std::optional<grpc::TlsFiles> TlsOf(const std::vector<std::string>& arguments, std::size_t at) {
  if (arguments.size() < at + 2) return std::nullopt;
  const auto& directory = arguments[at];
  const auto& name = arguments[at + 1];
  return grpc::TlsFiles{directory + '/' + name + ".crt", directory + '/' + name + ".key",
                        directory + "/ca.crt"};
}

double CpuSeconds() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + 1e-6 * static_cast<double>(time.tv_usec);
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

int Serve(const std::vector<std::string>& arguments) {
  boost::asio::io_context io(1);
  grpc::ServerOptions options;
  options.tls = TlsOf(arguments, 2);
  grpc::Server server(io, std::move(options));
  server.HandleUnary(
      std::string(kPath),
      [reply = std::string(kReplyBytes, 'r')](grpc::ServerCall&, std::string) -> Task<grpc::UnaryReply> {
        co_return grpc::UnaryReply{.status = {}, .message = reply, .trailing = {}};
      });
  std::cout << server.Listen(arguments.at(1)) << std::endl;
  boost::asio::signal_set signals(io, SIGTERM, SIGINT);
  signals.async_wait([&](const boost::system::error_code&, int) { io.stop(); });
  io.run();
  return 0;
}

struct Load {
  grpc::Channel& channel;
  Clock::time_point warm_until;
  Clock::time_point end;
  std::vector<std::uint32_t> latencies_us;
  std::uint64_t failed = 0;
  std::size_t running = 0;
  double cpu_at_start = 0;
};

Task<> Caller(Load& load) {
  const std::string request(kRequestBytes, 'q');
  for (;;) {
    const auto started = Clock::now();
    if (started >= load.end) break;
    const auto reply = co_await load.channel.Call(
        kPath, request, {.deadline = runtime::After(std::chrono::seconds(5)), .metadata = {}});
    const auto ended = Clock::now();
    if (ended < load.warm_until) continue;
    if (load.cpu_at_start == 0) load.cpu_at_start = CpuSeconds();
    if (!reply.status.Ok() || reply.message.size() != kReplyBytes) ++load.failed;
    load.latencies_us.push_back(static_cast<std::uint32_t>(
        std::chrono::duration_cast<std::chrono::microseconds>(ended - started).count()));
  }
  --load.running;
}

int Drive(const std::vector<std::string>& arguments) {
  boost::asio::io_context io(1);
  grpc::ChannelOptions options;
  options.tls = TlsOf(arguments, 4);
  if (options.tls) options.expected_identity = arguments.at(5);
  grpc::Channel channel(io, arguments.at(1), std::move(options));
  const auto seconds = std::chrono::duration<double>(std::stod(arguments.at(3)));
  const auto window = std::chrono::duration_cast<Clock::duration>(seconds);
  const auto warm_until = Clock::now() + std::chrono::milliseconds(500);
  Load load{channel, warm_until, warm_until + window, {}, 0, 0, 0};
  load.running = std::stoul(arguments.at(2));
  for (std::size_t i = load.running; i > 0; --i)
    boost::asio::co_spawn(io, Caller(load), boost::asio::detached);
  while (load.running > 0) io.run_one();
  const double cpu = CpuSeconds() - load.cpu_at_start;

  auto& all = load.latencies_us;
  if (all.empty()) {
    std::cerr << "no call was answered\n";
    return 1;
  }
  std::ranges::sort(all);
  const auto calls = static_cast<double>(all.size());
  std::cout << "{\"in_flight\": " << arguments.at(2) << ", \"calls_per_s\": " << calls / seconds.count()
            << ", \"p50_us\": " << all[all.size() / 2] << ", \"p99_us\": " << all[all.size() * 99 / 100]
            << ", \"client_cpu_us\": " << cpu * 1e6 / calls << ", \"calls\": " << all.size()
            << ", \"failed\": " << load.failed << "}" << std::endl;
  return load.failed == 0 ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) try {
  const std::vector<std::string> arguments(argv + 1, argv + argc);
  if (arguments.size() >= 2 && arguments[0] == "server") return Serve(arguments);
  if (arguments.size() >= 4 && arguments[0] == "client") return Drive(arguments);
  std::cerr << "usage: grpc_echo server ADDRESS [PKI NAME] | client ADDRESS IN_FLIGHT SECONDS [PKI NAME]\n";
  return 2;
} catch (const std::exception& error) {
  std::cerr << "grpc_echo: " << error.what() << '\n';
  return 1;
}
